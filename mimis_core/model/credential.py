"""What is issued, and what a check of it finds."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from mimis_core.model.achievement import Achievement, Attachment, LangMap, Model, Organisation, Outcome, Slug
from mimis_core.model.learning import Award, Learner


class CredentialStatus(StrEnum):
    """Life of an issued credential (DESIGN.md, the words)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


class Mandate(Model):
    """An owner's decision to let another organisation issue what it owns; sealed in as evidence."""

    owner: Slug
    statement: str
    decided_by: str
    decided_on: date
    achievements: tuple[Slug, ...] = ()
    document: Attachment | None = None


class IssueOrder(Model):
    """All that a Format needs to build one document. ``urn`` is ``urn:credential:<uuid>``.

    ``status_url`` answers the current status; ``public_url`` is the page that names nobody (for the QR).
    ``status_list_url`` and ``status_index`` are the place in a Bitstring Status List, for formats that use one.
    ``supersedes`` is the urn of the credential that this one replaces. No ``languages`` leaves them to the Format.
    """

    urn: str
    award: Award
    achievement: Achievement
    learner: Learner
    issuer: Organisation
    owner: Organisation
    issued_at: AwareDatetime
    valid_until: AwareDatetime | None = None
    status_url: str
    public_url: str
    status_list_url: str | None = None
    status_index: int | None = None
    languages: tuple[str, ...] = ()
    show_birth_date: bool = False
    mandate: Mandate | None = None
    supersedes: str | None = None


class Document(Model):
    """A built, unsealed credential: the exact bytes that a Sealer will seal.

    A Format that fills in a template may give the same bytes as ``parts`` too: what all documents of the template
    share, what is this one's, and so on in turn, ending with what they share. A Sealer then does what it does with
    the shared parts once. Empty when there is no template.
    """

    urn: str
    format: str
    media_type: str
    content: bytes
    parts: tuple[bytes, ...] = ()


class Sealed(Model):
    """A sealed credential as handed to learners, wallets and employers."""

    urn: str
    format: str
    media_type: str
    filename: str
    content: bytes


class CredentialFacts(Model):
    """What a Format reads back out of any credential of its kind: enough for pages, matching and ATSs."""

    urn: str
    format: str
    title: LangMap
    issuer_name: LangMap
    issuer_eidas: str | None = None
    learner_name: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    issued_at: datetime | None = None
    valid_until: datetime | None = None
    status_url: str | None = None
    level: int | None = None
    achievement: str | None = None
    workload: str | None = None


CheckType = Literal["format", "seal", "owner", "accreditation", "revocation", "expiry", "custom"]


class Check(Model):
    """One finding of a verification: the EU's check type, its status, and why (facts/elm-edc.md section 3)."""

    type: CheckType
    status: Literal["ok", "error", "skipped"]
    reason: str


class Verdict(Model):
    """The outcome of a verification and the checks that it rests on.

    ``document`` is what a verifier read, for ``mimis_checks``: they then judge that very document, and it is parsed
    once. It goes no further: who asked for the verification does not get it.
    """

    verdict: Literal["valid", "invalid", "unknown"]
    checks: tuple[Check, ...]
    document: dict[str, Any] | None = Field(default=None, exclude=True, repr=False)


class Trust(Model):
    """What a verification may rely on: trust anchors as PEM texts, trusted lists, and how the status is asked.

    ``anchors`` come from ``[trust] anchors``; ``lists`` is the folder with the checked copy of the EU's trusted
    lists. ``offline`` says that no address may be asked: revocation is then skipped and the verdict at best unknown.
    ``fresh`` says that a status answer of minutes ago will not do: something is decided or written by the verdict.
    """

    anchors: tuple[str, ...] = ()
    lists: str | None = None
    offline: bool = False
    fresh: bool = False
    now: AwareDatetime | None = None
