"""The source ``ss12000``: who has which passing grade in a school register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from mimis_core import (
    Completion,
    Departure,
    Finding,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    PulledPage,
    SetAside,
    Source,
    Withdrawal,
)
from mimis_ss12000.batch import Mapper, Outcome
from mimis_ss12000.changes import (
    MANY,
    Changes,
    find_changes,
    grade_pages,
    pages_of,
    read_cursor,
    read_rows,
    write_cursor,
)
from mimis_ss12000.checks import check_register
from mimis_ss12000.client import DELETED, GRADES, PERSONS, Page, Register
from mimis_ss12000.mapping import Result, depart, grade_key, link_rows, set_aside, take_back
from mimis_ss12000.settings import SS12000Settings


class SS12000Source(Source[SS12000Settings]):
    """Pulls final passing grades by SS12000:2020 (API 2.0, and what is known of 2.1)."""

    kind = "ss12000"
    Settings = SS12000Settings
    proven = "vendor documents: the standard's OpenAPI description, and public servers and clients of it"

    def __init__(self, name: str, settings: SS12000Settings) -> None:
        super().__init__(name, settings)
        self._register = Register(settings)

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """Yield who passed what, a batch of learners at a time. See :meth:`mimis_core.Source.pull`.

        With a cursor the learners of whom a grade or the person changed are asked about, and what changed is given.
        """
        since = read_cursor(cursor)
        now = self._register.clock()
        changes = find_changes(self._register, since, self.settings) if since else None
        rows, unread = read_rows(self._pages(changes))
        unread |= changes.unread if changes else {}
        yield self._gone(since, frozenset(row.id for row in rows))
        yield PulledPage(set_aside=tuple(set_aside(self.name, key, "malformed", unread[key]) for key in sorted(unread)))
        yield from self._map([one for one in link_rows(rows) if changes is None or changes.touch(one)])
        asked_until = write_cursor(now)
        yield PulledPage(cursor=asked_until, as_of=read_cursor(asked_until))

    def check(self) -> Iterable[Finding]:
        """Try each address that a pull needs, and say which right is missing."""
        return check_register(self._register, self.settings)

    def close(self) -> None:
        """Close all connections."""
        self._register.close()

    def _gone(self, since: datetime | None, there: frozenset[str]) -> PulledPage:
        """What was deleted and is not there again.

        A full pull asks for all that ever was: it cannot know what an earlier one has seen.
        """
        try:
            deleted = self._register.deleted(since)
        except (NotFoundError, PermissionDeniedError, PermanentError) as error:
            aside = set_aside(self.name, DELETED, "no-deletions", f"{error} Until then revocations come from you.")
            return PulledPage(set_aside=(aside,))
        gone = sorted(deleted[GRADES] - there)
        return PulledPage(
            withdrawn=tuple(take_back(self.name, grade_key(one), "grade-deleted") for one in gone),
            departed=tuple(depart(self.name, one, "person-deleted") for one in sorted(deleted[PERSONS])),
        )

    def _pages(self, changes: Changes | None) -> Iterator[Page]:
        """All grades, or those of the learners in question; a correction is only known by what it stands beside."""
        units = max(1, len(self.settings.organisations))
        if changes is None or len(changes.learners) * units > MANY:
            return grade_pages(self._register, self.settings)
        return pages_of(self._register, self.settings, changes.learners)

    def _map(self, results: list[Result]) -> Iterator[PulledPage]:
        """One page for each batch of whole learners; progress counts results."""
        mapper = Mapper(self.name, self._register, self.settings)
        done = 0
        for batch in _batches(results, self.settings.lookup_size):
            done += len(batch)
            yield _page(mapper.map(batch), done, len(results))


def _batches(results: list[Result], learners: int) -> Iterator[list[Result]]:
    """Results of at most so many learners at a time."""
    batch: list[Result] = []
    for number, (_, group) in enumerate(groupby(results, key=attrgetter("last.student"))):
        if batch and number % learners == 0:
            yield batch
            batch = []
        batch.extend(group)
    if batch:
        yield batch


def _page(outcomes: Iterable[Outcome], done: int, total: int) -> PulledPage:
    items = list(outcomes)
    departed = {item.key: item for item in items if isinstance(item, Departure)}
    return PulledPage(
        completions=tuple(item for item in items if isinstance(item, Completion)),
        set_aside=tuple(item for item in items if type(item) is SetAside),
        withdrawn=tuple(item for item in items if isinstance(item, Withdrawal)),
        departed=tuple(departed.values()),
        done=done,
        total=total,
    )
