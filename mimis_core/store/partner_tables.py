"""Tables of what an employer's systems and ours tell each other: notices to them, traces, and proposals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base
from mimis_core.store.types import Encrypted


class WebhookRow(Base):
    """An address that an employer wants to be told at, and of what.

    Its secret is derived, and stands nowhere: ``generation`` counts the secrets that it has had. ``stopped_at`` is when
    nobody had answered there for a day, or somebody had answered that no more is wanted.
    """

    __tablename__ = "webhook"
    partner_id: Mapped[str] = mapped_column(ForeignKey("partner.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[str] = mapped_column(String(200))
    generation: Mapped[int] = mapped_column(default=1)
    renewed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class NoticeRow(Base):
    """One thing that an employer is told at one address: ids and states, and no person."""

    __tablename__ = "notice"
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id"), index=True)
    share_id: Mapped[str] = mapped_column(ForeignKey("share.id"), index=True)
    event: Mapped[str] = mapped_column(String(30))
    urn: Mapped[str | None] = mapped_column(String(80))
    status: Mapped[str | None] = mapped_column(String(20))
    at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class TraceRow(Base):
    """What an employer says that it wrote, changed or removed in one of its systems for a share, or could not remove.

    ``viewer`` is who says so, as in a disclosure; ``told_at`` is when.
    """

    __tablename__ = "trace"
    __table_args__ = (UniqueConstraint("share_id", "system", "state", "at"),)
    share_id: Mapped[str] = mapped_column(ForeignKey("share.id"), index=True)
    system: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    viewer: Mapped[str] = mapped_column(String(200))
    told_at: Mapped[datetime]


class ProposalRow(Base):
    """Learning outcomes that an employer says it needs, and the answer: ``open``, ``dismissed`` or ``draft``.

    ``content`` is JSON, as the services know a proposal; ``achievement_id`` is the entry whose draft was begun from it.
    """

    __tablename__ = "proposal"
    partner_id: Mapped[str] = mapped_column(ForeignKey("partner.id"), index=True)
    content: Mapped[str] = mapped_column(Encrypted)
    state: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(Encrypted)
    answered_by: Mapped[str | None] = mapped_column(Encrypted)
    answered_at: Mapped[datetime | None]
    achievement_id: Mapped[str | None] = mapped_column(String(80))


class RequestRow(Base):
    """A request that an employer marked, so that sent again it does nothing twice (Idempotency-Key).

    ``request_key`` is a keyed hash of what was asked for, by whom, and the mark; ``body_key`` of what was sent.
    ``made`` is the id of what came of it.
    """

    __tablename__ = "request"
    __table_args__ = (UniqueConstraint("organisation", "request_key"),)
    request_key: Mapped[str] = mapped_column(String(64))
    body_key: Mapped[str] = mapped_column(String(64))
    made: Mapped[str] = mapped_column(String(32))
    expires: Mapped[datetime] = mapped_column(index=True)
