"""The first half of the main job: pull, match, decide. Issuing follows from the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mimis_core.catalogue import Match
from mimis_core.errors import ConfigurationError, MimisError, NotFoundError, TemporaryError
from mimis_core.model import Achievement, AwardState, Completion, Model, PulledPage
from mimis_core.pipeline import map_completions
from mimis_core.services.decisions import DecisionServices, dump_evidence
from mimis_core.services.intake import Run
from mimis_core.store.tables import AwardRow, CompletionRow, LearnerRow, SetAsideRow, new_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mimis_core.kinds import Source

Progress = Callable[[str, int | None, int | None], None]
"""Told (source, done, total) as a pull goes on."""
Held = tuple[str, str, int]
"""What a learner has or has been proposed for: her id, the achievement's and its version."""
TRIES = 3
"""For one page, when others write the same rows: each of them ends with its own page, so more is hardly needed."""


class SyncReport(Model):
    """What one sync did. ``pulled`` = used + unmatched + waiting + set_aside + refused, whatever happened before.

    ``errors`` are sources that failed; ``notes`` say for each source and reason what was set aside and what mends it.
    """

    pulled: int = 0
    used: int = 0
    unmatched: int = 0
    waiting: int = 0
    set_aside: int = 0
    refused: int = 0
    awards: int = 0
    proposed: int = 0
    same_person: int = 0
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def adds_up(self) -> bool:
        """True when every pulled record is accounted for."""
        return self.pulled == self.used + self.unmatched + self.waiting + self.set_aside + self.refused


class SyncServices(DecisionServices):
    """Pulling and deciding."""

    def sync(self, only: Iterable[str] = (), *, dry_run: bool = False, progress: Progress | None = None) -> SyncReport:
        """Pull the configured sources and decide what is earned.

        Arguments:
            only: names of sources; empty means all.
            dry_run: count what would happen and write nothing.
            progress: told as pages arrive.

        Raises ConfigurationError before anything is pulled when ``[privacy] protected`` is not answered or the
        catalogue cannot be read, and NotFoundError for an unknown source. A source that fails is named in ``errors``;
        the others go on.
        """
        if self.settings.privacy.protected is None:
            raise ConfigurationError(
                "mimis.toml does not say how learners with protected identity (skyddade personuppgifter) are kept out.",
                mend='Answer with [privacy] protected = "role", "group", "list" or "none-enrolled".',
            )
        names = self._source_names(only)
        self.catalogue.latest()
        run, errors, pulled, awards = Run(self.clock()), list[str](), 0, 0
        with self._pages_session(dry_run) as step:
            for name in names:
                try:
                    for page in self._pull(name, progress):
                        awards += self._take(step, page, run)
                        pulled += len(page.completions) + len(page.set_aside)
                except MimisError as error:
                    errors.append(f"{name}: {error}")
            with step() as session:
                counts = self._counts(session, names, run)
                same = len(self._same_person(session))
                notes = self._notes(session, names, run)
        return SyncReport(pulled=pulled, awards=awards, same_person=same, errors=tuple(errors), notes=notes, **counts)

    def set_aside_records(self, only: Iterable[str] = ()) -> list[dict[str, str]]:
        """What is set aside now and why, by the source's own keys; protected learners are named by id only."""
        names = self._source_names(only)
        with self._transaction() as session:
            rows = self._rows(session, SetAsideRow, SetAsideRow.source.in_(names))
            found = [
                {"source": row.source, "record": row.key, "reason": row.reason, "message": row.message} for row in rows
            ]
            protected = self._rows(
                session, CompletionRow, CompletionRow.source.in_(names), CompletionRow.state == "set_aside"
            )
            message = "Skyddade personuppgifter: ansvarig person på skolan tar hand om ärendet."
            return found + [
                {"source": row.source, "record": row.id, "reason": row.reason or "", "message": message}
                for row in protected
            ]

    def _source_names(self, only: Iterable[str]) -> list[str]:
        wanted = list(only) or list(self.settings.sources)
        for name in wanted:
            if name not in self.settings.sources:
                raise NotFoundError(
                    f"No source is called {name!r}.",
                    mend=f"Configured are: {', '.join(self.settings.sources) or 'none'}.",
                )
        return wanted

    def _pull(self, name: str, progress: Progress | None) -> Iterator[PulledPage]:
        source: Source[Any] = self._open("source", name, self._with_privacy(self.settings.sources[name], name))
        for page in source.pull(None):
            if progress is not None:
                progress(name, page.done, page.total)
            yield page

    def _with_privacy(self, table: dict[str, Any], name: str) -> dict[str, Any]:
        """The source's table with the answer of ``[privacy]``, where the source can tell roles or groups."""
        privacy = self.settings.privacy
        wanted = f"excluded_{privacy.protected}s"
        kind = self.plugins.types("source").get(table.get("kind", name))
        if kind is None or wanted not in kind.Settings.model_fields or wanted in table:
            return table
        return {**table, wanted: list(privacy.values)}

    @contextmanager
    def _pages_session(self, dry_run: bool) -> Iterator[Callable[[], Any]]:
        """Gives a maker of sessions: one transaction for each page, or one for all that is rolled back at the end."""
        if not dry_run:
            yield self._transaction
            return
        with Session(self.database.engine) as session:

            @contextmanager
            def shared() -> Iterator[Session]:
                with session.begin_nested():
                    yield session

            yield shared
            session.rollback()

    def _take(self, step: Callable[[], Any], page: PulledPage, run: Run) -> int:
        """Take a page in; gives the number of new awards.

        On PostgreSQL another sync, or a renewal, may write the same rows meanwhile: then the page is taken anew, from
        what stands there now. Raises TemporaryError when that happens time and again.
        """
        for _ in range(TRIES):
            with suppress(IntegrityError), step() as session:
                return self._take_page(session, page, run)
        raise TemporaryError(
            "Another sync is at work on the same records.", mend="Wait until it has ended, then run: mimis sync"
        )

    def _take_page(self, session: Session, page: PulledPage, run: Run) -> int:
        self._set_aside(session, page.set_aside, run)
        touched = self._absorb(session, page.completions, run)
        completions: dict[str, list[CompletionRow]] = {}
        for row in self._rows(session, CompletionRow, CompletionRow.learner_id.in_(touched)):
            completions.setdefault(row.learner_id, []).append(row)
        awards = sorted(self._rows(session, AwardRow, AwardRow.learner_id.in_(touched)), key=lambda one: one.round)
        has = {(one.learner_id, one.achievement_id, one.achievement_version): one for one in awards}
        return sum(self._match_learner(session, touched[one], completions.get(one, []), has) for one in sorted(touched))

    def _match_learner(
        self, session: Session, learner: LearnerRow, rows: list[CompletionRow], has: dict[Held, AwardRow]
    ) -> int:
        """Bring one learner's completions and awards up to date; gives the number of new awards.

        ``has`` holds her last award of each achievement version; a recompleted course makes the next one.
        """
        if learner.protected:
            for row in rows:
                row.state, row.reason = "set_aside", "protected"
            return 0
        by_key = {(row.source, row.key): row for row in rows}
        match = self._mapped(tuple(Completion.model_validate_json(row.content) for row in rows))
        for completions, state in ((match.unmatched, "unmatched"), (match.waiting, "waiting")):
            for one in completions:
                by_key[one.source, one.key].state = state
        new = 0
        for achievement, used in match.earned:
            for one in used:
                by_key[one.source, one.key].state = "used"
            held = learner.id, achievement.id, achievement.version
            if made := self._award(session, learner.id, achievement, used, has.get(held)):
                has[held] = made
                new += 1
        return new

    def _mapped(self, completions: tuple[Completion, ...]) -> Match:
        """The match, with what earns an achievement that fails the six checks left waiting."""
        match = map_completions(self.plugins, completions, self.catalogue)
        good = tuple(pair for pair in match.earned if self._ready(pair[0]))
        used = {(one.source, one.key) for _, items in good for one in items}
        held = tuple(
            one for pair in match.earned if pair not in good for one in pair[1] if (one.source, one.key) not in used
        )
        return Match(earned=good, waiting=match.waiting + held, unmatched=match.unmatched)

    def _award(
        self,
        session: Session,
        learner_id: str,
        achievement: Achievement,
        used: tuple[Completion, ...],
        last: AwardRow | None,
    ) -> AwardRow | None:
        """A first award, or the next round after ``last`` for a recompleted course; None when nothing is new."""
        if last is not None:
            return self._renew_award(session, last, achievement, used)
        row = AwardRow(
            id=new_id(),
            organisation=self.organisation,
            learner_id=learner_id,
            achievement_id=achievement.id,
            achievement_version=achievement.version,
            round=1,
            state=AwardState.PROPOSED,
            completed_at=max(one.completed_at for one in used),
            evidence=dump_evidence(used),
        )
        self._propose(session, row, achievement, by_rule=True)
        return row

    def _counts(self, session: Session, names: list[str], run: Run) -> dict[str, int]:
        def grouped(table: Any, column: Any) -> dict[str, int]:
            query = (
                select(column, func.count())
                .where(table.organisation == self.organisation, table.source.in_(names), table.seen_in == run.id)
                .group_by(column)
            )
            return dict(session.execute(query).all())

        states = grouped(CompletionRow, CompletionRow.state)
        reasons = grouped(SetAsideRow, SetAsideRow.reason)
        refused = reasons.pop("personal-number", 0)
        proposed = self._rows(session, AwardRow, AwardRow.state == AwardState.PROPOSED.value)
        return {
            "used": states.get("used", 0),
            "unmatched": states.get("unmatched", 0),
            "waiting": states.get("waiting", 0),
            "set_aside": states.get("set_aside", 0) + sum(reasons.values()),
            "refused": refused,
            "proposed": len(proposed),
        }

    def _notes(self, session: Session, names: list[str], run: Run) -> tuple[str, ...]:
        groups: dict[tuple[str, str], list[SetAsideRow]] = {}
        for row in self._rows(session, SetAsideRow, SetAsideRow.source.in_(names), SetAsideRow.seen_in == run.id):
            groups.setdefault((row.source, row.reason), []).append(row)
        firsts = {place: min(rows, key=lambda row: row.key) for place, rows in groups.items()}
        return tuple(
            f"{source}: {len(groups[source, reason])} set aside ({reason}), such as {first.key}: {first.message}"
            for (source, reason), first in sorted(firsts.items())
        )
