"""When scheduled commands are due: a few forms, in local time, daylight saving included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mimis_core.errors import ConfigurationError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(rf"(?:(?P<day>{'|'.join(DAYS)}) )?(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)")


@dataclass(frozen=True)
class When:
    """``hourly``, ``HH:MM`` every day, or ``mon HH:MM``. ``at`` is None for every hour, ``weekday`` for every day."""

    zone: ZoneInfo
    at: time | None = None
    weekday: int | None = None

    def latest(self, now: datetime) -> datetime:
        """The last time, in UTC, that was due at or before ``now``.

        A time that daylight saving skips is due when it would have been, an hour later by the clock; one that comes
        twice is due the first time only.
        """
        if self.at is None:
            return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        day = now.astimezone(self.zone).date()
        while not self._is_day(day) or self._on(day) > now:
            day -= timedelta(days=1)
        return self._on(day)

    def following(self, now: datetime) -> datetime:
        """The first time, in UTC, that is due after ``now``; of daylight saving as :meth:`latest` says."""
        if self.at is None:
            return self.latest(now) + timedelta(hours=1)
        day = now.astimezone(self.zone).date()
        while not self._is_day(day) or self._on(day) <= now:
            day += timedelta(days=1)
        return self._on(day)

    def _is_day(self, day: date) -> bool:
        return self.weekday is None or day.weekday() == self.weekday

    def _on(self, day: date) -> datetime:
        return datetime.combine(day, self.at or time(), tzinfo=self.zone).astimezone(UTC)


def parse_when(text: str, zone: str) -> When | None:
    """Read one form; ``never`` gives None. Raises ConfigurationError for any other."""
    if text == "never":
        return None
    if text == "hourly":
        return When(ZoneInfo(zone))
    found = _FORM.fullmatch(text)
    if found is None:
        raise ConfigurationError(
            f"[schedule]: {text!r} is no time.", mend='Write "hourly", "02:30", "mon 03:00" or "never".'
        )
    day = DAYS.index(found["day"]) if found["day"] else None
    return When(ZoneInfo(zone), time(int(found["hour"]), int(found["minute"])), day)
