"""The first half of the main job: pull, match, decide. Issuing follows from the outbox."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mimis_core.errors import ConfigurationError, MimisError, NotFoundError
from mimis_core.model import AwardState, Model, PulledPage
from mimis_core.observe import step as observed
from mimis_core.services.base import VALUES_AT_ONCE
from mimis_core.services.intake import Place, Run, refusal
from mimis_core.services.pulls import PullServices, Step
from mimis_core.services.signals import WITHDRAWN
from mimis_core.services.stacking import PARTS
from mimis_core.store.attestation_tables import ATTESTED
from mimis_core.store.database import AWAY
from mimis_core.store.tables import AwardRow, CompletionRow, LearnerRow, ReviewRow, SetAsideRow

_log = logging.getLogger("mimis.sync")

Progress = Callable[[str, int | None, int | None], None]
"""Told (source, done, total) as a pull goes on."""
OWN = frozenset({ATTESTED, PARTS})
"""Sources that mimis itself is: a list of the same name would have its records taken for these."""


class SyncReport(Model):
    """What one sync did. ``pulled`` = used + unmatched + waiting + set_aside + refused, whatever happened before.

    ``full`` are the sources that were asked about everything, not only about what may have changed. ``as_of`` says of
    those that tell until when all that happened in them has been asked about. ``reviews`` is the number that is open
    now. ``errors`` are sources that failed; ``notes`` say for each source and reason what was set aside and what mends
    it.
    """

    pulled: int = 0
    used: int = 0
    unmatched: int = 0
    waiting: int = 0
    set_aside: int = 0
    refused: int = 0
    awards: int = 0
    proposed: int = 0
    reviews: int = 0
    same_person: int = 0
    full: tuple[str, ...] = ()
    as_of: dict[str, datetime] = {}
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def adds_up(self) -> bool:
        """True when every pulled record is accounted for."""
        return self.pulled == self.used + self.unmatched + self.waiting + self.set_aside + self.refused


@dataclass
class Going:
    """A sync as it goes on: how it was asked for, and what it has come to so far.

    ``given``, ``refused`` and ``aside`` are the records: one that moves from page to page while a source is read counts
    once.
    """

    step: Step
    run: Run
    everything: bool
    progress: Progress | None
    given: set[Place] = field(default_factory=set)
    refused: set[Place] = field(default_factory=set)
    aside: set[Place] = field(default_factory=set)
    awards: int = 0
    full: list[str] = field(default_factory=list)
    as_of: dict[str, datetime] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def pulled(self) -> int:
        """How many records there were."""
        return len(self.given) + len(self.refused) + len(self.aside)

    def count(self, page: PulledPage) -> None:
        """Count the records of a page."""
        for one in page.completions:
            (self.given if refusal(one) is None else self.refused).add((one.source, one.key))
        self.aside.update((one.source, one.key) for one in page.set_aside)


class SyncServices(PullServices):
    """Pulling and deciding."""

    def sync(
        self,
        only: Iterable[str] = (),
        *,
        full: bool = False,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> SyncReport:
        """Pull the configured sources and decide what is earned.

        Arguments:
            only: names of sources; empty means all.
            full: ask them about everything. Otherwise each is asked about what may have changed since its last pull,
                and about everything when it gave no cursor, its settings are others, or the last time is more than
                ``[sync] full_days`` ago.
            dry_run: count what would happen and write nothing.
            progress: told as pages arrive.

        Raises ConfigurationError before anything is pulled when ``[privacy] protected`` is not answered or the
        catalogue cannot be read, NotFoundError for an unknown source, and the database's own errors when that is away.
        A source that fails, however it does, is named in ``errors``; the others go on.
        """
        self._require_privacy()
        names = self._source_names(only)
        self.catalogue.latest()
        with self._pages_session(dry_run) as step:
            going = Going(step, Run(self.clock()), full, progress)
            for name in names:
                self._try_one(name, going)
            with step() if dry_run else self.database.reading() as session:
                counts = self._counts(session, names, going)
                same = len(self._same_person(session))
                notes = self._notes(session, names, going.run)
        return SyncReport(
            pulled=going.pulled,
            awards=going.awards,
            same_person=same,
            full=tuple(going.full),
            as_of=going.as_of,
            errors=tuple(going.errors),
            notes=notes,
            **counts,
        )

    def _try_one(self, name: str, going: Going) -> None:
        """Pull one source, and note why it failed where it did: whatever an adapter raises, the others go on."""
        try:
            self._sync_one(name, going)
        except MimisError as error:
            going.errors.append(f"{name}: {error}")
        except AWAY:
            raise
        except Exception as error:
            # Its text is not ours, and may hold anything.
            kind = type(error).__name__
            _log.error("source %s stopped by an unforeseen %s", name, kind, exc_info=error)
            going.errors.append(f"{name}: An unforeseen error stopped it ({kind}). See the log.")

    @observed("sync")
    def _sync_one(self, name: str, going: Going) -> None:
        pull = self._begin_pull(going.step, name, full=going.everything)
        going.full += [name] if pull.full else []
        for page in pull.source.pull(pull.start):
            if going.progress is not None:
                going.progress(name, page.done, page.total)
            going.awards += self._take(going.step, page, going.run, pull)
            going.count(page)
        going.awards += self._match_anew(going.step, name)
        self._end_pull(going.step, pull, going.run)
        if pull.as_of is not None:
            going.as_of[name] = pull.as_of

    def set_aside_records(self, only: Iterable[str] = ()) -> list[dict[str, str]]:
        """What is set aside now and why, by the source's own keys; protected learners are named by id only."""
        names = self._source_names(only)
        with self.database.reading() as session:
            rows = self._rows(session, SetAsideRow, SetAsideRow.source.in_(names))
            found = [
                {"source": row.source, "record": row.key, "reason": row.reason, "message": row.message} for row in rows
            ]
            return found + self._aside_completions(session, names)

    def _aside_completions(self, session: Session, names: list[str]) -> list[dict[str, str]]:
        query = (
            select(CompletionRow, LearnerRow.protected)
            .join(LearnerRow, LearnerRow.id == CompletionRow.learner_id)
            .where(CompletionRow.organisation == self.organisation, CompletionRow.source.in_(names))
            .where(CompletionRow.state == "set_aside")
        )
        messages = {
            "protected": "Skyddade personuppgifter: ansvarig person på skolan tar hand om ärendet.",
            WITHDRAWN: "Its source has taken it back. What rests on it is in: mimis reviews",
        }
        return [
            {
                "source": row.source,
                "record": row.id if protected or row.reason == "protected" else row.key,
                "reason": row.reason or "",
                "message": messages.get(row.reason or "", ""),
            }
            for row, protected in session.execute(query)
        ]

    def _source_names(self, only: Iterable[str]) -> list[str]:
        wanted = list(only) or list(self.settings.sources)
        for name in wanted:
            if name not in self.settings.sources:
                raise NotFoundError(
                    f"No source is called {name!r}.",
                    mend=f"Configured are: {', '.join(self.settings.sources) or 'none'}.",
                )
            if name in OWN:
                raise ConfigurationError(
                    f"No source may be called {name!r}: mimis itself keeps records under that name.",
                    mend=f"Rename the table [sources.{name}] in mimis.toml.",
                )
        return wanted

    def _counts(self, session: Session, names: list[str], going: Going) -> dict[str, int]:
        states = self._states(session, going.given)
        query = (
            select(SetAsideRow.reason, func.count())
            .where(SetAsideRow.organisation == self.organisation, SetAsideRow.source.in_(names))
            .where(SetAsideRow.seen_in == going.run.id)
            .group_by(SetAsideRow.reason)
        )
        reasons = dict(session.execute(query).all())
        refused = reasons.pop("personal-number", 0)
        return {
            "used": states.get("used", 0),
            "unmatched": states.get("unmatched", 0),
            "waiting": states.get("waiting", 0),
            "set_aside": states.get("set_aside", 0) + sum(reasons.values()),
            "refused": refused,
            "proposed": self._number(session, AwardRow, AwardRow.state == AwardState.PROPOSED.value),
            "reviews": self._number(session, ReviewRow, ReviewRow.state == "open"),
        }

    def _states(self, session: Session, places: Collection[Place]) -> Counter[str]:
        """How many of these completions are in which state.

        They are asked for by key: a mark at each record that a sync has seen would be a write for each, every night.
        """
        keys: dict[str, list[str]] = {}
        for source, key in places:
            keys.setdefault(source, []).append(key)
        found: Counter[str] = Counter()
        for source, of_source in keys.items():
            for start in range(0, len(of_source), VALUES_AT_ONCE):
                query = (
                    select(CompletionRow.state, func.count())
                    .where(CompletionRow.organisation == self.organisation, CompletionRow.source == source)
                    .where(CompletionRow.key.in_(of_source[start : start + VALUES_AT_ONCE]))
                    .group_by(CompletionRow.state)
                )
                found.update(dict(session.execute(query).all()))
        return found

    def _number(self, session: Session, table: type[AwardRow | ReviewRow], condition: Any) -> int:
        query = select(func.count()).where(table.organisation == self.organisation, condition)
        return session.scalar(query) or 0

    def _notes(self, session: Session, names: list[str], run: Run) -> tuple[str, ...]:
        groups: dict[tuple[str, str], list[SetAsideRow]] = {}
        for row in self._rows(session, SetAsideRow, SetAsideRow.source.in_(names), SetAsideRow.seen_in == run.id):
            groups.setdefault((row.source, row.reason), []).append(row)
        firsts = {place: min(rows, key=lambda row: row.key) for place, rows in groups.items()}
        return tuple(
            f"{source}: {len(groups[source, reason])} set aside ({reason}), such as {first.key}: {first.message}"
            for (source, reason), first in sorted(firsts.items())
        )
