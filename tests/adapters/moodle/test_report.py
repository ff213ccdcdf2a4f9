"""The report road: few calls, and no row believed unless the whole report holds together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_moodle import report as report_module
from mimis_moodle.rows import moment_of
from mimis_moodle.sandbox import MoodleSandbox
from mimis_moodle.source import MoodleSource
from mimis_moodle.standin.filling import course_status
from mimis_moodle.standin.reports import COLUMNS, Plan, moment

from mimis_core import Completion, PulledPage

STATUS = "core_completion_get_course_completion_status"
Connect = Callable[..., MoodleSource]


@pytest.fixture
def school(server: MoodleSandbox, make_completion: Callable[..., Completion]) -> MoodleSandbox:
    """Courses 2 and 3 with forty learners each, of whom ten are on their way, and one enrolment suspended."""
    server.load([make_completion(user, course) for course in (2, 3) for user in range(10, 50)])
    for user in range(40, 50):
        server.site.completion[2, user] = course_status(False, False, None)
    server.suspend(2, 10)
    return server


def calls(server: MoodleSandbox) -> Counter[str]:
    return Counter(request.form()["wsfunction"][0] for request in server.requests)


def aside(pages: list[PulledPage]) -> dict[str, str]:
    return {item.key: item.reason for page in pages for item in page.set_aside}


def found(pages: list[PulledPage]) -> dict[str, Completion]:
    return {item.key: item for page in pages for item in page.completions}


def test_report_gives_all_in_few_calls(school: MoodleSandbox, connect: Connect) -> None:
    pages = list(connect(courses=(2,), report=school.add_report()).pull(None))
    assert set(found(pages)) == {f"course:2/user:{user}" for user in range(10, 40)}
    assert aside(pages) == {}
    made = calls(school)
    assert made.pop(STATUS) <= 5  # the sample
    assert sum(made.values()) == 5  # site, courses, roll, grades, report


def test_suspended_learner_keeps_her_completion(school: MoodleSandbox, connect: Connect) -> None:
    assert aside(list(connect(courses=(2,)).pull(None))) == {"course:2/user:10": "usernotenroled"}
    assert "course:2/user:10" in found(list(connect(courses=(2,), report=school.add_report()).pull(None)))


def test_both_roads_give_the_same(school: MoodleSandbox, connect: Connect) -> None:
    school.site.inactive.clear()
    one, other = (found(list(connect(report=number).pull(None))) for number in (None, school.add_report()))
    assert one == other


def test_pages_give_all(school: MoodleSandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_module, "PAGE_ROWS", 7)
    pages = list(connect(report=school.add_report()).pull(None))
    assert (len(found(pages)), aside(pages)) == (70, {})


def test_next_pull_tells_what_changed(school: MoodleSandbox, connect: Connect) -> None:
    source = connect(courses=(2,), report=school.add_report())
    first = list(source.pull(None))
    school.override(2, 45)
    school.run_cron()
    second = list(source.pull(first[-1].cursor))
    assert set(found(second)) == {"course:2/user:45", "course:2/user:900001"}
    assert first[-1].as_of <= second[-1].as_of  # type: ignore[operator]  # both are told
    assert found(list(source.pull(second[-1].cursor))) == {}


def test_parts_still_need_each_learner(school: MoodleSandbox, connect: Connect, activity: Completion) -> None:
    school.load([activity])
    pages = list(connect(courses=(2,), report=school.add_report(), activities=True).pull(None))
    assert activity.key in found(pages)
    assert "course:2/user:10" in found(pages)
    assert calls(school)[STATUS] <= 5


def test_course_outside_the_report_is_asked_about(school: MoodleSandbox, connect: Connect) -> None:
    number = school.add_report()
    source = connect(report=number)
    people = school.site.enrolled[3]
    school.site.plans[number] = Plan(hidden=frozenset({3}))
    pages = list(source.pull(None))
    assert {key for key in found(pages) if key.startswith("course:3/")} == {
        f"course:3/user:{user}" for user in people if user < 900_000
    }
    assert calls(school)[STATUS] >= len(people)


@pytest.mark.parametrize(
    "columns",
    [
        ("Status", *COLUMNS[:-1]),
        ("Course ID number", *COLUMNS[1:]),
        ("Course short name", "Email address", "Completed", "Time completed"),
    ],
    ids=["other order", "by course number", "by address"],
)
def test_columns_may_differ(school: MoodleSandbox, connect: Connect, columns: tuple[str, ...]) -> None:
    school.site.idnumbers = {2: "MM-2", 3: "MM-3"}
    pages = list(connect(report=school.add_report(Plan(columns))).pull(None))
    assert (len(found(pages)), aside(pages)) == (70, {})


def test_hidden_user_names_leave_the_address(school: MoodleSandbox, connect: Connect) -> None:
    school.revoke("moodle/user:viewalldetails")
    assert len(found(list(connect(report=school.add_report()).pull(None)))) == 70


def test_report_is_asked_in_english_and_utc(school: MoodleSandbox, connect: Connect) -> None:
    school.language_pack, school.site.info["lang"] = True, "sv"
    assert len(found(list(connect(report=school.add_report()).pull(None)))) == 70


# What is refused -------------------------------------------------------------------------------------------------


def forced_zone(server: MoodleSandbox, number: int) -> None:
    server.site.forced_zone = True


def row_that(change: Callable[[list[Any]], object]) -> Callable[[MoodleSandbox, int], None]:
    """Spoils the row of a learner who has completed, in a report that stays as it is."""

    def spoil(server: MoodleSandbox, number: int) -> None:
        server.freeze_report(number)
        rows = server.site.report_rows[number]["rows"]
        change(next(row["columns"] for row in rows if row["columns"][3] == "Yes"))

    return spoil


def replan(**changes: Any) -> Callable[[MoodleSandbox, int], None]:
    def spoil(server: MoodleSandbox, number: int) -> None:
        server.site.plans[number] = Plan(**changes)
        for people in server.site.enrolled.values():
            for person in people.values():
                person["groups"] = [{"id": 1, "name": "Norr"}, {"id": 2, "name": "Syd"}]

    return spoil


def all_open(server: MoodleSandbox, number: int) -> None:
    server.freeze_report(number)
    for row in server.site.report_rows[number]["rows"]:
        row["columns"][3:5] = ["No", ""]


def same_address(server: MoodleSandbox, number: int) -> None:
    server.revoke("moodle/user:viewalldetails")
    server.site.enrolled[2][11]["email"] = server.site.enrolled[2][12]["email"]


REFUSED: dict[str, tuple[Callable[[MoodleSandbox, int], object], str]] = {
    "no such report": (lambda server, number: server.site.plans.clear(), "report-missing"),
    "no access": (lambda server, number: server.revoke("moodle/reportbuilder:view"), "errorreportview"),
    "column missing": (replan(columns=COLUMNS[:3]), "report-columns"),
    "column twice": (replan(columns=("Completed", *COLUMNS)), "report-columns"),
    "rows not unique": (replan(unique=False), "report-doubled"),
    "rows unsorted": (replan(ordered=False), "report-doubled"),
    "short pages": (replan(most=20), "report-incomplete"),
    "swedish date": (row_that(lambda row: row.__setitem__(4, "måndag, 7 september 2026, 08:00")), "report-dates"),
    "wrong weekday": (row_that(lambda row: row.__setitem__(4, "Monday, 1 September 2026, 8:00 AM")), "report-dates"),
    "other words": (row_that(lambda row: row.__setitem__(3, "1")), "report-words"),
    "narrow row": (row_that(lambda row: row.pop()), "report-columns"),
    "stranger": (row_that(lambda row: row.__setitem__(1, "nobody")), "report-person"),
    "all said to be open": (all_open, "report-disagrees"),
    "site's own zone": (forced_zone, "report-time-zone"),
    "same address": (same_address, "report-person"),
}


@pytest.mark.parametrize(("spoil", "code"), REFUSED.values(), ids=REFUSED)
def test_doubtful_report_is_refused_without_loss(
    school: MoodleSandbox,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[MoodleSandbox, int], object],
    code: str,
) -> None:
    monkeypatch.setattr(report_module, "PAGE_ROWS", 30)
    number = school.add_report()
    spoil(school, number)
    pages = list(connect(report=number).pull(None))
    (notice,) = [item for page in pages for item in page.set_aside if item.key == f"report:{number}"]
    assert notice.reason == code
    assert "each learner is asked about" in notice.message
    assert len(found(pages)) == 69


def test_report_that_grew_while_read_is_read_again(
    school: MoodleSandbox,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    make_completion: Callable[..., Completion],
) -> None:
    monkeypatch.setattr(report_module, "PAGE_ROWS", 30)
    number = school.add_report()
    school.before("core_reportbuilder_retrieve_report", 2, lambda: school.load([make_completion(77)]))
    source = connect(report=number)
    pages = list(source.pull(None))
    assert (len(found(pages)), aside(pages)) == (70, {})
    assert set(found(list(source.pull(pages[-1].cursor)))) == {"course:2/user:77"}


def test_completion_of_this_minute_is_no_disagreement(school: MoodleSandbox, connect: Connect) -> None:
    def finish() -> None:
        for user in range(40, 50):
            school.work_done(2, user)
        school.run_cron()

    number = school.add_report()
    school.before(STATUS, 1, finish)
    assert aside(list(connect(courses=(2,), report=number).pull(None))) == {}


# Dates -----------------------------------------------------------------------------------------------------------


@given(st.integers(86_400, 4_102_444_800))
def test_dates_are_read_to_the_minute(time: int) -> None:
    assert moment_of(moment(time, "UTC")) == datetime.fromtimestamp(time // 60 * 60, UTC)


@given(st.text(max_size=50))
def test_odd_dates_never_break(text: str) -> None:
    assert moment_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Monday, 1 September 2026, 8:02 AM",
        "Tuesday, 31 September 2026, 8:02 AM",
        "Tuesday, 1 September 2026, 13:02 PM",
        "Tuesday, 1 Sept 2026, 8:02 AM",
        "tisdag, 1 september 2026, 08:02",
    ],
)
def test_wrong_dates_are_none(text: str) -> None:
    assert moment_of(text) is None
