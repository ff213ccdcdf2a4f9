"""Pulling one source: from where, its pages one transaction each, and how far that has come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from mimis_core.errors import ConfigurationError, TemporaryError
from mimis_core.model import PulledPage
from mimis_core.observe import step as observed
from mimis_core.services.intake import Run
from mimis_core.services.stacking import StackServices
from mimis_core.store.tables import CompletionRow, SourceStateRow

if TYPE_CHECKING:
    from mimis_core.kinds import Source

TRIES = 3
"""For one page, when others write the same rows: each of them ends with its own page, so more is hardly needed."""
CLASHES = frozenset({"40001", "40P01"})
"""PostgreSQL's codes for a serialization failure and a deadlock."""
AT_ONCE = 200
"""Learners that are matched anew in one transaction."""
Step = Callable[[], AbstractContextManager[Session]]
"""Makes the session of one transaction."""
T = TypeVar("T")


@dataclass
class Pull:
    """One pull: the cursor that it starts from, None for everything, and what its pages have said so far."""

    source: Source[Any]
    start: str | None
    cursor: str | None = None
    as_of: datetime | None = None
    whole: bool = False

    @property
    def full(self) -> bool:
        """Whether the source is asked about everything."""
        return self.start is None


class PullServices(StackServices):
    """Opens sources and takes in what they give."""

    def _require_privacy(self) -> None:
        """Nothing is pulled before the school has said how protected learners are kept out."""
        if self.settings.privacy.protected is None:
            raise ConfigurationError(
                "mimis.toml does not say how learners with protected identity (skyddade personuppgifter) are kept out.",
                mend='Answer with [privacy] protected = "role", "group", "list" or "none-enrolled".',
            )

    def _source(self, name: str) -> Source[Any]:
        source: Source[Any] = self._open("source", name, self._with_privacy(self.settings.sources[name], name))
        return source

    def _with_privacy(self, table: dict[str, Any], name: str) -> dict[str, Any]:
        """The source's table with the answer of ``[privacy]``, where the source can tell roles or groups."""
        privacy = self.settings.privacy
        wanted = f"excluded_{privacy.protected}s"
        kind = self.plugins.types("source").get(table.get("kind", name))
        if kind is None or wanted not in kind.Settings.model_fields or wanted in table:
            return table
        return {**table, wanted: list(privacy.values)}

    def _begin_pull(self, step: Step, name: str, *, full: bool) -> Pull:
        """Open a source and say where its pull starts."""
        source = self._source(name)
        return Pull(source, self._tried(step, partial(self._start, source=source, full=full)))

    def _start(self, session: Session, source: Source[Any], full: bool) -> str | None:
        """The stored cursor; None when all is asked for, the settings are others, or the last of all is long ago.

        A first pull that was cut off goes on from the cursor that it had come to.
        """
        key, row = self._settings_key(source), self._source_state(session, source.name)
        if row is None:
            session.add(self._new_source_state(source.name, key))
            session.flush()
            return None
        if row.settings_key != key:
            row.settings_key, row.cursor, row.full_at, row.as_of = key, None, None, None
        days = timedelta(days=self.settings.sync.full_days)
        due = row.full_at is not None and self.clock() - row.full_at >= days
        return None if full or due else row.cursor

    @observed("page")
    def _take(self, step: Step, page: PulledPage, run: Run, pull: Pull | None = None) -> int:
        """Take a page in, with the cursor that stands in it; gives the number of new awards.

        On PostgreSQL another sync, or a renewal, may write the same rows meanwhile: then the page is taken anew, from
        what stands there now. Raises TemporaryError when that happens time and again.
        """

        def take(session: Session) -> int:
            new = self._take_page(session, page, run)
            if pull is not None and page.cursor is not None:
                self._known_source_state(session, pull.source.name).cursor = pull.cursor = page.cursor
            return new

        if pull is not None:
            pull.as_of = page.as_of or pull.as_of
            pull.whole |= page.whole
        return self._tried(step, take)

    def _end_pull(self, step: Step, pull: Pull, run: Run) -> None:
        """Note that a pull has come to its end without an error."""

        def end(session: Session) -> None:
            row = self._known_source_state(session, pull.source.name)
            row.pulled_at, row.as_of = run.at, pull.as_of or row.as_of
            row.full_at = run.at if pull.full else row.full_at or run.at
            if pull.full or pull.whole:
                row.cursor = pull.cursor
                self._forget_unseen(session, pull.source.name, run)

        self._tried(step, end)

    def _match_anew(self, step: Step, name: str) -> int:
        """Match what is stored of a source, once after each change of the catalogue; gives the number of new awards.

        What did not change since the last pull is not pulled again, but may earn something by a new entry. Asked for
        after a pull, so that a mark for protected identity or a withdrawal in it counts first.
        """
        key, new = self._catalogue_key(), 0
        query = select(CompletionRow.learner_id).where(
            CompletionRow.organisation == self.organisation, CompletionRow.source == name
        )
        with step() as session:
            if self._known_source_state(session, name).catalogue_key == key:
                return 0
            learners = sorted(set(session.scalars(query)))
        for start in range(0, len(learners), AT_ONCE):
            new += self._tried(step, partial(self._match_with_parts, learner_ids=learners[start : start + AT_ONCE]))
        with step() as session:
            self._known_source_state(session, name).catalogue_key = key
        return new

    def _source_state(self, session: Session, name: str) -> SourceStateRow | None:
        return next(iter(self._rows(session, SourceStateRow, SourceStateRow.source == name)), None)

    def _new_source_state(self, name: str, settings_key: str = "") -> SourceStateRow:
        return SourceStateRow(organisation=self.organisation, source=name, settings_key=settings_key)

    def _known_source_state(self, session: Session, name: str) -> SourceStateRow:
        (row,) = self._rows(session, SourceStateRow, SourceStateRow.source == name)
        return row

    def _settings_key(self, source: Source[Any]) -> str:
        """What decides which records a pull gives. A secret stands in it as stars: a new key changes nothing."""
        tables = source.settings.model_dump(mode="json"), self.settings.privacy.model_dump(mode="json")
        return self.database.cipher.token_hash(json.dumps([source.kind, *tables], sort_keys=True))

    def _catalogue_key(self) -> str:
        return self.database.cipher.token_hash("\n".join(one.model_dump_json() for one in self.catalogue.latest()))

    @contextmanager
    def _pages_session(self, dry_run: bool) -> Iterator[Step]:
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

    def _tried(self, step: Step, do: Callable[[Session], T]) -> T:
        for _ in range(TRIES):
            try:
                with step() as session:
                    return do(session)
            except DBAPIError as error:
                if not _is_clash(error):
                    raise
        raise TemporaryError(
            "Another sync is at work on the same records.", mend="Wait until it has ended, then run: mimis sync"
        )


def _is_clash(error: DBAPIError) -> bool:
    """Whether somebody else wrote the same rows: a constraint tells it, or PostgreSQL ends a deadlock."""
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in CLASHES
