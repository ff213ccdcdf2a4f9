"""Queries and decisions scoped to one organisation: the only way from adapters and pages to the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mimis_core.errors import UserError
from mimis_core.plugins import load_plugins
from mimis_core.services.appeals import AppealServices
from mimis_core.services.archive import ArchiveServices, Raised
from mimis_core.services.audit import AuditServices, AuditVerdict
from mimis_core.services.directory import DirectoryServices, LearnerPage
from mimis_core.services.employer import EmployerServices
from mimis_core.services.erasure import Erasure, ErasureServices
from mimis_core.services.export_learner import ExportServices, LearnerExport
from mimis_core.services.health import HealthServices
from mimis_core.services.merging import MergeServices, Unmerged
from mimis_core.services.organisations import is_installation
from mimis_core.services.participants import Participant, ParticipantOrder, ParticipantServices
from mimis_core.services.passkeys import Passkey, PasskeyServices
from mimis_core.services.publishing import Published, PublishServices
from mimis_core.services.renditions import RenditionServices
from mimis_core.services.renewals import DayDone
from mimis_core.services.rights import Right
from mimis_core.services.roles import Role
from mimis_core.services.schedules import ScheduleServices
from mimis_core.services.staff import Invitation, SignedIn, Staff
from mimis_core.services.staff_sessions import Account
from mimis_core.services.stats import Figures, Statistics, StatsServices
from mimis_core.services.sync import SyncReport
from mimis_core.services.views import (
    RENEWED,
    CredentialView,
    DeliveryView,
    DisclosureView,
    ImportedCredential,
    ImportedShare,
    NewPartner,
    OpenShare,
    Partner,
    PublicCredential,
    SharedCredential,
    ShareOrder,
    ShareView,
    Slip,
    StatusView,
)
from mimis_core.services.work import WorkDone, WorkServices
from mimis_core.settings import Settings, load_settings
from mimis_core.store.database import open_database

__all__ = [
    "RENEWED",
    "Account",
    "AuditVerdict",
    "CredentialView",
    "DayDone",
    "DeliveryView",
    "DisclosureView",
    "Erasure",
    "Figures",
    "ImportedCredential",
    "ImportedShare",
    "Invitation",
    "LearnerExport",
    "LearnerPage",
    "NewPartner",
    "OpenShare",
    "Participant",
    "ParticipantOrder",
    "Partner",
    "Passkey",
    "PublicCredential",
    "Published",
    "Raised",
    "Right",
    "Role",
    "Services",
    "ShareOrder",
    "ShareView",
    "SharedCredential",
    "SignedIn",
    "Slip",
    "Staff",
    "Statistics",
    "StatusView",
    "SyncReport",
    "Unmerged",
    "WorkDone",
    "configured",
    "open_services",
]


class Services(
    WorkServices,
    ScheduleServices,
    PublishServices,
    EmployerServices,
    RenditionServices,
    DirectoryServices,
    ArchiveServices,
    PasskeyServices,
    AppealServices,
    MergeServices,
    ErasureServices,
    ExportServices,
    AuditServices,
    HealthServices,
    StatsServices,
    ParticipantServices,
):
    """Everything that can be asked and decided in one organisation."""


def open_services(settings: Settings) -> Services:
    """Connect to the database, bring its tables to this version, and load the adapters. Close it when done.

    Raises ConfigurationError when the database cannot be used, or is another's by its lookup key.
    """
    database = open_database(settings)
    database.migrate()
    database.check_lookup_key(settings.organisation.id)
    return Services(settings, load_plugins(), database)


@contextmanager
def configured(config: Path) -> Iterator[Services]:
    """The services that a configuration folder or file describes, for commands."""
    if is_installation(config):
        raise UserError(
            f"{config} is an installation of several organisations.", mend="Give the folder of one: mimis organisations"
        )
    with open_services(load_settings(config)) as services:
        yield services
