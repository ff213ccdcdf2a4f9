"""Events: a source says that something happened, and is asked about it at once. What it says is never believed."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from mimis_core.errors import DataError, NotFoundError
from mimis_core.services.intake import Run
from mimis_core.services.sync import SyncServices
from mimis_core.store.tables import EventRow, OutboxRow, new_id

_log = logging.getLogger("mimis.events")

EVENT = "event"
"""Kind of the work that follows a hint."""


class EventServices(SyncServices):
    """Takes hints and follows them. The next sync finds what a lost one was about."""

    def check_event_token(self, source: str, token: str) -> None:
        """Whether an event came with the source's own ``event_token``.

        Raises NotFoundError, the same for an unknown source, one that takes no events, and a wrong token.
        """
        expected = self.settings.sources.get(source, {}).get("event_token")
        if not isinstance(expected, str) or not expected or not hmac.compare_digest(expected.encode(), token.encode()):
            raise NotFoundError("There is no such event address here.", code="unknown")

    def take_event(self, source: str, body: bytes, content_type: str) -> int:
        """Read what a source sent and queue what it hints at; gives how many hints are new. The body is not kept.

        Call :meth:`check_event_token` first. Raises DataError for a body that is none of the source's events.
        """
        return self.take_hints(source, self._source(source).read_event(body, content_type))

    def take_hints(self, source: str, hints: Iterable[str]) -> int:
        """Queue hints of a source to be followed soon; gives how many are new. One that waits already waits once.

        For an adapter's listener, such as one on a message bus, which calls this for each batch that it received and
        confirms the batch afterwards: the hints are stored by then. Each hint is one that the source's
        :meth:`~mimis_core.Source.follow` understands. Raises NotFoundError for a source that is not configured, and
        TemporaryError when others write the same rows time and again.
        """
        (name,) = self._source_names([source])
        wanted = {self.database.cipher.token_hash(hint): hint for hint in hints}
        return self._tried(self._transaction, lambda session: self._keep_hints(session, name, wanted))

    def _keep_hints(self, session: Session, source: str, hints: dict[str, str]) -> int:
        waiting = {
            row.hint_key
            for row in self._rows_in(session, EventRow, EventRow.hint_key, hints, EventRow.source == source)
        }
        new = {key: hint for key, hint in hints.items() if key not in waiting}
        for key, hint in new.items():
            row = EventRow(
                id=new_id(), organisation=self.organisation, source=source, hint=hint, hint_key=key, at=self.clock()
            )
            session.add(row)
            self._enqueue(session, EVENT, row.id, f"sources.{source}")
        return len(new)

    def _follow(self, event_id: str) -> None:
        """Pull what a hint points to. Raises as the source does, but for what is not there or cannot be read."""
        with self._transaction() as session:
            row = session.get(EventRow, event_id)
            if row is None or row.source not in self.settings.sources:
                self._forget_event(session, event_id)
                return
            row.hint_key = None
            name, hint = row.source, row.hint
        self._require_privacy()
        run = Run(self.clock(), counted=False)
        try:
            # A cursor stands for all of the source, and this is a part: none is kept.
            for page in self._source(name).follow(hint):
                self._take(self._transaction, page, run)
        except (NotFoundError, DataError) as error:
            _log.info("event %s of source %s led to nothing: %s", event_id, name, type(error).__name__)
        with self._transaction() as session:
            self._forget_event(session, event_id)

    def _wait_again(self, event_id: str) -> bool:
        """Let a hint that could not be followed wait; False, and it is forgotten, when the same one waits already."""

        def wait(session: Session) -> bool:
            row = session.get(EventRow, event_id)
            if row is None:  # another worker has followed it since
                return False
            key = self.database.cipher.token_hash(row.hint)
            same = self._rows(session, EventRow, EventRow.source == row.source, EventRow.hint_key == key)
            if any(one.id != event_id for one in same):
                self._forget_event(session, event_id)
                return False
            row.hint_key = key
            return True

        return self._tried(self._transaction, wait)

    def _forget_event(self, session: Session, event_id: str) -> None:
        """Remove a hint and its work: a school's platform may send thousands a day, and nothing rests on them."""
        mine = OutboxRow.organisation == self.organisation, OutboxRow.kind == EVENT, OutboxRow.ref == event_id
        for query in (delete(EventRow).where(EventRow.id == event_id), delete(OutboxRow).where(*mine)):
            session.execute(query.execution_options(synchronize_session=False))
