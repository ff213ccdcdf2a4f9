"""Which tables hold a learner: read off the tables themselves, so that a new one is never forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Table

from mimis_core.store.attestation_tables import AttestationLinkRow, AttestationRow
from mimis_core.store.contact_tables import ContactRow, HelperLookRow, HelperRow, LearnerAccountRow
from mimis_core.store.record_tables import AppealRow, ErasureRow, TombstoneRow
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
    NoticeRow,
    OutboxRow,
    RevealRequestRow,
    ReviewRow,
    ShareCredentialRow,
    ShareRow,
    TraceRow,
)

SUBJECTS: tuple[type[Base], ...] = (
    LearnerRow,
    AwardRow,
    CompletionRow,
    CredentialRow,
    DeliveryRow,
    MessageRow,
    ShareRow,
    AppealRow,
    ReviewRow,
    ContactRow,
    LearnerAccountRow,
    HelperRow,
    AttestationRow,
)
"""Tables of what is hers that the audit speaks about."""
THROUGH: dict[type[Base], tuple[str, tuple[type[Base], ...]]] = {
    LearnerRow: ("id", ()),
    AliasRow: ("identity_id", (IdentityRow,)),
    ShareCredentialRow: ("share_id", (ShareRow,)),
    DisclosureRow: ("share_id", (ShareRow,)),
    RevealRequestRow: ("share_id", (ShareRow,)),
    TraceRow: ("share_id", (ShareRow,)),
    NoticeRow: ("share_id", (ShareRow,)),
    HelperLookRow: ("helper_id", (HelperRow,)),
    AttestationLinkRow: ("attestation_id", (AttestationRow,)),
    OutboxRow: ("ref", (AwardRow, DeliveryRow, MessageRow)),
    AuditRow: ("subject", SUBJECTS),
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
