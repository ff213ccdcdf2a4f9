"""What people write in cells: dates, results, hours, kinds, and a yes or a no."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from mimis_core import CompletionKind, Grade

NOON = time(12, tzinfo=UTC)
"""The time of day given to a date. Noon UTC is the same day in all of Sweden and needs no time-zone data."""

_CLOCK = r"(?:[ t](?:kl\.? ?)?\d{1,2}[:.]\d\d(?:[:.]\d\d(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?)?"
_DATES = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})" + _CLOCK),
    re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)"),
    re.compile(r"(?P<d>\d{1,2})\s*[/.]\s*(?P<m>\d{1,2})\s*[-/. ]\s*-?(?P<y>\d{4}|\d\d)" + _CLOCK),
    re.compile(r"(?:den )?(?P<d>\d{1,2})\.? (?P<name>[a-zåäö]{3,9})\.? (?P<y>\d{4})"),
)
_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_MONTH_NAMES = re.compile(
    "jan(?:uari)?|feb(?:ruari)?|mar(?:s)?|apr(?:il)?|maj|juni?|juli?|aug(?:usti)?|sept?(?:ember)?|okt(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_SERIAL_START, _SERIALS = date(1899, 12, 30), range(36526, 73051)
"""Day 0 of a spreadsheet's calendar, and the serials of the years 2000 to 2099."""
_PERIOD = re.compile(r"\s*(?:[–—]|\s-\s|\btill\b|\btom\b|\bt\.?\s?o\.?\s?m\.?)\s*(?:och med\s+)?", re.IGNORECASE)
_DONE = re.compile(
    "ja|j|x|✓|✔|klart?|avklara[dt]|klarat|fullgjor[dt]|genomför[dt]|uppnå(?:dd|tt)|intyga(?:s|d|t)|yes|y|done|passed|ok|1"
    "|true|sant"
)
_GRADE = re.compile("[a-e]|g|vg|mvg|godkän[dt]|väl godkän[dt]|mycket väl godkän[dt]")
_NOT_DONE = re.compile(
    "nej|n|no|(?:ej|inte|icke) (?:klart?|godkän[dt]|uppnå(?:dd|tt)|påbörja[dt])|underkän[dt]|ig|fx?|u|failed|streck"
    "|pågår|pågående|avbrott|avbruten|avbrutet|delvis|väntar|[-–—]|0|false|falskt|"
)
_KINDS = {
    "kurs": CompletionKind.COURSE,
    "course": CompletionKind.COURSE,
    "moment": CompletionKind.ACTIVITY,
    "activity": CompletionKind.ACTIVITY,
    "validering": CompletionKind.VALIDATION,
    "validation": CompletionKind.VALIDATION,
    "arbetsplatsintyg": CompletionKind.ATTESTATION,
    "intyg": CompletionKind.ATTESTATION,
    "attestation": CompletionKind.ATTESTATION,
    "apl": CompletionKind.ATTESTATION,
    "praktik": CompletionKind.ATTESTATION,
}
_NO = frozenset(["", "nej", "n", "no", "ingen", "inte", "0", "false", "falskt", "-", "–"])
_YES = frozenset(["ja", "j", "x", "yes", "y", "1", "true", "sant"])
_POINTS = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:(%)|/\s*(\d+(?:[.,]\d+)?))?")
_HOURS = re.compile(r"(\d{1,4}(?:[.,]\d{1,2})?)\s*(?:h|tim|timmar|hours)?\.?", re.IGNORECASE)
_OUTCOME = re.compile(r"(?:(?:läranderesultat|lärandemål|mål|resultat|outcome|nr|nummer)\.?\s*)?0*([1-9]\d?)(?:\.0)?")
_WHOLE = frozenset(["", "alla", "hela", "all"])


def parse_date(text: str) -> datetime | None:
    """Noon UTC of a date as Swedish lists write it, the day before the month: ``2026-11-24``, ``24/11 -26``.

    A time of day is left out. ``46350`` is a spreadsheet's serial of a day, from 2000 to 2099.
    """
    text = text.strip().lower()
    for form in _DATES:
        found = form.fullmatch(text)
        if found:
            year = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
            return _noon(year, _month(found), int(found["d"]))
    serial = _SERIAL.fullmatch(text)
    if serial and int(serial[1]) in _SERIALS:
        return datetime.combine(_SERIAL_START + timedelta(days=int(serial[1])), NOON)
    return None


def _month(found: re.Match[str]) -> int:
    named = found.groupdict().get("name")
    if named is None:
        return int(found["m"])
    return _MONTHS.index(named[:3]) + 1 if _MONTH_NAMES.fullmatch(named) else 0


def _noon(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime.combine(date(year, month, day), NOON)
    except ValueError:
        return None


def parse_period(text: str) -> tuple[datetime, datetime] | None:
    """First and last day of ``2026-10-05 – 2026-11-13``; None when it is no such thing, or ends before it starts."""
    ends = _PERIOD.split(text.strip())
    first, last = (parse_date(ends[0]), parse_date(ends[1])) if len(ends) == 2 else (None, None)
    return (first, last) if first and last and first <= last else None


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


def parse_outcome(text: str) -> int | None:
    """The number of a learning outcome as the catalogue counts them; 0 for all of them, None when it is unclear."""
    word = " ".join(text.casefold().split())
    if word in _WHOLE:
        return 0
    found = _OUTCOME.fullmatch(word)
    return int(found[1]) if found else None


def says_protected(text: str) -> bool:
    """Whether a cell marks a protected identity; anything but a clear no does, since the mistake would be grave."""
    return text.casefold() not in _NO


def says_yes(text: str) -> bool | None:
    """Yes or no; a date is a yes; None when it is neither, since here a guess would be grave both ways."""
    word = text.casefold()
    if word in _NO:
        return False
    return True if word in _YES or parse_date(text) else None
