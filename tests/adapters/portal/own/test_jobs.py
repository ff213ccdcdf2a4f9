"""What a job needs beside what a learner has: her own page, and her helper's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from mimis_core.services import (
    EscoEntry,
    EscoRelease,
    EscoTexts,
    HelperOrder,
    OutcomeNeed,
    Services,
)
from tests.school import HandSource, change_entry, done, page
from tests.web.site import Browser

SKILL = "http://data.europa.eu/esco/skill/261e740b-d32d-4356-94a8-3ea29128b70b"
OTHER = "http://data.europa.eu/esco/skill/00000000-0000-0000-0000-000000000001"
JOB = "http://data.europa.eu/esco/occupation/d38c2107-98f2-47b7-8bb4-f69750d51082"
OUTCOME = {
    "title": {"sv": "Bemöta äldre", "en": "Meet older people"},
    "criteria": {"sv": "Visar det på plats.", "en": "Shows it on the spot."},
    "type": "skill",
    "esco": [{"uri": SKILL, "label": {"en": "tend to elderly people"}}],
}


@pytest.fixture
def learner(school_folder: Path, school: Services) -> str:
    """Her credential is a skill that the job needs; the job needs another one, too."""
    change_entry(school_folder, outcomes=[OUTCOME])
    texts = {
        "en": EscoTexts({SKILL: "tend to elderly people", OTHER: "use a lift", JOB: "healthcare assistant"}),
        "sv": EscoTexts({SKILL: "sköta äldre personer", OTHER: "använda lyft", JOB: "vårdbiträde"}),
    }
    entries = (EscoEntry(SKILL, "skill"), EscoEntry(OTHER, "skill"), EscoEntry(JOB, "occupation"))
    needs = ((JOB, SKILL, "essential"), (JOB, OTHER, "optional"))
    school.import_esco(EscoRelease("1.2.0", entries, (), needs, texts))
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    return school.all_credentials()[0].learner_id


@pytest.fixture
def her(come_as: Callable[[str | None], Browser], learner: str) -> Browser:
    return come_as(learner)


def test_occupation_is_found_and_explained_line_by_line(her: Browser) -> None:
    assert "healthcare assistant" in her.get("/me/jobs?q=healthcare").text
    shown = her.get(f"/me/jobs/one?occupation={JOB}").text
    assert "1 of 2 things are shown" in shown
    for text in ("tend to elderly people", "use a lift", "Meet older people", "An advantage"):
        assert text in shown


def test_role_that_is_published_here_is_compared(her: Browser, school: Services) -> None:
    role = school.new_role({"sv": "Vikarie", "en": "Stand-in"}, "Rektor", [OutcomeNeed(label={"sv": "Bemöta äldre"})])
    assert "Stand-in" not in her.get("/me/jobs").text
    school.publish_role(role.profile.id, "Rektor")
    assert "Stand-in" in her.get("/me/jobs").text
    assert "1 of 1 thing is shown" in her.get(f"/me/jobs/one?role={role.profile.id}").text


def test_draft_of_a_role_is_nobodys_business(her: Browser, school: Services) -> None:
    role = school.new_role({"sv": "Vikarie"}, "Rektor", [OutcomeNeed(label={"sv": "Bemöta äldre"})])
    assert her.get(f"/me/jobs/one?role={role.profile.id}").status_code == 404


@pytest.mark.parametrize("query", ["", "?occupation=http://x.example/1", "?role=1"], ids=["none", "odd", "unknown"])
def test_job_that_is_not_there_is_not_found(her: Browser, query: str) -> None:
    assert her.get(f"/me/jobs/one{query}").status_code == 404


def test_words_without_a_match_have_a_next_step(her: Browser) -> None:
    assert "Try fewer words" in her.get("/me/jobs?q=zzzz").text


def test_helper_sees_the_same_and_each_look_is_recorded(
    come_as: Callable[[str | None], Browser], school: Services, learner: str
) -> None:
    made = school.invite_helper(learner, HelperOrder(name="Eva", until=date(2026, 12, 24)))
    token, helper = made.url.rpartition("/")[2], come_as(None)
    assert "What does a job need?" in helper.get(f"/in/helper/{token}").text
    assert "healthcare assistant" in helper.get(f"/in/helper/{token}/jobs?q=healthcare").text
    assert "1 of 2 things are shown" in helper.get(f"/in/helper/{token}/jobs/one?occupation={JOB}").text
    (known,) = school.helpers_of(learner)
    assert len(known.looks) == 3


def test_ended_help_shows_no_job(come_as: Callable[[str | None], Browser], school: Services, learner: str) -> None:
    made = school.invite_helper(learner, HelperOrder(name="Eva", until=date(2026, 12, 24)))
    token = made.url.rpartition("/")[2]
    school.end_help(learner, made.helper.id)
    helper = come_as(None)
    assert helper.get(f"/in/helper/{token}/jobs").status_code == 410
    assert helper.get(f"/in/helper/{token}/jobs/one?occupation={JOB}").status_code == 410
