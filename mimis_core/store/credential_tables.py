"""Tables of decisions, what was issued on them, and its way to the learner."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base
from mimis_core.store.types import Encrypted, EncryptedBytes


class AwardRow(Base):
    """One decision; a learner has at most one for each achievement version and round.

    Round 1 is the first time; each renewal is a decision of its own, one round later. ``valid_from`` is set for a
    renewal: the validity counts from the recompletion, or from the day when a person decided.
    """

    __tablename__ = "award"
    __table_args__ = (
        UniqueConstraint("organisation", "learner_id", "achievement_id", "achievement_version", "round"),
        Index("award_page", "organisation", "state", "completed_at", "id"),
        Index("award_page_of", "organisation", "achievement_id", "state", "completed_at", "id"),
    )
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    achievement_id: Mapped[str] = mapped_column(String(80))
    achievement_version: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)
    valid_from: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(20))
    completed_at: Mapped[datetime]
    evidence: Mapped[str] = mapped_column(Encrypted)
    decided_by: Mapped[str | None] = mapped_column(Encrypted)
    decided_at: Mapped[datetime | None]
    by_rule: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(Encrypted)


class CredentialRow(Base):
    """An issued credential. ``live_key`` is set while it lives, so that the database refuses a second one.

    ``achievement`` is the catalogue entry as it was then; ``achievement_id`` stands beside it for lists to be made by.
    ``supersedes_id`` is the credential that this one replaces: a correction has the award of that one, a renewal one
    of its own. ``status_list`` and ``status_index`` are its place in a Bitstring Status List, and ``reminded`` the
    number of days ahead of the end at which the learner was last reminded.
    """

    __tablename__ = "credential"
    __table_args__ = (
        UniqueConstraint("organisation", "live_key"),
        UniqueConstraint("organisation", "status_list", "status_index"),
        Index("credential_stats", "organisation", "issued_at", "award_id", "supersedes_id"),
        Index("credential_award", "id", "award_id"),
        # One achievement's and one status' newest; credential_stats gives those of all.
        Index("credential_achievement", "organisation", "achievement_id", "issued_at", "award_id", "status"),
        Index("credential_status", "organisation", "status", "issued_at", "award_id"),
        Index("credential_end", "organisation", "status", "valid_until", "id"),
    )
    award_id: Mapped[str] = mapped_column(ForeignKey("award.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    achievement_id: Mapped[str] = mapped_column(String(80))
    achievement: Mapped[str] = mapped_column(Encrypted)
    urn: Mapped[str] = mapped_column(String(60), unique=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    live_key: Mapped[str | None] = mapped_column(String(160))
    format: Mapped[str] = mapped_column(String(40))
    media_type: Mapped[str] = mapped_column(String(80))
    filename: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(20))
    status_reason: Mapped[str | None] = mapped_column(Encrypted)
    status_at: Mapped[datetime]
    issued_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    supersedes_id: Mapped[str | None] = mapped_column(ForeignKey("credential.id"), unique=True)
    status_list: Mapped[int]
    status_index: Mapped[int]
    reminded: Mapped[int | None]
    # The last column: SQLite reads through all that stands before what it is asked for, and this is some forty pages.
    content: Mapped[bytes] = mapped_column(EncryptedBytes, deferred=True)


class PermissionRow(Base):
    """A recorded permission: the learner's own choice or the school's rule. Nothing leaves without one."""

    __tablename__ = "permission"
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    given_by: Mapped[str] = mapped_column(Encrypted)
    given_at: Mapped[datetime]


class DeliveryRow(Base):
    """One credential's way to one wallet or mailbox."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("organisation", "credential_id", "courier", "to_key"),
        Index("delivery_stats", "organisation", "state", "at", "credential_id"),
    )
    credential_id: Mapped[str] = mapped_column(ForeignKey("credential.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    permission_id: Mapped[str] = mapped_column(ForeignKey("permission.id"))
    courier: Mapped[str] = mapped_column(String(80))
    to: Mapped[str] = mapped_column(Encrypted)
    to_key: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20), index=True)
    reason: Mapped[str | None] = mapped_column(String(500))
    reference: Mapped[str | None] = mapped_column(String(300))
    url: Mapped[str | None] = mapped_column(String(500))
    at: Mapped[datetime]


class MessageRow(Base):
    """A mail to a learner; ``key`` makes it go out once whatever is repeated."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("organisation", "key"),)
    key: Mapped[str] = mapped_column(String(160))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    to: Mapped[str] = mapped_column(Encrypted)
    subject: Mapped[str] = mapped_column(Encrypted)
    text: Mapped[str] = mapped_column(Encrypted)
    credential_id: Mapped[str | None] = mapped_column(ForeignKey("credential.id"))
    state: Mapped[str] = mapped_column(String(20), index=True)
    reason: Mapped[str | None] = mapped_column(String(500))
    reference: Mapped[str | None] = mapped_column(String(300))
    at: Mapped[datetime]
