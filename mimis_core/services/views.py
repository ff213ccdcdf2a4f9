"""What the services give to pages, APIs and commands: read-only views, already limited to what may be shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import ConfigDict

from mimis_core.model import Achievement, CredentialStatus, FeedReceipt, Model, Organisation, Sealed, Verdict
from mimis_core.services.competences import Competence

RENEWED = "renewed"
"""The reason of a superseded credential whose holder renewed it; every other reason was written by a person."""


class StatusView(Model):
    """Status of one credential; names nobody.

    ``monthly``: this time and those of the credential say the month alone, by its first day, as in a share without a
    name.
    """

    urn: str
    status: CredentialStatus
    reason: str | None = None
    changed_at: datetime
    monthly: bool = False


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
    """A registered employer: an organisation number whose domain was proved.

    ``scopes`` are what its tokens may be good for, None for everything. ``signs`` says that it shows who it is by keys
    of its own instead of a secret.
    """

    id: str
    name: str
    registration: str
    domain: str
    client_id: str
    scopes: tuple[str, ...] | None = None
    signs: bool = False


class PartnerKeys(Model):
    """Public keys of an employer as JSON (RFC 7517), and the address that they were read from, if they were."""

    jwks: str
    url: str | None = None


class NewPartner(Model):
    """Answer to a registration or a rotation. The secret is shown here once and stored only as a hash.

    It is None for an employer that signs with keys of its own.
    """

    partner: Partner
    client_secret: str | None


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


TraceState = Literal["written", "updated", "removed", "not_removed"]
"""What became of a share in a system of an employer."""


class Trace(Model):
    """What an employer did in one of its systems with what a share showed: when, by its own clock."""

    system: str
    state: TraceState
    at: datetime


class TraceView(Trace):
    """The same as the learner sees it; ``viewer`` is who told us."""

    viewer: str


class NoticeView(Model):
    """What an employer's system was told about a share, by itself: ``event`` as in its webhook, no person in it."""

    at: datetime
    event: str


RevealReason = Literal["meet", "talk", "offer", "check"]
"""Why one who sees a share without a name wants to know whose it is: to meet her, to talk to her, to offer her
something, to check her credentials themselves."""


class RevealView(Model):
    """A wish to know whose a share without a name is: who asked, why and when, and what she has answered."""

    viewer: str
    reason: RevealReason
    at: datetime
    answer: Literal["revealed", "declined"] | None = None
    answered_at: datetime | None = None


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
    reveal: RevealView | None = None
    disclosures: tuple[DisclosureView, ...] = ()
    traces: tuple[TraceView, ...] = ()
    notices: tuple[NoticeView, ...] = ()


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
    ``competence`` is the issuer's word too, of a credential that was shared without its file.
    """

    # Any bytes can be taken in, also those that are no text.
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    urn: str
    title: dict[str, str]
    issuer_name: dict[str, str]
    verdict: Verdict
    content: bytes
    status: str | None = None
    competence: Competence | None = None


class ImportedShare(Model):
    """Employer role: one share or file taken in, and what became of it.

    ``state``: verified (checked, nothing written), written (in the ATS), ask (no or several candidates: a recruiter
    decides), refused (a check failed), withdrawn (taken back and removed), attention (could not be removed).
    ``untold`` is what became of it in our systems that its issuer was not told yet, for its learner to see.
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
    untold: tuple[Trace, ...] = ()
