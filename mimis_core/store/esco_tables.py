"""Tables of the ESCO classification as it was imported: public data, the same for every organisation that took it in.

ESCO has about 18,000 concepts and 150,000 relations and is read as a whole, once for each process. So it is kept in a
few packed parts, not in rows: what the parts hold is said in :mod:`mimis_core.services.esco_parts`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mimis_core.store.base import Base


class EscoReleaseRow(Base):
    """Which version stands here; ``digest`` names the content of all its parts, so that readers see a new import."""

    __tablename__ = "esco_release"
    __table_args__ = (UniqueConstraint("organisation"),)
    version: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime]


class EscoPartRow(Base):
    """One part of the version that stands here, packed."""

    __tablename__ = "esco_part"
    __table_args__ = (UniqueConstraint("organisation", "name"),)
    name: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)
