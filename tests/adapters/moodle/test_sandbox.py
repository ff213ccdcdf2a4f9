"""What the recordings cannot show of the sandbox: filling it, and calls that no recording holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mimis_moodle.client import PATH, brackets
from mimis_moodle.plugin import mimis_sandboxes, mimis_sources
from mimis_moodle.sandbox import MoodleSandbox
from mimis_moodle.source import MoodleSource
from mimis_moodle.standin.reports import Plan

from mimis_core import Completion
from mimis_core.http import Client, Response

Ask = Callable[..., Response]
STATUS = "core_completion_get_course_completion_status"
COURSES = "core_course_get_courses_by_field"
UTC = {"moodlewssettingtimezone": "UTC"}


@pytest.fixture
def ask(server: MoodleSandbox) -> Iterator[Ask]:
    http = Client(server.url, system="sandbox", retries=0)

    def send(function: str, params: dict[str, Any], **more: str) -> Response:
        fields = {"wstoken": server.token, "wsfunction": function, "moodlewsrestformat": "json", **more}
        return http.ask("POST", PATH, data={**fields, **dict(brackets(params))})

    yield send
    http.close()


def code_of(response: Response) -> Any:
    return response.json().get("errorcode")


def test_plugin_names_source_and_sandbox() -> None:
    assert mimis_sources() == (MoodleSource,)
    assert mimis_sandboxes() == (("moodle", f"{MoodleSandbox.__module__}:{MoodleSandbox.__name__}"),)


def test_settings_name_kind_and_address(server: MoodleSandbox) -> None:
    assert server.settings() == {"kind": "moodle", "url": server.url, "token": server.token}


def test_settings_ask_for_activities(server: MoodleSandbox, activity: Completion) -> None:
    server.load([activity])
    assert server.settings()["activities"] is True


def test_settings_name_protected_group(server: MoodleSandbox, make_completion: Callable[..., Completion]) -> None:
    plain = make_completion(10)
    server.load([plain.model_copy(update={"learner": plain.learner.model_copy(update={"protected": True})})])
    assert server.settings()["excluded_groups"] == ["Protected"]


def test_foreign_module_is_refused(make_completion: Callable[..., Completion]) -> None:
    with pytest.raises(ValueError, match="achievement:mat"):
        MoodleSandbox().load([make_completion(10, module="achievement:mat")])


def test_later_load_takes_the_place(
    server: MoodleSandbox, source: MoodleSource, make_completion: Callable[..., Completion]
) -> None:
    newer = make_completion(10, completed_at="2026-11-01T08:00:00Z")
    server.load([newer])
    pulled = [item for page in source.pull(None) for item in page.completions]
    assert newer in pulled
    assert len(pulled) == 6


def test_wordy_learner_gets_one_number(server: MoodleSandbox, make_completion: Callable[..., Completion]) -> None:
    learner = make_completion(10).learner.model_copy(update={"key": "anna-1"})
    server.load([make_completion(10, 30, learner=learner), make_completion(10, 31, learner=learner)])
    assert len({user for course in (30, 31) for user in server.site.enrolled[course] if user < 900000}) == 1


@pytest.mark.parametrize(
    "params",
    [
        {"courseid": [2], "userid": 10},
        {"courseid": "2 ", "userid": 10},
        {"courseid": "2.0", "userid": 10},
        {"courseid": True, "userid": ""},
        {"courseid": 2},
        {"courseid": 2, "userid": 10, "extra": 1},
        {},
    ],
)
def test_wrong_parameters_are_refused_alike(ask: Ask, params: dict[str, Any]) -> None:
    assert code_of(ask(STATUS, params)) == "invalidparameter"


def test_bad_utf8_is_refused(server: MoodleSandbox) -> None:
    http = Client(server.url, system="sandbox", retries=0)
    body = f"wstoken={server.token}&wsfunction={COURSES}&moodlewsrestformat=json&field=id&value=%FF"
    answer = http.ask("POST", PATH, data=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    http.close()
    assert code_of(answer) == "invalidparameter"


def test_unknown_user_is_told(ask: Ask) -> None:
    assert code_of(ask(STATUS, {"courseid": 2, "userid": 555})) == "invaliduser"


@pytest.mark.parametrize(("format_", "good"), [("json", True), ("JSON", False), ("", False)])
def test_only_exact_format_gives_json(ask: Ask, format_: str, good: bool) -> None:
    answer = ask(COURSES, {}, moodlewsrestformat=format_)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/json") is good
    assert answer.text.startswith("<?xml") is not good


def test_raw_setting_gives_stored_names(ask: Ask) -> None:
    shown, stored = (ask(COURSES, {"field": "id", "value": 2}, moodlewssettingraw=raw) for raw in ("0", "1"))
    assert shown.json()["courses"][0]["fullname"] == "Kurs 2 &amp; mer"
    assert stored.json()["courses"][0]["fullname"] == "Kurs 2 & mer"


def test_function_beyond_the_sandbox_says_so(server: MoodleSandbox, ask: Ask) -> None:
    server.site.info["functions"].append({"name": "core_course_search_courses", "version": "1"})
    assert ask("core_course_search_courses", {}).status_code == 501


def test_course_without_criteria_cannot_be_reset(server: MoodleSandbox) -> None:
    server.site.completion.clear()
    with pytest.raises(ValueError, match="no criteria"):
        server.reset_completion(2, 10)


# School life and reports -------------------------------------------------------------------------------------------

REPORT = "core_reportbuilder_retrieve_report"


def completed(ask: Ask, user: int) -> tuple[bool, list[bool]]:
    status = ask(STATUS, {"courseid": 2, "userid": user}).json()["completionstatus"]
    return status["completed"], [item["complete"] for item in status["completions"]]


def rows_of(ask: Ask, number: int, page: int = 0, size: int = 0, **settings: Any) -> list[tuple[str, ...]]:
    data = ask(REPORT, {"reportid": number, "page": page, "perpage": size}, **settings).json()["data"]
    return [tuple(row["columns"]) for row in data["rows"]]


def test_work_waits_for_cron(server: MoodleSandbox, ask: Ask) -> None:
    server.work_done(2, 900002)
    assert completed(ask, 900002) == (False, [True])
    server.run_cron()
    assert completed(ask, 900002) == (True, [True])


def test_grade_waits_for_cron_twice(server: MoodleSandbox, ask: Ask) -> None:
    server.require_grade(2, 60, [900001])
    server.grade(2, 900001, 60)
    server.run_cron()
    assert completed(ask, 900001) == (False, [True, True])
    server.run_cron()
    assert completed(ask, 900001) == (True, [True, True])


def test_date_waits_for_its_day(server: MoodleSandbox, ask: Ask) -> None:
    server.clock = lambda: 1_000.0
    server.require_date(2, 1_001, [900001])
    server.run_cron(3)
    assert completed(ask, 900001) == (False, [True, False])
    server.clock = lambda: 1_001.0
    server.run_cron(2)
    assert completed(ask, 900001) == (True, [True, True])


def test_sorted_report_pages_well(server: MoodleSandbox, ask: Ask) -> None:
    number = server.add_report()
    assert [row for page in range(4) for row in rows_of(ask, number, page, 4)] == rows_of(ask, number)


def test_unsorted_report_loses_and_doubles_rows(server: MoodleSandbox, ask: Ask) -> None:
    number = server.add_report(Plan(ordered=False))
    read = [row for page in range(3) for row in rows_of(ask, number, page, 4)]
    assert len(read) == len(rows_of(ask, number)) > len(set(read))


def test_report_has_a_row_for_each_group_unless_unique(server: MoodleSandbox, ask: Ask) -> None:
    server.site.enrolled[2][10]["groups"] = [{"id": 1, "name": "Norr"}, {"id": 2, "name": "Syd"}]
    double, single = (len(rows_of(ask, server.add_report(Plan(unique=unique)))) for unique in (False, True))
    assert double == single + 1


@pytest.mark.parametrize("size", [0, -1])
def test_report_without_page_size_gives_all(server: MoodleSandbox, ask: Ask, size: int) -> None:
    assert len(rows_of(ask, server.add_report(), size=size)) == 12  # two courses of five, and a row without user each


def test_report_is_in_the_readers_zone_and_language(server: MoodleSandbox, ask: Ask) -> None:
    server.language_pack = True
    number = server.add_report(Plan(("Username", "Time completed")))
    ways: tuple[dict[str, Any], ...] = ({}, UTC, {"moodlewssettinglang": "sv"})
    read = [rows_of(ask, number, **settings) for settings in ways]
    said = [next(date for name, date in rows if name == "user10") for rows in read]
    summer = ["Tuesday, 1 September 2026, 10:10 AM", "Tuesday, 1 September 2026, 8:10 AM"]
    assert said == [*summer, "tisdag, 1 september 2026, 10:10"]


def test_report_is_listed(server: MoodleSandbox, ask: Ask) -> None:
    number = server.add_report()
    assert [one["id"] for one in ask("core_reportbuilder_list_reports", {}).json()["reports"]] == [number]


def test_something_happens_before_a_call(server: MoodleSandbox, ask: Ask) -> None:
    server.before(STATUS, 2, lambda: server.run_cron())
    assert [completed(ask, 900001)[0] for _ in range(3)] == [False, True, True]
