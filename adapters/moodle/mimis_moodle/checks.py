"""Is this Moodle set up as it must be? Each function is tried once, and each finding says what mends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from mimis_core import Finding, MimisError, PermissionDeniedError
from mimis_moodle import places
from mimis_moodle.client import MoodleClient
from mimis_moodle.filters import members_of
from mimis_moodle.mapping import Course, course_of
from mimis_moodle.settings import MoodleSettings
from mimis_moodle.trials import courses_to_try, rights, tried, wrong

_FEATURES = {
    "enablecompletion": (
        "completion tracking",
        "Completion tracking is off on the whole site, so nothing can be pulled.",
    ),
    "enablebadges": ("badges", "Badges are off on the whole site."),
    "enablecompetencies": ("competencies", "Competencies are off on the whole site."),
    "enablecustomreports": ("custom reports", "Custom reports are off on the whole site."),
}


def require_functions(info: Mapping[str, Any], settings: MoodleSettings) -> None:
    """Raise PermissionDeniedError, naming them, when functions are missing in the service."""
    missing = missing_functions(info, settings)
    if missing:
        raise PermissionDeniedError(
            f"Moodle's service lacks {', '.join(missing)}.", mend=f"Add: {places.FUNCTIONS}", code="accessexception"
        )


def missing_functions(info: Mapping[str, Any], settings: MoodleSettings) -> list[str]:
    """Functions that these settings need and the token's service does not hold."""
    held = {item.get("name") for item in info.get("functions") or ()}
    return [name for name in settings.functions if name not in held]


def examine(client: MoodleClient, settings: MoodleSettings) -> Iterator[Finding]:
    """Findings about one site, from the token to the rights in the courses."""
    yield from _address(settings)
    try:
        info = client.site_info()
    except MimisError as error:
        yield wrong("token", error)
        return
    yield Finding(subject="token", status="ok", message=f"Moodle {info.get('release')} accepts the token.")
    yield from _account(info, settings)
    missing = missing_functions(info, settings)
    yield from map(_lacking, missing)
    if "core_course_get_courses_by_field" in missing:
        return
    try:
        courses = [course for course in map(course_of, client.courses()) if course.id != 1]
    except MimisError as error:
        yield wrong("core_course_get_courses_by_field", error)
        return
    yield from _courses(courses, settings)
    if settings.cohorts and "core_cohort_get_cohorts" not in missing:
        yield tried("core_cohort_get_cohorts", lambda: members_of(client, settings.cohorts))
    yield from rights(client, settings, courses_to_try(courses, settings), frozenset(missing))


# The site ---------------------------------------------------------------------------------------------------------


def _address(settings: MoodleSettings) -> Iterator[Finding]:
    split = urlsplit(settings.url)
    if split.scheme == "http" and split.hostname not in ("localhost", "127.0.0.1", "::1"):
        yield Finding(
            subject="url",
            status="warning",
            message="The address is not encrypted: the token can be read on the way.",
            mend="Use the site's https address.",
        )


def _account(info: Mapping[str, Any], settings: MoodleSettings) -> Iterator[Finding]:
    features = {item.get("name"): item.get("value") for item in info.get("advancedfeatures") or ()}
    used = {
        "enablecompletion": True,
        "enablebadges": settings.badges,
        "enablecompetencies": settings.competencies,
        "enablecustomreports": settings.report is not None,
    }
    for feature, (subject, message) in _FEATURES.items():
        if used[feature] and not features.get(feature, 1):
            yield Finding(subject=subject, status="error", message=message, mend=f"Switch it on: {places.FEATURES}")
    if info.get("userissiteadmin") is True:
        yield Finding(
            subject="account",
            status="warning",
            message="The token belongs to a site administrator. mimis needs no such rights.",
            mend="Make an account with a role of its own (the rights are in the Moodle adapter's README).",
        )


def _lacking(name: str) -> Finding:
    mend = f"Add it: {places.FUNCTIONS}"
    return Finding(subject=name, status="error", message=f"The service lacks {name}.", mend=mend)


def _courses(courses: list[Course], settings: MoodleSettings) -> Iterator[Finding]:
    seen = {course.id for course in courses}
    for number in settings.courses:
        if number not in seen:
            yield Finding(
                subject=f"course:{number}",
                status="error",
                message=f"Moodle shows no course {number}.",
                mend="Correct courses in the settings. For a hidden course: "
                f"{places.give('moodle/course:viewhiddencourses')}",
            )
    untracked = [course for course in courses if not course.tracked and course.id in (settings.courses or seen)]
    if not courses:
        yield Finding(
            subject="courses",
            status="error",
            message="The account sees no course.",
            mend=f"{places.give('moodle/course:view')} Assign the role at system level.",
        )
    elif untracked and not settings.skip_untracked:
        yield Finding(
            subject="courses",
            status="warning",
            message=f"Completion tracking is off in {', '.join(course.module for course in untracked[:20])}"
            f"{' and more' if len(untracked) > 20 else ''}: each learner there is set aside.",
            mend=f"List the right courses, set skip_untracked = true, or switch it on: {places.COURSE}",
        )
