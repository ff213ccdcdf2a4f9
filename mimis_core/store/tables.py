"""The tables that most of the house works with, gathered by name: services need not know which module has which.

What only a few need is imported from where it is: :mod:`record_tables` and :mod:`staff_tables`. Each table has an
organisation id; names, contacts and documents are encrypted.
"""

from mimis_core.store.base import Base, StateRow, new_id
from mimis_core.store.credential_tables import AwardRow, CredentialRow, DeliveryRow, MessageRow, PermissionRow
from mimis_core.store.identity_tables import PROTECTED, AliasRow, IdentityRow, LearnerRow, SignInRow
from mimis_core.store.partner_tables import NoticeRow, TraceRow
from mimis_core.store.record_tables import AuditRow
from mimis_core.store.sharing_tables import (
    DisclosureRow,
    ImportRow,
    PartnerRow,
    RevealRequestRow,
    ShareCredentialRow,
    ShareRow,
)
from mimis_core.store.source_tables import CompletionRow, EventRow, ReviewRow, SetAsideRow, SourceStateRow
from mimis_core.store.work_tables import STOPPED, UNDONE, DestinationRow, OutboxRow, ScheduleRow

__all__ = [
    "PROTECTED",
    "STOPPED",
    "UNDONE",
    "AliasRow",
    "AuditRow",
    "AwardRow",
    "Base",
    "CompletionRow",
    "CredentialRow",
    "DeliveryRow",
    "DestinationRow",
    "DisclosureRow",
    "EventRow",
    "IdentityRow",
    "ImportRow",
    "LearnerRow",
    "MessageRow",
    "NoticeRow",
    "OutboxRow",
    "PartnerRow",
    "PermissionRow",
    "RevealRequestRow",
    "ReviewRow",
    "ScheduleRow",
    "SetAsideRow",
    "ShareCredentialRow",
    "ShareRow",
    "SignInRow",
    "SourceStateRow",
    "StateRow",
    "TraceRow",
    "new_id",
]
