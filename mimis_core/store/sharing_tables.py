"""Tables of what learners show to employers, on either side, and of each look."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base
from mimis_core.store.types import Encrypted


class PartnerRow(Base):
    """A registered employer; the client secret is kept as a hash."""

    __tablename__ = "partner"
    __table_args__ = (UniqueConstraint("organisation", "client_id"),)
    name: Mapped[str] = mapped_column(String(200))
    registration: Mapped[str] = mapped_column(String(20))
    domain: Mapped[str] = mapped_column(String(253))
    client_id: Mapped[str] = mapped_column(String(40))
    secret_key: Mapped[str] = mapped_column(String(64))
    removed_at: Mapped[datetime | None]


class ShareRow(Base):
    """A learner's permission for one recipient; the link's token is stored encrypted and looked up by its hash."""

    __tablename__ = "share"
    __table_args__ = (
        UniqueConstraint("organisation", "token_key"),
        Index("share_stats", "organisation", "created_at"),
    )
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    partner_id: Mapped[str | None] = mapped_column(ForeignKey("partner.id"), index=True)
    token: Mapped[str] = mapped_column(Encrypted)
    token_key: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(Encrypted)
    until: Mapped[date]
    anonymous: Mapped[bool]
    application_email: Mapped[str | None] = mapped_column(Encrypted)
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class ShareCredentialRow(Base):
    """Which credentials a share shows."""

    __tablename__ = "share_credential"
    __table_args__ = (UniqueConstraint("share_id", "credential_id"),)
    share_id: Mapped[str] = mapped_column(ForeignKey("share.id"), index=True)
    credential_id: Mapped[str] = mapped_column(ForeignKey("credential.id"))


class DisclosureRow(Base):
    """One look at what a share showed."""

    __tablename__ = "disclosure"
    __table_args__ = (Index("disclosure_stats", "organisation", "at", "share_id"),)
    share_id: Mapped[str] = mapped_column(ForeignKey("share.id"), index=True)
    viewer: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class ImportRow(Base):
    """Employer role: one share or file taken in."""

    __tablename__ = "import"
    __table_args__ = (UniqueConstraint("organisation", "key"), Index("import_newest", "organisation", "at", "id"))
    key: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20), index=True)
    content: Mapped[str] = mapped_column(Encrypted)
    at: Mapped[datetime]
