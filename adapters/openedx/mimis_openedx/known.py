"""What an earlier pull gave, as it travels in the cursor: no name, no address, usernames only as digests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ValidationError

GONE_AFTER = 2
"""Pulls in a row that an account must be missing in before it counts as gone: one may be a hiccup of the LMS."""


def digest(*parts: object) -> str:
    """A short, stable stand-in for something that need only be compared."""
    return sha256(repr(parts).encode()).hexdigest()[:12]


class Given(NamedTuple):
    """One completion that was given: digests of its result row and of all its facts.

    ``row`` is empty when the result has to be looked at again. ``first_seen`` stands where Open edX gives no date:
    the completion keeps it.
    """

    row: str
    facts: str
    first_seen: datetime | None = None


class CourseState(BaseModel):
    """What is known of one course: completions by user id, and when each share of them was last asked about."""

    turn: int = 0
    asked: list[AwareDatetime]
    given: dict[str, Given] = {}

    def is_due(self, user: str) -> bool:
        """Whether this learner is of the share that this pull asks about, changed or not."""
        return int(digest(user), 16) % len(self.asked) == self.turn % len(self.asked)

    def end_turn(self, now: datetime) -> None:
        """Note that this pull has read the course to its end."""
        self.asked[self.turn % len(self.asked)] = now
        self.turn += 1


class Known(BaseModel):
    """All that a later pull needs to leave out what has not changed, and to notice what was taken back."""

    version: Literal[1] = 1
    people: dict[str, str] = {}
    missed: dict[str, int] = {}
    courses: dict[str, CourseState] = {}

    @classmethod
    def read(cls, cursor: str | None) -> Known:
        """From a cursor; one that cannot be read knows nothing, so that everything is pulled."""
        try:
            return cls.model_validate_json(cursor or "{}")
        except ValidationError:
            return cls()

    def cursor(self) -> str:
        """As a cursor: only of people who were given something."""
        kept = {user for state in self.courses.values() for user in state.given}
        people = {user: name for user, name in self.people.items() if user in kept}
        missed = {user: count for user, count in self.missed.items() if user in kept}
        return self.model_copy(update={"people": people, "missed": missed}).model_dump_json()

    def course(self, key: str, shares: int, now: datetime) -> tuple[CourseState, bool]:
        """The state of a course, and whether it is a new one, all of which is asked about now."""
        state = self.courses.get(key)
        if state is not None and len(state.asked) == shares:
            return state.model_copy(deep=True), False
        return CourseState(asked=[now] * shares), True

    def forget(self, user: str) -> None:
        """Drop all about one person."""
        self.people.pop(user, None)
        self.missed.pop(user, None)
        for state in self.courses.values():
            state.given.pop(user, None)

    def gone(self, missing: Iterable[str], found: Iterable[str]) -> list[str]:
        """Note who could not be found in this pull, and give those who have now been missing long enough.

        When nobody at all was found the LMS has a fault of its own, nothing is noted, and nobody is given.
        """
        met = set(found)
        self.missed = {user: count for user, count in self.missed.items() if user not in met}
        if not met:
            return []
        for user in set(missing) - met:
            self.missed[user] = self.missed.get(user, 0) + 1
        return sorted(user for user, count in self.missed.items() if count >= GONE_AFTER)

    def as_of(self, keys: Iterable[str]) -> datetime | None:
        """What happened before then has been asked about in all these courses; None when one was never read."""
        times: list[datetime] = []
        for key in keys:
            if key not in self.courses:
                return None
            times += self.courses[key].asked
        return min(times, default=None)
