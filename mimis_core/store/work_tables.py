"""Tables of work that waits: what must be done, where it goes to, and what is due when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base


class OutboxRow(Base):
    """Work that must happen because of a row written in the same transaction: queued, doing, done or attention.

    ``destination`` is the table of mimis.toml that it goes to, such as ``couriers.europass``. ``lease`` names the
    worker that has it in hand and the number of its claim: no two claims have the same, and only
    who has it may mark the row.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("organisation", "kind", "ref"),
        # What is done is nearly all of the table and is never asked for, so it is left out.
        Index(
            "outbox_undone",
            "organisation",
            "destination",
            "not_before",
            "id",
            sqlite_where=text("state != 'done'"),
            postgresql_where=text("state != 'done'"),
        ),
        Index(
            "outbox_stopped",
            "organisation",
            "not_before",
            "id",
            sqlite_where=text("state = 'attention'"),
            postgresql_where=text("state = 'attention'"),
        ),
    )
    kind: Mapped[str] = mapped_column(String(20))
    ref: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(20), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    destination: Mapped[str | None] = mapped_column(String(100))
    lease: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    code: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(String(500))


UNDONE = OutboxRow.state != literal_column("'done'")
"""Condition of what is not done; written out, since a database uses a partial index only where it can see that."""

STOPPED = OutboxRow.state == literal_column("'attention'")
"""The same of what needs a person."""


class DestinationRow(Base):
    """Where work goes to, and how that is doing.

    ``failures`` counts the failures since the last success. While ``closed_until`` lasts nothing is tried. ``lease`` is
    the worker that alone delivers there, where a limit is set. With none, ``lease_until`` is when the pace allows the
    next delivery.
    """

    __tablename__ = "destination"
    __table_args__ = (UniqueConstraint("organisation", "name"),)
    name: Mapped[str] = mapped_column(String(100))
    failures: Mapped[int] = mapped_column(default=0)
    closed_until: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(500))
    lease: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]


class ScheduleRow(Base):
    """One time at which a scheduled command was due: waiting, running, done or failed.

    That there is one row for each lets one worker run it. ``form`` is how the schedule was written then: the first row
    of a form is only where it starts from. ``code`` is how the command ended.
    """

    __tablename__ = "schedule"
    __table_args__ = (UniqueConstraint("organisation", "command", "due"),)
    command: Mapped[str] = mapped_column(String(300))
    form: Mapped[str] = mapped_column(String(40))
    due: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    lease: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    code: Mapped[int | None]
