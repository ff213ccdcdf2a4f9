"""The per-learner road: whoever bulk answers show as changed, or nobody has asked about for long, is asked about."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from mimis_core.http import map_bounded
from mimis_moodle.badges import badges_of
from mimis_moodle.client import MoodleClient
from mimis_moodle.errors import COURSE_REFUSALS, PARTS_REMAIN, REFUSALS, aside
from mimis_moodle.mapping import Participant, Seen, course_completion_of
from mimis_moodle.memory import OPEN, REFUSED, SOON, Ledger, Memory, Signals
from mimis_moodle.outcomes import Outcome
from mimis_moodle.parts import Shared, bulk_parts, parts_of, shared_of
from mimis_moodle.rolls import Member, Roll
from mimis_moodle.rows import Rows
from mimis_moodle.settings import MoodleSettings

BADGES = 0
"""Ledger of the badges, which belong to no course."""
_AHEAD = 2
"""Courses whose bulk answers are asked for while the one before is at work."""
_TOGETHER = 100
"""Participants in one outcome of bulk answers."""
_BY_ITSELF = frozenset({2, 3, 5, 7, 8})
"""Types of criteria that nobody's work in this course meets: date, unenrolment, duration, role, another course."""
_GRADE = 6
_WHOLE_COURSE = COURSE_REFUSALS | {"cannotviewreport", "nocriteriaset", "accessdenied"}
"""Codes of one learner's refusal that say the same of everybody in the course."""


def nothing() -> None:
    """Nothing is written down."""


@dataclass(frozen=True)
class Told:
    """An outcome, and ``note``, which writes down that it was handed on. ``asked`` counts questions, for the cursor."""

    outcome: Outcome
    note: Callable[[], None] = nothing
    asked: int = 0


@dataclass(frozen=True)
class Desk:
    """One course at work: who is in it, what the bulk answers said, and what earlier pulls knew."""

    roll: Roll
    members: Sequence[Member]
    shared: Shared
    ledger: Ledger
    now: Sequence[Signals]

    @property
    def changed(self) -> list[int]:
        """Places of those whom the bulk answers show as new, or as somebody else's name or grades."""
        asked, prints = self.ledger.asked, self.ledger.prints
        return [place for place, now in enumerate(self.now) if not asked[place] or prints[place] != now.print]


class _Owner(NamedTuple):
    """Somebody who may hold badges, and the signals of all her courses taken together."""

    person: Participant
    now: Signals


class Learners:
    """Asks about the learners of one site, for one pull.

    Arguments:
        memory: what earlier pulls learnt; it is changed as outcomes are handed on.
        again: course and user of those who are asked about whatever the bulk answers say.
        rows: a custom report that was read and found sound: its rows take the place of one call for each learner.
        clock: gives the time in Unix seconds.
    """

    def __init__(
        self,
        client: MoodleClient,
        settings: MoodleSettings,
        source: str,
        memory: Memory,
        again: frozenset[tuple[int, int]],
        rows: Rows | None,
        clock: Callable[[], float],
    ) -> None:
        self._client = client
        self._settings = settings
        self._source = source
        self._memory = memory
        self._blind = memory.blind()
        self._again = again
        self._rows = rows
        self._clock = clock
        self._people: dict[int, _Owner] = {}
        self._touched: set[int] = set()

    def tell(self, rolls: Iterable[Roll]) -> Iterator[Told]:
        """Everything that there is to tell, a course at a time, then the badges."""
        return map_bounded(lambda job: job(), self._jobs(rolls), self._settings.workers)

    def _jobs(self, rolls: Iterable[Roll]) -> Iterator[Callable[[], Told]]:
        for desk in map_bounded(self._desk, rolls, _AHEAD):
            if isinstance(desk, Told):
                yield partial(_same, desk)
                continue
            self._memory.keep(desk.roll.course.id, desk.ledger)
            yield from self._course_jobs(desk)
        if self._settings.badges:
            yield from self._badge_jobs()

    def _now(self) -> int:
        return max(int(self._clock()), self._memory.started)

    # One course -------------------------------------------------------------------------------------------------

    def _desk(self, roll: Roll) -> Desk | Told:
        """A course's bulk answers; when it is refused, the refusal, and what was known of it is kept."""
        members = roll.members
        try:
            shared = shared_of(self._client, self._settings, roll.course, [member.person for member in members])
        except REFUSALS as error:
            refused = aside(self._source, roll.course.module, error, tracked=roll.course.tracked)
            return Told(Outcome(set_aside=(refused,), learners=roll.size))
        now = [self._signals(roll, shared, member) for member in members]
        ledger = self._memory.ledger(roll.course.id).follow([one.user for one in now])
        return Desk(roll, members, shared, ledger, now)

    def _signals(self, roll: Roll, shared: Shared, member: Member) -> Signals:
        user = member.person.user
        row = self._rows.completed(roll.course.id, user) if self._rows else None
        text = repr((roll.course, member.person, shared.fingerprint(user), row))
        return Signals(user, zlib.crc32(text.encode()), member.access)

    def _course_jobs(self, desk: Desk) -> Iterator[Callable[[], Told]]:
        yield from self._bulk_jobs(desk)
        course, ledger = desk.roll.course, desk.ledger
        mended = frozenset(ledger.refused() if self._mended(desk) else ())
        due = [
            place
            for place, now in enumerate(desk.now)
            if ledger.due(place, now, blind=self._blind) or (course.id, now.user) in self._again or place in mended
        ]
        if len(due) < len(desk.now):
            yield partial(self._pass_over, desk, frozenset(due))
        if self._settings.badges:
            self._remember_people(desk, frozenset(due))
        for place in due:
            yield partial(self._ask, desk, place)

    def _bulk_jobs(self, desk: Desk) -> Iterator[Callable[[], Told]]:
        """What bulk answers alone tell, of those in whom something changed."""
        places, shared = iter(desk.changed), desk.shared
        while batch := tuple(islice(places, _TOGETHER)):
            people = [desk.members[place].person for place in batch]
            outcome = bulk_parts(self._settings, self._source, desk.roll.course, people, shared)
            yield partial(_same, Told(replace(outcome, learners=0)))
            shared = replace(shared, errors={})  # told once a course

    def _mended(self, desk: Desk) -> bool:
        """Whether a course that was refused, learner by learner, is open now: one is asked about for all of them."""
        refused = desk.ledger.refused()
        if not refused:
            return False
        try:
            self._client.course_completion(desk.roll.course.id, desk.now[refused[0]].user)
        except REFUSALS as error:
            return error.code not in _WHOLE_COURSE
        return True

    def _pass_over(self, desk: Desk, due: frozenset[int]) -> Told:
        """Those who need not be asked about; a report has just said how it stands with them."""
        told = Told(Outcome(learners=len(desk.now) - len(due)))
        if self._rows is None or self._settings.parts:
            return told
        places = [place for place in range(len(desk.now)) if place not in due]
        return replace(told, note=partial(desk.ledger.confirm, places, self._now()))

    def _ask(self, desk: Desk, place: int) -> Told:
        member, course, asked = desk.members[place], desk.roll.course, self._now()
        grades = desk.shared.grades.get(member.person.user, {})
        seen = Seen(self._source, course, member.person, grades)
        whole, soon = self._whole(seen)
        parts = Outcome(learners=0, open=False)
        if self._settings.parts and {item.reason for item in whole.set_aside} <= PARTS_REMAIN:
            parts = parts_of(self._client, self._settings, seen, desk.shared)
        outcome = Outcome(
            completions=whole.completions + parts.completions,
            set_aside=whole.set_aside + parts.set_aside,
            open=whole.open or parts.open,
        )
        refused = any(item.reason in _WHOLE_COURSE for item in whole.set_aside)
        marks = OPEN * outcome.open | SOON * soon | REFUSED * refused
        return Told(outcome, partial(desk.ledger.note, place, desk.now[place], asked, marks), asked=1)

    def _whole(self, seen: Seen) -> tuple[Outcome, bool]:
        """The course as a whole, and whether it may come true without anybody's doing."""
        try:
            status = self._status(seen)
            whole = course_completion_of(seen, status)
        except REFUSALS as error:
            refused = aside(self._source, seen.key, error, tracked=seen.course.tracked)
            return Outcome(set_aside=(refused,)), False
        if whole is not None:
            return Outcome(completions=(whole,), open=False), False
        total = seen.grades.get(0)
        return Outcome(), waits(status, total.value if total else None)

    def _status(self, seen: Seen) -> Mapping[str, Any]:
        course, user = seen.course.id, seen.person.user
        row = self._rows.status(course, user) if self._rows else None
        return self._client.course_completion(course, user) if row is None else row

    # Badges -----------------------------------------------------------------------------------------------------

    def _remember_people(self, desk: Desk, due: frozenset[int]) -> None:
        """Whoever is asked about in a course is asked about for badges too: what she did there may award one."""
        self._touched.update(desk.now[place].user for place in due)
        for member, now in zip(desk.members, desk.now, strict=True):
            before = self._people.get(now.user)
            print_, visit = (before.now.print, before.now.visit) if before else (0, 0)
            signals = Signals(now.user, print_ ^ now.print, max(visit, now.visit))
            self._people[now.user] = _Owner(member.person, signals)

    def _badge_jobs(self) -> Iterator[Callable[[], Told]]:
        owners = [self._people[user] for user in sorted(self._people)]
        ledger = self._memory.ledger(BADGES).follow([owner.now.user for owner in owners])
        self._memory.keep(BADGES, ledger)
        wanted = self._touched | {user for course, user in self._again if course == BADGES}
        due = [place for place, owner in enumerate(owners) if owner.now.user in wanted or ledger.due(place, owner.now)]
        people = {owners[place].now.user: owners[place].person for place in due}
        jobs = badges_of(self._client, self._settings, self._source, people, self._memory.badges)
        for place, job in zip(due, jobs, strict=False):  # badges that are off are told once
            yield partial(self._ask_badges, ledger, place, owners[place].now, job)

    def _ask_badges(self, ledger: Ledger, place: int, now: Signals, job: Callable[[], Outcome]) -> Told:
        asked, outcome = self._now(), job()
        soon = bool(ledger.asked[place]) and now.user in self._touched
        note = partial(ledger.note, place, now, asked, OPEN * outcome.open | SOON * soon)
        return Told(replace(outcome, learners=0), note, asked=1)


def waits(status: Mapping[str, Any], points: float | None) -> bool:
    """Whether a course that is not completed may come to be without learner or teacher: by cron, or as time passes.

    ``points`` are the learner's total in the course. Aggregation "any" waits when one criterion is met, "all" when
    each of the others comes by itself.
    """
    items = [item for item in status.get("completions") or () if isinstance(item, dict)]
    met = [item.get("complete") is True or _reached(item, points) for item in items]
    if status.get("aggregation") == 2:
        return any(met)
    coming = [done or item.get("type") in _BY_ITSELF for done, item in zip(met, items, strict=True)]
    return bool(items) and all(coming)


def _reached(item: Mapping[str, Any], points: float | None) -> bool:
    """Whether a grade criterion has its points and only cron has not marked it yet."""
    if item.get("type") != _GRADE or points is None:
        return False
    details = item.get("details")
    try:
        return isinstance(details, dict) and points >= float(str(details.get("requirement")).replace(",", "."))
    except ValueError:
        return False


def _same(told: Told) -> Told:
    return told
