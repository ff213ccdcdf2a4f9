"""What can be earned: a catalogue entry with its outcomes, level and quality assurance, and who answers for it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

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

    ``module`` is the source's own reference, such as ``course:2``, or ``credential:ID`` for a credential of that entry;
    ``source`` limits it to one configured source; ``min_grade`` is a percentage of the module's scale. Where not all is
    asked for, ``points`` are what it counts for, and it must be there if it is ``required``.
    """

    module: str
    source: str | None = None
    min_grade: Annotated[float, Field(ge=0, le=100)] | None = None
    points: Annotated[float, Field(gt=0)] | None = None
    required: bool = False


class AutomaticRule(Model):
    """A recorded decision that meeting the requirements is enough: who took it, and when."""

    decided_by: str
    decided_on: date


class Achievement(Model):
    """A catalogue entry: one version of something that can be earned.

    All of ``earned_by`` is asked for, unless ``enough_parts`` or ``enough_points`` say how much. ``parts_from``: eIDAS
    identifiers of issuers whose credentials may be its parts beside its own; ``*`` is every trusted one.
    """

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
    endorsements: tuple[Attachment, ...] = ()
    target_group: LangMap | None = None
    note: LangMap | None = None
    homepage: str | None = None
    valid_months: Annotated[int, Field(gt=0)] | None = None
    earned_by: tuple[Requirement, ...] = ()
    enough_parts: Annotated[int, Field(gt=0)] | None = None
    enough_points: Annotated[float, Field(gt=0)] | None = None
    parts_from: tuple[str, ...] = ()
    automatic: AutomaticRule | None = None

    @property
    def ref(self) -> str:
        """Id and version as one word, for logs, links and unique keys."""
        return f"{self.id}@{self.version}"
