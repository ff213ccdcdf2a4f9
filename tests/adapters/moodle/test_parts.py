"""An education that was left unfinished: each part that was finished in it is pulled, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from mimis_moodle.client import MoodleClient
from mimis_moodle.earning import competencies_of, competency_completion_of
from mimis_moodle.mapping import Course, Participant, Seen
from mimis_moodle.parts import Shared, shared_of
from mimis_moodle.rolls import Rolls
from mimis_moodle.sandbox import MoodleSandbox
from mimis_moodle.source import MoodleSource
from mimis_moodle.standin import parts as standin

from mimis_core import Completion

Connect = Callable[..., MoodleSource]
SEPTEMBER = 1788249600
OPEN = 900001
"""A learner of the sandbox who has completed nothing."""


def modules_of(source: MoodleSource, user: int | None = None) -> set[str]:
    found = [one for page in source.pull(None) for one in page.completions]
    return {one.module for one in found if user is None or one.learner.key == str(user)}


def aside_of(source: MoodleSource) -> dict[str, str]:
    return {one.key: one.reason for page in source.pull(None) for one in page.set_aside}


@pytest.fixture
def eli(server: MoodleSandbox) -> int:
    """She left course 2: one of two sections done, one of two competencies, and no course completion."""
    site = server.site
    quiz, page = standin.module_record(17, "quiz", "Prov"), standin.module_record(18, "page", "Läs")
    site.sections[2] = [standin.section_record(70, "Vecka 1", 1, [quiz]), standin.section_record(71, "V2", 2, [page])]
    told = {"modname": "quiz", "timecompleted": SEPTEMBER, "isoverallcomplete": True, "istrackeduser": True}
    open_ = {**told, "modname": "page", "timecompleted": 0, "isoverallcomplete": False}
    site.activities[2, OPEN] = {"statuses": [{"cmid": 17, **told}, {"cmid": 18, **open_}], "warnings": []}
    for number, word, proficient in ((5, "C", True), (6, "Inte ännu", False)):
        standin.add_competency(site, 2, number, f"Kompetens {number}")
        standin.rate(site, 2, OPEN, number, word, proficient=proficient, time=SEPTEMBER)
    return OPEN


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, set()),
        ({"activities": True}, {"course:2/activity:17"}),
        ({"sections": True}, {"course:2/section:70"}),
        ({"competencies": True}, {"competency:5"}),
        (
            {"activities": True, "sections": True, "competencies": True},
            {"course:2/activity:17", "course:2/section:70", "competency:5"},
        ),
    ],
)
def test_finished_parts_of_unfinished_course(
    eli: int, connect: Connect, settings: dict[str, Any], found: set[str]
) -> None:
    assert modules_of(connect(courses=(2,), **settings), eli) == found


def test_graded_items_come_from_bulk_answer(server: MoodleSandbox, connect: Connect) -> None:
    found = modules_of(connect(courses=(2,), grades=True))
    assert found == {"course:2", "course:2/grade:2"}
    asked = [request.form()["wsfunction"][0] for request in server.requests]
    assert asked.count("gradereport_user_get_grade_items") == 1


def test_grade_without_date_is_set_aside(server: MoodleSandbox, connect: Connect) -> None:
    server.site.grades[2][10]["gradeitems"][0]["gradedategraded"] = None
    assert aside_of(connect(courses=(2,), grades=True))["course:2/grade:2/user:10"] == "no-date"


def test_grades_need_no_completion_tracking(server: MoodleSandbox, connect: Connect) -> None:
    server.untrack(2)
    assert modules_of(connect(courses=(2,), grades=True)) == {"course:2/grade:2"}


@pytest.mark.parametrize(
    ("right", "key"),
    [
        ("moodle/competency:coursecompetencyview", "course:2/competencies"),
        ("moodle/competency:usercompetencyview", f"course:2/user:{OPEN}/competencies"),
        ("report/progress:view", f"course:2/user:{OPEN}/activities"),
    ],
)
def test_refused_part_takes_nothing_else_away(
    server: MoodleSandbox, eli: int, connect: Connect, right: str, key: str
) -> None:
    server.revoke(right)
    source = connect(courses=(2,), sections=True, competencies=True)
    assert aside_of(source)[key] == "nopermissions"
    assert "course:2" in modules_of(source)


def test_teacher_is_not_rated(server: MoodleSandbox, eli: int, connect: Connect) -> None:
    server.site.inactive.add((2, eli))
    assert f"course:2/user:{eli}" in aside_of(connect(courses=(2,), competencies=True))


def test_odd_activity_takes_no_other_away(server: MoodleSandbox, eli: int, connect: Connect) -> None:
    server.site.activities[2, eli]["statuses"][1].update(cmid="18", isoverallcomplete=True)
    source = connect(courses=(2,), activities=True)
    assert aside_of(source)[f"course:2/activity:18/user:{eli}"] == "unexpected-answer"
    assert "course:2/activity:17" in modules_of(source)


# Fingerprints -----------------------------------------------------------------------------------------------------


def shared_now(source: MoodleSource) -> Shared:
    """What is shared in course 2, asked for anew."""
    with closing(MoodleClient(source.settings.url, source.settings.token)) as client:
        (roll,) = Rolls(client, source.settings, source.name).read()
        return shared_of(client, source.settings, roll.course, [member.person for member in roll.members])


@pytest.mark.parametrize(
    "change",
    [
        {"graderaw": 61},
        {"graderaw": None},
        {"gradedategraded": SEPTEMBER + 1},
        {"gradeisoverridden": True},
        {"gradeishidden": True},
    ],
)
def test_fingerprint_shows_a_teachers_hand(server: MoodleSandbox, connect: Connect, change: dict[str, Any]) -> None:
    source = connect(courses=(2,))
    before = shared_now(source)
    server.site.grades[2][10]["gradeitems"][0].update(change)
    after = shared_now(source)
    assert before.fingerprint(10) != after.fingerprint(10)
    assert before.fingerprint(11) == after.fingerprint(11)


def test_fingerprint_of_an_ungraded_learner_is_zero(connect: Connect) -> None:
    assert shared_now(connect(courses=(2,))).fingerprint(555) == 0


# The recorded site ------------------------------------------------------------------------------------------------


@pytest.mark.official
def test_recorded_grades_are_all_found(pull: Path, connect: Connect, server: MoodleSandbox) -> None:
    server.load_recording(pull)
    source = connect(courses=(2,), grades=True, token=server.token)
    graded = {
        f"course:2/grade:{item['id']}/user:{user}"
        for user, record in server.site.grades[2].items()
        for item in record["gradeitems"]
        if item["graderaw"] is not None
    }
    pages = list(source.pull(None))
    found = {one.key for page in pages for one in page.completions if "/grade:" in one.key}
    hidden = {one.key for page in pages for one in page.set_aside if one.reason == "grade-hidden"}
    assert found | hidden == graded
    assert "course:2/grade:2/user:8" in hidden


@pytest.mark.official
def test_recorded_ratings_become_competencies(shared: Path) -> None:
    def body(name: str) -> Any:
        return json.loads((shared / "moodle" / f"{name}.json").read_text("utf-8"))["response"]["json"]

    seen = Seen("school", Course(2, "K", True), Participant(3, "Åsa Öberg", None, None, None, False), {})
    names = competencies_of(body("competencies_course"))
    rows = [row["usercompetencycourse"] for row in body("competency_report_u01")["usercompetencies"]]
    found: list[Completion | None] = [competency_completion_of(seen, row, names) for row in rows]
    assert [one.title for one in found if one] == ["Livsmedelshygien", "Egenkontroll", "Allergener & märkning"]
    assert {one.grade.text for one in found if one and one.grade} == {"C"}
