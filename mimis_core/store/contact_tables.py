"""Tables of what a learner adds herself: her own addresses and accounts, who helps her, and mails that she declines."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base
from mimis_core.store.types import Encrypted


class ContactRow(Base):
    """A private address of a learner, beside the one that her school's sources give.

    It counts once ``confirmed_at`` is set, by a link of whose token the hash is kept. ``main``: mails go there. Two
    learners may have the same, as long as nobody has found that they are one.
    """

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("organisation", "token_key"),
        Index("contact_address", "organisation", "address_key"),
    )
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    address: Mapped[str] = mapped_column(Encrypted)
    address_key: Mapped[str] = mapped_column(String(64))
    token_key: Mapped[str] = mapped_column(String(64))
    expires: Mapped[datetime]
    at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    main: Mapped[bool] = mapped_column(default=False)


class LearnerAccountRow(Base):
    """An account elsewhere that a learner signs in with; ``account_key`` is a keyed hash of it, never its name."""

    __tablename__ = "learner_account"
    __table_args__ = (UniqueConstraint("organisation", "account_key"),)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    account_key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class DeclinedMailRow(Base):
    """A kind of mail that a learner wants no more."""

    __tablename__ = "declined_mail"
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


class HelperRow(Base):
    """Somebody whom a learner lets look (stödperson): by a link until a day, or until she ends it.

    Of the link only the hash of its token is kept. ``show_shares``: the helper sees whom the learner shares with, too.
    """

    __tablename__ = "helper"
    __table_args__ = (UniqueConstraint("organisation", "token_key"),)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    name: Mapped[str] = mapped_column(Encrypted)
    token_key: Mapped[str] = mapped_column(String(64))
    until: Mapped[date]
    show_shares: Mapped[bool]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class HelperLookRow(Base):
    """One look of a helper."""

    __tablename__ = "helper_look"
    helper_id: Mapped[str] = mapped_column(ForeignKey("helper.id"), index=True)
    at: Mapped[datetime]


WAYS_TO_HER: tuple[type[Base], ...] = (ContactRow, LearnerAccountRow, DeclinedMailRow, HelperRow)
"""What goes with a learner's contacts when she is erased; a helper's looks go before."""
