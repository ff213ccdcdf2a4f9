"""What every table has, and what the store remembers about an organisation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Date, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mimis_core.store.types import UtcDateTime


def new_id() -> str:
    """An opaque id: 32 hexadecimal digits that say nothing about what they name."""
    return uuid4().hex


class Base(DeclarativeBase):
    """Common columns and the types that annotations stand for."""

    type_annotation_map = {datetime: UtcDateTime, date: Date, dict[str, Any]: JSON}  # read by SQLAlchemy

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = mapped_column(String(80), index=True)


class StateRow(Base):
    """One thing that the store remembers about an organisation, by name: its lookup key's check, its revision."""

    __tablename__ = "state"
    __table_args__ = (UniqueConstraint("organisation", "name"),)
    name: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(64))
