"""Tables of what a workplace supervisor attests or an assessor assesses, by a link, without an account."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base
from mimis_core.store.types import Encrypted

ATTESTED = "attestation"
"""Source of the completions that answers become; such a completion's key is the id of the request."""

_UNANSWERED = text("answered_at IS NULL")


class AttestationRow(Base):
    """One request to somebody who has seen a learner at work: about which achievement, from whom, until when.

    ``kind`` is that of the completion it becomes: ``attestation`` (a supervisor) or ``validation`` (an assessor).
    ``answers`` is JSON, written step by step; from ``answered_at`` on nothing in it changes. ``email`` and ``phone``
    go when the learner is erased, also where the record stays.
    """

    __tablename__ = "attestation"
    __table_args__ = (
        Index("attestation_page", "organisation", "asked_at", "id"),
        Index(
            "attestation_unanswered",
            "organisation",
            "asked_at",
            "id",
            sqlite_where=_UNANSWERED,
            postgresql_where=_UNANSWERED,
        ),
        Index("attestation_about", "learner_id", "achievement_id"),
    )
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    achievement_id: Mapped[str] = mapped_column(String(80))
    achievement_version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(Encrypted)
    email: Mapped[str | None] = mapped_column(Encrypted)
    workplace: Mapped[str] = mapped_column(Encrypted)
    started_on: Mapped[date]
    ended_on: Mapped[date]
    hours: Mapped[float | None]
    made_by: Mapped[str] = mapped_column(Encrypted)
    phone: Mapped[str | None] = mapped_column(Encrypted)
    until: Mapped[date]
    asked_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    answers: Mapped[str] = mapped_column(Encrypted)
    answered_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class AttestationLinkRow(Base):
    """One link of a request, of which only the token's hash is kept: each reminder has its own, and all work."""

    __tablename__ = "attestation_link"
    __table_args__ = (UniqueConstraint("organisation", "token_key"),)
    attestation_id: Mapped[str] = mapped_column(ForeignKey("attestation.id"), index=True)
    token_key: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
