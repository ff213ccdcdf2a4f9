"""What the services give to pages, APIs and commands: read-only views, already limited to what may be shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import ConfigDict

from mimis_core.model import Achievement, CredentialStatus, FeedReceipt, Model, Organisation, Sealed, Verdict

RENEWED = "renewed"
"""The reason of a superseded credential whose holder renewed it; every other reason was written by a person."""


class StatusView(Model):
    """Status of one credential; names nobody."""

    urn: str
    status: CredentialStatus
    reason: str | None = None
    changed_at: datetime


class CredentialView(Model):
    """One issued credential with the catalogue entry that it was issued from, as the learner sees it.

    ``replaced_by`` is the id of the credential that was issued in its place, corrected or renewed.
    """

    id: str
    urn: str
    public_id: str
    learner_id: str
    learner_name: str
    achievement: Achievement
    issuer: Organisation
    owner: Organisation
    status: StatusView
    issued_at: datetime
    valid_until: datetime | None = None
    completed_at: datetime
    assessed_by: str | None = None
    kinds: tuple[str, ...] = ()
    replaced_by: str | None = None


class PublicCredential(Model):
    """What the QR in a sealed picture leads to: issuer, achievement and status, and no person."""

    achievement: Achievement
    issuer: Organisation
    owner: Organisation
    status: StatusView


class DeliveryView(Model):
    """One credential's way to a wallet or mailbox.

    ``state``: queued, sent, attention (reason says why), cancelled (the credential was replaced or revoked before).
    """

    credential_id: str
    title: dict[str, str]
    courier: str
    state: Literal["queued", "sent", "attention", "cancelled"]
    reason: str | None = None
    url: str | None = None
    at: datetime


class Partner(Model):
    """A registered employer: an organisation number whose domain was proved."""

    id: str
    name: str
    registration: str
    domain: str
    client_id: str


class NewPartner(Model):
    """Answer to a registration. The secret is shown here once and stored only as a hash."""

    partner: Partner
    client_secret: str


class ShareOrder(Model):
    """What a learner decides about one share. ``partner_id`` None makes a plain link.

    ``application_email`` is the address that she used in her application, for the employer's ATS to find her.
    """

    credential_ids: tuple[str, ...]
    partner_id: str | None = None
    purpose: str
    until: date
    anonymous: bool = False
    application_email: str | None = None


class DisclosureView(Model):
    """One look that a share allowed."""

    at: datetime
    viewer: str


class ShareView(Model):
    """A share as its learner and its recipient may see it. ``state``: active, withdrawn, expired."""

    id: str
    learner_id: str
    partner: Partner | None = None
    purpose: str
    until: date
    anonymous: bool
    application_email: str | None = None
    created_at: datetime
    withdrawn_at: datetime | None = None
    state: Literal["active", "withdrawn", "expired"]
    url: str
    credentials: tuple[CredentialView, ...] = ()
    disclosures: tuple[DisclosureView, ...] = ()


class SharedCredential(Model):
    """One credential under an active share, with its sealed file (None when the share is anonymous)."""

    view: CredentialView
    sealed: Sealed | None = None


class OpenShare(Model):
    """A share that was just opened; the look is already recorded. ``learner_name`` is None when anonymous."""

    share: ShareView
    learner_name: str | None = None
    credentials: tuple[SharedCredential, ...] = ()


class Slip(Model):
    """A printed sign-in for a learner without e-mail: one use, 30 days."""

    code: str
    url: str
    expires: datetime


class ImportedCredential(Model):
    """One credential that an employer took in, with the verdict of the last check.

    ``status`` is the issuer's word when the share was opened last: it tells how a credential was taken back.
    """

    # Any bytes can be taken in, also those that are no text.
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    urn: str
    title: dict[str, str]
    issuer_name: dict[str, str]
    verdict: Verdict
    content: bytes
    status: str | None = None


class ImportedShare(Model):
    """Employer role: one share or file taken in, and what became of it.

    ``state``: verified (checked, nothing written), written (in the ATS), ask (no or several candidates: a recruiter
    decides), refused (a check failed), withdrawn (taken back and removed), attention (could not be removed).
    """

    key: str
    issuer: str
    link: str | None = None
    person_name: str | None = None
    person_email: str | None = None
    purpose: str | None = None
    until: date | None = None
    credentials: tuple[ImportedCredential, ...] = ()
    state: Literal["verified", "written", "ask", "refused", "withdrawn", "attention"]
    reason: str | None = None
    receipts: tuple[FeedReceipt, ...] = ()
