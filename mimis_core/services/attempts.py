"""How often something is tried, counted in the database: the attempts at all processes of an organisation together.

For what somebody may guess at or flood, such as codes and links. Pages are counted by each process for itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mimis_core.services.base import ServicesBase
from mimis_core.store.staff_tables import AttemptRow
from mimis_core.store.tables import new_id


class AttemptServices(ServicesBase):
    """Attempts in windows of time, which begin at multiples of their length."""

    def count_attempt(self, what: str, key: str, seconds: int) -> tuple[int, int]:
        """Count one more attempt at ``what``; gives how many the running window has, and how many seconds it has left.

        Arguments:
            what: what is tried, the same wherever it counts together.
            key: who tries or whom it is about, such as an address; only a keyed hash of it is kept, until the end.
            seconds: length of the windows.
        """
        now = self.clock()
        gone = int(now.timestamp()) % seconds
        ends = now + timedelta(seconds=seconds - gone)
        mine = {
            "organisation": self.organisation,
            "attempt_key": self.database.cipher.token_hash(
                f"attempt {what}\n{key}\n{seconds}\n{int(ends.timestamp())}"
            ),
        }
        with self._transaction() as session:
            self._forget_attempts(session)
            insert = sqlite.insert if session.connection().dialect.name == "sqlite" else postgresql.insert
            row = insert(AttemptRow).values(id=new_id(), times=1, expires=ends, **mine)
            counted = row.on_conflict_do_update(index_elements=list(mine), set_={"times": AttemptRow.times + 1})
            return session.execute(counted.returning(AttemptRow.times)).scalar_one(), seconds - gone

    def use_once(self, what: str, key: str, until: datetime) -> bool:
        """Whether something that counts once is used for the first time; that is remembered ``until`` then.

        Of any number of processes that try at the same moment, one is told so.
        """
        mine = {
            "organisation": self.organisation,
            "attempt_key": self.database.cipher.token_hash(f"once {what}\n{key}"),
        }
        with self._transaction() as session:
            self._forget_attempts(session)
            insert = sqlite.insert if session.connection().dialect.name == "sqlite" else postgresql.insert
            row = insert(AttemptRow).values(id=new_id(), times=1, expires=until, **mine)
            first = row.on_conflict_do_nothing(index_elements=list(mine)).returning(AttemptRow.id)
            return session.execute(first).scalar_one_or_none() is not None

    def _forget_attempts(self, session: Session) -> None:
        over = AttemptRow.organisation == self.organisation, AttemptRow.expires <= self.clock()
        # What another process is removing at this moment is left to it: nobody waits to sign in for that.
        found = select(AttemptRow.id).where(*over).with_for_update(skip_locked=True)
        session.execute(delete(AttemptRow).where(AttemptRow.id.in_(found)))
