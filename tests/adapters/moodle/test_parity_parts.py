"""The sandbox's cohorts, badges, competencies and sections against single recordings of a real Moodle.

Of long answers the sandbox tells less: each key that it has must be one of Moodle's, with the same type.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mimis_moodle.client import PATH, brackets
from mimis_moodle.sandbox import MoodleSandbox
from mimis_moodle.standin.parts import add_badge, add_cohort, add_competency, rate

from mimis_core.http import Client, Response

pytestmark = pytest.mark.official

Recording = dict[str, Any]
NUMBER = (int, float)


def within(ours: Any, theirs: Any) -> bool:
    """Whether all that the sandbox says could stand in Moodle's answer: its keys, and the types of its values."""
    if isinstance(ours, dict):
        return isinstance(theirs, dict) and all(key in theirs and within(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list):
        return isinstance(theirs, list) and all(any(within(one, other) for other in theirs) for one in ours)
    if isinstance(ours, bool) or isinstance(theirs, bool) or ours is None or theirs is None:
        return type(ours) is type(theirs)
    return type(ours) is type(theirs) or (isinstance(ours, NUMBER) and isinstance(theirs, NUMBER))


@pytest.fixture
def recording(shared: Path) -> Callable[[str], Recording]:
    def read(name: str) -> Recording:
        found: Recording = json.loads((shared / "moodle" / f"{name}.json").read_text("utf-8"))
        return found

    return read


@pytest.fixture
def sandbox(pull: Path) -> Iterator[MoodleSandbox]:
    with MoodleSandbox() as server:
        server.load_recording(pull)
        add_cohort(server.site, 1, "Måltidspersonal", "COH-MP", [3, 4, 5, 6, 7])
        server.site.competencies.clear()
        add_competency(server.site, 2, 1, "Livsmedelshygien")
        rate(server.site, 2, 3, 1, "C", proficient=True, time=1795526555)
        yield server


@pytest.fixture
def ask(sandbox: MoodleSandbox) -> Iterator[Callable[[Recording], Response]]:
    """Sends a recorded request to the sandbox."""
    http = Client(sandbox.url, system="sandbox", retries=0)

    def send(recorded: Recording) -> Response:
        request = recorded["request"]
        if request["wsfunction"] is None:
            return http.ask("GET", request["method"].removeprefix("GET /"), params=request["params"])
        held = {one["name"] for one in sandbox.site.info["functions"]}
        assert request["wsfunction"] in held
        fixed = {"wstoken": sandbox.token, "moodlewsrestformat": "json", "wsfunction": request["wsfunction"]}
        return http.ask("POST", PATH, data={**fixed, **dict(brackets(request["params"]))})

    yield send
    http.close()


@pytest.mark.parametrize(
    "name",
    [
        "cohorts",
        "cohorts_all",
        "cohort_members",
        "competencies_course",
        "competencies_course_none",
        "competency_report_u01",
        "contents_excl",
        "badges_u01",
        "badges_u13",
        "badge_assertion_unknown",
    ],
)
def test_answer_could_be_moodles(
    ask: Callable[[Recording], Response], recording: Callable[[str], Recording], name: str
) -> None:
    recorded = recording(name)
    response = ask(recorded)
    assert f" {response.status_code} " in recorded["response"]["status"]
    assert response.headers["Content-Type"] == recorded["response"]["headers"]["Content-type"]
    assert within(response.json(), recorded["response"]["json"])
    assert bool(response.json()) == bool(recorded["response"]["json"])


def test_given_badge_has_a_public_page(
    sandbox: MoodleSandbox, ask: Callable[[Recording], Response], recording: Callable[[str], Recording]
) -> None:
    recorded = recording("badge_assertion_ob2")
    recorded["request"]["params"]["b"] = add_badge(sandbox.site, 4, 9, "Märke", 1795526555)
    assert within(ask(recorded).json(), recorded["response"]["json"])


def test_a_difference_would_be_seen() -> None:
    assert not within({"id": 1, "extra": 2}, {"id": 1})
    assert not within([{"id": "1"}], [{"id": 1}])
    assert not within({"id": True}, {"id": 1})
