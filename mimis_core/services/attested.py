"""What an answer becomes: a completion, with a statement that says what was attested and by whom."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, time

from mimis_core.model import Achievement, Attachment, Completion, CompletionKind, SourceLearner
from mimis_core.services.attestation_views import Answers, AttesterFacts
from mimis_core.services.texts import in_swedish
from mimis_core.store.attestation_tables import ATTESTED

NOON = time(12, tzinfo=UTC)
"""The time of day given to a date: noon UTC is the same day in all of Sweden."""
TITLES = {
    CompletionKind.ATTESTATION: {"sv": "Intyg från arbetsplatsen", "en": "Attestation by the workplace"},
    CompletionKind.VALIDATION: {"sv": "Bedömarens intyg", "en": "Statement of the assessor"},
}
IDENTITY = {"known": "Känner personen.", "shown": "Personen har visat legitimation."}


def completion_of(
    attestation_id: str,
    kind: CompletionKind,
    learner: SourceLearner,
    achievement: Achievement,
    answers: Answers,
    workplace: str,
    now: datetime,
) -> Completion | None:
    """The completion that a whole answer is; None when nothing was attested, since then nothing was completed.

    Where all outcomes are attested, its module is the achievement's, ``achievement:ID``, as a row of a list would name
    it. Where some are missing, their numbers follow (``achievement:ID#1,3``): that meets no requirement by itself.
    """
    attested, facts = answers.attested(), answers.facts
    if facts is None or not attested:
        return None
    whole = len(attested) == len(achievement.outcomes)
    numbers = ",".join(map(str, attested))
    return Completion(
        source=ATTESTED,
        key=attestation_id,
        learner=learner,
        module=module_of(achievement.id) if whole else f"{module_of(achievement.id)}#{numbers}",
        title=in_swedish(achievement.title),
        completed_at=min(_noon(facts.ended_on), now),
        kind=kind,
        by=f"{facts.name}, {facts.role}",
        evidence=_summary(attested, len(achievement.outcomes)),
        started_at=min(_noon(facts.started_on), now),
        hours=facts.hours,
        place=workplace,
        document=_document(kind, learner, achievement, attested, facts, workplace, now.date()),
    )


def module_of(achievement_id: str) -> str:
    """What lists call an achievement that is shown as a whole (adapter files)."""
    return f"achievement:{achievement_id}"


def is_about(completion: Completion, achievement_id: str) -> bool:
    """Whether a completion is an answer about this achievement."""
    module = completion.module.partition("#")[0]
    return completion.source == ATTESTED and module == module_of(achievement_id)


def _summary(attested: tuple[int, ...], count: int) -> str:
    missing = [number for number in range(1, count + 1) if number not in attested]
    if not missing:
        return "Alla läranderesultat är intygade."
    return f"Intygade läranderesultat: {_listed(attested)}. Inte intygade: {_listed(missing)}."


def _listed(numbers: tuple[int, ...] | list[int]) -> str:
    return ", ".join(map(str, numbers))


def _document(
    kind: CompletionKind,
    learner: SourceLearner,
    achievement: Achievement,
    attested: tuple[int, ...],
    facts: AttesterFacts,
    workplace: str,
    day: date,
) -> Attachment:
    """The statement. What was not attested and comments are for the teacher, and stand in nothing that is sealed."""
    hours = f", {facts.hours:g} timmar" if facts.hours else ""
    lines = [
        TITLES[kind]["sv"],
        "",
        f"Om: {learner.full_name}",
        f"Mikromerit: {in_swedish(achievement.title)}",
        f"Plats: {workplace}",
        f"Tid: {facts.started_on.isoformat()} till {facts.ended_on.isoformat()}{hours}",
        "",
        "Det här intygas:",
        *(f"- {in_swedish(achievement.outcomes[number - 1].title)}" for number in attested),
        "",
        IDENTITY[facts.identity],
        f"{facts.name}, {facts.role}, {day.isoformat()}",
    ]
    content = base64.b64encode("\n".join(lines).encode()).decode()
    return Attachment(title=TITLES[kind], media_type="text/plain", content=content)


def _noon(day: date) -> datetime:
    return datetime.combine(day, NOON)
