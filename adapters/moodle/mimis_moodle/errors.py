"""What Moodle's error codes mean here: which error of mimis, and what a person can do."""

from __future__ import annotations

from mimis_core import (
    AuthenticationError,
    DataError,
    MimisError,
    PermanentError,
    PermissionDeniedError,
    SetAside,
    TemporaryError,
)
from mimis_moodle import places

_NEW_TOKEN = f"Make a new token, and put it where mimis reads it: {places.TOKENS}"
_ACCOUNT = f"Open the web service account and activate it: {places.ACCOUNTS}"
_SERVICE = (
    "Is the service enabled, is the function in it, is the account an authorised user? Look at the token too: its end "
    f"date and its IP restriction. {places.SERVICE}"
)
_RIGHT = f"Give the account's role the right that is missing (the Moodle adapter's README lists them): {places.ROLE}"
_LATER = "Moodle is closed for a while; mimis tries again later."
_ENROLMENT = (
    "Active enrolments are tracked, teachers and suspended or ended enrolments are not. If this is a learner who "
    "should have a credential, make the enrolment active in Moodle for one pull."
)
_COMPLETION = (
    "Switch on completion tracking in the course's settings (and on the site), or give the account's role "
    "report/completion:view."
)
_OURS = "This is a fault in mimis or a change in Moodle: please report it with the code."

_MEANINGS: dict[str, tuple[type[MimisError], str]] = {
    "invalidtoken": (AuthenticationError, _NEW_TOKEN),
    "wsaccessusersuspended": (AuthenticationError, _ACCOUNT),
    "wsaccessuserunconfirmed": (AuthenticationError, _ACCOUNT),
    "wsaccessuserdeleted": (AuthenticationError, _ACCOUNT),
    "wsaccessuserexpired": (AuthenticationError, _ACCOUNT),
    "wsaccessusernologin": (AuthenticationError, _ACCOUNT),
    "accessexception": (PermissionDeniedError, _SERVICE),
    "requireloginerror": (PermissionDeniedError, _RIGHT),
    "errorcoursecontextnotvalid": (PermissionDeniedError, _RIGHT),
    "nopermissions": (PermissionDeniedError, _RIGHT),
    "notingroup": (PermissionDeniedError, "Give the account's role moodle/site:accessallgroups."),
    "badgesdisabled": (PermissionDeniedError, f"Switch on badges: {places.FEATURES}"),
    "sitemaintenance": (TemporaryError, _LATER),
    "upgraderunning": (TemporaryError, _LATER),
    "dbconnectionfailed": (TemporaryError, "Moodle has lost its database; mimis tries again later."),
    "cannotviewreport": (DataError, _COMPLETION),
    "nocriteriaset": (DataError, "Set completion criteria for the course in Moodle (Course completion)."),
    "usernotenroled": (DataError, _ENROLMENT),
    "userdeleted": (DataError, "The account was deleted in Moodle, so its completions can no longer be asked for."),
    "usernotconfirmed": (DataError, f"Confirm the account: {places.ACCOUNTS}"),
    "guestsarenotallowed": (DataError, "The guest account completes nothing; unenrol it from the course."),
    "accessdenied": (DataError, "The course has separate groups: give the role moodle/site:accessallgroups."),
    "invaliduser": (DataError, "Moodle does not know this user any more."),
    "invalidrecord": (DataError, "Moodle does not know this course or user any more."),
    "invalidparameter": (PermanentError, _OURS),
    "invaliduserfield": (PermanentError, _OURS),
    "codingerror": (PermanentError, _OURS),
}

COURSE_REFUSALS = frozenset({"requireloginerror", "errorcoursecontextnotvalid", "nopermissions", "notingroup"})
"""Codes of PermissionDeniedError that concern one course: the others may be open."""

PARTS_REMAIN = frozenset({"nocriteriaset", "no-date", "cannotviewreport"})
"""Codes of a course's completion after which a learner's parts of it can still be asked for."""

REFUSALS = (PermissionDeniedError, DataError, PermanentError)
"""What :func:`aside` takes: errors that may concern one record or course only. All others stop a pull."""


def mend_for(code: str, *, tracked: bool | None = None) -> str:
    """What a person can do about a code. ``tracked`` says whether the course has completion tracking on, if known.

    Moodle answers ``cannotviewreport`` alike for a course without tracking and for a missing right.
    """
    if code == "cannotviewreport" and tracked is not None:
        return (
            "Give the account's role report/completion:view."
            if tracked
            else "Completion tracking is off in the course: switch it on in its settings, or leave the course out."
        )
    return _MEANINGS.get(code, (PermanentError, _OURS))[1]


def aside(source: str, key: str, error: MimisError, *, tracked: bool | None = None) -> SetAside:
    """The record that an error concerns, set aside; a refusal that concerns the whole site is raised again."""
    code = error.code or type(error).__name__
    if isinstance(error, PermissionDeniedError) and code not in COURSE_REFUSALS:
        raise error
    mend = mend_for(code, tracked=tracked) if code == "cannotviewreport" else error.mend
    return SetAside(source=source, key=key, reason=code, message=f"{error.message} {mend or ''}".strip())


def moodle_error(function: str, answer: dict[str, object]) -> MimisError:
    """The error for an answer that holds ``exception``. Its message and debug text stay out: they can name people."""
    kind = str(answer.get("exception")).rsplit("\\", 1)[-1]
    code = str(answer.get("errorcode") or kind)
    if code == "invalidrecord" and "external_functions" in str(answer.get("message")):
        return PermissionDeniedError(
            f"This Moodle has no function {function}.",
            mend="mimis needs Moodle 4.1 or later with its standard plug-ins.",
            code="nosuchfunction",
        )
    error, mend = _MEANINGS.get(code, (PermanentError, _OURS))
    return error(f"Moodle refused {function} ({code}).", mend=mend, code=code)
