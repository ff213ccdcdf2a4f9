"""The story of a pull: rolls, the report where there is one, the learners who are to be asked about, and the cursor."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import ClassVar

from mimis_core import Finding, MimisError, PulledPage, SetAside, Source
from mimis_moodle.checks import examine, require_functions
from mimis_moodle.client import MoodleClient
from mimis_moodle.errors import REFUSALS
from mimis_moodle.learners import BADGES, Learners, Told
from mimis_moodle.memory import Memory
from mimis_moodle.report import ReportReader
from mimis_moodle.rolls import Roll, Rolls
from mimis_moodle.rows import Rows
from mimis_moodle.settings import MoodleSettings

PAGE = 100
"""Questions, or about as many completions, in one PulledPage."""
SAVE_EVERY = 2000
"""Questions after which a page carries a cursor: what a pull that is ended does not have to ask again."""
_OF_NO_MATTER = frozenset({"token", "event_token", "workers", "page_size", "recheck_share"})
"""Settings that do not change what there is to pull."""


class MoodleSource(Source[MoodleSettings]):
    """Completions of one Moodle site.

    Rule: each participant of each course is asked about, also where the listing says that completion tracking is off,
    so that every record that gives no completion is set aside with Moodle's own code. With a cursor, those are asked
    about of whom a bulk answer says something new, those who only wait for Moodle's cron or for a date, and a share of
    all others who can still earn something, so that nobody waits for more than ``1 / recheck_share`` pulls.
    """

    kind: ClassVar[str] = "moodle"
    Settings = MoodleSettings
    proven: ClassVar[str | None] = "real system: recorded answers of Moodle 4.5"

    def __init__(self, name: str, settings: MoodleSettings, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(name, settings)
        self._client = MoodleClient(settings.url, settings.token, workers=settings.workers)
        self._clock = clock

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def check(self) -> Iterable[Finding]:
        """Try the token, the service's functions, the courses and each right."""
        return examine(self._client, self.settings)

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """Yield completions, about a hundred learners a page; done and total count learners of all courses.

        Raises PermissionDeniedError also when every course was refused.
        """
        require_functions(self._client.site_info(), self.settings)
        started = int(self._clock())
        memory = Memory.read(cursor, self._recipe(), self.settings.recheck_share)
        again = memory.begin(started)
        rolls = Rolls(self._client, self.settings, self.name)
        read, rows, notices = self._read(rolls, started)
        memory.keep_only((*rolls.courses, BADGES))
        total = sum(roll.size for roll in read)
        if set_aside := (*rolls.set_aside, *notices):
            yield PulledPage(set_aside=set_aside, done=0, total=total)
        learners = Learners(self._client, self.settings, self.name, memory, again, rows, self._clock)
        yield from self._pages(learners.tell(read), memory, total)
        seen = min(memory.oldest() or started, started)
        as_of = datetime.fromtimestamp(seen, UTC)
        yield PulledPage(cursor=memory.write(), as_of=as_of, done=total, total=total)

    def _pages(self, told: Iterator[Told], memory: Memory, total: int) -> Iterator[PulledPage]:
        done = unsaved = 0
        for batch in _batches(told):
            for one in batch:
                one.note()
            outcomes = [one.outcome for one in batch]
            done += sum(outcome.learners for outcome in outcomes)
            unsaved += sum(one.asked for one in batch)
            save = unsaved >= SAVE_EVERY
            unsaved = 0 if save else unsaved
            yield PulledPage(
                completions=tuple(item for outcome in outcomes for item in outcome.completions),
                set_aside=tuple(item for outcome in outcomes for item in outcome.set_aside),
                withdrawn=tuple(item for outcome in outcomes for item in outcome.withdrawn),
                cursor=memory.write() if save else None,
                done=done,
                total=total,
            )

    def _read(self, rolls: Rolls, started: int) -> tuple[list[Roll], Rows | None, tuple[SetAside, ...]]:
        """The rolls, the custom report where one is set up and sound, and what the administrator should know of it."""
        number = self.settings.report
        if number is None:
            return rolls.read(), None, ()
        read = rolls.read(short=True)
        try:
            rows = ReportReader(self._client, number, rolls, started).read(read)
        except REFUSALS as error:
            return rolls.read(), None, (self._refused(number, error),)
        return [roll if rows.names(roll.course.id) else rolls.again(roll) for roll in read], rows, ()

    def _refused(self, number: int, error: MimisError) -> SetAside:
        message = f"{error.message} {error.mend or ''}".strip()
        return SetAside(
            source=self.name,
            key=f"report:{number}",
            reason="report-missing" if error.code == "invalidrecord" else error.code or "report",
            message=f"{message} Until then each learner is asked about, which takes longer and loses nothing.",
        )

    def _recipe(self) -> str:
        """The settings that a cursor is good for."""
        told = self.settings.model_dump_json(exclude=set(_OF_NO_MATTER))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def _batches(told: Iterator[Told]) -> Iterator[list[Told]]:
    """Outcomes in portions of a page."""
    batch: list[Told] = []
    weight = 0
    for one in told:
        batch.append(one)
        weight += max(one.asked, len(one.outcome.completions))
        if weight >= PAGE:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch
