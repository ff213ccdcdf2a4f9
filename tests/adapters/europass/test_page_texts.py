"""The fixed texts of the page, in every language that has them."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from mimis_europass.picture import page_texts
from mimis_europass.picture.page_texts import direction, issued_line, long_date, page_text

TABLES = page_texts._tables()
DAY, END = datetime(2026, 5, 3, tzinfo=UTC), datetime(2029, 5, 3, tzinfo=UTC)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", TABLES)
def test_language_has_all_texts_and_fields(language: str) -> None:
    table, english = TABLES[language], TABLES["en"]
    assert table.keys() == english.keys()
    assert {key: fields(text) for key, text in table.items()} == {key: fields(text) for key, text in english.items()}
    assert len(table["month_names"].split()) == 12


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "3 maj 2026"),
        ("en", "3 May 2026"),
        ("fi", "3.5.2026"),
        ("es", "3 de mayo de 2026"),
        ("nb", "3. mai 2026"),
    ],
)
def test_dates_are_as_people_write_them(language: str, text: str) -> None:
    assert long_date(DAY, language) == text


def test_unknown_language_gets_english() -> None:
    assert page_text("awarded", "so") == "Awarded to"
    assert issued_line(DAY, END, "so") == "Issued 3 May 2026, valid until 3 May 2029"


@pytest.mark.parametrize(("language", "way"), [("ar", "rtl"), ("fa", "rtl"), ("sv", "ltr"), ("so", "ltr")])
def test_direction_follows_the_script(language: str, way: str) -> None:
    assert direction(language) == way
