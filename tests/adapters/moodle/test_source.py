"""The source against a sandbox: what it pulls, in which portions, and what it does when things are amiss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mimis_moodle.sandbox import MoodleSandbox, State
from mimis_moodle.settings import MoodleSettings
from mimis_moodle.source import MoodleSource
from mimis_moodle.standin.filling import add_course
from pydantic import ValidationError

from mimis_core import Completion, ConfigurationError, PermissionDeniedError, PulledPage, TemporaryError


def completions_of(source: MoodleSource) -> list[Completion]:
    return [item for page in source.pull(None) for item in page.completions]


def aside_of(source: MoodleSource) -> dict[str, str]:
    return {item.key: item.reason for page in source.pull(None) for item in page.set_aside}


def asked(server: MoodleSandbox, function: str) -> list[dict[str, list[str]]]:
    return [request.form() for request in server.requests if request.form().get("wsfunction") == [function]]


def test_loaded_completions_come_back(source: MoodleSource, sample: list[Completion]) -> None:
    assert sorted(completions_of(source), key=lambda item: item.key) == sorted(sample, key=lambda item: item.key)


def test_learners_on_their_way_stay_out(server: MoodleSandbox, source: MoodleSource) -> None:
    pulled = {item.learner.key for item in completions_of(source)}
    enrolled = {str(user) for user in server.site.enrolled[2]}
    assert len(enrolled - pulled) == 2
    assert aside_of(source) == {}


def test_big_course_comes_in_portions(
    server: MoodleSandbox, connect: Callable[..., MoodleSource], make_completion: Callable[..., Completion]
) -> None:
    server.load([make_completion(user, 7) for user in range(1000, 1250)])
    pages = list(connect(courses=(7,)).pull(None))
    assert [(page.done, page.total) for page in pages] == [(100, 252), (200, 252), (252, 252), (252, 252)]
    assert sum(len(page.completions) for page in pages) == 250


@pytest.mark.parametrize("page_size", [1, 2, 4, 5, 6, 100])
def test_every_page_size_gives_all(
    connect: Callable[..., MoodleSource], sample: list[Completion], page_size: int
) -> None:
    assert len(completions_of(connect(page_size=page_size))) == len(sample)


def test_pages_overlap_until_empty(server: MoodleSandbox, connect: Callable[..., MoodleSource]) -> None:
    list(connect(page_size=2, courses=(2,)).pull(None))
    pages = asked(server, "core_enrol_get_enrolled_users")
    assert [form["options[1][value]"] for form in pages] == [["0"], ["1"], ["3"], ["5"]]
    assert {form["options[2][value]"][0] for form in pages} == {"2", "3"}


def test_who_leaves_meanwhile_hides_nobody(
    server: MoodleSandbox, connect: Callable[..., MoodleSource], make_completion: Callable[..., Completion]
) -> None:
    server.load([make_completion(user, 7) for user in range(1000, 1100)])
    people = server.site.enrolled[7]
    server.before("core_enrol_get_enrolled_users", 3, lambda: [people.pop(user) for user in range(1000, 1005)])
    found = {item.key for item in completions_of(connect(courses=(7,), page_size=20))}
    assert found >= {f"course:7/user:{user}" for user in range(1005, 1100)}


def test_site_that_pages_in_circles_ends(server: MoodleSandbox, connect: Callable[..., MoodleSource]) -> None:
    everyone = server.site.page(2, 0, 0)
    server.site.page = lambda course, start, size: everyone  # type: ignore[method-assign]  # a site that ignores limits
    assert len(completions_of(connect(courses=(2,), page_size=2))) == 3


def test_grades_are_asked_in_bulk(server: MoodleSandbox, source: MoodleSource) -> None:
    list(source.pull(None))
    forms = asked(server, "gradereport_user_get_grade_items")
    assert sorted((form["courseid"], form["userid"]) for form in forms) == [(["2"], ["0"]), (["3"], ["0"])]


def test_no_more_user_fields_than_needed(server: MoodleSandbox, source: MoodleSource) -> None:
    list(source.pull(None))
    fields = {form["options[0][value]"][0] for form in asked(server, "core_enrol_get_enrolled_users")}
    assert fields == {"id,fullname,firstname,lastname,email,lastcourseaccess"}


def test_front_page_is_no_course(server: MoodleSandbox, source: MoodleSource) -> None:
    list(source.pull(None))
    assert ["1"] not in [form["courseid"] for form in asked(server, "core_enrol_get_enrolled_users")]


def test_chosen_courses_limit_the_pull(connect: Callable[..., MoodleSource]) -> None:
    assert {item.module for item in completions_of(connect(courses=(3,)))} == {"course:3"}


def test_unknown_chosen_course_is_told(connect: Callable[..., MoodleSource]) -> None:
    assert aside_of(connect(courses=(3, 99))) == {"course:99": "course-not-found"}


def test_course_without_tracking_is_set_aside(server: MoodleSandbox, source: MoodleSource) -> None:
    server.untrack(2)
    aside = aside_of(source)
    assert set(aside.values()) == {"cannotviewreport"}
    assert len(aside) == 5
    assert {item.module for item in completions_of(source)} == {"course:3"}


def test_course_without_tracking_can_be_skipped(server: MoodleSandbox, connect: Callable[..., MoodleSource]) -> None:
    server.untrack(2)
    assert aside_of(connect(skip_untracked=True)) == {}


def test_course_without_criteria_is_set_aside(server: MoodleSandbox, source: MoodleSource) -> None:
    for pair in [pair for pair in server.site.completion if pair[0] == 2]:
        del server.site.completion[pair]
    assert set(aside_of(source).values()) == {"nocriteriaset"}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda site: site.inactive.add((2, 10)), "usernotenroled"),
        (lambda site: site.deleted.add(10), "userdeleted"),
        (lambda site: site.users[10].update(confirmed=False), "usernotconfirmed"),
        (lambda site: site.users.pop(10), "invaliduser"),
        (lambda site: site.enrolled[2][10].update(fullname=""), "no-name"),
        (lambda site: site.completion.update({(2, 10): {"odd": 1}}), "unexpected-answer"),
        (lambda site: site.completion.update({(2, 10): {"exception": "Error", "message": ""}}), "Error"),
    ],
)
def test_one_bad_learner_stops_nobody(
    server: MoodleSandbox, connect: Callable[..., MoodleSource], spoil: Callable[[Any], object], code: str
) -> None:
    spoil(server.site)
    source = connect(courses=(2,))
    assert aside_of(source) == {"course:2/user:10": code}
    assert len(completions_of(source)) == 2


def test_completed_without_date_is_set_aside(server: MoodleSandbox, connect: Callable[..., MoodleSource]) -> None:
    server.site.completion[2, 10]["completionstatus"]["completions"][0]["timecompleted"] = None
    (item,) = [item for page in connect(courses=(2,)).pull(None) for item in page.set_aside]
    assert (item.key, item.reason) == ("course:2/user:10", "no-date")
    assert "by hand" in item.message


def test_reset_completion_leaves_without_word(server: MoodleSandbox, source: MoodleSource) -> None:
    before = {item.key for item in completions_of(source)}
    server.reset_completion(2, 10)
    assert before - {item.key for item in completions_of(source)} == {"course:2/user:10"}
    assert aside_of(source) == {}


def test_learner_without_address_is_pulled(server: MoodleSandbox, source: MoodleSource) -> None:
    server.revoke("moodle/course:useremail")
    assert {item.learner.email for item in completions_of(source)} == {None}


def test_html_in_course_name_is_cleaned(
    server: MoodleSandbox, connect: Callable[..., MoodleSource], make_completion: Callable[..., Completion]
) -> None:
    server.load([make_completion(10, 8, title="<b>Mat</b> &amp; hygien <nivå 1>")])
    (completion,) = completions_of(connect(courses=(8,)))
    assert completion.title == "Mat & hygien <nivå 1>"


def test_protected_learner_is_marked(
    server: MoodleSandbox, connect: Callable[..., MoodleSource], make_completion: Callable[..., Completion]
) -> None:
    plain = make_completion(50, 4)
    hidden = plain.model_copy(update={"learner": plain.learner.model_copy(update={"protected": True})})
    server.load([hidden, make_completion(51, 4)])
    marks = {item.learner.key: item.learner.protected for item in completions_of(connect(courses=(4,)))}
    assert marks == {"50": True, "51": False}


def test_hidden_groups_stop_the_course(server: MoodleSandbox, connect: Callable[..., MoodleSource]) -> None:
    server.revoke("moodle/site:accessallgroups")
    with pytest.raises(PermissionDeniedError):
        list(connect(excluded_groups=("Skyddade",)).pull(None))


def test_default_grouping_stops_the_course(server: MoodleSandbox, connect: Callable[..., MoodleSource]) -> None:
    server.site.courses[2].update(defaultgroupingid=4)
    source = connect(excluded_groups=("Skyddade",))
    assert aside_of(source) == {"course:2": "default-grouping"}
    assert {item.module for item in completions_of(source)} == {"course:3"}


@pytest.mark.parametrize("role", ["student", "editingteacher"])
def test_excluded_role_marks_its_holders(connect: Callable[..., MoodleSource], role: str) -> None:
    marks = {item.learner.protected for item in completions_of(connect(excluded_roles=(role,)))}
    assert marks == {role == "student"}


def test_activities_come_beside_courses(
    server: MoodleSandbox, connect: Callable[..., MoodleSource], activity: Completion
) -> None:
    server.load([activity])
    pulled = completions_of(connect(courses=(2,)))
    assert len(pulled) == 4
    assert activity in pulled


def test_activities_without_right_are_told(
    server: MoodleSandbox, connect: Callable[..., MoodleSource], activity: Completion
) -> None:
    server.load([activity])
    server.revoke("report/progress:view")
    source = connect(courses=(2,))
    assert len(completions_of(source)) == 3
    assert aside_of(source)["course:2/user:10/activities"] == "nopermissions"


@pytest.mark.parametrize(
    "function", ["core_completion_get_course_completion_status", "gradereport_user_get_grade_items"]
)
def test_missing_function_is_named(server: MoodleSandbox, source: MoodleSource, function: str) -> None:
    server.weaken(function)
    with pytest.raises(PermissionDeniedError, match=function):
        list(source.pull(None))


@pytest.mark.parametrize("right", ["moodle/course:view", "moodle/course:viewparticipants"])
def test_every_course_refused_is_error(server: MoodleSandbox, source: MoodleSource, right: str) -> None:
    server.revoke(right)
    with pytest.raises(PermissionDeniedError):
        list(source.pull(None))


@pytest.mark.parametrize(
    ("right", "key", "code"),
    [
        ("moodle/course:viewhiddencourses", None, None),
        ("gradereport/user:view", "course:3", "nopermissions"),
        ("moodle/grade:viewall", "course:3", "nopermissions"),
        ("report/completion:view", "course:3/user:10", "cannotviewreport"),
    ],
)
def test_missing_right_is_set_aside(
    server: MoodleSandbox, connect: Callable[..., MoodleSource], right: str, key: str | None, code: str | None
) -> None:
    server.revoke(right)
    assert aside_of(connect(courses=(3,))).get(key or "") == code


def test_one_closed_course_stops_nobody(server: MoodleSandbox, source: MoodleSource) -> None:
    server.site.courses[3].update(visible=0)
    server.revoke("moodle/course:viewhiddencourses")
    assert {item.module for item in completions_of(source)} == {"course:2"}


def test_separate_groups_need_a_right(server: MoodleSandbox, connect: Callable[..., MoodleSource]) -> None:
    server.site.courses[3].update(groupmode=1)
    server.revoke("moodle/site:accessallgroups")
    assert aside_of(connect()) == {"course:3": "notingroup"}


@pytest.mark.parametrize("state", ["maintenance", "upgrade", "database-down"])
def test_closed_site_is_temporary_error(server: MoodleSandbox, source: MoodleSource, state: State) -> None:
    server.state = state
    with pytest.raises(TemporaryError):
        list(source.pull(None))


@pytest.mark.parametrize("state", ["closed", "token-expired", "service-disabled"])
def test_closed_door_is_permission_error(server: MoodleSandbox, source: MoodleSource, state: State) -> None:
    server.state = state
    with pytest.raises(PermissionDeniedError) as caught:
        list(source.pull(None))
    assert caught.value.mend


def test_trouble_halfway_keeps_earlier_pages(
    server: MoodleSandbox, connect: Callable[..., MoodleSource], make_completion: Callable[..., Completion]
) -> None:
    server.load([make_completion(user, 7) for user in range(1000, 1250)])
    pages = connect(courses=(7,), workers=1).pull(None)
    first: PulledPage = next(pages)
    server.state = "maintenance"
    with pytest.raises(TemporaryError):
        list(pages)
    assert len(first.completions) > 90


def test_empty_site_says_so(connect: Callable[..., MoodleSource], server: MoodleSandbox) -> None:
    for number in [number for number in server.site.courses if number != 1]:
        del server.site.courses[number]
    add_course(server.site, 30, "Tom kurs")
    (page,) = connect().pull(None)
    assert (page.done, page.total, page.completions, page.set_aside) == (0, 0, (), ())


def test_wrong_path_is_configuration_error(server: MoodleSandbox, connect: Callable[..., MoodleSource]) -> None:
    with pytest.raises(ConfigurationError):
        list(connect(url=f"{server.url}/moodle").pull(None))


@pytest.mark.parametrize(
    "url", ["moodle.example", "ftp://moodle.example", "https://u:p@moodle.example", "https://m/?a=1"]
)
def test_address_must_be_a_site(url: str) -> None:
    with pytest.raises(ValidationError):
        MoodleSettings.model_validate({"url": url, "token": "t"})
