"""Requests that are marked by who sends them, so that the same one sent again does nothing twice (Idempotency-Key)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mimis_core.errors import UserError
from mimis_core.model import Model
from mimis_core.services.base import ServicesBase
from mimis_core.store.partner_tables import RequestRow
from mimis_core.store.tables import new_id

REMEMBERED = timedelta(days=1)
"""How long a mark is remembered; whoever tries again does so within minutes."""


class Mark(Model):
    """How a sender marks a request: ``key`` is its own word for it, ``body`` what it sent with that."""

    key: str
    body: bytes


class RequestServices(ServicesBase):
    """Remembers what came of marked requests."""

    def _once(self, session: Session, what: str, mark: Mark | None) -> tuple[str, bool]:
        """The id of what is to be made, and whether it is still to be made: False when an earlier request has.

        ``what`` says who asked for what; without a ``mark`` every request counts. In the transaction that makes it.
        Raises UserError with the code ``idempotency_key`` when the mark came with something else before.
        """
        if mark is None:
            return new_id(), True
        self._forget_requests(session)
        hashed = self.database.cipher.token_hash
        mine = {"organisation": self.organisation, "request_key": hashed(f"request {what}\n{mark.key}")}
        body = hashed(f"body {mark.body.hex()}")
        insert = sqlite.insert if session.connection().dialect.name == "sqlite" else postgresql.insert
        row = insert(RequestRow).values(
            id=new_id(), body_key=body, made=new_id(), expires=self.clock() + REMEMBERED, **mine
        )
        kept = session.execute(row.on_conflict_do_nothing(index_elements=list(mine)).returning(RequestRow.made))
        if (made := kept.scalar_one_or_none()) is not None:
            return made, True
        known = session.execute(select(RequestRow.body_key, RequestRow.made).filter_by(**mine)).one()
        if known.body_key != body:
            raise UserError(
                "This Idempotency-Key came with another body before.",
                mend="Take a new key for a new request.",
                code="idempotency_key",
            )
        return known.made, False

    def _forget_requests(self, session: Session) -> None:
        over = RequestRow.organisation == self.organisation, RequestRow.expires <= self.clock()
        session.execute(delete(RequestRow).where(*over).execution_options(synchronize_session=False))
