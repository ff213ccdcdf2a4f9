"""Refusals as Moodle words them: class, code and text, as recorded from a real site."""

from __future__ import annotations

from typing import Any

_OWN = "core\\exception\\"
_KINDS = {
    "accessexception": "webservice_access_exception",
    "invalidrecord": "dml_missing_record_exception",
    "dbconnectionfailed": "dml_connection_exception",
    "invalidparameter": f"{_OWN}invalid_parameter_exception",
    "codingerror": f"{_OWN}coding_exception",
    "requireloginerror": f"{_OWN}require_login_exception",
    "nopermissions": f"{_OWN}required_capability_exception",
}
_TEXTS = {
    "invalidtoken": "Invalid token - token not found",
    "accessexception": "Access control exception",
    "wsaccessusersuspended": "Refused web service access for suspended user",
    "wsaccessuserunconfirmed": "Refused web service access for unconfirmed user",
    "invalidrecord": "Can't find data record in database table {}.",
    "invalidparameter": "Invalid parameter value detected",
    "invaliduserfield": "Invalid user field: {}",
    "codingerror": "Coding error detected, it must be fixed by a programmer: {}",
    "requireloginerror": "Course or activity not accessible.",
    "errorcoursecontextnotvalid": "You cannot execute functions in the course context (course id:{}). The "
    "context error message was: Course or activity not accessible.",
    "nopermissions": "Sorry, but you do not currently have permissions to do that ({}).",
    "cannotviewreport": "You cannot view this report",
    "nocriteriaset": "No criteria set for this course",
    "usernotenroled": "User is not enrolled in this course",
    "guestsarenotallowed": "The guest user is not allowed to do this",
    "invaliduser": "Invalid user",
    "accessdenied": "Access denied",
    "badgesdisabled": "Badges are not enabled on this site.",
    "sitemaintenance": "The site is undergoing maintenance and is currently not available",
    "upgraderunning": "Site is being upgraded, please retry later.",
    "dbconnectionfailed": "<p>Error: Database connection failed</p>\n<p>The database is not running properly.</p>",
}


class RefusedError(Exception):
    """A call that Moodle refuses: the answer is status 200 with this body."""

    def __init__(self, code: str, detail: object = "") -> None:
        super().__init__(code)
        kind = _KINDS.get(code, f"{_OWN}moodle_exception")
        text = _TEXTS.get(code, f"error/{code}").format(detail)
        self.body: dict[str, Any] = {"exception": kind, "errorcode": code, "message": text}


class RecordedError(RefusedError):
    """A refusal that stands in a recording, given again as it was."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(str(body.get("errorcode")))
        self.body = body
