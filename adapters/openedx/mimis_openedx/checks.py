"""What ``mimis check`` says about an Open edX connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any
from urllib.parse import urlsplit

from mimis_core import Finding, MimisError, SetAside
from mimis_openedx.client import OpenEdx
from mimis_openedx.records import Account, Course, GradeRow, read_record
from mimis_openedx.settings import OpenEdxSettings

LOOPBACK = ("127.0.0.1", "localhost", "::1")

PAGES_LOOKED_AT = 5
"""Pages of one grade, since a learner whose grade cannot be worked out leaves a page empty."""

FindCourses = Callable[[], tuple[list[Course], list[SetAside]]]


def check_connection(lms: OpenEdx, settings: OpenEdxSettings, find_courses: FindCourses) -> list[Finding]:
    """Findings from token to accounts; the first error ends them, since the rest needs what failed."""
    findings: list[Finding] = []
    try:
        findings.extend(_address(settings))
        lms.sign_in()
        findings.append(_good("token", "The application is accepted."))
        courses, missing = find_courses()
        findings.extend(_courses(courses, missing))
        if courses:
            findings.extend(_learners(lms, courses[0]))
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
    yield _account_fields(account)


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
