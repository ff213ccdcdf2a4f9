"""Months as Sweden's clocks have them: what is counted and listed by month begins and ends there."""

from __future__ import annotations

import re
from datetime import MAXYEAR, datetime
from zoneinfo import ZoneInfo

from mimis_core.errors import UserError

ZONE = ZoneInfo("Europe/Stockholm")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def month_begin(month: str) -> datetime:
    """The beginning of a month that is written ``YYYY-MM``. Raises UserError for what is none."""
    known = _MONTH.fullmatch(month)
    if known is None or known[1] == "0000":
        raise UserError(f"{month!r} is no month.", mend="Write it as 2026-11.", code="month")
    return datetime(int(known[1]), int(known[2]), 1, tzinfo=ZONE)


def month_of(moment: datetime) -> datetime:
    """The beginning of the month that a moment is in."""
    return moment.astimezone(ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(begin: datetime) -> datetime:
    """The beginning of the month after one, which is given by its own beginning; no month is after the last of all."""
    if (begin.year, begin.month) == (MAXYEAR, 12):
        return datetime.max.replace(tzinfo=ZONE)
    return begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
