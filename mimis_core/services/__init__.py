"""Queries and decisions scoped to one organisation: the only way from adapters and pages to the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mimis_core.errors import UserError
from mimis_core.observe import know_hosts
from mimis_core.plugins import load_plugins
from mimis_core.services.actors import Actor
from mimis_core.services.added_parts import AddedPartServices
from mimis_core.services.appeals import AppealServices
from mimis_core.services.archive import ArchiveServices, Raised
from mimis_core.services.asked_pulls import AskedPull
from mimis_core.services.attempts import AttemptServices
from mimis_core.services.attestation_views import (
    Answers,
    AskedMany,
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
from mimis_core.services.attestations import MOST_ASKED
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
from mimis_core.services.competences import Competence, competence_in
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
from mimis_core.services.employer import ImportLine, ImportPage
from mimis_core.services.endorsements import Endorsement, EndorsementFacts, EndorsementOrder
from mimis_core.services.erasure import Erasure
from mimis_core.services.esco import ATTRIBUTION as ESCO_ATTRIBUTION
from mimis_core.services.esco import Esco, EscoConcept
from mimis_core.services.esco_import import EscoImport, EscoImportServices
from mimis_core.services.esco_parts import EscoEntry, EscoKind, EscoNeed, EscoRelease, EscoTexts
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
from mimis_core.services.proposals import Proposal, ProposalOrder, ProposalServices, ProposalState, ProposedOutcome
from mimis_core.services.public_hosts import leads_outside, may_be_asked
from mimis_core.services.publishing import Published, PublishServices
from mimis_core.services.recent_stats import RecentStatsServices
from mimis_core.services.renewals import DayDone
from mimis_core.services.requests_once import Mark
from mimis_core.services.revealing import RevealServices
from mimis_core.services.rights import Right
from mimis_core.services.role_match import Line, Proof
from mimis_core.services.role_matching import Gap, GapLine, RoleMatch, RoleMatchServices
from mimis_core.services.role_needs import (
    AchievementNeed,
    Criteria,
    Need,
    Origin,
    OutcomeNeed,
    RoleProfile,
    Sight,
    SkillNeed,
    Weight,
)
from mimis_core.services.role_profiles import RoleVersion
from mimis_core.services.role_ranking import Ranked, RankedPage
from mimis_core.services.roles import Role
from mimis_core.services.schedules import ScheduleServices
from mimis_core.services.shared_checks import SharedCheckServices
from mimis_core.services.shown import nameless
from mimis_core.services.staff import Invitation, SignedIn, Staff
from mimis_core.services.staff_sessions import Account
from mimis_core.services.stats import MEASURES, Figures, Statistics
from mimis_core.services.sync import SyncReport
from mimis_core.services.traces import TraceServices
from mimis_core.services.unmerging import Unmerged, UnmergeServices
from mimis_core.services.views import (
    RENEWED,
    CredentialView,
    DeliveryView,
    DisclosureView,
    ImportedCredential,
    ImportedShare,
    NewPartner,
    NoticeView,
    OpenShare,
    Partner,
    PartnerKeys,
    PublicCredential,
    RevealReason,
    RevealView,
    SharedCredential,
    ShareOrder,
    ShareView,
    Slip,
    StatusView,
    Trace,
    TraceState,
    TraceView,
)
from mimis_core.services.webhook_signature import TOLERANCE as WEBHOOK_TOLERANCE
from mimis_core.services.webhook_signature import signature_headers, verify_signature
from mimis_core.services.webhooks import EVENTS as WEBHOOK_EVENTS
from mimis_core.services.webhooks import NewWebhook, Webhook, WebhookOrder
from mimis_core.services.work import WorkDone, WorkServices
from mimis_core.settings import Settings, load_settings
from mimis_core.store.database import open_database

__all__ = [
    "ASSESSMENTS",
    "ESCO_ATTRIBUTION",
    "MEASURES",
    "MODES",
    "MOST_ASKED",
    "RENEWED",
    "WEBHOOK_EVENTS",
    "WEBHOOK_TOLERANCE",
    "Account",
    "AchievementNeed",
    "Actor",
    "Answers",
    "AskedMany",
    "AskedPull",
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
    "Competence",
    "Connection",
    "Contact",
    "Contacts",
    "CredentialLine",
    "CredentialPage",
    "CredentialView",
    "Criteria",
    "DayDone",
    "Decided",
    "DeliveryPage",
    "DeliveryView",
    "DestinationState",
    "DisclosureView",
    "Draft",
    "Endorsement",
    "EndorsementFacts",
    "EndorsementOrder",
    "Entry",
    "Erasure",
    "Esco",
    "EscoConcept",
    "EscoEntry",
    "EscoImport",
    "EscoKind",
    "EscoNeed",
    "EscoRelease",
    "EscoTexts",
    "Figures",
    "Gap",
    "GapLine",
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
    "Line",
    "Mark",
    "Need",
    "NewLaunch",
    "NewPartner",
    "NewWebhook",
    "NoticeView",
    "OpenShare",
    "Opinion",
    "Origin",
    "OutcomeAnswer",
    "OutcomeNeed",
    "OutcomeSeen",
    "Overview",
    "OwnDecision",
    "Part",
    "Participant",
    "ParticipantOrder",
    "Partner",
    "PartnerKeys",
    "Passkey",
    "Place",
    "Placement",
    "Proof",
    "Proposal",
    "ProposalOrder",
    "ProposalState",
    "ProposedOutcome",
    "PublicCredential",
    "Published",
    "Raised",
    "Ranked",
    "RankedPage",
    "RevealReason",
    "RevealView",
    "ReviewVerdict",
    "Right",
    "Role",
    "RoleMatch",
    "RoleProfile",
    "RoleVersion",
    "ScheduledCommand",
    "Services",
    "ShareOrder",
    "ShareView",
    "SharedCredential",
    "Sight",
    "SignedIn",
    "SkillNeed",
    "Slip",
    "SourceHealth",
    "Staff",
    "Standing",
    "Statistics",
    "StatusView",
    "StoppedPage",
    "StoppedWork",
    "SyncReport",
    "Trace",
    "TraceState",
    "TraceView",
    "Unmerged",
    "Webhook",
    "WebhookOrder",
    "Weight",
    "WorkDone",
    "competence_in",
    "configured",
    "leads_outside",
    "may_be_asked",
    "nameless",
    "open_services",
    "signature_headers",
    "verify_signature",
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
    RoleMatchServices,
    ProposalServices,
    TraceServices,
    RevealServices,
    SharedCheckServices,
    PrintServices,
    ArchiveServices,
    PasskeyServices,
    AttemptServices,
    AppealServices,
    AddedPartServices,
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
    EscoImportServices,
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
