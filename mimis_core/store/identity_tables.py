"""Tables of learners: who they are, what sources call them, and how they get in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base
from mimis_core.store.types import Encrypted


class LearnerRow(Base):
    """A person in one organisation.

    ``revision`` is the number of the transaction that last changed her, for the directory to be kept up to date by
    (store/revisions.py).
    """

    __tablename__ = "learner"
    __table_args__ = (
        Index("learner_revision", "organisation", "revision"),
        Index("learner_address", "organisation", "email_key"),
        Index("learner_protected", "organisation", sqlite_where=text("protected"), postgresql_where=text("protected")),
    )
    full_name: Mapped[str] = mapped_column(Encrypted)
    given_name: Mapped[str | None] = mapped_column(Encrypted)
    family_name: Mapped[str | None] = mapped_column(Encrypted)
    email: Mapped[str | None] = mapped_column(Encrypted)
    email_key: Mapped[str | None] = mapped_column(String(64))
    birth_date: Mapped[str | None] = mapped_column(Encrypted)
    protected: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=0)


PROTECTED: ColumnElement[bool] = literal_column("learner.protected")
"""Condition of who is protected; written out, since SQLite would be given ``protected = 1``, and not see the index."""


class IdentityRow(Base):
    """One source identity of a learner. Merging moves rows here and nowhere else.

    ``aliases`` is a JSON object: the further names that the source knows her by.
    """

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("organisation", "source", "key"),)
    source: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    aliases: Mapped[str | None] = mapped_column(Encrypted)


class AliasRow(Base):
    """Keyed hash of one alias of an identity: equal ones are found without reading any."""

    __tablename__ = "alias"
    __table_args__ = (
        UniqueConstraint("identity_id", "name"),
        Index("alias_equal", "organisation", "name", "value_key"),
    )
    identity_id: Mapped[str] = mapped_column(ForeignKey("identity.id"))
    name: Mapped[str] = mapped_column(String(80))
    value_key: Mapped[str] = mapped_column(String(64))


class SignInRow(Base):
    """A one-time link or printed slip; only its hash is kept."""

    __tablename__ = "sign_in"
    __table_args__ = (UniqueConstraint("organisation", "token_key"),)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    token_key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    made_by: Mapped[str | None] = mapped_column(Encrypted)
    expires: Mapped[datetime]
    used_at: Mapped[datetime | None]
