"""Queries and decisions scoped to one organisation: the only way from adapters and pages to the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mimis_core.plugins import load_plugins
from mimis_core.services.archive import ArchiveServices, Raised
from mimis_core.services.employer import EmployerServices
from mimis_core.services.publishing import Published, PublishServices
from mimis_core.services.renditions import RenditionServices
from mimis_core.services.renewals import DayDone
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
from mimis_core.store.database import Database

__all__ = [
    "RENEWED",
    "CredentialView",
    "DayDone",
    "DeliveryView",
    "DisclosureView",
    "ImportedCredential",
    "ImportedShare",
    "NewPartner",
    "OpenShare",
    "Partner",
    "PublicCredential",
    "Published",
    "Raised",
    "Services",
    "ShareOrder",
    "ShareView",
    "SharedCredential",
    "Slip",
    "StatusView",
    "SyncReport",
    "WorkDone",
    "configured",
    "open_services",
]


class Services(WorkServices, PublishServices, EmployerServices, RenditionServices, ArchiveServices):
    """Everything that can be asked and decided in one organisation."""


def open_services(settings: Settings) -> Services:
    """Connect to the database, bring its tables to this version, and load the adapters. Close it when done."""
    key = settings.encryption_key
    database = Database(settings.database_url, key.get_secret_value() if key else None)
    database.migrate()
    return Services(settings, load_plugins(), database)


@contextmanager
def configured(config: Path) -> Iterator[Services]:
    """The services that a configuration folder or file describes, for commands."""
    with open_services(load_settings(config)) as services:
        yield services
