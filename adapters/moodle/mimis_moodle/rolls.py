"""Which courses there are, and who is in them."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from mimis_core import DataError, MimisError, PermissionDeniedError, SetAside
from mimis_core.http import map_bounded
from mimis_core.paging import by_offset
from mimis_moodle.client import MoodleClient
from mimis_moodle.errors import REFUSALS, aside, moodle_error
from mimis_moodle.filters import Filters
from mimis_moodle.mapping import Course, Participant, course_of, participant_of
from mimis_moodle.settings import MoodleSettings

_SEPARATE = 1
"""Group mode in which an account without moodle/site:accessallgroups is shown nobody, without a word."""
_OVERLAP = 10
"""Participants asked for twice, at the end of one page and the start of the next."""


class Member(NamedTuple):
    """One participant of one course.

    ``access`` is when she last looked into the course, in Unix seconds; 0 is never, or not told. ``login`` is her user
    name, by which a custom report knows her; empty where it was not asked for or is not told.
    """

    person: Participant
    access: int
    login: str


@dataclass(frozen=True)
class Listing:
    """A course as it is listed: ``codes`` are what a custom report may call it, ``separate`` is for separate groups."""

    course: Course
    codes: frozenset[str]
    separate: bool

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Listing:
        """From get_courses_by_field. Raises DataError for a record that is none."""
        codes = frozenset(str(record[name]) for name in ("shortname", "idnumber") if record.get(name))
        return cls(course_of(record), codes, record.get("groupmode") == _SEPARATE)


@dataclass(frozen=True)
class Roll:
    """A course and who is in it, by number.

    ``others`` are names by which a custom report may know people who are not pulled. The people are kept packed: of
    many thousands only those of the course at hand are in memory.
    """

    listing: Listing
    others: frozenset[str]
    size: int
    _packed: bytes

    @classmethod
    def of(cls, listing: Listing, members: Sequence[Member], others: Iterable[str] = ()) -> Roll:
        """Pack a roll."""
        rows = [tuple(member) for member in sorted(members, key=lambda member: member.person.user)]
        return cls(listing, frozenset(others), len(rows), zlib.compress(pickle.dumps(rows), 1))

    @property
    def course(self) -> Course:
        """The course."""
        return self.listing.course

    @property
    def members(self) -> list[Member]:
        """The people, unpacked anew each time; only what this process packed is ever unpickled."""
        return [Member(*row) for row in pickle.loads(zlib.decompress(self._packed))]


class _Pages:
    """Pages of participants without those known already: a site that pages in circles comes to an end here.

    Whoever leaves meanwhile moves the others up by one, so pages overlap.
    """

    def __init__(self, client: MoodleClient, course: int, fields: tuple[str, ...], short: bool) -> None:
        self._ask = partial(client.enrolled_users, course, fields)
        self._short = short
        self._known: set[object] = set()
        self._ended = False

    def __call__(self, offset: int, size: int) -> list[dict[str, Any]]:
        if self._ended:
            return []
        start = max(offset - min(_OVERLAP, size // 2), 0)
        wanted = size + offset - start
        page = self._ask(start, wanted)
        self._ended = self._short and len(page) < wanted
        fresh = {record.get("id"): record for record in page if record.get("id") not in self._known}
        self._known.update(fresh)
        return list(fresh.values())


class Rolls:
    """Reads the rolls of one site, several courses at once.

    After :meth:`read`, ``courses`` holds the number of each course that was asked about, the refused ones included.
    """

    def __init__(self, client: MoodleClient, settings: MoodleSettings, source: str) -> None:
        self._client = client
        self._settings = settings
        self._source = source
        self._filters = Filters(client, settings)
        extra = ("lastcourseaccess", "username") if settings.report else ("lastcourseaccess",)
        self._fields = tuple(dict.fromkeys((*settings.user_fields, *extra)))
        self._aside: dict[str, SetAside] = {}
        self.courses: list[int] = []

    @property
    def set_aside(self) -> tuple[SetAside, ...]:
        """What could not be used: courses and single participants."""
        return tuple(self._aside.values())

    def read(self, *, short: bool = False) -> list[Roll]:
        """Every roll. Raises PermissionDeniedError when every course was refused.

        Arguments:
            short: a short page is the last one. That saves a call for each course and may miss somebody, for Moodle
                takes whom it hides out of a page afterwards: only for rolls that something else checks.
        """
        listings = self._listings()
        self.courses = [listing.course.id for listing in listings]
        read = list(map_bounded(partial(self._read, short=short), listings, self._settings.workers))
        refusals = [error for _, error in read if isinstance(error, PermissionDeniedError)]
        rolls = [roll for roll, _ in read if roll is not None]
        if refusals and not rolls:
            raise refusals[0]
        return rolls

    def again(self, roll: Roll) -> Roll:
        """The whole roll as it is now: somebody may have joined since. As it was, when it cannot be read any more."""
        return self._read(roll.listing, short=False)[0] or roll

    def _listings(self) -> list[Listing]:
        found: dict[int, Listing] = {}
        named = {str(number) for number in self._settings.courses}
        for record in self._client.courses():
            try:
                listing = Listing.of(record)
                found[listing.course.id] = listing
            except DataError as error:
                if not named or str(record.get("id")) in named:
                    self._put_aside(aside(self._source, f"course:{record.get('id')}", error))
        wanted = self._settings.courses or tuple(number for number in sorted(found) if number != 1)
        for number in wanted:
            if number not in found and f"course:{number}" not in self._aside:
                self._put_aside(self._unknown(number))
        chosen = [found[number] for number in dict.fromkeys(wanted) if number in found]
        return [listing for listing in chosen if listing.course.tracked or not self._settings.skip_untracked]

    def _read(self, listing: Listing, *, short: bool) -> tuple[Roll | None, MimisError | None]:
        course = listing.course
        try:
            self._filters.require(course)
            members, others = self._members(course, short)
            if listing.separate and not members and not others:
                raise moodle_error("core_enrol_get_enrolled_users", {"errorcode": "notingroup"})
            return Roll.of(listing, members, others), None
        except REFUSALS as error:
            self._put_aside(aside(self._source, course.module, error, tracked=course.tracked))
            return None, error

    def _members(self, course: Course, short: bool) -> tuple[list[Member], list[str]]:
        """Who is pulled, and what a custom report would call the others."""
        members: list[Member] = []
        others: list[str] = []
        for record in by_offset(_Pages(self._client, course.id, self._fields, short), self._settings.page_size):
            try:
                if self._filters.keep(course, record):
                    members.append(self._member(record))
                    continue
            except DataError as error:
                key = f"{course.module}/user:{record.get('id')}"
                self._put_aside(aside(self._source, key, error, tracked=course.tracked))
            if self._settings.report:
                others += [str(record[name]) for name in ("username", "email") if record.get(name)]
        return members, others

    def _member(self, record: dict[str, Any]) -> Member:
        settings = self._settings
        person = participant_of(record, settings.excluded_roles, settings.excluded_groups, settings.identify)
        access = record.get("lastcourseaccess")
        known = access if isinstance(access, int) and 0 < access < 2**32 else 0
        return Member(person, int(known), str(record.get("username") or "") if settings.report else "")

    def _put_aside(self, item: SetAside) -> None:
        self._aside[item.key] = item

    def _unknown(self, number: int) -> SetAside:
        return SetAside(
            source=self._source,
            key=f"course:{number}",
            reason="course-not-found",
            message=f"Moodle shows no course {number}. Correct courses in the source's settings; a hidden course "
            "needs the right moodle/course:viewhiddencourses.",
        )
