"""Which tables hold a learner: read off the tables themselves, so that a new one is never forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Table

from mimis_core.store.record_tables import ErasureRow, TombstoneRow
from mimis_core.store.tables import (
    AliasRow,
    AuditRow,
    AwardRow,
    Base,
    CompletionRow,
    CredentialRow,
    DeliveryRow,
    DisclosureRow,
    IdentityRow,
    LearnerRow,
    MessageRow,
    OutboxRow,
    ShareCredentialRow,
    ShareRow,
)

THROUGH: dict[type[Base], tuple[str, tuple[type[Base], ...]]] = {
    LearnerRow: ("id", ()),
    AliasRow: ("identity_id", (IdentityRow,)),
    ShareCredentialRow: ("share_id", (ShareRow,)),
    DisclosureRow: ("share_id", (ShareRow,)),
    OutboxRow: ("ref", (AwardRow, DeliveryRow, MessageRow)),
    AuditRow: ("subject", (LearnerRow, AwardRow, CompletionRow, CredentialRow, DeliveryRow, MessageRow, ShareRow)),
}
"""Tables that hold her by the id of something of hers: the column, and whose ids stand in it."""
ABOUT_ERASED = (ErasureRow, TombstoneRow)
"""Tables that say that somebody was erased. They stay with the id that they name."""


def models() -> Iterator[type[Base]]:
    """All classes that are tables."""
    return (mapper.class_ for mapper in Base.registry.mappers)


def table_of(model: type[Base]) -> Table:
    """Its table."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def learner_column(model: type[Base]) -> Column[str] | None:
    """The column with the learner's id; None where she is held in another way, or not at all."""
    column: Column[str] | None = table_of(model).columns.get("learner_id")
    return column


def learner_models() -> list[type[Base]]:
    """Tables whose rows belong to one learner, by a column ``learner_id``."""
    held = (one for one in models() if learner_column(one) is not None and one not in ABOUT_ERASED)
    return sorted(held, key=lambda one: one.__tablename__)
