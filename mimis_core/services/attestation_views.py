"""What is asked of a supervisor or an assessor and what they answer, as pages and commands give and get it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from mimis_core.model import Achievement, Model, Organisation

AttestationKind = Literal["attestation", "validation"]
"""Who is asked: a supervisor at a workplace (apl), or an assessor of prior learning."""
AttestationState = Literal["asked", "opened", "answered", "expired", "withdrawn"]
AttestationStanding = Literal["open", "answered", "over"]
"""Which requests a page lists: those that can be answered, were answered, or ended without."""
OutcomeSeen = Literal["yes", "partly", "no", "unseen"]
"""What is said of one learning outcome; ``unseen`` is no judgement."""
IdentityKnown = Literal["known", "shown"]
"""How it is known who the learner is: in person, or by a document of identity that she showed."""


class AttestationOrder(Model):
    """What a teacher asks. Without ``email`` the link is handed over; without ``until`` it is open for 14 days."""

    learner_id: str
    achievement_id: str
    kind: AttestationKind = "attestation"
    name: str
    email: str | None = None
    workplace: str
    started_on: date
    ended_on: date
    hours: float | None = None
    phone: str | None = None
    until: date | None = None


class OutcomeAnswer(Model):
    """What is said of one outcome; the comment is for the teacher alone."""

    seen: OutcomeSeen
    comment: str = ""


class AttesterFacts(Model):
    """Who answers, and of what time: stands in the evidence."""

    name: str
    role: str
    identity: IdentityKnown
    started_on: date
    ended_on: date
    hours: float | None = None


class Answers(Model):
    """All that was answered so far; outcomes by their numbers from 1."""

    outcomes: dict[int, OutcomeAnswer] = {}
    facts: AttesterFacts | None = None

    def attested(self) -> tuple[int, ...]:
        """Numbers of the outcomes that were seen in full."""
        return tuple(number for number, one in sorted(self.outcomes.items()) if one.seen == "yes")

    def next_step(self, outcomes: int) -> int | None:
        """The first step without an answer: an outcome's number, the one after them for the facts; None at the end."""
        open_ = (number for number in range(1, outcomes + 1) if number not in self.outcomes)
        return next(open_, outcomes + 1 if self.facts is None else None)


class Attestation(Model):
    """A request as the school sees it. Of a protected learner nothing is shown but that it is there."""

    id: str
    learner_id: str
    learner_name: str
    protected: bool
    achievement_id: str
    title: dict[str, str]
    outcomes: tuple[dict[str, str], ...]
    kind: AttestationKind
    state: AttestationState
    name: str
    email: str | None
    workplace: str
    started_on: date
    ended_on: date
    hours: float | None
    made_by: str
    phone: str | None
    until: date
    asked_at: datetime
    reminded_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None
    withdrawn_at: datetime | None
    answers: Answers | None

    @property
    def missing(self) -> tuple[int, ...]:
        """Numbers of the outcomes that an answer does not attest."""
        attested = self.answers.attested() if self.answers else ()
        return tuple(number for number in range(1, len(self.outcomes) + 1) if number not in attested)


class AttestationPage(Model):
    """Some requests, the newest first; ``after`` leads to the next page, None at the end."""

    attestations: tuple[Attestation, ...]
    after: str | None


class AttestationLink(Model):
    """A link that was just made: it is here and nowhere else. ``mailed`` says whether it went out, too."""

    attestation_id: str
    url: str
    until: date
    mailed: bool


class AskedMany(Model):
    """Who was asked about, by learner: a link each; and why nobody could be asked about the others, as codes."""

    links: dict[str, AttestationLink]
    refused: dict[str, str]


class AttesterView(Model):
    """What somebody sees who is asked: of the learner her name, and nothing else that she has."""

    school: Organisation
    kind: AttestationKind
    learner_name: str
    achievement: Achievement
    name: str
    workplace: str
    started_on: date
    ended_on: date
    hours: float | None
    made_by: str
    phone: str | None
    until: date
    answers: Answers
