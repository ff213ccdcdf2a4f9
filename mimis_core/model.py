"""The credential model: what is earned, by whom, on what evidence, and what was issued.

Every class is frozen; a step of the pipeline takes some of these and returns others. Words are those of
the European Learning Model (ELM v3) where it has one. Texts for people are language maps,
``{"sv": "...", "en": "..."}``, keyed by ISO 639-1 code.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

LangMap = Annotated[dict[str, str], Field(min_length=1)]
"""One text in several languages: ISO 639-1 code to text, at least one."""

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
"""A name for ids in configuration and the catalogue: lower-case letters, digits and hyphens."""


class Model(BaseModel):
    """What all models share: frozen, no unknown field, built on first use to keep start-up fast."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Concept(Model):
    """One entry of a controlled vocabulary: its IRI and, where known, its label."""

    uri: str
    label: LangMap | None = None


class Link(Model):
    """A page or document on the web, with the words that people see for it."""

    title: LangMap
    url: Annotated[str, Field(pattern=r"^https?://\S+$")]


class Attachment(Model):
    """A document that proves something, such as a signed attestation: inside as base64, or by its address."""

    title: LangMap
    media_type: str = "application/pdf"
    content: str | None = None
    url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None


class Body(Model):
    """An organisation that reviews or decides, as a document names it; ``country`` is ISO 3166-1 alpha-3."""

    legal_name: LangMap
    country: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "SWE"
    registration: str | None = None
    homepage: str | None = None


class Accreditation(Model):
    """A decision by a reviewing body about a programme or an institution (ELM Accreditation)."""

    title: LangMap
    type: Literal["programme_quality", "institution_quality", "programme_licence", "institution_licence"]
    body: Body
    description: LangMap | None = None
    reference: str | None = None
    issued: date | None = None
    review: date | None = None
    expires: date | None = None
    page: str | None = None
    report: str | None = None


class Credit(Model):
    """Points in a credit system: ``ects``, ``ecvet``, or the full address of another one's concept."""

    points: Annotated[float, Field(gt=0)]
    framework: str = "ects"


class Scheme(Model):
    """A grading scheme: its name, and what its grades mean."""

    title: LangMap
    description: LangMap | None = None


class Outcome(Model):
    """A learning outcome: what the holder can do, and the criterion that it was assessed against.

    ``esco`` are ESCO skills; ``skills`` those of any other framework, such as DigComp.
    """

    title: LangMap
    criteria: LangMap
    type: Literal["knowledge", "skill"]
    reusability: Literal["transversal", "cross-sector", "sector-specific", "occupation-specific"] | None = None
    esco: tuple[Concept, ...] = ()
    skills: tuple[Concept, ...] = ()


class LevelState(StrEnum):
    """Who stands behind a level (facts/sweden.md section 3). Only the first two are sealed."""

    DECIDED = "decided"
    PART_OF_DECIDED = "part_of_decided"
    SELF_ASSESSED = "self_assessed"


class Level(Model):
    """An SeQF level, which equals the EQF level, and the decision that it rests on."""

    value: Annotated[int, Field(ge=1, le=8)]
    state: LevelState
    decision: str | None = None
    qualification: LangMap | None = None


class Organisation(Model):
    """A school, an owner of content, or an employer.

    ``registration`` is the Swedish organisationsnummer as ``NNNNNN-NNNN``; ``eidas`` the
    organizationIdentifier of its seal certificate, for example ``NTRSE-8020026509``.
    """

    id: Slug
    legal_name: LangMap
    registration: str
    eidas: str
    address: str | None = None
    homepage: str | None = None
    email: str | None = None
    country: str = "SWE"
    region: str | None = None
    public_body: bool = False
    accreditations: tuple[Accreditation, ...] = ()


class QualityAssurance(Model):
    """Principle 5: how the process is assured inside the issuer, and by whom outside it."""

    internal: LangMap
    external: LangMap
    body: LangMap | None = None
    kind: Literal["programme", "institution"] = "programme"
    accreditations: tuple[Accreditation, ...] = ()


class Requirement(Model):
    """One completed thing that an achievement asks for.

    ``module`` is the source's own reference, such as ``course:2`` or ``course:2/activity:17``; ``source`` limits
    it to one configured source; ``min_grade`` is a percentage of the module's scale.
    """

    module: str
    source: str | None = None
    min_grade: Annotated[float, Field(ge=0, le=100)] | None = None


class AutomaticRule(Model):
    """A recorded decision that meeting the requirements is enough: who took it, and when."""

    decided_by: str
    decided_on: date


class Achievement(Model):
    """A catalogue entry: one version of something that can be earned."""

    id: Slug
    version: Annotated[int, Field(ge=1)] = 1
    title: LangMap
    description: LangMap | None = None
    owner: Slug
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)]
    workload_hours: Annotated[float, Field(gt=0)]
    credit: Credit | None = None
    level: Level | None = None
    assessment: Annotated[tuple[str, ...], Field(min_length=1)]
    mode: Annotated[tuple[str, ...], Field(min_length=1)]
    setting: Literal["formal", "non-formal"] = "non-formal"
    iscedf: Annotated[str, Field(pattern=r"^\d{2,4}$")]
    languages: tuple[str, ...] = ("sv",)
    entry_requirement: LangMap | None = None
    supervision: Literal["unsupervised", "supervised_with_id", "id_only"] = "supervised_with_id"
    grading: Scheme | None = None
    quality_assurance: QualityAssurance
    part_of: LangMap | None = None
    has_parts: tuple[LangMap, ...] = ()
    documents: tuple[Link, ...] = ()
    target_group: LangMap | None = None
    note: LangMap | None = None
    homepage: str | None = None
    valid_months: Annotated[int, Field(gt=0)] | None = None
    earned_by: tuple[Requirement, ...] = ()
    automatic: AutomaticRule | None = None

    @property
    def ref(self) -> str:
        """Id and version as one word, for logs, links and unique keys."""
        return f"{self.id}@{self.version}"


class Grade(Model):
    """A result as the source gave it: points with the scale they stand on, or a word such as ``Godkänd``."""

    value: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    text: str | None = None

    @property
    def percent(self) -> float | None:
        """Share of the scale in percent; None when the source gave no points or no scale."""
        if self.value is None or self.maximum is None or self.maximum == (self.minimum or 0.0):
            return None
        low = self.minimum or 0.0
        return 100 * (self.value - low) / (self.maximum - low)


class SourceLearner(Model):
    """A person as one source knows her. ``key`` is the source's stable id and nothing that can be reused."""

    source: str
    key: str
    full_name: str
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    email_verified: bool = False
    protected: bool = False


class CompletionKind(StrEnum):
    """How the fact came about: learnt in a course, assessed without one, or seen at a workplace."""

    COURSE = "course"
    ACTIVITY = "activity"
    VALIDATION = "validation"
    ATTESTATION = "attestation"


class Completion(Model):
    """The fact pulled from a source: this learner completed this module then, with this result.

    ``key`` is unique within the source and the same at every pull. ``by`` names the assessor or supervisor;
    ``started_at`` and ``hours`` say how long she learnt or worked, ``place`` where.
    """

    source: str
    key: str
    learner: SourceLearner
    module: str
    title: str
    completed_at: AwareDatetime
    kind: CompletionKind = CompletionKind.COURSE
    grade: Grade | None = None
    by: str | None = None
    evidence: str | None = None
    started_at: AwareDatetime | None = None
    hours: Annotated[float, Field(gt=0)] | None = None
    place: str | None = None
    document: Attachment | None = None


class SetAside(Model):
    """A record that could not be used: which one, the source's own code, and what a person can do.

    ``message`` is shown to the administrator; it names no person, mail address or token.
    """

    source: str
    key: str
    reason: str
    message: str


class PulledPage(Model):
    """One batch of a pull. ``cursor`` is what a later pull may start from; None means from the start.

    ``done`` and ``total`` count the source's own units of work, such as learners asked about, for progress.
    """

    completions: tuple[Completion, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    cursor: str | None = None
    done: int | None = None
    total: int | None = None


class Learner(Model):
    """A person in one organisation, whatever number of source identities lead to her. ``id`` is opaque."""

    id: str
    full_name: str
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    birth_date: date | None = None
    protected: bool = False


class AwardState(StrEnum):
    """Where a decision stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class Award(Model):
    """The decision that a learner has an achievement: by whom, when, on what evidence.

    ``by_rule`` tells a recorded rule's author, who has assessed nobody, from a person who looked at the evidence.
    """

    id: str
    learner_id: str
    achievement_id: str
    achievement_version: int
    state: AwardState
    completed_at: AwareDatetime
    evidence: tuple[Completion, ...] = ()
    decided_by: str | None = None
    decided_at: AwareDatetime | None = None
    by_rule: bool = False
    reason: str | None = None


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
    """A built, unsealed credential: the exact bytes that a Sealer will seal."""

    urn: str
    format: str
    media_type: str
    content: bytes


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
    workload: str | None = None


CheckType = Literal["format", "seal", "owner", "accreditation", "revocation", "expiry", "custom"]


class Check(Model):
    """One finding of a verification: the EU's check type, its status, and why (facts/elm-edc.md section 3)."""

    type: CheckType
    status: Literal["ok", "error", "skipped"]
    reason: str


class Verdict(Model):
    """The outcome of a verification and the checks that it rests on."""

    verdict: Literal["valid", "invalid", "unknown"]
    checks: tuple[Check, ...]


class Trust(Model):
    """What a verification may rely on: trust anchors as PEM texts, trusted lists, and how the status is asked.

    ``anchors`` come from ``[trust] anchors``; ``lists`` is the folder with the checked copy of the EU's trusted
    lists. ``offline`` says that no address may be asked: revocation is then skipped and the verdict at best unknown.
    """

    anchors: tuple[str, ...] = ()
    lists: str | None = None
    offline: bool = False
    now: AwareDatetime | None = None


class Parcel(Model):
    """What a Courier carries. ``key`` stays the same when the same delivery is tried again.

    ``to`` is a wallet address or an e-mail address; ``language`` that of ``subject`` and ``text``.
    """

    key: str
    to: str
    subject: str = ""
    text: str = ""
    sealed: Sealed | None = None
    language: str = "sv"


class Receipt(Model):
    """Proof that a parcel arrived. ``already`` means that it was there before: a success, not a second one."""

    courier: str
    reference: str
    url: str | None = None
    already: bool = False


class Person(Model):
    """Whom a TalentFeed looks for: what the share's application gives, nothing more."""

    email: str
    full_name: str | None = None


class Candidate(Model):
    """A person as one ATS knows her."""

    id: str
    email: str | None = None
    job_id: str | None = None


class TalentEntry(Model):
    """What is written into an ATS about one share: a pointer and a short summary, never the whole document."""

    key: str
    candidate: Candidate
    summary: str
    url: str
    details: dict[str, str] = {}


class FeedReceipt(Model):
    """What was written where, so that it can be changed or removed later."""

    feed: str
    key: str
    candidate_id: str
    external_id: str


class Finding(Model):
    """One line of ``mimis check``: what was looked at, how it is, and what mends it."""

    subject: str
    status: Literal["ok", "warning", "error"]
    message: str
    mend: str | None = None


class Event(Model):
    """Told to ``mimis_record`` after a step: ids and counts only, never names or addresses."""

    action: str
    organisation: str
    subject: str
    at: AwareDatetime
    details: dict[str, Any] = {}
