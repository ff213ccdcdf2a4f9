"""What was learnt, by whom, and the decision on it: completions, learners and awards."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from mimis_core.model.achievement import Attachment, Model


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
    """A person as one source knows her. ``key`` is the source's stable id and nothing that can be reused.

    ``aliases`` are further names that it knows her by, such as ``username`` and ``idnumber``; never a personal number.
    """

    source: str
    key: str
    full_name: str
    aliases: dict[str, str] = {}
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
    CREDENTIAL = "credential"
    """Not learnt anew: a credential that is a part of a larger one."""


class Completion(Model):
    """The fact pulled from a source: this learner completed this module then, with this result.

    ``key`` is unique within the source and the same at every pull. Not ``dated``, the source tells no date: mimis keeps
    the ``completed_at`` of the first pull that brought it. ``by`` names the assessor or supervisor; ``started_at`` and
    ``hours`` say how long she learnt or worked, ``place`` where.
    """

    source: str
    key: str
    learner: SourceLearner
    module: str
    title: str
    completed_at: AwareDatetime
    dated: bool = True
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


class Withdrawal(SetAside):
    """A completion that its source takes back, such as a certificate made invalid; ``key`` is the completion's."""


class Departure(SetAside):
    """A learner whom the source has erased or retired; ``key`` is hers in the source. A person decides what follows."""


class PulledPage(Model):
    """One batch of a pull. ``cursor`` is what a later pull may start from once this page is taken in.

    ``done`` and ``total`` count the source's own units of work, such as learners asked about, for progress. ``as_of``
    on the last page of a pull with a cursor: whatever happened in the source before then has been asked about.
    ``whole`` there: the pull has given all that stands in the source, although it started from a cursor.
    """

    completions: tuple[Completion, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    departed: tuple[Departure, ...] = ()
    cursor: str | None = None
    as_of: AwareDatetime | None = None
    whole: bool = False
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
