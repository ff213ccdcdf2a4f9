"""What stands in cells."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_files.columns import find_columns, plain
from mimis_files.values import looks_personal, parse_date, parse_hours, parse_result

from mimis_core import Grade

DAY = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24",
        "2026/11/24",
        "2026.11.24",
        "20261124",
        "2026-11-24 00:00",
        "2026-11-24 13:45:59",
        "24/11 -26",
        "24/11-26",
        "24/11 26",
        "24/11 2026",
        "24/11/2026",
        "24.11.2026",
        "24.11.26",
        "24 / 11 - 2026",
        " 2026-11-24 ",
    ],
)
def test_dates_of_lists_are_read(text: str) -> None:
    assert parse_date(text) == DAY


@pytest.mark.parametrize("text", ["", "igår", "11/24/2026", "2026-02-30", "24/11", "2026-11", "0000-01-01", "241126"])
def test_other_dates_are_refused(text: str) -> None:
    assert parse_date(text) is None


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_survives_each_form(day: date) -> None:
    for form in ("%Y-%m-%d", "%Y%m%d", "%d/%m -%y", "%d.%m.%Y", "%d/%m/%Y"):
        found = parse_date(day.strftime(form))
        assert found is not None
        assert found.date() == day


@given(st.text(max_size=30))
def test_no_cell_breaks_the_reading(text: str) -> None:
    parse_date(text), parse_result(text), looks_personal(text), looks_personal(text, surely=True)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Ja", (True, None)),
        (" x ", (True, None)),
        ("KLAR", (True, None)),
        ("Godkänd", (True, Grade(text="Godkänd"))),
        ("G", (True, Grade(text="G"))),
        ("Godkänt", (True, Grade(text="Godkänt"))),
        ("c", (True, Grade(text="c"))),
        ("78,5 %", (True, Grade(value=78.5, minimum=0, maximum=100))),
        ("17/20", (True, Grade(value=17, minimum=0, maximum=20))),
        ("8,5", (True, Grade(value=8.5))),
        ("Nej", (False, None)),
        ("Icke  godkänt", (False, None)),
        ("ej klar", (False, None)),
        ("IG", (False, None)),
        ("–", (False, None)),
        ("", (False, None)),
        ("kanske", None),
        ("H", None),
    ],
)
def test_results_are_told_apart(text: str, result: tuple[bool, Grade | None] | None) -> None:
    assert parse_result(text) == result


@pytest.mark.parametrize(
    "text",
    [
        "19900101-0017",
        "199001010017",
        "900101-0017",
        "9001010017",
        "900101+0017",
        "19900101 0017",
        "elev19900101-0017",
        "701063-2391",
        "20130101TF01",
        "101010007",
    ],
)
def test_personal_numbers_are_recognised(text: str) -> None:
    assert looks_personal(text)


@pytest.mark.parametrize(
    "text",
    [
        "17",
        "A-2026-113",
        "deltagare 44",
        "123456789",
        "9013010017",
        "9001330017",
        "550e8400-e29b-41d4-a716-446655440000",
        "99900101-0017-4c1e-8a56-900101001799",
        "65f1900101a2b3c4d5e6f7a8",
        "kim@exempel.se",
    ],
)
def test_other_ids_are_accepted(text: str) -> None:
    assert not looks_personal(text)


@pytest.mark.parametrize(("text", "found"), [("Arbetsprov 900101-0017", True), ("Ring 070123-4567", False)])
def test_free_text_needs_check_digit(text: str, found: bool) -> None:
    assert looks_personal(text, surely=True) is found


@pytest.mark.parametrize("heading", ["E-post", "e post", "EPOST", "E-Post ", "Epost"])
def test_headings_are_read_kindly(heading: str) -> None:
    assert find_columns([heading]) == {"email": 0}


def test_better_known_heading_wins() -> None:
    assert find_columns(["Deltagare", "Slutdatum", "Datum", "Namn"]) == {"name": 3, "date": 2}


@given(st.text(max_size=20))
def test_plain_heading_stays_plain(heading: str) -> None:
    assert plain(plain(heading)) == plain(heading)


@pytest.mark.parametrize(
    ("text", "hours"), [("120", 120), ("7,5", 7.5), ("7.25 h", 7.25), ("40 timmar", 40), ("0", 0), ("en vecka", None)]
)
def test_hours_are_read_with_unit(text: str, hours: float | None) -> None:
    assert parse_hours(text) == hours
