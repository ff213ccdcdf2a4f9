"""Tables of what jobs need, and of what the shares that an employer took in prove."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base
from mimis_core.store.types import Encrypted

_DRAFT = text("state = 'draft'")


class RoleProfileRow(Base):
    """One version of a role profile: ``draft``, ``published`` or ``retired``.

    ``content`` is JSON in the form of a RoleProfile; it is encrypted since people write freely in it. ``revision``
    counts how often the draft was saved.
    """

    __tablename__ = "role_profile"
    __table_args__ = (
        UniqueConstraint("organisation", "role_id", "version"),
        Index(
            "role_profile_draft", "organisation", "role_id", unique=True, sqlite_where=_DRAFT, postgresql_where=_DRAFT
        ),
    )
    role_id: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int] = mapped_column(default=1)
    content: Mapped[str] = mapped_column(Encrypted)
    at: Mapped[datetime]


class CompetenceRow(Base):
    """A distinct competence as JSON; ``key`` is its hash. It says nothing of who has it, and stays when nobody does."""

    __tablename__ = "competence"
    __table_args__ = (UniqueConstraint("organisation", "key"),)
    key: Mapped[str] = mapped_column(String(64))
    content: Mapped[str]


class ImportCompetenceRow(Base):
    """That a share which was taken in proves a competence, ``until`` its credential or the share itself ends."""

    __tablename__ = "import_competence"
    __table_args__ = (
        UniqueConstraint("import_id", "competence_id"),
        # All that ordering the shares for a role reads: it never goes to the rows themselves.
        Index("import_competence_match", "organisation", "competence_id", "import_id", "until"),
    )
    import_id: Mapped[str] = mapped_column(ForeignKey("import.id"))
    competence_id: Mapped[str] = mapped_column(ForeignKey("competence.id"))
    until: Mapped[date | None]
