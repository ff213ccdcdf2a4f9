"""Keeps what is stored checkable for longer: seals of issued credentials are raised to a higher level in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import undefer

from mimis_core.errors import DataError, MimisError
from mimis_core.model import CredentialStatus
from mimis_core.services.base import ServicesBase
from mimis_core.services.issuing import REMOTE_MAKERS
from mimis_core.store.tables import CredentialRow

KEPT = (CredentialStatus.ACTIVE, CredentialStatus.SUSPENDED)
"""Worth a timestamp, which may cost: what was revoked or replaced is given to nobody any more."""

TOGETHER = 20
"""Files that are in memory at a time, and stored in one transaction."""


@dataclass(frozen=True)
class Raised:
    """What came of one stored credential: raised (or due, on a dry run), or why it was not."""

    credential_id: str
    done: bool
    reason: str = ""


@dataclass(frozen=True)
class _Due:
    credential_id: str
    content: bytes


class ArchiveServices(ServicesBase):
    """Raises stored seals; copies that were given away before stay as they are."""

    def raise_stored(self, level: str, *, ahead: timedelta, dry_run: bool = False) -> Iterator[Raised]:
        """Raise the seal of every stored credential in force to ``level``; those that have it are passed over.

        One whose last archive timestamp ends within ``ahead`` gets a further one. Repeating it does what is left. Each
        that cannot be raised is told with its reason; when an authority is away or something is set up wrongly it ends
        after the batch at hand. Raises ConfigurationError when seals have no levels, UserError for an unknown level.
        """
        with self.database.reading() as session:
            # The file of one whose learner was erased is gone.
            query = select(CredentialRow.id).where(
                CredentialRow.organisation == self.organisation, CredentialRow.filename != ""
            )
            ids = list(session.scalars(query.where(CredentialRow.status.in_(KEPT)).order_by(CredentialRow.id)))
        with ThreadPoolExecutor(REMOTE_MAKERS, "raise") as threads:
            for start in range(0, len(ids), TOGETHER):
                due, outcomes = self._due(ids[start : start + TOGETHER], level, ahead)
                stopped = False
                if dry_run:
                    outcomes += [Raised(one.credential_id, True) for one in due]
                else:
                    stopped = self._raise(due, level, outcomes, threads)
                yield from outcomes
                if stopped:
                    return

    def _due(self, ids: Sequence[str], level: str, ahead: timedelta) -> tuple[list[_Due], list[Raised]]:
        """Those of a batch that fall short, and those that cannot be read."""
        query = select(CredentialRow.id, CredentialRow.content).where(CredentialRow.id.in_(ids))
        with self.database.reading() as session:
            stored = [_Due(*row) for row in session.execute(query.order_by(CredentialRow.id))]
        due, unread = [], []
        for one in stored:
            try:
                if self._sealer.lacks(one.content, level, ahead):
                    due.append(one)
            except DataError as error:
                unread.append(Raised(one.credential_id, False, str(error)))
        return due, unread

    def _raise(self, due: Sequence[_Due], level: str, outcomes: list[Raised], threads: Executor) -> bool:
        """Raise and store a batch. True when what stopped one would stop all that follow."""
        anchors = self.settings.anchors()
        asked = [(one, threads.submit(self._sealer.extend, one.content, level, anchors)) for one in due]
        raised: list[tuple[_Due, bytes]] = []
        stopped = False
        for one, future in asked:
            content = self._outcome(one, future)
            if isinstance(content, MimisError):
                stopped = stopped or not isinstance(content, DataError)
                outcomes.append(Raised(one.credential_id, False, str(content)))
            else:
                raised.append((one, content))
        outcomes += self._replace(raised, level)
        return stopped

    def _outcome(self, one: _Due, future: Future[bytes]) -> bytes | MimisError:
        """The raised file, if all that must not change is what it was: never is a stored seal exchanged for another."""
        try:
            content = future.result()
            if self._sealer.fixed(content) != self._sealer.fixed(one.content):
                return DataError("Raising it would have changed what was sealed; it was left as it is.")
        except MimisError as error:
            return error
        return content

    def _replace(self, raised: Sequence[tuple[_Due, bytes]], level: str) -> list[Raised]:
        """Store the files in one transaction, but for those that somebody else has changed meanwhile."""
        found = []
        with self._transaction() as session:
            wanted = CredentialRow.id.in_([one.credential_id for one, _ in raised])
            query = (
                select(CredentialRow)
                .options(undefer(CredentialRow.content))
                .where(wanted)
                .order_by(CredentialRow.id)
                .with_for_update()
            )
            rows = {row.id: row for row in session.scalars(query)}
            for one, content in raised:
                row = rows[one.credential_id]
                if row.content != one.content:
                    found.append(Raised(row.id, False, "It was changed by somebody else meanwhile; repeat it."))
                    continue
                row.content = content
                self._audit(session, "mimis", "credential.raise", row.id, level=level)
                found.append(Raised(row.id, True))
        return found
