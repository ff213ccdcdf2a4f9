"""Tables of what is kept about the record itself: the audit and who acted, appeals, merges, erasures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base
from mimis_core.store.types import Encrypted

BY_PEOPLE = "length(actor) = 32"
"""Holds for the rows of the audit whose actor is an opaque id; a query that asks for it uses the index of actors."""


class AuditRow(Base):
    """Append-only record of what was decided, done and looked at, by ids alone.

    ``actor`` is an opaque id: of a learner, of an :class:`ActorRow`, or a word for a part of mimis. ``seq`` and
    ``chain`` are written once, when the row is sealed into its organisation's chain: its number from 1, and the SHA-256
    over the link before it and this row. The database refuses every other change and every removal (migration 0002).
    """

    __tablename__ = "audit"
    __table_args__ = (
        UniqueConstraint("organisation", "seq"),
        Index("audit_subject", "organisation", "subject"),
        # Of people alone: most rows are written by parts of mimis, whom nobody looks for.
        Index("audit_actor", "organisation", "actor", sqlite_where=text(BY_PEOPLE), postgresql_where=text(BY_PEOPLE)),
        Index(
            "audit_unsealed",
            "organisation",
            "at",
            "id",
            sqlite_where=text("seq IS NULL"),
            postgresql_where=text("seq IS NULL"),
        ),
    )
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    details: Mapped[dict[str, Any]]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    chain: Mapped[str | None] = mapped_column(String(64))


class ActorRow(Base):
    """Who stands behind an actor's id in the audit: outside the chain, so that a name can be erased from it."""

    __tablename__ = "actor"
    __table_args__ = (UniqueConstraint("organisation", "name_key"),)
    name: Mapped[str] = mapped_column(Encrypted)
    name_key: Mapped[str] = mapped_column(String(64))


class AuditHeadRow(Base):
    """How far an organisation's chain reaches, and its lock: whoever seals holds this row.

    ``signed`` is the last head that the seal's key signed, a compact JWS.
    """

    __tablename__ = "audit_head"
    __table_args__ = (UniqueConstraint("organisation"),)
    seq: Mapped[int] = mapped_column(BigInteger)
    chain: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    signed: Mapped[str | None] = mapped_column(Text)
    signed_at: Mapped[datetime | None]


class AppealRow(Base):
    """A learner's request that a decision is reconsidered (begäran om omprövning).

    ``open_key`` is the award's id while it is open, so that there is one at a time. ``state``: open, changed,
    unchanged.
    """

    __tablename__ = "appeal"
    __table_args__ = (UniqueConstraint("organisation", "open_key"),)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    award_id: Mapped[str] = mapped_column(ForeignKey("award.id"), index=True)
    credential_id: Mapped[str | None] = mapped_column(ForeignKey("credential.id"))
    text: Mapped[str] = mapped_column(Encrypted)
    state: Mapped[str] = mapped_column(String(20), default="open", index=True)
    open_key: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime]
    due: Mapped[date]
    decided_by: Mapped[str | None] = mapped_column(Encrypted)
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Encrypted)


class MergeRow(Base):
    """Two learners that a person found to be one, with all that undoing needs; ``number`` counts them.

    ``before`` is JSON: both learners as they were, which rows moved, and what was changed in them.
    """

    __tablename__ = "merge"
    __table_args__ = (UniqueConstraint("organisation", "number"),)
    number: Mapped[int]
    keep_id: Mapped[str] = mapped_column(String(32), index=True)
    other_id: Mapped[str] = mapped_column(String(32), index=True)
    before: Mapped[str] = mapped_column(Encrypted)
    by: Mapped[str] = mapped_column(Encrypted)
    at: Mapped[datetime]
    undone_by: Mapped[str | None] = mapped_column(Encrypted)
    undone_at: Mapped[datetime | None]


class ErasureRow(Base):
    """One erasure: whose id, how far it went, and why. ``scope``: all, or contacts where the record must stay."""

    __tablename__ = "erasure"
    __table_args__ = (UniqueConstraint("organisation", "learner_id"),)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    scope: Mapped[str] = mapped_column(String(10))
    decision: Mapped[str | None] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(Encrypted)
    reason: Mapped[str] = mapped_column(Encrypted)
    at: Mapped[datetime]


class TombstoneRow(Base):
    """Keyed hash of a source identity that was erased: what its source goes on sending is not taken in."""

    __tablename__ = "tombstone"
    __table_args__ = (UniqueConstraint("organisation", "identity_key"),)
    identity_key: Mapped[str] = mapped_column(String(64))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    at: Mapped[datetime]
