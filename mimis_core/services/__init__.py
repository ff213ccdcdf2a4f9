"""Queries and decisions scoped to one organisation: the only way from adapters and pages to the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mimis_core.errors import UserError
from mimis_core.observe import know_hosts
from mimis_core.plugins import load_plugins
from mimis_core.services.actors import Actor
from mimis_core.services.appeals import AppealServices
from mimis_core.services.archive import ArchiveServices, Raised
from mimis_core.services.attempts import AttemptServices
from mimis_core.services.attestation_views import (
    Answers,
    Attestation,
    AttestationKind,
    AttestationLink,
    AttestationOrder,
    AttestationPage,
    AttestationStanding,
    AttestationState,
    AttesterFacts,
    AttesterView,
    IdentityKnown,
    OutcomeAnswer,
    OutcomeSeen,
)
from mimis_core.services.attesting import AttestingServices
from mimis_core.services.audit import AuditServices, AuditVerdict
from mimis_core.services.audit_pages import AuditLine, AuditPage
from mimis_core.services.award_pages import AwardLine, AwardPage, AwardView, Decided, Standing
from mimis_core.services.catalogue_list import Draft, Entry
from mimis_core.services.catalogue_reviews import (
    CatalogueReview,
    CatalogueReviewServices,
    Opinion,
    ReviewVerdict,
)
from mimis_core.services.connections import Connection, ConnectionServices, ScheduledCommand
from mimis_core.services.contacts import BoundAccount, Contact, Contacts
from mimis_core.services.credential_pages import (
    CredentialLine,
    CredentialPage,
    CredentialPageServices,
    IssuedCredential,
)
from mimis_core.services.delivery_pages import (
    DeliveryPage,
    DeliveryPageServices,
    DestinationState,
    StoppedPage,
    StoppedWork,
)
from mimis_core.services.directory import LearnerPage
from mimis_core.services.draft_checks import ASSESSMENTS, MODES, Judgement, Place
from mimis_core.services.employer import EmployerServices, ImportLine, ImportPage
from mimis_core.services.erasure import Erasure
from mimis_core.services.export_learner import ExportServices, LearnerExport
from mimis_core.services.granting import Granted, GrantServices
from mimis_core.services.health import HealthServices
from mimis_core.services.helpers import Helper, HelperLink, HelperOrder, HelperServices, HelperView
from mimis_core.services.launches import Launch, LaunchServices, NewLaunch, Placement
from mimis_core.services.learner_accounts import LearnerAccountServices
from mimis_core.services.learner_file import LearnerFile, LearnerFileServices
from mimis_core.services.learners import Ground
from mimis_core.services.organisations import is_installation
from mimis_core.services.overview import Overview, OverviewServices, SourceHealth
from mimis_core.services.own_requests import OwnDecision, OwnRequestServices
from mimis_core.services.participants import Participant, ParticipantOrder, ParticipantServices
from mimis_core.services.passkeys import Passkey, PasskeyServices
from mimis_core.services.paths import Goal, Part
from mimis_core.services.printing import PrintServices
from mimis_core.services.publishing import Published, PublishServices
from mimis_core.services.recent_stats import RecentStatsServices
from mimis_core.services.renewals import DayDone
from mimis_core.services.rights import Right
from mimis_core.services.roles import Role
from mimis_core.services.schedules import ScheduleServices
from mimis_core.services.shared_checks import SharedCheckServices
from mimis_core.services.staff import Invitation, SignedIn, Staff
from mimis_core.services.staff_sessions import Account
from mimis_core.services.stats import MEASURES, Figures, Statistics
from mimis_core.services.sync import SyncReport
from mimis_core.services.unmerging import Unmerged, UnmergeServices
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
    "ASSESSMENTS",
    "MEASURES",
    "MODES",
    "RENEWED",
    "Account",
    "Actor",
    "Answers",
    "Attestation",
    "AttestationKind",
    "AttestationLink",
    "AttestationOrder",
    "AttestationPage",
    "AttestationStanding",
    "AttestationState",
    "AttesterFacts",
    "AttesterView",
    "AuditLine",
    "AuditPage",
    "AuditVerdict",
    "AwardLine",
    "AwardPage",
    "AwardView",
    "BoundAccount",
    "CatalogueReview",
    "Connection",
    "Contact",
    "Contacts",
    "CredentialLine",
    "CredentialPage",
    "CredentialView",
    "DayDone",
    "Decided",
    "DeliveryPage",
    "DeliveryView",
    "DestinationState",
    "DisclosureView",
    "Draft",
    "Entry",
    "Erasure",
    "Figures",
    "Goal",
    "Granted",
    "Ground",
    "Helper",
    "HelperLink",
    "HelperOrder",
    "HelperView",
    "IdentityKnown",
    "ImportLine",
    "ImportPage",
    "ImportedCredential",
    "ImportedShare",
    "Invitation",
    "IssuedCredential",
    "Judgement",
    "Launch",
    "LearnerExport",
    "LearnerFile",
    "LearnerPage",
    "NewLaunch",
    "NewPartner",
    "OpenShare",
    "Opinion",
    "OutcomeAnswer",
    "OutcomeSeen",
    "Overview",
    "OwnDecision",
    "Part",
    "Participant",
    "ParticipantOrder",
    "Partner",
    "Passkey",
    "Place",
    "Placement",
    "PublicCredential",
    "Published",
    "Raised",
    "ReviewVerdict",
    "Right",
    "Role",
    "ScheduledCommand",
    "Services",
    "ShareOrder",
    "ShareView",
    "SharedCredential",
    "SignedIn",
    "Slip",
    "SourceHealth",
    "Staff",
    "Standing",
    "Statistics",
    "StatusView",
    "StoppedPage",
    "StoppedWork",
    "SyncReport",
    "Unmerged",
    "WorkDone",
    "configured",
    "open_services",
]


class Services(
    AttestingServices,
    CredentialPageServices,
    DeliveryPageServices,
    GrantServices,
    ConnectionServices,
    LaunchServices,
    LearnerFileServices,
    OverviewServices,
    WorkServices,
    ScheduleServices,
    PublishServices,
    EmployerServices,
    SharedCheckServices,
    PrintServices,
    ArchiveServices,
    PasskeyServices,
    AttemptServices,
    AppealServices,
    UnmergeServices,
    HelperServices,
    OwnRequestServices,
    LearnerAccountServices,
    ExportServices,
    AuditServices,
    HealthServices,
    RecentStatsServices,
    ParticipantServices,
    CatalogueReviewServices,
):
    """Everything that can be asked and decided in one organisation."""


def open_services(settings: Settings) -> Services:
    """Connect to the database, bring its tables to this version, and load the adapters. Close it when done.

    Raises ConfigurationError when the database cannot be used, or is another's by its lookup key.
    """
    database = open_database(settings)
    database.migrate()
    database.check_lookup_key(settings.organisation.id)
    know_hosts((settings.trust.lotl, *(issuer.url for issuer in settings.issuers.values())))
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
