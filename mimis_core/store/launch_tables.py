"""Tables of launches from a learning platform: what is under way between its pages and ours, for minutes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base
from mimis_core.store.types import Encrypted


class LaunchRow(Base):
    """A launch that was sent to the platform; removed when its answer comes, so that no answer counts twice.

    ``state_key`` and ``nonce_key`` are keyed hashes of what only the answer can bring back.
    """

    __tablename__ = "launch"
    __table_args__ = (UniqueConstraint("organisation", "state_key"),)
    state_key: Mapped[str] = mapped_column(String(64))
    nonce_key: Mapped[str] = mapped_column(String(64))
    platform: Mapped[str] = mapped_column(String(80))
    began_at: Mapped[datetime]
    expires: Mapped[datetime] = mapped_column(index=True)


class PlacementRow(Base):
    """A teacher who is choosing what to place in a course; removed when she has chosen.

    ``request`` is what the platform asked for, as JSON: where the choice is sent, and what goes back unread.
    """

    __tablename__ = "placement"
    __table_args__ = (UniqueConstraint("organisation", "token_key"),)
    token_key: Mapped[str] = mapped_column(String(64))
    platform: Mapped[str] = mapped_column(String(80))
    request: Mapped[str] = mapped_column(Encrypted)
    expires: Mapped[datetime] = mapped_column(index=True)
