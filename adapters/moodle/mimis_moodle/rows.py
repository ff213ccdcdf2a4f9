"""What a custom report says about course completion, kept small."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

UNDATED = 1
"""Completed, and no date is told."""
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
_MONTH = {name: number for number, name in enumerate((*_MONTHS, "November", "December"), 1)}
_DATE = re.compile(r"([A-Z][a-z]+), (\d{1,2}) ([A-Z][a-z]+) (\d{4}), (\d{1,2}):(\d\d)\s([AP])M")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Rows:
    """What a report says about course completion: Unix seconds, 0 for not completed, 1 for completed without a date."""

    def __init__(self) -> None:
        self._users: dict[int, array[int]] = {}
        self._times: dict[int, array[int]] = {}

    def add(self, course: int, found: Sequence[tuple[int, int]]) -> bool:
        """Add pairs of user and time; False when one is known otherwise already."""
        known = dict(zip(self._users.get(course, ()), self._times.get(course, ()), strict=True))
        agree = True
        for user, time in found:
            agree &= known.setdefault(user, time) == time
        users = sorted(known)
        self._users[course], self._times[course] = array("Q", users), array("Q", [known[user] for user in users])
        return agree

    def names(self, course: int) -> bool:
        """Whether the report tells of a course at all."""
        return course in self._users

    def completed(self, course: int, user: int) -> int | None:
        """When somebody completed a course; None when the report does not name her there."""
        users = self._users.get(course, array("Q"))
        place = bisect_left(users, user)
        return self._times[course][place] if place < len(users) and users[place] == user else None

    def status(self, course: int, user: int) -> dict[str, Any] | None:
        """The same in the form of the answer about one learner."""
        time = self.completed(course, user)
        if time is None:
            return None
        criterion = {"complete": True, "timecompleted": None if time == UNDATED else time}
        return {"completed": time > 0, "completions": [criterion] if time else []}

    def spread(self, count: int, *, done: bool) -> list[tuple[int, int]]:
        """Some (course, user), evenly from among those who have completed, or have not."""
        total = sum(1 for _ in self._all(done))
        places = {(2 * number + 1) * total // (2 * count) for number in range(count)}
        return [pair for place, pair in enumerate(self._all(done)) if place in places]

    def _all(self, done: bool) -> Iterator[tuple[int, int]]:
        for course, users in self._users.items():
            times = self._times[course]
            yield from ((course, user) for user, time in zip(users, times, strict=True) if bool(time) is done)


def moment_of(text: str) -> datetime | None:
    """A date as Moodle writes it in English, taken as UTC: ``Tuesday, 1 September 2026, 8:02 AM``; None for any other.

    The day of the week must be that of the date.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None or match[3] not in _MONTH:
        return None
    hour = int(match[5]) % 12 + (12 if match[7] == "P" else 0)
    try:
        moment = datetime(int(match[4]), _MONTH[match[3]], int(match[2]), hour, int(match[6]), tzinfo=UTC)
    except ValueError:
        return None
    return moment if _WEEKDAYS[moment.weekday()] == match[1] and 1 <= int(match[5]) <= 12 else None
