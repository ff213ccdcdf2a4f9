"""Tables of what learners show to employers, on either side, and of each look."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base
from mimis_core.store.types import Encrypted


class PartnerRow(Base):
    """A registered employer; the client secret is kept as a hash.

    ``old_secret_key`` holds until ``old_secret_until``, so that a new secret can be set up without a gap. ``jwks`` are
    the public keys that it signs with in the place of a secret (RFC 7517), read from ``jwks_url`` at ``jwks_at`` where
    it has such an address. ``scopes`` are what its tokens may be good for, None for everything.
    """

    __tablename__ = "partner"
    __table_args__ = (UniqueConstraint("organisation", "client_id"),)
    name: Mapped[str] = mapped_column(String(200))
    registration: Mapped[str] = mapped_column(String(20))
    domain: Mapped[str] = mapped_column(String(253))
    client_id: Mapped[str] = mapped_column(String(40))
    secret_key: Mapped[str | None] = mapped_column(String(64))
    old_secret_key: Mapped[str | None] = mapped_column(String(64))
    old_secret_until: Mapped[datetime | None]
    jwks: Mapped[str | None] = mapped_column(Text)
    jwks_url: Mapped[str | None] = mapped_column(String(500))
    jwks_at: Mapped[datetime | None]
    scopes: Mapped[str | None] = mapped_column(String(200))
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
    credential_id: Mapped[str] = mapped_column(ForeignKey("credential.id"), index=True)


class DisclosureRow(Base):
    """One look at what a share showed."""

    __tablename__ = "disclosure"
    __table_args__ = (Index("disclosure_stats", "organisation", "at", "share_id"),)
    share_id: Mapped[str] = mapped_column(ForeignKey("share.id"), index=True)
    viewer: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class RevealRequestRow(Base):
    """The wish of whoever sees a share without a name to know whose it is: one for each share, and her answer.

    ``viewer`` is who asks, as in a disclosure; ``reason`` one of a fixed choice; ``answer`` is revealed or declined.
    """

    __tablename__ = "reveal_request"
    __table_args__ = (UniqueConstraint("share_id"),)
    share_id: Mapped[str] = mapped_column(ForeignKey("share.id"))
    viewer: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(20))
    answered_at: Mapped[datetime | None]


class ImportRow(Base):
    """Employer role: one share or file taken in."""

    __tablename__ = "import"
    __table_args__ = (UniqueConstraint("organisation", "key"), Index("import_newest", "organisation", "at", "id"))
    key: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20), index=True)
    content: Mapped[str] = mapped_column(Encrypted)
    at: Mapped[datetime]
