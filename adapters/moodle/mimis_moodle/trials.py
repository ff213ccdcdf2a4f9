"""Each call that a pull makes, tried once on a learner of the site: which right is missing, and where it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from mimis_core import DataError, Finding, MimisError
from mimis_moodle import places
from mimis_moodle.client import MoodleClient
from mimis_moodle.errors import mend_for
from mimis_moodle.filters import require_groups
from mimis_moodle.mapping import Course, activity_names_of, group_names_of, items_in, whole
from mimis_moodle.settings import MoodleSettings

_TRIED_COURSES = 5
_TRIED_LEARNERS = 5
_TRIED_PEOPLE = 50
_ABOUT_ONE = frozenset(
    {
        "core_completion_get_course_completion_status",
        "core_completion_get_activities_completion_status",
        "gradereport_user_get_grade_items",
        "report_competency_data_for_report",
        "core_badges_get_user_badges",
    }
)
"""Functions that answer well when they refuse one learner, who has nothing to show."""

_RIGHT_MISSING = frozenset({"nopermissions", "requireloginerror", "errorcoursecontextnotvalid", "notingroup"})
_ACTIVITY = re.compile(r"/mod/(\w+)/view\.php\?id=(\d+)")


def courses_to_try(courses: list[Course], settings: MoodleSettings) -> list[Course]:
    """The first few of the chosen courses that have completion tracking."""
    wanted = [course for course in courses if not settings.courses or course.id in settings.courses]
    return [course for course in wanted if course.tracked][:_TRIED_COURSES]


def rights(
    client: MoodleClient, settings: MoodleSettings, courses: list[Course], missing: frozenset[str]
) -> Iterator[Finding]:
    """Findings of trying each call on the first learner that one of these courses shows.

    ``missing`` are functions that the service lacks: they have their findings already.
    """
    if "core_enrol_get_enrolled_users" in missing:
        return
    looked_at: list[dict[str, Any]] = []
    for course in courses:
        try:
            people = client.enrolled_users(course.id, settings.user_fields, 0, _TRIED_PEOPLE)
        except MimisError as error:
            yield wrong(f"core_enrol_get_enrolled_users, {course.module}", error)
            return
        if people and not looked_at:
            yield from _people(people, settings)
            yield from _learner(client, settings, course, _learner_of(client, course, people), missing)
        looked_at += people
    if looked_at:
        yield from _unknown_groups(settings, looked_at)
        yield from _unknown_roles(settings, looked_at)
        return
    yield Finding(
        subject="learners",
        status="warning",
        message="No course with completion tracking shows any learner, so the rights could not be tried.",
        mend=f"Enrol somebody. {places.give(*places.RIGHTS['core_enrol_get_enrolled_users'])}",
    )


def _learner_of(client: MoodleClient, course: Course, people: list[dict[str, Any]]) -> int:
    """Somebody whose completion is told, or else the first: teachers stand among the participants too."""
    for record in people[:_TRIED_LEARNERS]:
        try:
            client.course_completion(course.id, whole(record, "id"))
        except MimisError:
            continue  # the same call is tried again for its finding
        return whole(record, "id")
    return whole(people[0], "id")


def _people(people: list[dict[str, Any]], settings: MoodleSettings) -> Iterator[Finding]:
    yield Finding(subject="core_enrol_get_enrolled_users", status="ok", message="Learners can be listed.")
    if not any("email" in record for record in people):
        yield Finding(
            subject="e-mail",
            status="warning",
            message="Moodle does not give the learners' e-mail addresses, which mimis needs to reach them.",
            mend=places.give(*places.RIGHTS["e-mail"]),
        )
    for name in settings.identify:
        if not any(record.get(name) for record in people):
            identity = f" Tick ID number: {places.IDENTITY}" if name == "idnumber" else ""
            yield Finding(
                subject=name,
                status="warning",
                message=f"Moodle gives nobody's {name}: a right is missing, or the field is empty.",
                mend=f"{places.give(*places.RIGHTS[name])}{identity}",
            )


def _unknown_groups(settings: MoodleSettings, people: list[dict[str, Any]]) -> Iterator[Finding]:
    members = {name for person in people for name in group_names_of(person)}
    for setting in ("excluded_groups", "groups"):
        for name in getattr(settings, setting):
            if name not in members:
                yield Finding(
                    subject=f"group {name}",
                    status="warning",
                    message=f"Nobody that was looked at is in a group called {name!r}.",
                    mend="Compare the spelling with the group's name in the course (Participants > Groups; "
                    "på svenska: Deltagare > Grupper).",
                )


def _unknown_roles(settings: MoodleSettings, people: list[dict[str, Any]]) -> Iterator[Finding]:
    held = {role.get("shortname") for person in people for role in items_in(person, "roles")}
    for name in settings.excluded_roles:
        if name not in held:
            yield Finding(
                subject=f"role {name}",
                status="warning",
                message=f"Nobody that was looked at has a role with the short name {name!r}, so nobody was marked.",
                mend=f"Compare it with the role's short name, which is not the name that Moodle shows: {places.ROLE}",
            )


def _learner(
    client: MoodleClient, settings: MoodleSettings, course: Course, user: int, missing: frozenset[str]
) -> Iterator[Finding]:
    for name, attempt in _tries(client, settings, course, user).items():
        if name not in missing:
            yield tried(name, attempt)
    if settings.activities or settings.sections:
        yield from _unseen(client, course, user)


def _tries(
    client: MoodleClient, settings: MoodleSettings, course: Course, user: int
) -> dict[str, Callable[[], object]]:
    tries: dict[str, Callable[[], object]] = {
        "core_completion_get_course_completion_status": lambda: client.course_completion(course.id, user),
        "gradereport_user_get_grade_items": lambda: client.grades(course.id, user),
    }
    for setting in ("excluded_groups", "groups"):
        if getattr(settings, setting):
            tries[setting] = lambda: require_groups(client, course)
    if settings.activities or settings.sections:
        tries["core_completion_get_activities_completion_status"] = lambda: client.activity_completions(course.id, user)
        tries["core_course_get_contents"] = lambda: client.contents(course.id)
    if settings.competencies:
        tries["core_competency_list_course_competencies"] = lambda: client.competencies(course.id)
        tries["report_competency_data_for_report"] = lambda: client.competency_ratings(course.id, user)
    if settings.report is not None:
        report = settings.report
        tries["core_reportbuilder_retrieve_report"] = lambda: client.report(report, 0, 1)
    if settings.badges:
        tries["core_badges_get_user_badges"] = lambda: client.user_badges(user)
    return tries


def _unseen(client: MoodleClient, course: Course, user: int) -> Iterator[Finding]:
    """Activities that the course's criteria name and the account may not view: Moodle leaves them out unsaid."""
    try:
        criteria = client.course_completion(course.id, user).get("completions") or ()
        shown = activity_names_of(client.contents(course.id))
    except MimisError:
        return  # each of the two calls has a finding of its own
    named = {pair for item in criteria for pair in _ACTIVITY.findall(str((item.get("details") or {}).get("criteria")))}
    for kind in sorted({kind for kind, number in named if int(number) not in shown}):
        yield Finding(
            subject=f"mod/{kind}:view",
            status="error",
            message=f"{course.module} has activities of the type {kind} that the account does not see.",
            mend=places.give(f"mod/{kind}:view", "moodle/course:viewhiddenactivities"),
        )


def tried(name: str, attempt: Callable[[], object]) -> Finding:
    """The finding of one attempt, under the function's or the setting's name."""
    try:
        attempt()
    except DataError as error:
        if error.code == "cannotviewreport":
            mend = mend_for("cannotviewreport", tracked=True)
            return Finding(subject=name, status="error", message=error.message, mend=f"{mend} {places.ROLE}")
        if name not in _ABOUT_ONE:
            return wrong(name, error)
    except MimisError as error:
        return wrong(name, error)
    return Finding(subject=name, status="ok", message=f"{name} answers.")


def wrong(subject: str, error: MimisError) -> Finding:
    """An error as a finding; for a missing right its mend names which rights the subject needs."""
    rights = places.RIGHTS.get(subject.partition(",")[0])
    mend = places.give(*rights) if rights and error.code in _RIGHT_MISSING else error.mend
    return Finding(subject=subject, status="error", message=error.message, mend=mend or "See the README.")
