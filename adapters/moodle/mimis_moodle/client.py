"""Moodle's web service functions, as Moodle names and types them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from mimis_core import ConfigurationError, MimisError, PermanentError, PermissionDeniedError, TemporaryError
from mimis_core.http import Client, Response
from mimis_moodle.errors import moodle_error

PATH = "webservice/rest/server.php"
TRIES = 3
"""How often a call is made when the answer is no JSON: proxies and login pages answer so in passing."""
_NO_GROUP = 2_147_483_647


class MoodleClient:
    """Calls to one Moodle site. Every function here only reads, so each call may be repeated.

    Raises by what to do (:mod:`mimis_moodle.errors`); Moodle says nearly every failure with status 200.
    """

    def __init__(
        self,
        url: str,
        token: SecretStr,
        *,
        retries: int = 3,
        pause: float = 0.1,
        timeout: tuple[float, float] = (5.0, 60.0),
    ) -> None:
        self._token = token
        self._pause = pause
        repeat = frozenset({"POST"})
        self._http = Client(url, system="Moodle", repeat=repeat, retries=retries, timeout=timeout)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def site_info(self) -> dict[str, Any]:
        """Release, account, functions of the service and advanced features, without the account's private key."""
        info = _object(self.call("core_webservice_get_site_info"))
        info.pop("userprivateaccesskey", None)
        return info

    def courses(self) -> list[dict[str, Any]]:
        """Every course that the account may see; hidden ones are absent without a right."""
        answer = _object(self.call("core_course_get_courses_by_field", {"moodlewssettingraw": 1}))
        return _records(answer.get("courses"))

    def enrolled_users(
        self, course: int, fields: Sequence[str], offset: int, limit: int, group: int | None = None
    ) -> list[dict[str, Any]]:
        """One page of a course's participants, or of a group in it; teachers and inactive enrolments are included."""
        options = {"userfields": ",".join(fields), "limitfrom": offset, "limitnumber": limit}
        if group is not None:
            options["groupid"] = group
        named = [{"name": name, "value": value} for name, value in options.items()]
        return _records(self.call("core_enrol_get_enrolled_users", {"courseid": course, "options": named}))

    def require_groups(self, course: int) -> None:
        """Raise PermissionDeniedError unless the account sees everyone's groups in a course.

        Without the right Moodle leaves ``groups`` out as if nobody were in any. Asking for the members of a group is
        refused then, whether the group exists or not.
        """
        try:
            self.enrolled_users(course, ("id",), 0, 1, group=_NO_GROUP)
        except PermissionDeniedError as error:
            if error.code != "nopermissions":
                raise
            raise PermissionDeniedError(
                f"Moodle hides the groups of course:{course}, so protected learners cannot be told.",
                mend="Give the account's role moodle/site:accessallgroups (and moodle/course:viewparticipants).",
                code=error.code,
            ) from None

    def course_completion(self, course: int, user: int) -> dict[str, Any]:
        """Whether one learner has completed a course, and its criteria."""
        answer = self.call("core_completion_get_course_completion_status", {"courseid": course, "userid": user})
        return _object(_object(answer).get("completionstatus"))

    def activity_completions(self, course: int, user: int) -> list[dict[str, Any]]:
        """One learner's activities in a course; those that the account may not view are absent."""
        answer = self.call("core_completion_get_activities_completion_status", {"courseid": course, "userid": user})
        return _records(_object(answer).get("statuses"))

    def grades(self, course: int, user: int = 0) -> list[dict[str, Any]]:
        """Grade items of one user of a course; 0 gives everyone with an active enrolment in one call."""
        answer = self.call("gradereport_user_get_grade_items", {"courseid": course, "userid": user})
        return _records(_object(answer).get("usergrades"))

    def contents(self, course: int) -> list[dict[str, Any]]:
        """Sections of a course with their activities, without the content itself."""
        options = [{"name": "excludecontents", "value": 1}]
        arguments = {"courseid": course, "options": options, "moodlewssettingraw": 1}
        return _records(self.call("core_course_get_contents", arguments))

    def call(self, function: str, arguments: Mapping[str, Any] | None = None) -> Any:
        """Call a function and return its answer; the token stands in the body, where no access log sees it."""
        form = {
            "wstoken": self._token.get_secret_value(),
            "wsfunction": function,
            "moodlewsrestformat": "json",
            **dict(brackets(arguments or {})),
        }
        answer = self._answer(form)
        if isinstance(answer, dict) and "exception" in answer:
            raise moodle_error(function, answer)
        return answer

    def _answer(self, form: dict[str, str]) -> Any:
        for left in reversed(range(TRIES)):
            response = self._http.ask("POST", PATH, data=form, allow_redirects=False)
            if response.status_code >= 300:
                raise self._refusal(response)
            try:
                return self._http.json(response)
            except TemporaryError:
                if not left:
                    raise
                time.sleep(self._pause * (TRIES - left))
        raise AssertionError("the last try returns or raises")

    def _refusal(self, response: Response) -> MimisError:
        status = response.status_code
        if status < 400:
            target = urlsplit(response.headers.get("Location", ""))
            return ConfigurationError(
                f"Moodle's address sends on to {target.scheme}://{target.netloc} ({status}).",
                mend="Write the address that it sends on to as url in the source's settings.",
            )
        if status == 403:
            return PermissionDeniedError(
                "Moodle answered 403: its web services are closed.",
                mend="In Moodle, switch on web services (Advanced features) and REST (Manage protocols).",
                code="403",
            )
        if status == 404:
            return ConfigurationError(
                "There is no Moodle web service at the configured address (404).",
                mend="Correct url in the source's settings: the site's address, with its folder if it has one.",
            )
        return self._http.error(response)


def brackets(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Form fields in PHP's bracket style: ``{"a": [{"b": 1}]}`` gives ``a[0][b]=1``."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from brackets(item, f"{name}[{key}]" if name else str(key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from brackets(item, f"{name}[{index}]")
    else:
        yield name, str(int(value)) if isinstance(value, bool) else str(value)


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise _unexpected()


def _records(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    raise _unexpected()


def _unexpected() -> PermanentError:
    return PermanentError(
        "Moodle's answer does not have the form that it should have.",
        mend="A plug-in or a newer Moodle may have changed it: please report the release.",
        code="unexpected-answer",
    )
