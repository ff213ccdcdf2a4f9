"""Who is pulled: only members of the named groups and cohorts, and nobody where that cannot be checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mimis_moodle.sandbox import MoodleSandbox
from mimis_moodle.source import MoodleSource
from mimis_moodle.standin.parts import add_cohort, add_to_group

from mimis_core import PermissionDeniedError

Connect = Callable[..., MoodleSource]


@pytest.fixture(autouse=True)
def members(server: MoodleSandbox) -> None:
    for course in (2, 3):
        add_to_group(server.site, course, 10, "Vuxna")
    add_to_group(server.site, 2, 11, "Unga & nyfikna")
    add_to_group(server.site, 2, 12, "Som &amp; Moodle")  # as Moodle escapes it
    add_cohort(server.site, 1, "Måltid & service", "COH-MP", [10, 12])
    add_cohort(server.site, 2, "Andra", "COH-A", [11])


def pulled(source: MoodleSource) -> set[str]:
    return {one.key for page in source.pull(None) for one in page.completions}


def aside_of(source: MoodleSource) -> dict[str, str]:
    return {one.key: one.reason for page in source.pull(None) for one in page.set_aside}


@pytest.mark.parametrize(
    ("settings", "users"),
    [
        ({"groups": ("Vuxna",)}, {10}),
        ({"groups": ("Vuxna", "Unga & nyfikna")}, {10, 11}),
        ({"cohorts": ("COH-MP",)}, {10, 12}),
        ({"cohorts": ("Måltid & service",)}, {10, 12}),
        ({"cohorts": ("COH-MP", "COH-A")}, {10, 11, 12}),
        ({"groups": ("Vuxna", "Unga & nyfikna"), "cohorts": ("COH-MP",)}, {10}),
        ({"groups": ("Som & Moodle",)}, {12}),
        ({"groups": ("vuxna",)}, set()),
        ({}, {10, 11, 12}),
    ],
)
def test_only_members_are_pulled(connect: Connect, settings: dict[str, Any], users: set[int]) -> None:
    assert pulled(connect(courses=(2,), **settings)) == {f"course:2/user:{user}" for user in users}


@pytest.mark.parametrize(
    ("settings", "right"),
    [({"groups": ("Vuxna",)}, "moodle/site:accessallgroups"), ({"cohorts": ("COH-MP",)}, "moodle/cohort:view")],
)
def test_filter_that_cannot_be_checked_lets_nobody_through(
    server: MoodleSandbox, connect: Connect, settings: dict[str, Any], right: str
) -> None:
    server.revoke(right)
    with pytest.raises(PermissionDeniedError):
        list(connect(**settings).pull(None))


def test_unknown_cohort_refuses_each_course(connect: Connect) -> None:
    source = connect(cohorts=("COH-MP", "COH-Ö"))
    assert aside_of(source) == {"course:2": "cohort-not-found", "course:3": "cohort-not-found"}
    assert pulled(source) == set()


def test_default_grouping_refuses_its_course_alone(server: MoodleSandbox, connect: Connect) -> None:
    server.site.courses[2]["defaultgroupingid"] = 4
    source = connect(groups=("Vuxna",))
    assert aside_of(source)["course:2"] == "default-grouping"
    assert pulled(source) == {"course:3/user:10"}


def test_cohorts_are_asked_for_once(server: MoodleSandbox, connect: Connect) -> None:
    pulled(connect(cohorts=("COH-MP",), workers=1))
    asked = [request.form()["wsfunction"][0] for request in server.requests]
    assert asked.count("core_cohort_get_cohort_members") == 1


def test_filter_beside_protection(server: MoodleSandbox, connect: Connect) -> None:
    source = connect(courses=(2,), cohorts=("COH-MP",), excluded_groups=("Vuxna",))
    learners = [one.learner for page in source.pull(None) for one in page.completions]
    assert {learner.key: learner.protected for learner in learners} == {"10": True, "12": False}
