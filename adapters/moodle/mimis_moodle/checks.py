"""Is this Moodle set up as it must be? Each function is tried once, and each finding says what mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from mimis_core import DataError, Finding, MimisError, PermissionDeniedError
from mimis_moodle.client import MoodleClient
from mimis_moodle.errors import mend_for
from mimis_moodle.mapping import Course, course_of
from mimis_moodle.settings import MoodleSettings

_ADD_FUNCTION = "Site administration > Server > Web services > External services > your service > Functions > Add."
_TRIED_COURSES = 5


def require_functions(info: Mapping[str, Any], settings: MoodleSettings) -> None:
    """Raise PermissionDeniedError, naming them, when functions are missing in the service."""
    missing = missing_functions(info, settings)
    if missing:
        raise PermissionDeniedError(
            f"Moodle's service lacks {', '.join(missing)}.", mend=f"Add: {_ADD_FUNCTION}", code="accessexception"
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
        yield _wrong("token", error)
        return
    yield Finding(subject="token", status="ok", message=f"Moodle {info.get('release')} accepts the token.")
    yield from _account(info)
    yield from _functions(info, settings)
    if "core_course_get_courses_by_field" in missing_functions(info, settings):
        return
    try:
        courses = [course for course in map(course_of, client.courses()) if course.id != 1]
    except MimisError as error:
        yield _wrong("core_course_get_courses_by_field", error)
        return
    yield from _courses(courses, settings)
    yield from _rights(client, settings, _to_try(courses, settings))


def _address(settings: MoodleSettings) -> Iterator[Finding]:
    split = urlsplit(settings.url)
    if split.scheme == "http" and split.hostname not in ("localhost", "127.0.0.1", "::1"):
        yield Finding(
            subject="url",
            status="warning",
            message="The address is not encrypted: the token can be read on the way.",
            mend="Use the site's https address.",
        )


def _account(info: Mapping[str, Any]) -> Iterator[Finding]:
    features = {item.get("name"): item.get("value") for item in info.get("advancedfeatures") or ()}
    if not features.get("enablecompletion", 1):
        yield Finding(
            subject="completion tracking",
            status="error",
            message="Completion tracking is off on the whole site, so nothing can be pulled.",
            mend="Site administration > General > Advanced features > Enable completion tracking.",
        )
    if info.get("userissiteadmin") is True:
        yield Finding(
            subject="account",
            status="warning",
            message="The token belongs to a site administrator. mimis needs no such rights.",
            mend="Make an account with a role of its own (the rights are in the Moodle adapter's README).",
        )


def _functions(info: Mapping[str, Any], settings: MoodleSettings) -> Iterator[Finding]:
    for name in missing_functions(info, settings):
        yield Finding(
            subject=name, status="error", message=f"The service lacks {name}.", mend=f"Add it: {_ADD_FUNCTION}"
        )


def _courses(courses: list[Course], settings: MoodleSettings) -> Iterator[Finding]:
    seen = {course.id for course in courses}
    for number in settings.courses:
        if number not in seen:
            yield Finding(
                subject=f"course:{number}",
                status="error",
                message=f"Moodle shows no course {number}.",
                mend="Correct courses in the settings; a hidden course needs moodle/course:viewhiddencourses.",
            )
    untracked = [course for course in courses if not course.tracked and course.id in (settings.courses or seen)]
    if not courses:
        yield Finding(
            subject="courses",
            status="error",
            message="The account sees no course.",
            mend="Give its role moodle/course:view, at system level.",
        )
    elif untracked and not settings.skip_untracked:
        yield Finding(
            subject="courses",
            status="warning",
            message=f"Completion tracking is off in {', '.join(course.module for course in untracked[:20])}"
            f"{' and more' if len(untracked) > 20 else ''}: each learner there is set aside.",
            mend="Switch it on in the course, list the right ones in courses, or set skip_untracked = true.",
        )


def _to_try(courses: list[Course], settings: MoodleSettings) -> list[Course]:
    wanted = [course for course in courses if not settings.courses or course.id in settings.courses]
    return [course for course in wanted if course.tracked][:_TRIED_COURSES]


def _rights(client: MoodleClient, settings: MoodleSettings, courses: list[Course]) -> Iterator[Finding]:
    for course in courses:
        try:
            people = client.enrolled_users(course.id, settings.user_fields, 0, 1)
        except MimisError as error:
            yield _wrong(f"core_enrol_get_enrolled_users, {course.module}", error)
            return
        if people:
            yield from _person(people[0])
            yield from _learner(client, settings, course, int(people[0]["id"]))
            return
    yield Finding(
        subject="learners",
        status="warning",
        message="No course with completion tracking shows any learner, so the rights could not be tried.",
        mend="Enrol somebody, or give moodle/course:viewparticipants, user:viewdetails and site:accessallgroups.",
    )


def _person(record: Mapping[str, Any]) -> Iterator[Finding]:
    yield Finding(subject="core_enrol_get_enrolled_users", status="ok", message="Learners can be listed.")
    if "email" not in record:
        yield Finding(
            subject="e-mail",
            status="warning",
            message="Moodle does not give the learners' e-mail addresses, which mimis needs to reach them.",
            mend="Give the account's role moodle/course:useremail.",
        )


def _learner(client: MoodleClient, settings: MoodleSettings, course: Course, user: int) -> Iterator[Finding]:
    tries: dict[str, Callable[[], object]] = {
        "core_completion_get_course_completion_status": lambda: client.course_completion(course.id, user),
        "gradereport_user_get_grade_items": lambda: client.grades(course.id, user),
    }
    if settings.excluded_groups:
        tries["excluded_groups"] = lambda: client.require_groups(course.id)
    if settings.activities:
        tries["core_completion_get_activities_completion_status"] = lambda: client.activity_completions(course.id, user)
        tries["core_course_get_contents"] = lambda: client.contents(course.id)
    for name, attempt in tries.items():
        yield _tried(name, attempt)


def _tried(name: str, attempt: Callable[[], object]) -> Finding:
    try:
        attempt()
    except DataError as error:
        if error.code == "cannotviewreport":
            mend = mend_for("cannotviewreport", tracked=True)
            return Finding(subject=name, status="error", message=error.message, mend=mend)
        # the function answers; it is this learner that has nothing to show
    except MimisError as error:
        return _wrong(name, error)
    return Finding(subject=name, status="ok", message=f"{name} answers.")


def _wrong(subject: str, error: MimisError) -> Finding:
    return Finding(subject=subject, status="error", message=error.message, mend=error.mend or "See the README.")
