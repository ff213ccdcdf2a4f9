"""Numbers that look like a Swedish personal number: they are refused or dropped, and never shown.

The forms are those of facts/sweden.md section 5: personnummer, samordningsnummer (the day is 60 higher), temporary
numbers of school registers such as ``20130101TF01``, and what a spreadsheet leaves of a number without its zeros.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mimis_files.columns import plain

HEADINGS = ("personnummer", "personnr", "persnr", "pnr", "samordningsnummer", "personalnumber", "ssn", "tnummer")
"""How headings of columns begin that are dropped before a row is read, such as ``Personnummer 12 siffror``."""

_NUMBERS = (
    re.compile(r"(?<!\d)(?:19|20)(\d{6})[-+– ]?(\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(\d{6})[-+–](\d{4})(?!\d)"),
    re.compile(r"(?<!\w)(\d{6}) ?(\d{4})(?!\w)"),
)
"""Twelve digits, ten with a sign, ten alone."""
_TEMPORARY = re.compile(r"(?<!\w)(?P<century>19|20)?(?P<day>\d{6})[-+– ]?(?P<last>[A-Z]{1,2}\d{2,3})(?!\w)")
_UUID = re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_SIX_DIGITS = re.compile(r"\d{6}")
_SHORT = re.compile(r"\d{7,9}(?:\.0)?")
MOSTLY = 0.5
"""The share of a column's filled cells that must be personal numbers for the whole column to be dropped."""


def names_personal_number(heading: str) -> bool:
    """Whether a heading says that its column holds personal numbers."""
    return plain(heading).startswith(HEADINGS)


def looks_personal(text: str, *, surely: bool = False) -> bool:
    """Whether a personal, co-ordination or temporary number stands in the text.

    Arguments:
        surely: ask for a right check digit, or for the century of a temporary number; for free text, where other long
            numbers may stand.
    """
    if not _SIX_DIGITS.search(text):
        return False
    searched = _UUID.sub("", text.upper())
    for day, last in (pair for form in _NUMBERS for pair in form.findall(searched)):
        if _is_birthday(day) and (not surely or _has_check_digit(day + last)):
            return True
    if any(_is_birthday(one["day"]) and (one["century"] or not surely) for one in _TEMPORARY.finditer(searched)):
        return True
    return len(text.strip()) == 9 and _lost_zeros(text.strip())


def is_personal_column(cells: Iterable[str]) -> bool:
    """Whether a column holds personal numbers, whatever its heading says.

    Numbers that lost up to three leading zeros count here: one of them proves nothing, a column of them does.
    """
    filled = [cell for cell in cells if cell]
    found = sum(looks_personal(cell, surely=True) or _lost_zeros(cell) for cell in filled)
    return bool(filled) and found >= MOSTLY * len(filled)


def _lost_zeros(text: str) -> bool:
    """Whether seven to nine digits are a personal number that a spreadsheet took for a number."""
    if not _SHORT.fullmatch(text):
        return False
    ten = text.removesuffix(".0").zfill(10)
    return _is_birthday(ten[:6]) and _has_check_digit(ten)


def _is_birthday(digits: str) -> bool:
    month, day = int(digits[2:4]), int(digits[4:6])
    return 1 <= month <= 12 and 1 <= (day - 60 if day > 60 else day) <= 31


def _has_check_digit(ten: str) -> bool:
    doubled = (int(digit) * (2 - index % 2) for index, digit in enumerate(ten))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
