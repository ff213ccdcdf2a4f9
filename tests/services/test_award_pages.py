"""Decisions for pages: in order and some at a time, found by name, with their evidence, and many decided at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from mimis_core import NotFoundError, UserError
from mimis_core.services import Role, Services
from mimis_core.services.award_pages import AT_ONCE, PAGE
from mimis_core.store.database import Database
from tests.school import NOW, HandSource, done, page, someone

CLASS = 5


def person(number: int) -> dict[str, str]:
    return {"full_name": f"Elev{number} Ek", "given_name": f"Elev{number}", "family_name": "Ek"}


def wait_for_a_teacher(school: Services, count: int = CLASS) -> None:
    """Let so many have completed what a teacher decides on, each a day later than the one before."""
    people = [someone(str(number), email=None, **person(number)) for number in range(count)]
    HandSource.pages = [
        page(
            *(
                done(f"course:{course}", one, completed_at=NOW - timedelta(days=200 - number), place="Verkstan")
                for number, one in enumerate(people)
                for course in (2, 3)
            )
        )
    ]
    school.sync()


@pytest.fixture
def class_(school: Services) -> Services:
    """A school where a class waits."""
    wait_for_a_teacher(school)
    return school


def test_what_waits_longest_comes_first(class_: Services) -> None:
    assert [one.name for one in class_.award_page().awards] == [f"Elev{number} Ek" for number in range(CLASS)]


def test_pages_follow_each_other_without_gap_or_doubling(school: Services) -> None:
    wait_for_a_teacher(school, PAGE + 3)
    first = school.award_page()
    rest = school.award_page(after=first.after)
    assert (len(first.awards), len(rest.awards), rest.after) == (PAGE, 3, None)
    assert len({one.id for one in (*first.awards, *rest.awards)}) == PAGE + 3


def test_what_was_decided_comes_newest_first(class_: Services) -> None:
    class_.decide_awards([one.id for one in class_.award_page().awards], approve=False, by="Ek", reason="Nej")
    assert [one.name for one in class_.award_page("rejected").awards] == [
        f"Elev{number} Ek" for number in reversed(range(CLASS))
    ]


def test_decisions_are_found_by_the_beginnings_of_names(class_: Services) -> None:
    assert [one.name for one in class_.award_page(search="ek elev3").awards] == ["Elev3 Ek"]
    assert class_.award_page(search="nobody").awards == ()


def test_decisions_are_told_apart_by_entry(class_: Services) -> None:
    assert len(class_.award_page(achievement_id="verktygsvana").awards) == CLASS
    assert class_.award_page(achievement_id="digitala-arbetsmiljoer").awards == ()


def test_lately_finished_are_those_of_a_week(class_: Services) -> None:
    HandSource.pages = [page(done("course:2", someone("9")), done("course:3", someone("9")))]
    class_.sync()
    assert [one.learner_id for one in class_.award_page("recent").awards] == [
        one.learner_id for one in class_.award_page(search="åsa").awards
    ]


def test_one_decision_is_shown_with_its_evidence(class_: Services) -> None:
    view = class_.award(class_.award_page().awards[0].id)
    assert view.achievement is not None
    assert (view.ready, [one.module for one in view.evidence]) == (True, ["course:2", "course:3"])
    assert {one.place for one in view.evidence} == {"Verkstan"}


def test_of_a_protected_learner_no_name_place_or_paper_is_shown(class_: Services) -> None:
    line = class_.award_page().awards[0]
    class_.protect_learner(line.learner_id, "Rektor")
    view = class_.award(line.id)
    assert (view.line.name, view.line.protected) == ("Skyddad person", True)
    assert "Elev0" not in repr(view)
    assert "Verkstan" not in repr(view)
    assert class_.award_page(search="elev0").awards == ()


def test_many_are_approved_in_one_go(class_: Services) -> None:
    ids = [one.id for one in class_.award_page().awards]
    assert class_.decide_awards(ids, approve=True, by="Lärare Ek").done == tuple(sorted(ids))
    assert class_.drain().credentials == CLASS


def test_each_of_many_is_decided_once(class_: Services) -> None:
    first, *rest = [one.id for one in class_.award_page().awards]
    class_.decide_award(first, approve=False, by="Lärare Ek", reason="Inte än")
    decided = class_.decide_awards([first, *rest, *rest, "f" * 32], approve=True, by="Lärare Wik")
    assert (set(decided.done), decided.refused) == (set(rest), {first: "decided", "f" * 32: "unknown"})
    assert [one.id for one in class_.award_page("rejected").awards] == [first]


def test_a_protected_learner_is_not_decided_on_with_others(class_: Services) -> None:
    her, *rest = class_.award_page().awards
    class_.protect_learner(her.learner_id, "Rektor")
    decided = class_.decide_awards([one.id for one in (her, *rest)], approve=True, by="Lärare Ek")
    assert decided.refused == {her.id: "protected"}


def test_more_than_fit_in_one_transaction_are_refused(class_: Services) -> None:
    with pytest.raises(UserError, match="At most"):
        class_.decide_awards([f"{number:032x}" for number in range(AT_ONCE + 1)], approve=True, by="Lärare Ek")


def test_a_page_begins_after_nothing_that_is_not_here(class_: Services) -> None:
    with pytest.raises(NotFoundError):
        class_.award_page(after="f" * 32)


def test_the_sealed_document_names_who_decided_in_the_portal(class_: Services) -> None:
    teacher = class_.invite_staff("Lärare Ek", "ek@demo.example", (Role.ISSUER,)).staff_id
    (line, *_) = class_.award_page().awards
    class_.decide_award(line.id, approve=True, by=teacher)
    assert class_.award(line.id).decided_by == "Lärare Ek"


@pytest.mark.parametrize("standing", ["proposed", "approved", "rejected", "recent"])
def test_no_list_reads_all_decisions(class_: Services, standing: str) -> None:
    if class_.database.engine.dialect.name != "sqlite":
        pytest.skip("reads SQLite's plan; the same index serves PostgreSQL")
    assert plan(class_.database, class_, standing) <= {"award_page", "ix_award_learner_id"}


def plan(database: Database, school: Services, standing: str) -> set[str]:
    """The indexes that a list is read by."""
    with database.reading() as session:
        query = school._award_query(session, standing, None)  # type: ignore[arg-type]  # one of the four
        sql = query.limit(PAGE).compile(database.engine, compile_kwargs={"literal_binds": True})
        steps = [row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {sql}"))]
    assert not any(step.startswith("SCAN") for step in steps)
    return {step.split("INDEX ")[1].split(" ")[0] for step in steps if "INDEX " in step}
