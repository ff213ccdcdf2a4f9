"""Tables of the catalogue as it is kept in the portal: versions of entries, and what reviewers said of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base
from mimis_core.store.types import Encrypted, EncryptedBytes

_DRAFT = text("state = 'draft'")


class CatalogueEntryRow(Base):
    """One version of an entry: ``draft``, ``published`` or ``retired``.

    ``content`` is JSON in the form of an Achievement without id and version; a draft's may lack what it needs. It is
    encrypted since it can name who decided on a rule. ``revision`` counts how often the draft was saved. A version that
    stands in a file has a row here only once it is retired.
    """

    __tablename__ = "catalogue_entry"
    __table_args__ = (
        UniqueConstraint("organisation", "achievement_id", "version"),
        Index(
            "catalogue_entry_draft",
            "organisation",
            "achievement_id",
            unique=True,
            sqlite_where=_DRAFT,
            postgresql_where=_DRAFT,
        ),
    )
    achievement_id: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int] = mapped_column(default=1)
    content: Mapped[str] = mapped_column(Encrypted)
    by: Mapped[str] = mapped_column(Encrypted)
    at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class CatalogueReviewRow(Base):
    """What a reviewer said of one version of an entry: ``approved`` or ``changes``.

    ``content_key`` is a hash of the exact content that she looked at: of any other it says nothing. ``body`` is her
    organisation as she states it; ``findings`` is JSON, a judgement and a comment for each principle.
    """

    __tablename__ = "catalogue_review"
    __table_args__ = (Index("catalogue_review_of", "organisation", "achievement_id", "version"),)
    achievement_id: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    content_key: Mapped[str] = mapped_column(String(64))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    body: Mapped[str] = mapped_column(Encrypted)
    verdict: Mapped[str] = mapped_column(String(20))
    findings: Mapped[str] = mapped_column(Encrypted)
    at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(Encrypted)
    answered_at: Mapped[datetime | None]


class EndorsementRow(Base):
    """A signed endorsement of one version of an entry, as it was taken in; one withdrawn stays for the record.

    ``confirmed`` tells that a person vouches for whose it is, where no trust anchor does.
    """

    __tablename__ = "endorsement"
    __table_args__ = (Index("endorsement_of", "organisation", "achievement_id", "version"),)
    achievement_id: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(300))
    registration: Mapped[str | None] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(String(2000))
    issued_at: Mapped[datetime]
    until: Mapped[datetime | None]
    content: Mapped[bytes] = mapped_column(EncryptedBytes)
    confirmed: Mapped[bool]
    by: Mapped[str] = mapped_column(Encrypted)
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None] = mapped_column(Encrypted)
