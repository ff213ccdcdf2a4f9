"""The fixed texts of the picture and the PDF, in the languages of ``page-texts.json``; English stands in for others."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from importlib.resources import files

RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_SAME = {"nb": "no", "nn": "no"}


@cache
def _tables() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = json.loads((files(__package__) / "page-texts.json").read_text("utf-8"))
    return tables


def page_text(key: str, language: str, **values: object) -> str:
    """A text of the page in a language, with its values filled in."""
    tables = _tables()
    return tables.get(_SAME.get(language, language), tables["en"])[key].format(**values)


def direction(language: str) -> str:
    """How the language is written: ``ltr`` or ``rtl``."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def long_date(moment: date, language: str) -> str:
    """A date in words: ``24 november 2026``."""
    month = page_text("month_names", language).split()[moment.month - 1]
    return page_text("date", language, day=moment.day, month=month, year=moment.year)


def issued_line(issued: datetime, until: datetime | None, language: str) -> str:
    """The sentence that says when the credential was issued, and until when it holds if it ends."""
    day = long_date(issued, language)
    if until is None:
        return page_text("issued", language, issued=day)
    return page_text("issued_until", language, issued=day, until=long_date(until, language))
