"""Tables of what sources say: how far each has been asked, and what became of each thing that it said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base
from mimis_core.store.types import Encrypted


class SourceStateRow(Base):
    """How far the pulls of one source have come.

    ``cursor`` is what the next pull may start from, ``full_at`` the beginning of the last complete pull of everything,
    ``as_of`` the time up to which the source has been asked about all that happened. ``settings_key`` is a keyed hash
    of its settings: with others, all is pulled anew. ``catalogue_key`` is that of the catalogue that its completions
    were last matched with; None when they wait to be matched again.
    """

    __tablename__ = "source_state"
    __table_args__ = (UniqueConstraint("organisation", "source"),)
    source: Mapped[str] = mapped_column(String(80))
    cursor: Mapped[str | None] = mapped_column(Encrypted)
    settings_key: Mapped[str] = mapped_column(String(64))
    catalogue_key: Mapped[str | None] = mapped_column(String(64))
    full_at: Mapped[datetime | None]
    pulled_at: Mapped[datetime | None]
    as_of: Mapped[datetime | None]


class AskedPullRow(Base):
    """The last pull of a source that a person asked for: queued, running, done or failed.

    ``done`` and ``total`` are records, as far as the source tells; ``counts`` is what came of it, ``reason`` why it
    failed.
    """

    __tablename__ = "asked_pull"
    __table_args__ = (UniqueConstraint("organisation", "source"),)
    source: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    done: Mapped[int | None]
    total: Mapped[int | None]
    counts: Mapped[dict[str, Any]]
    reason: Mapped[str | None] = mapped_column(String(500))


class EventRow(Base):
    """A hint that waits to be followed; it is removed when it was.

    ``hint_key`` is its keyed hash while it waits, so that the same hint does not wait twice. It is None while it is
    being followed: what the source says meanwhile may be newer.
    """

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("organisation", "source", "hint_key"),)
    source: Mapped[str] = mapped_column(String(80))
    hint: Mapped[str] = mapped_column(Encrypted)
    hint_key: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime]


class CompletionRow(Base):
    """One pulled completion and what became of it: used, waiting, unmatched, or set_aside with a reason.

    The reason ``withdrawn`` means that its source has taken it back, ``protected`` that the learner is protected.
    """

    __tablename__ = "completion"
    __table_args__ = (UniqueConstraint("organisation", "source", "key"),)
    source: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(300))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    content: Mapped[str] = mapped_column(Encrypted)
    state: Mapped[str] = mapped_column(String(20), default="unmatched", index=True)
    reason: Mapped[str | None] = mapped_column(String(300))
    seen_at: Mapped[datetime]
    seen_in: Mapped[str] = mapped_column(String(32), index=True)


class SetAsideRow(Base):
    """A record that a source or mimis could not use, with the reason."""

    __tablename__ = "set_aside"
    __table_args__ = (UniqueConstraint("organisation", "source", "key"),)
    source: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(300))
    reason: Mapped[str] = mapped_column(String(100))
    message: Mapped[str] = mapped_column(String(1000))
    seen_at: Mapped[datetime]
    seen_in: Mapped[str] = mapped_column(String(32), index=True)


class ReviewRow(Base):
    """What a person must decide on: what a source said (``withdrawn``, ``corrected``, ``departed``), or ``erasure``.

    ``key`` is the completion's in the source, or the learner's where she departed. ``signal`` is a keyed hash of what
    was said, so that the same again is one review. ``code`` is the source's own; ``reason`` why it was closed, where it
    was: ``back`` and ``newer`` are mimis's own, others a person's.
    """

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("organisation", "kind", "source", "key", "signal"),)
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(300))
    signal: Mapped[str] = mapped_column(String(64))
    learner_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"), index=True)
    award_id: Mapped[str | None] = mapped_column(ForeignKey("award.id"), index=True)
    code: Mapped[str] = mapped_column(String(100))
    message: Mapped[str] = mapped_column(String(1000))
    state: Mapped[str] = mapped_column(String(20), default="open", index=True)
    reason: Mapped[str | None] = mapped_column(Encrypted)
    at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(Encrypted)
    decided_at: Mapped[datetime | None]
