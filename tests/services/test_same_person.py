"""Who may be one person twice: only what proves something is a hint."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from mimis_core import SourceLearner
from mimis_core.services import Services
from tests.school import Clock, done, someone
from tests.services.test_merging import ids, take

NAME = "Åsa Öberg"
ASA = someone("1", full_name=NAME, email="asa@demo.example")


def proposals(school: Services, *others: SourceLearner) -> list[set[str]]:
    """Pairs that are proposed when a source knows these too, by their keys there."""
    take(school, *(done("course:9", one) for one in others))
    keys = {learner: key for key, learner in ids(school).items()}
    return [{keys[one] for one in pair} for pair in school.same_person_proposals()]


def test_equal_name_and_verified_address_are_a_hint(school: Services) -> None:
    assert proposals(school, ASA, someone("2", full_name=NAME, email="asa@demo.example")) == [{"1", "2"}]


def test_address_that_nobody_verified_is_none(school: Services) -> None:
    other = someone("2", full_name=NAME, email="asa@demo.example", email_verified=False)
    assert proposals(school, ASA, other) == []


def test_another_address_that_was_verified_before_is_none(school: Services) -> None:
    take(school, done("course:2", someone("2", full_name=NAME, email="old@demo.example")))
    other = someone("2", full_name=NAME, email="asa@demo.example", email_verified=False)
    assert proposals(school, ASA, other) == []


def test_pages_look_again_when_a_learner_has_changed_or_time_has_passed(school: Services, clock: Clock) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        asked.append(statement)

    def looks() -> bool:
        asked.clear()
        school.recent_same_person()
        return any("alias" in statement for statement in asked)

    proposals(school, ASA, someone("2", full_name=NAME, email="asa@demo.example"))
    event.listen(school.database.engine, "before_cursor_execute", note)
    assert (looks(), looks()) == (True, False)
    ((keep, other),) = school.recent_same_person()
    school.merge_learners(keep, other, "Rektor")
    assert (looks(), school.recent_same_person()) == (True, ())
    clock.forward(minutes=11)
    assert (looks(), looks()) == (True, False)
