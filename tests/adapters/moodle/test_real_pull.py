"""The sandbox loaded with the pull of a real Moodle, and the source run against it: the lists must agree exactly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mimis_moodle.sandbox import MoodleSandbox
from mimis_moodle.settings import MoodleSettings
from mimis_moodle.source import MoodleSource

from mimis_core import Completion, PulledPage
from mimis_core.services import open_services
from mimis_core.settings import load_settings
from tests.school import Clock, HandPlugin

pytestmark = pytest.mark.official

STATUS = "core_completion_get_course_completion_status"


def calls_in(folder: Path) -> dict[str, dict[str, Any]]:
    """Answers to the recorded course completion calls, by the key that a record of theirs has."""
    lines = (folder / "requests.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [entry for entry in map(json.loads, lines) if entry["request"]["wsfunction"] == STATUS]
    places = [entry["request"]["params"] for entry in entries]
    keys = [f"course:{place['courseid']}/user:{place['userid']}" for place in places]
    return {key: entry["response"]["body"] for key, entry in zip(keys, entries, strict=True)}


def completed_in(calls: dict[str, dict[str, Any]]) -> set[str]:
    return {key for key, body in calls.items() if body.get("completionstatus", {}).get("completed") is True}


def refused_in(calls: dict[str, dict[str, Any]]) -> set[tuple[str, str]]:
    return {(key, body["errorcode"]) for key, body in calls.items() if "exception" in body}


def run(sandbox: MoodleSandbox, cursor: str | None = None, **changes: Any) -> list[PulledPage]:
    table = {name: value for name, value in sandbox.settings().items() if name != "kind"}
    with MoodleSource("school", MoodleSettings(**{**table, **changes})) as source:
        return list(source.pull(cursor))


def completions(pages: list[PulledPage]) -> dict[str, Completion]:
    return {item.key: item for page in pages for item in page.completions}


def aside(pages: list[PulledPage]) -> list[tuple[str, str]]:
    return [(item.key, item.reason) for page in pages for item in page.set_aside]


@pytest.fixture
def sandbox() -> Iterator[MoodleSandbox]:
    with MoodleSandbox() as server:
        yield server


@pytest.mark.parametrize("name", ["pull", "pull-later"])
def test_exactly_the_completed_are_pulled(shared: Path, sandbox: MoodleSandbox, name: str) -> None:
    sandbox.load_recording(shared / "moodle" / name)
    pages, calls = run(sandbox), calls_in(shared / "moodle" / name)
    assert set(completions(pages)) == completed_in(calls)
    assert {(key, code) for key, code in aside(pages)} == refused_in(calls)
    assert len(aside(pages)) == len(refused_in(calls))


def test_first_pull_has_known_figures(pull: Path, sandbox: MoodleSandbox) -> None:
    sandbox.load_recording(pull)
    pages = run(sandbox)
    assert (len(completions(pages)), len(aside(pages)), pages[-1].total) == (18, 14, 67)
    courses = {item.module for item in completions(pages).values()}
    assert courses == {"course:2", "course:3", "course:4"}


def test_exactly_the_recorded_calls_are_made(pull: Path, sandbox: MoodleSandbox) -> None:
    sandbox.load_recording(pull)
    run(sandbox)
    forms = [request.form() for request in sandbox.requests]
    made = [
        f"course:{form['courseid'][0]}/user:{form['userid'][0]}" for form in forms if form["wsfunction"] == [STATUS]
    ]
    assert sorted(made) == sorted(calls_in(pull))


@pytest.mark.parametrize(
    ("course", "code"), [(5, "cannotviewreport"), (6, "nocriteriaset")], ids=["no tracking", "no criteria"]
)
def test_courses_without_completion_are_told(pull: Path, sandbox: MoodleSandbox, course: int, code: str) -> None:
    sandbox.load_recording(pull)
    assert aside(run(sandbox, courses=(course,))) == [(f"course:{course}/user:{user}", code) for user in range(3, 8)]


def test_names_and_grades_are_right(pull: Path, sandbox: MoodleSandbox) -> None:
    sandbox.load_recording(pull)
    item = completions(run(sandbox))["course:2/user:3"]
    assert item.title == "Grundkurs i måltidshygien & livsmedel"
    assert (item.learner.given_name, item.learner.email) == ("Åsa", "u01@example.invalid")
    assert item.completed_at.isoformat() == "2026-09-01T08:00:00+00:00"
    assert item.grade is not None
    assert (item.grade.value, item.grade.maximum) == (94, 110)


@pytest.mark.parametrize(
    ("old", "new"), [('"completed": true', '"completed": false'), ('"completed": false', '"completed": true')]
)
def test_changed_copy_changes_the_list(pull: Path, sandbox: MoodleSandbox, tmp_path: Path, old: str, new: str) -> None:
    lines = (pull / "requests.jsonl").read_text(encoding="utf-8").splitlines()
    first = next(
        number for number, line in enumerate(lines) if STATUS in line and old in line and '"timecompleted": 1' in line
    )
    lines[first] = lines[first].replace(old, new)
    (tmp_path / "requests.jsonl").write_text("\n".join(lines), encoding="utf-8")
    sandbox.load_recording(tmp_path)
    assert set(completions(run(sandbox))) == completed_in(calls_in(tmp_path)) != completed_in(calls_in(pull))


def test_group_keeps_protected_learners_apart(pull: Path, sandbox: MoodleSandbox) -> None:
    sandbox.load_recording(pull)
    pulled = completions(run(sandbox, courses=(2,), excluded_groups=("Grupp Väster",))).values()
    assert {item.learner.key for item in pulled if item.learner.protected} == {"7", "8"}


def test_activities_come_from_the_recording(pull: Path, sandbox: MoodleSandbox) -> None:
    sandbox.load_recording(pull)
    pulled = completions(run(sandbox, courses=(2,), activities=True))
    quiz = pulled["course:2/activity:3/user:3"]
    assert quiz.title == "Slutprov"
    assert quiz.grade is not None
    assert quiz.grade.value == 9


# The same site some weeks later ------------------------------------------------------------------------------------

RENAMED, SUSPENDED = 4, 19


@pytest.fixture
def later(shared: Path, pull: Path, sandbox: MoodleSandbox) -> tuple[list[PulledPage], list[PulledPage]]:
    """A first pull, and one with its cursor after some weeks of school."""
    sandbox.load_recording(pull)
    first = run(sandbox)
    sandbox.requests.clear()
    sandbox.load_recording(shared / "moodle" / "pull-later")
    return first, run(sandbox, first[-1].cursor)


def test_second_pull_finds_exactly_what_is_new(
    shared: Path, pull: Path, later: tuple[list[PulledPage], list[PulledPage]]
) -> None:
    first, second = map(completions, later)
    expected = completed_in(calls_in(shared / "moodle" / "pull-later")) - completed_in(calls_in(pull))
    assert second.keys() - first.keys() == expected
    assert len(expected) == 6


def test_what_comes_again_is_the_renamed_learner(later: tuple[list[PulledPage], list[PulledPage]]) -> None:
    first, second = map(completions, later)
    again = second.keys() & first.keys()
    assert {second[key].learner.key for key in again} == {str(RENAMED)}
    assert {second[key].learner.full_name for key in again} == {"Björn Ångström-Berg"}
    assert all(second[key].completed_at == first[key].completed_at for key in again)


def test_who_has_completed_is_not_asked_again(
    sandbox: MoodleSandbox, later: tuple[list[PulledPage], list[PulledPage]]
) -> None:
    done = {item.key for item in completions(later[0]).values() if item.learner.key != str(RENAMED)}
    forms = [request.form() for request in sandbox.requests if request.form()["wsfunction"] == [STATUS]]
    assert not done & {f"course:{form['courseid'][0]}/user:{form['userid'][0]}" for form in forms}


@pytest.mark.parametrize("name", ["pull", "pull-later"])
def test_recorded_report_agrees_with_the_learners(shared: Path, sandbox: MoodleSandbox, name: str) -> None:
    sandbox.load_recording(shared / "moodle" / name)
    asked, told = (completions(run(sandbox, courses=(2, 3, 4), report=report)) for report in (None, 2))
    assert aside(run(sandbox, courses=(2, 3, 4), report=2)) == []
    assert told.keys() >= asked.keys()
    assert all(told[key].completed_at == asked[key].completed_at.replace(second=0) for key in asked)
    assert {item.learner.key for key, item in told.items() if key not in asked} <= {"20", "21", "22", "23"}


def test_credentials_of_renamed_and_suspended_are_kept(
    shared: Path, pull: Path, sandbox: MoodleSandbox, school_folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOODLE_TOKEN", sandbox.token)
    sandbox.load_recording(pull)
    entry = school_folder / "catalogue" / "digitala-arbetsmiljoer.yaml"
    entry.write_text(entry.read_text("utf-8").replace('"course:1"', '"course:2"'), "utf-8")
    with (school_folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[sources.moodle]\nurl = "{sandbox.url}"\ntoken = {{env = "MOODLE_TOKEN"}}\ncourses = [2]\n')
    with open_services(load_settings(school_folder)) as services:
        services.plugins.manager.register(HandPlugin(), "hand")
        services.clock = clock
        services.sync(["moodle"])
        services.drain()
        before = {view.id: view.status for view in services.all_credentials()}
        sandbox.load_recording(shared / "moodle" / "pull-later")
        report = services.sync(["moodle"])
        services.drain()
        after = {view.id: view.status for view in services.all_credentials()}
    assert report.errors == ()
    assert before.items() <= after.items()
    assert (len(before), len(after)) == (11, 12)
