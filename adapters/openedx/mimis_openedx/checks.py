"""What ``mimis check`` says about an Open edX connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any
from urllib.parse import urlsplit

from mimis_core import DataError, Finding, MimisError, PermanentError, PermissionDeniedError, SetAside
from mimis_openedx.client import OpenEdx
from mimis_openedx.listener import missing_streams
from mimis_openedx.records import Account, Claims, Course, GradeRow, read_record
from mimis_openedx.settings import OpenEdxSettings, organisation_of

LOOPBACK = ("127.0.0.1", "localhost", "::1")

PAGES_LOOKED_AT = 5
"""Pages of one grade, since a learner whose grade cannot be worked out leaves a page empty."""

SCOPES = {"grades:read": "grades", "certificates:read": "certificates"}
"""What a restricted application may be allowed to read."""

FindCourses = Callable[[], tuple[list[Course], list[SetAside]]]


def check_connection(lms: OpenEdx, settings: OpenEdxSettings, find_courses: FindCourses) -> list[Finding]:
    """Findings from token to accounts; the first error ends them, since the rest needs what failed."""
    findings: list[Finding] = []
    try:
        findings.extend(_address(settings))
        claims = lms.sign_in()
        findings.append(_good("token", "The application is accepted."))
        if claims.is_restricted:
            return [*findings, *_restricted(claims, settings)]
        courses, missing = find_courses()
        findings.extend(_courses(courses, missing))
        graded = [course for course in courses if course.key not in settings.ungraded]
        if graded:
            findings.extend(_learners(lms, graded[0]))
        findings.extend(_ungraded(lms, settings))
        findings.extend(_event_bus(settings))
    except MimisError as error:
        mend = error.mend or "Look at the LMS log for this time."
        findings.append(Finding(subject="openedx", status="error", message=error.message, mend=mend))
    return findings


def _good(subject: str, message: str) -> Finding:
    return Finding(subject=subject, status="ok", message=message)


def _address(settings: OpenEdxSettings) -> Iterator[Finding]:
    parts = urlsplit(settings.url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        message = "The client secret travels unencrypted."
        yield Finding(subject="url", status="warning", message=message, mend="Use the https address of the LMS.")


def _courses(courses: list[Course], missing: list[SetAside]) -> Iterator[Finding]:
    for one in missing:
        yield Finding(
            subject=one.key,
            status="error",
            message=f"The course is not there or is hidden ({one.reason}).",
            mend="Correct courses, or set service_user to a user who may see the course.",
        )
    if courses:
        yield _good("courses", f"{len(courses)} courses are pulled.")
    elif not missing:
        message = "No course is visible in these organisations."
        mend = "Correct orgs, or set service_user to see courses that are hidden from visitors."
        yield Finding(subject="courses", status="warning", message=message, mend=mend)


def _restricted(claims: Claims, settings: OpenEdxSettings) -> Iterator[Finding]:
    """What a restricted application can and cannot do: never enough, since it may read no account."""
    for scope, what in SCOPES.items():
        if scope in claims.scopes:
            yield _good(scope, f"The restricted application may read {what}.")
        else:
            message = f"The restricted application may not read {what}: its token lacks the scope {scope}."
            mend = f'Allow the scope in the LMS\'s Django admin (Application access), and add "{scope}" to scopes.'
            yield Finding(subject=scope, status="warning", message=message, mend=mend)
    wanted = dict.fromkeys((*settings.orgs, *map(organisation_of, (*settings.courses, *settings.ungraded))))
    for org in (one for one in wanted if not claims.allows(one)):
        message = f"The restricted application may not read the courses of {org}."
        mend = "Link the organisation to the application in the LMS's Django admin (Application organizations)."
        yield Finding(subject=f"org:{org}", status="warning", message=message, mend=mend)
    yield Finding(
        subject="accounts",
        status="error",
        message="A restricted application can read grades and certificates, but no course list and no account, so "
        "nobody can be named and nothing is pulled.",
        mend="Use an application that is not restricted, whose owner is global staff.",
    )


def _ungraded(lms: OpenEdx, settings: OpenEdxSettings) -> Iterator[Finding]:
    for key in settings.ungraded:
        next(lms.completion(key), None)
        yield _good(f"completion:{key}", "The plugin completion-aggregator can be read.")


def _event_bus(settings: OpenEdxSettings) -> Iterator[Finding]:
    if settings.bus_url is None:
        return
    missing = missing_streams(settings)
    for name in missing:
        message = f"There is no stream {name} on the event bus: the LMS has put nothing on it so far."
        mend = "Switch the events on in EVENT_BUS_PRODUCER_CONFIG, or correct bus_prefix and bus_topics."
        yield Finding(subject=f"bus:{name}", status="warning", message=message, mend=mend)
    if not missing:
        yield _good("bus", "The event bus can be read.")


def _learners(lms: OpenEdx, course: Course) -> Iterator[Finding]:
    pages = islice(lms.grades(course.key, 1), PAGES_LOOKED_AT)
    rows: list[Any] = list(islice(chain.from_iterable(pages), 1))
    yield _good("grades", f"The grades of {course.key} can be read.")
    if not rows:
        message = f"Nobody was found in {course.key}, so the right to read accounts could not be tried."
        yield Finding(subject="accounts", status="warning", message=message, mend="Check again with a learner.")
        return
    row = read_record(GradeRow, rows[0])
    account = lms.accounts([row.username]).get(row.username)
    if isinstance(account, DataError):
        raise account
    yield _account_fields(account)
    if account is not None and account.id is not None:
        yield _lookup_by_number(lms, str(account.id))


def _lookup_by_number(lms: OpenEdx, user: str) -> Finding:
    try:
        lms.account_of(user)
    except (PermanentError, PermissionDeniedError):
        message = "This site gives no account by its number: who left a course, or was retired, is not noticed."
        return Finding(subject="numbers", status="warning", message=message, mend="Update Open edX.")
    return _good("numbers", "Accounts can be asked for by number.")


def _account_fields(account: Account | None) -> Finding:
    wanted = ("id", "name", "email", "is_active")
    missing = [name for name in wanted if account is None or getattr(account, name) is None]
    if not missing:
        return _good("accounts", "Accounts show id, name and e-mail address.")
    return Finding(
        subject="accounts",
        status="error" if "id" in missing else "warning",
        message=f"An account came without {', '.join(missing)}.",
        mend="Make the owner of the application global staff, and see ACCOUNT_VISIBILITY_CONFIGURATION.",
    )
