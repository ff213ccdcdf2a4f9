"""``mimis check`` on a Moodle: each thing that can be wrong is named with what mends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mimis_moodle.sandbox import MoodleSandbox
from mimis_moodle.source import MoodleSource

from mimis_core import Finding

PROGRESS = "core_completion_get_activities_completion_status"
STATUS = "core_completion_get_course_completion_status"


def wrong(source: MoodleSource) -> dict[str, Finding]:
    return {finding.subject: finding for finding in source.check() if finding.status != "ok"}


def test_sound_site_has_no_remarks(source: MoodleSource) -> None:
    assert wrong(source) == {}
    assert len(list(source.check())) == 4


@pytest.mark.parametrize("function", ["core_course_get_courses_by_field", STATUS, "gradereport_user_get_grade_items"])
def test_missing_function_says_where_to_add(server: MoodleSandbox, source: MoodleSource, function: str) -> None:
    server.weaken(function)
    finding = wrong(source)[function]
    assert finding.status == "error"
    assert "External services" in str(finding.mend)


@pytest.mark.parametrize(
    ("right", "subject", "status"),
    [
        ("report/completion:view", STATUS, "error"),
        ("gradereport/user:view", "gradereport_user_get_grade_items", "error"),
        ("report/progress:view", PROGRESS, "error"),
        ("moodle/course:viewparticipants", "core_enrol_get_enrolled_users, course:2", "error"),
        ("moodle/user:viewdetails", "learners", "warning"),
        ("moodle/course:useremail", "e-mail", "warning"),
        ("webservice/rest:use", "token", "error"),
        ("moodle/site:accessallgroups", "excluded_groups", "error"),
    ],
)
def test_missing_right_is_named_with_mend(
    server: MoodleSandbox, connect: Callable[..., MoodleSource], right: str, subject: str, status: str
) -> None:
    server.revoke(right)
    finding = wrong(connect(activities=True, excluded_groups=("Skyddade",)))[subject]
    assert finding.status == status
    assert finding.mend


def test_completion_off_on_site_is_error(server: MoodleSandbox, source: MoodleSource) -> None:
    server.switch_off("enablecompletion")
    assert "Advanced features" in str(wrong(source)["completion tracking"].mend)


def test_untracked_course_is_a_warning(server: MoodleSandbox, source: MoodleSource) -> None:
    server.untrack(3)
    assert "course:3" in wrong(source)["courses"].message


def test_unknown_course_is_an_error(connect: Callable[..., MoodleSource]) -> None:
    assert wrong(connect(courses=(2, 77)))["course:77"].status == "error"


def test_administrator_token_is_a_warning(server: MoodleSandbox, source: MoodleSource) -> None:
    server.site.info["userissiteadmin"] = True
    assert wrong(source)["account"].status == "warning"


def test_unencrypted_address_is_a_warning(connect: Callable[..., MoodleSource]) -> None:
    assert next(iter(connect(url="http://moodle.invalid").check())).subject == "url"


@pytest.mark.parametrize(
    "state", ["maintenance", "closed", "upgrade", "account-suspended", "account-unconfirmed", "no-error-code"]
)
def test_site_in_trouble_is_told(server: MoodleSandbox, source: MoodleSource, state: Any) -> None:
    server.state = state
    assert wrong(source)["token"].mend


def test_site_without_courses_is_told(server: MoodleSandbox, source: MoodleSource) -> None:
    server.site.courses.clear()
    assert "moodle/course:view" in str(wrong(source)["courses"].mend)


def test_findings_name_no_person(source: MoodleSource) -> None:
    assert "Östberg" not in str(list(source.check()))
