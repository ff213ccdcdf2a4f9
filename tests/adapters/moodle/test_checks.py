"""``mimis check`` on a Moodle: each thing that can be wrong is named with what mends it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mimis_moodle.sandbox import MoodleSandbox
from mimis_moodle.settings import MoodleSettings
from mimis_moodle.source import MoodleSource
from mimis_moodle.standin import parts as standin
from pydantic import SecretStr

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


# What only some settings need -------------------------------------------------------------------------------------

ALL = {"activities": True, "sections": True, "grades": True, "competencies": True, "badges": True}


@pytest.fixture
def whole(server: MoodleSandbox, connect: Callable[..., MoodleSource]) -> MoodleSource:
    """A source with every part, filter and name switched on, on a site that has all of them."""
    for course in (2, 3):
        standin.add_to_group(server.site, course, 10, "Vuxna")
    standin.add_cohort(server.site, 1, "Måltid", "COH-MP", [10])
    standin.add_competency(server.site, 2, 5, "Egenkontroll")
    return connect(groups=("Vuxna",), cohorts=("COH-MP",), identify=("username", "idnumber"), **ALL)


def test_whole_site_has_no_remarks(whole: MoodleSource) -> None:
    assert wrong(whole) == {}
    tried = {finding.subject for finding in whole.check()}
    assert {"report_competency_data_for_report", "core_badges_get_user_badges", "core_cohort_get_cohorts"} <= tried


@pytest.mark.parametrize(
    ("right", "subject"),
    [
        ("moodle/competency:coursecompetencyview", "core_competency_list_course_competencies"),
        ("moodle/competency:usercompetencyview", "report_competency_data_for_report"),
        ("moodle/badges:viewotherbadges", "core_badges_get_user_badges"),
        ("moodle/cohort:view", "core_cohort_get_cohorts"),
        ("moodle/user:viewalldetails", "username"),
        ("moodle/site:accessallgroups", "groups"),
    ],
)
def test_each_setting_names_its_right(server: MoodleSandbox, whole: MoodleSource, right: str, subject: str) -> None:
    server.revoke(right)
    assert right in str(wrong(whole)[subject].mend)


@pytest.mark.parametrize("function", MoodleSettings(url="https://m", token=SecretStr("t"), **ALL).functions[1:])
def test_each_function_is_missed(server: MoodleSandbox, whole: MoodleSource, function: str) -> None:
    server.weaken(function)
    assert "Funktioner" in str(wrong(whole)[function].mend)


def test_id_numbers_need_one_of_two_rights(server: MoodleSandbox, whole: MoodleSource) -> None:
    server.revoke("moodle/user:viewalldetails", "moodle/site:viewuseridentity")
    assert "Show user identity" in str(wrong(whole)["idnumber"].mend)


@pytest.mark.parametrize(("feature", "subject"), [("enablebadges", "badges"), ("enablecompetencies", "competencies")])
def test_feature_that_is_off_is_an_error(
    server: MoodleSandbox, whole: MoodleSource, feature: str, subject: str
) -> None:
    server.switch_off(feature)
    assert wrong(whole)[subject].status == "error"


def test_unknown_report_is_an_error(connect: Callable[..., MoodleSource]) -> None:
    assert wrong(connect(report=999))["core_reportbuilder_retrieve_report"].status == "error"


def test_misspelt_role_is_told(connect: Callable[..., MoodleSource], server: MoodleSandbox) -> None:
    server.site.enrolled[2][10]["roles"] = [{"roleid": 9, "shortname": "hemlig"}]
    found = wrong(connect(excluded_roles=("hemlig", "Hemlig deltagare")))
    assert "short name" in str(found["role Hemlig deltagare"].mend)
    assert "role hemlig" not in found


@pytest.mark.parametrize("setting", ["groups", "excluded_groups"])
def test_misspelt_group_is_told(connect: Callable[..., MoodleSource], whole: MoodleSource, setting: str) -> None:
    assert "spelling" in str(wrong(connect(**{setting: ("Vuxne",)}))["group Vuxne"].mend)


def test_unknown_cohort_is_told(connect: Callable[..., MoodleSource], whole: MoodleSource) -> None:
    assert wrong(connect(cohorts=("COH-Ö",)))["core_cohort_get_cohorts"].status == "error"


@pytest.mark.official
def test_unseen_activity_types_are_named(
    server: MoodleSandbox, pull: Path, connect: Callable[..., MoodleSource]
) -> None:
    server.load_recording(pull)
    server.revoke("mod/quiz:view")
    found = wrong(connect(courses=(2,), sections=True))
    assert "mod/quiz:view" in str(found["mod/quiz:view"].mend)
    assert "mod/page:view" not in found
