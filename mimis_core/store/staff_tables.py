"""Tables of staff: who works for an organisation, how they get in, who tries to, and what it lets others issue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.tables import Base
from mimis_core.store.types import Encrypted, EncryptedBytes


def _one_in(name: str, condition: str, *columns: str) -> Index:
    """Lets the database refuse a second row with the same values while the condition holds for the first."""
    return Index(name, *columns, unique=True, sqlite_where=text(condition), postgresql_where=text(condition))


class StaffRow(Base):
    """A member of staff and what she may do here; ``roles`` is a comma-separated list in a fixed order.

    ``account_key`` is a keyed hash of the account that she signs in with elsewhere, once one is bound: never its name.
    ``joined_at`` is when she signed in for the first time. An address is one person's as long as she works here.
    """

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("organisation", "account_key"),
        _one_in("staff_address", "removed_at IS NULL", "organisation", "email_key"),
    )
    name: Mapped[str] = mapped_column(Encrypted)
    email: Mapped[str] = mapped_column(Encrypted)
    email_key: Mapped[str] = mapped_column(String(64))
    roles: Mapped[str] = mapped_column(String(80))
    account_key: Mapped[str | None] = mapped_column(String(64))
    joined_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class InvitationRow(Base):
    """A one-time link for a member of staff; only its hash is kept."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("organisation", "token_key"),)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    token_key: Mapped[str] = mapped_column(String(64))
    expires: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SessionRow(Base):
    """A signed-in member of staff; only the hash of the session's id is kept.

    ``way`` is how she got in: invitation, passkey, or the name of where her account is. ``second_factor_at`` is when a
    passkey last proved that it is she.
    """

    __tablename__ = "session"
    __table_args__ = (UniqueConstraint("organisation", "token_key"),)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    token_key: Mapped[str] = mapped_column(String(64))
    way: Mapped[str] = mapped_column(String(20))
    began_at: Mapped[datetime]
    expires: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    second_factor_at: Mapped[datetime | None]


class PasskeyRow(Base):
    """A public key whose private half never leaves its authenticator; ``key_id`` is the authenticator's own id of it.

    ``uses`` is the authenticator's counter, which only grows unless somebody has copied it; many always say 0.
    """

    __tablename__ = "passkey"
    __table_args__ = (UniqueConstraint("organisation", "key_id"),)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    key_id: Mapped[str] = mapped_column(String(1400))
    public_key: Mapped[bytes] = mapped_column(EncryptedBytes)
    uses: Mapped[int]
    at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ChallengeRow(Base):
    """What an authenticator was asked to sign; it is removed when it is answered, so that no answer counts twice."""

    __tablename__ = "challenge"
    __table_args__ = (UniqueConstraint("organisation", "challenge_key"),)
    challenge_key: Mapped[str] = mapped_column(String(64))
    expires: Mapped[datetime] = mapped_column(index=True)


class AttemptRow(Base):
    """How often something was tried in one window of time, by all processes together, such as signing in.

    ``attempt_key`` is a keyed hash of what was tried, from where, and of the window.
    """

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("organisation", "attempt_key"),)
    attempt_key: Mapped[str] = mapped_column(String(64))
    times: Mapped[int]
    expires: Mapped[datetime] = mapped_column(index=True)


class RightRow(Base):
    """An owner's decision that another organisation of this installation may issue an achievement of hers.

    The owner and the issuer each have a record of it, under the same ``number``: neither reads the other's rows, which
    may be in another database. Each has at most one of an achievement that has not ended.
    """

    __tablename__ = "issuing_right"
    __table_args__ = (
        UniqueConstraint("organisation", "number"),
        Index("issuing_right_of", "organisation", "issuer", "owner", "achievement_id"),
        _one_in("issuing_right_live", "ended_at IS NULL", "organisation", "issuer", "owner", "achievement_id"),
    )
    number: Mapped[str] = mapped_column(String(32))
    owner: Mapped[str] = mapped_column(String(80))
    achievement_id: Mapped[str] = mapped_column(String(80))
    issuer: Mapped[str] = mapped_column(String(80))
    statement: Mapped[str] = mapped_column(Encrypted)
    granted_by: Mapped[str] = mapped_column(Encrypted)
    at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(Encrypted)
    ended_at: Mapped[datetime | None]
