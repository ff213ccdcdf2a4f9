"""Personal numbers in all the forms that lists have them in."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_files.personal import is_personal_column, looks_personal, names_personal_number
from mimis_files.tables import read_table

from mimis_core import DataError


def check_digit(nine: str) -> str:
    doubled = [int(digit) * (2 - index % 2) for index, digit in enumerate(nine)]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A personal or co-ordination number as ten digits, from the date to the check digit."""
    day = draw(st.dates(date(1930, 1, 1), date(2015, 12, 31)))
    moved = day.day + draw(st.sampled_from([0, 60]))
    nine = f"{day:%y%m}{moved:02}{draw(st.integers(1, 999)):03}"
    return nine + check_digit(nine)


@given(
    numbers(), st.sampled_from(["{0}-{1}", "{0}{1}", "19{0}-{1}", "20{0}{1}", "{0}+{1}", "19{0} {1}", "Ek {0}-{1}, Bo"])
)
def test_every_form_is_recognised_surely(number: str, form: str) -> None:
    assert looks_personal(form.format(number[:6], number[6:]), surely=True)


@given(st.lists(numbers(), min_size=1, max_size=5), st.booleans())
def test_column_of_numbers_is_known_without_zeros(column: list[str], as_float: bool) -> None:
    assert is_personal_column([f"{int(number)}{'.0' if as_float and int(number) < 10**9 else ''}" for number in column])


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


@pytest.mark.parametrize("text", ["intyg 20130101TF01", "19900101-T123", "20130101Tf29"])
def test_temporary_number_with_century_is_sure(text: str) -> None:
    assert looks_personal(text, surely=True)


@pytest.mark.parametrize(
    "cells",
    [["1", "2", "3"], ["2026-11-24"] * 3, ["20261124"] * 3, ["46350"] * 3, ["0701234567", "A-1", "A-2"], [], [""]],
)
def test_other_columns_are_kept(cells: list[str]) -> None:
    assert not is_personal_column(cells)


@pytest.mark.parametrize("heading", ["Personnummer (12 siffror)", "PNR", "Person-nr", "Samordningsnummer", "T-nummer"])
def test_headings_of_numbers_are_known(heading: str) -> None:
    assert names_personal_number(heading)


@given(st.text(max_size=30))
def test_no_text_breaks_the_search(text: str) -> None:
    looks_personal(text), looks_personal(text, surely=True), is_personal_column([text])


def list_with(ids: list[str], heading: str = "Deltagare-id") -> bytes:
    rows = [f"{id};Kim;k{index}@exempel.se;a;2026-11-24" for index, id in enumerate(ids)]
    return "\n".join([f"{heading};Namn;E-post;Mikromerit;Datum", *rows, ""]).encode()


@pytest.mark.parametrize("heading", ["Deltagare-id", "ID-nr", ""])
def test_column_is_dropped_by_what_it_holds(heading: str) -> None:
    table = read_table("l.csv", list_with(["19900101-0017", "9001010017", "101010007"], heading))
    assert all("learner" not in row.cells and "0017" not in str(row) for row in table.rows)
    assert table.notes == (f"Kolumn A ({heading or 'utan rubrik'}) innehåller personnummer och läses inte.",)


def test_list_without_other_key_says_what_was_dropped() -> None:
    content = b"Deltagare-id;Namn;Mikromerit;Datum\n19900101-0017;Kim;a;2026-11-24\n"
    with pytest.raises(DataError) as caught:
        read_table("l.csv", content)
    assert caught.value.code == "columns"
    assert "Kolumn A (Deltagare-id) innehåller personnummer" in str(caught.value)
    assert "0017" not in str(caught.value)


def test_list_without_headings_shows_nobody() -> None:
    with pytest.raises(DataError) as caught:
        read_table("l.csv", b"19900101-0017;Kim Exempel\n19900101-0017;Bo Exempel\n")
    assert not [word for word in ("0017", "Kim") if word in str(caught.value)]
