"""What stands in cells."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_files.columns import find_columns, plain
from mimis_files.values import parse_date, parse_hours, parse_outcome, parse_period, parse_result, says_yes

from mimis_core import Grade

MONTHS = ["januari", "februari", "mars", "april", "maj", "juni"]
MONTHS += ["juli", "augusti", "september", "oktober", "november", "december"]
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
        "2026-11-24T10:15:00+01:00",
        "2026-11-24 kl. 10.15",
        "24 november 2026",
        "den 24 nov. 2026",
        "46350",
        "46350,4271",
    ],
)
def test_dates_of_lists_are_read(text: str) -> None:
    assert parse_date(text) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "igår",
        "11/24/2026",
        "2026-02-30",
        "24/11",
        "2026-11",
        "0000-01-01",
        "241126",
        "24 brumaire 2026",
        "12345",
        "99999",
    ],
)
def test_other_dates_are_refused(text: str) -> None:
    assert parse_date(text) is None


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_survives_each_form(day: date) -> None:
    written = [
        day.strftime(form) for form in ("%Y-%m-%d", "%Y%m%d", "%d/%m -%y", "%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d %H:%M")
    ]
    for text in (*written, str((day - date(1899, 12, 30)).days), f"{day.day} {MONTHS[day.month - 1]} {day.year}"):
        found = parse_date(text)
        assert found is not None
        assert found.date() == day


@given(st.text(max_size=30))
def test_no_cell_breaks_the_reading(text: str) -> None:
    parse_date(text), parse_result(text), parse_hours(text), parse_outcome(text), parse_period(text), says_yes(text)


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
        ("Väl godkänd", (True, Grade(text="Väl godkänd"))),
        ("MVG", (True, Grade(text="MVG"))),
        ("Sant", (True, None)),
        ("1", (True, None)),
        ("Streck", (False, None)),
        ("pågår", (False, None)),
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


@pytest.mark.parametrize("heading", ["E-post", "e post", "EPOST", "E-Post ", "Epost"])
def test_headings_are_read_kindly(heading: str) -> None:
    assert find_columns([heading]) == {"email": 0}


@pytest.mark.parametrize(
    ("heading", "name"),
    [("Datum (ÅÅÅÅ-MM-DD)", "date"), ("E-post *", "email"), ("Kurs\nkod", "course"), ("Tilltalsnamn", "given")],
)
def test_hints_in_headings_are_no_part_of_them(heading: str, name: str) -> None:
    assert find_columns([heading]) == {name: 0}


def test_answers_go_before_what_is_known() -> None:
    assert find_columns(["Titel", "Kod"], {"titel": "course", "kod": "learner"}) == {"course": 0, "learner": 1}
    assert find_columns(["Titel"], {"titel": "-"}) == {}


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


@pytest.mark.parametrize(
    ("text", "answer"), [("ja", True), ("2026-11-24", True), ("", False), ("nej", False), ("?", None)]
)
def test_yes_and_no_are_told_apart(text: str, answer: bool | None) -> None:
    assert says_yes(text) is answer


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.integers(0, 400),
    st.sampled_from(["–", " - ", " till ", " t.o.m. "]),
)
def test_every_period_is_read(first: date, days: int, mark: str) -> None:
    last = first + timedelta(days=days)
    found = parse_period(f"{first}{mark}{last}")
    assert found is not None
    assert (found[0].date(), found[1].date()) == (first, last)
