"""Requests about a learner, and whole answers to them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from mimis_core.services import AttestationLink, AttestationOrder, AttesterFacts, OutcomeAnswer, Services
from tests.school import HandSource, done, page

ENTRY = "gastvard-hotell"
TEACHER = "Lärare Lo Berg"


def enrol(school: Services) -> str:
    """A learner, of whom nothing is known but a course; gives her id."""
    HandSource.pages = [page(done("course:9"))]
    school.sync()
    ((learner, _),) = school.learners()
    return learner.id


def order(learner_id: str, **changes: Any) -> AttestationOrder:
    """Six weeks at a hotel."""
    known: dict[str, Any] = {
        "learner_id": learner_id, "achievement_id": ENTRY, "name": "Petra Sjö", "email": "petra@hotell.example",
        "workplace": "Hotell Demo", "started_on": date(2026, 10, 5), "ended_on": date(2026, 11, 13), "hours": 180,
        "phone": "070-123 45 67",
    }  # fmt: skip
    return AttestationOrder(**{**known, **changes})


def ask(school: Services, learner_id: str, **changes: Any) -> AttestationLink:
    """Ask; gives the link."""
    return school.ask_attestation(order(learner_id, **changes), TEACHER)


def token_of(link: AttestationLink) -> str:
    """What stands at the end of its address."""
    return link.url.rpartition("/")[2]


def facts(school: Services, **changes: Any) -> AttesterFacts:
    """Who answers, and of what time."""
    today = school.clock().date()
    known: dict[str, Any] = {
        "name": "Petra Sjö", "role": "receptionschef", "identity": "known", "hours": 180,
        "started_on": today - timedelta(days=50), "ended_on": today - timedelta(days=11),
    }  # fmt: skip
    return AttesterFacts(**{**known, **changes})


def answer(school: Services, link: AttestationLink, *seen: str, **changes: Any) -> None:
    """Answer everything, outcome by outcome, and send; the last word is that of all further outcomes."""
    fill_in(school, link, *seen, **changes)
    school.send_attestation(token_of(link))


def fill_in(school: Services, link: AttestationLink, *seen: str, **changes: Any) -> None:
    """Answer everything and send nothing."""
    token = token_of(link)
    school.begin_attestation(token)
    for number in range(1, len(school.open_attestation(token).achievement.outcomes) + 1):
        said = seen[min(number, len(seen)) - 1]
        school.save_outcome(token, number, OutcomeAnswer.model_validate({"seen": said}))
    school.save_facts(token, facts(school, **changes))
