"""What people write in cells: dates, results, kinds, and numbers that look like a personal number."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from mimis_core import CompletionKind, Grade

NOON = time(12, tzinfo=UTC)
"""The time of day given to a date. Noon UTC is the same day in all of Sweden and needs no time-zone data."""

_DATES = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[ T]\d\d:\d\d(?::\d\d)?)?"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)"),
    re.compile(r"(?P<d>\d{1,2})\s*[/.]\s*(?P<m>\d{1,2})\s*[-/. ]\s*-?(?P<y>\d{4}|\d\d)"),
)
_DONE = re.compile("ja|j|x|klart?|genomför[dt]|yes|y|done|passed|ok|1|true|sant")
_GRADE = re.compile("[a-e]|g|vg|mvg|godkän[dt]")
_NOT_DONE = re.compile(
    "nej|n|no|(?:ej|inte|icke) (?:klart?|godkän[dt])|underkän[dt]|ig|fx?|u|failed|streck|[-–—]|0|false|falskt|"
)
_KINDS = {
    "kurs": CompletionKind.COURSE,
    "course": CompletionKind.COURSE,
    "moment": CompletionKind.ACTIVITY,
    "activity": CompletionKind.ACTIVITY,
    "validering": CompletionKind.VALIDATION,
    "validation": CompletionKind.VALIDATION,
    "arbetsplatsintyg": CompletionKind.ATTESTATION,
    "attestation": CompletionKind.ATTESTATION,
    "apl": CompletionKind.ATTESTATION,
    "praktik": CompletionKind.ATTESTATION,
}
_NOT_PROTECTED = frozenset(["", "nej", "n", "no", "ingen", "0", "false", "falskt"])
_POINTS = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:(%)|/\s*(\d+(?:[.,]\d+)?))?")
_NUMBERS = (
    re.compile(r"(?<!\d)(?:19|20)(\d{6})[-+ ]?(\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(\d{6})[-+](\d{4})(?!\d)"),
    re.compile(r"(?<!\w)(\d{6}) ?(\d{4})(?!\w)"),
    re.compile(r"(?<!\w)(?:19|20)?(\d{6})[-+ ]?([A-Z]{1,2}\d{2,3})(?!\w)"),
)
"""Twelve digits, ten with a sign, ten alone, and the temporary numbers of school registers (``20130101TF01``)."""

_HOURS = re.compile(r"(\d{1,4}(?:[.,]\d{1,2})?)\s*(?:h|tim|timmar|hours)?\.?", re.IGNORECASE)
_UUID = re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}")


def parse_date(text: str) -> datetime | None:
    """Noon UTC of a date as Swedish lists write it, the day before the month: ``2026-11-24``, ``24/11 -26``."""
    for form in _DATES:
        found = form.fullmatch(text.strip())
        if found:
            year = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
            try:
                return datetime.combine(date(year, int(found["m"]), int(found["d"])), NOON)
            except ValueError:
                return None
    return None


def parse_result(text: str) -> tuple[bool, Grade | None] | None:
    """Whether a result or grade is a pass, and the grade if it is one; None when the word is not known.

    ``Ja``, ``Klar`` or ``x`` carry no grade: folk high schools have none.
    """
    word = " ".join(text.casefold().split())
    if _NOT_DONE.fullmatch(word) or _DONE.fullmatch(word):
        return _DONE.fullmatch(word) is not None, None
    if _GRADE.fullmatch(word):
        return True, Grade(text=text.strip())
    points = _POINTS.fullmatch(word)
    if not points:
        return None
    value, maximum = parse_decimal(points[1]), 100.0 if points[2] else points[3] and parse_decimal(points[3])
    return True, Grade(value=value, minimum=0.0 if maximum else None, maximum=maximum or None)


def parse_decimal(text: str) -> float:
    """A number with a decimal comma or point."""
    return float(text.replace(",", "."))


def parse_hours(text: str) -> float | None:
    """A number of hours, with its unit or without; None when it is no number, 0 when it says so."""
    found = _HOURS.fullmatch(text.strip())
    return parse_decimal(found[1]) if found else None


def parse_kind(text: str, supervised: bool) -> CompletionKind | None:
    """The kind that a cell names; an empty one is an attestation if only a supervisor is named, else a course."""
    if not text:
        return CompletionKind.ATTESTATION if supervised else CompletionKind.COURSE
    return _KINDS.get(text.casefold())


def says_protected(text: str) -> bool:
    """Whether a cell marks a protected identity; anything but a clear no does, since the mistake would be grave."""
    return text.casefold() not in _NOT_PROTECTED


def looks_personal(text: str, *, surely: bool = False) -> bool:
    """Whether a personal, co-ordination or temporary number stands in the text.

    Arguments:
        surely: ask for a right check digit too; for free text, where other long numbers may stand.
    """
    searched = _UUID.sub("", text.upper())
    for day, last in (pair for form in _NUMBERS for pair in form.findall(searched)):
        if _is_birthday(day) and (not surely or (last.isdigit() and _has_check_digit(day + last))):
            return True
    return _lost_its_zero(text.strip())


def _lost_its_zero(text: str) -> bool:
    """Whether nine digits are a personal number that a spreadsheet took for a number."""
    ten = f"0{text}"
    return len(text) == 9 and text.isdecimal() and _is_birthday(ten[:6]) and _has_check_digit(ten)


def _is_birthday(digits: str) -> bool:
    month, day = int(digits[2:4]), int(digits[4:6])
    return 1 <= month <= 12 and 1 <= (day - 60 if day > 60 else day) <= 31


def _has_check_digit(ten: str) -> bool:
    doubled = (int(digit) * (2 - index % 2) for index, digit in enumerate(ten))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
