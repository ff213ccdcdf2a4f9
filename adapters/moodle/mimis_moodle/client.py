"""Moodle's web service functions, as Moodle names and types them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from mimis_core import ConfigurationError, DataError, MimisError, PermanentError, PermissionDeniedError, TemporaryError
from mimis_core.http import LONGEST_RETRY_AFTER, Client, Response
from mimis_moodle import places
from mimis_moodle.errors import moodle_error
from mimis_moodle.pace import Pace

PATH = "webservice/rest/server.php"
_NO_GROUP = 2_147_483_647


class MoodleClient:
    """Calls to one Moodle site. Every function here only reads, so each call may be repeated.

    Raises by what to do (:mod:`mimis_moodle.errors`); Moodle says nearly every failure with status 200.

    Arguments:
        url: address of the site, with its folder.
        token: of the web service account.
        workers: most calls at the same time, whatever number of threads ask (:class:`mimis_moodle.pace.Pace`).
        retries: how often a call is made again after 429, 5xx, no answer, or one that is no JSON: proxies and login
            pages answer so in passing.
        pause: seconds before the first of these, doubled each time, where the site names no time.
        timeout: seconds to connect, and between two bytes.
    """

    def __init__(
        self,
        url: str,
        token: SecretStr,
        *,
        workers: int = 8,
        retries: int = 3,
        pause: float = 0.2,
        timeout: tuple[float, float] = (5.0, 60.0),
    ) -> None:
        self.pace = Pace(workers)
        self._token = token
        self._retries = retries
        self._pause = pause
        self._http = Client(url, system="Moodle", retries=0, timeout=timeout)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def site_info(self) -> dict[str, Any]:
        """Release, account, functions of the service and advanced features, without the account's private key."""
        info = _object(self.call("core_webservice_get_site_info"))
        info.pop("userprivateaccesskey", None)
        return info

    def courses(self, field: str = "", value: str = "") -> list[dict[str, Any]]:
        """Every course that the account may see, or those with a value in a field.

        Hidden ones are absent without a right. A course can be looked up by ``idnumber`` also where its own record
        does not show it.
        """
        wanted = {"field": field, "value": value} if field else {}
        answer = _object(self.call("core_course_get_courses_by_field", {**wanted, "moodlewssettingraw": 1}))
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
        status = _object(_object(answer).get("completionstatus"))
        if not isinstance(status.get("completed"), bool):  # anything else would pass for "not completed"
            raise _unexpected()
        return status

    def activity_completions(self, course: int, user: int) -> list[dict[str, Any]]:
        """One learner's activities in a course; those that the account may not view are absent."""
        answer = self.call("core_completion_get_activities_completion_status", {"courseid": course, "userid": user})
        return _records(_object(answer).get("statuses"))

    def grades(self, course: int, user: int = 0) -> list[dict[str, Any]]:
        """Grade items of one user of a course; 0 gives everyone with an active enrolment in one call."""
        answer = self.call("gradereport_user_get_grade_items", {"courseid": course, "userid": user})
        return _records(_object(answer).get("usergrades"))

    def report(self, number: int, page: int, size: int) -> dict[str, Any]:
        """One page of a custom report, in English and UTC: ``details``, and ``data`` with headers, rows and a total."""
        said = {"moodlewssettingtimezone": "UTC", "moodlewssettinglang": "en"}
        asked = {"reportid": number, "page": page, "perpage": size, **said}
        return _object(self.call("core_reportbuilder_retrieve_report", asked))

    def contents(self, course: int) -> list[dict[str, Any]]:
        """Sections of a course with their activities, without the content itself."""
        options = [{"name": "excludecontents", "value": 1}]
        arguments = {"courseid": course, "options": options, "moodlewssettingraw": 1}
        return _records(self.call("core_course_get_contents", arguments))

    def competencies(self, course: int) -> list[dict[str, Any]]:
        """Competencies that a course is linked to."""
        arguments = {"id": course, "moodlewssettingraw": 1}
        return _records(self.call("core_competency_list_course_competencies", arguments))

    def competency_ratings(self, course: int, user: int) -> list[dict[str, Any]]:
        """One learner's rating in each competency of a course. Raises DataError for whom the course does not rate."""
        arguments = {"courseid": course, "userid": user, "moduleid": 0}
        try:
            answer = self.call("report_competency_data_for_report", arguments)
        except PermanentError as error:
            if error.code != "codingerror":
                raise
            raise DataError(
                f"Moodle rates no competency of user:{user} in course:{course}.",
                mend="Teachers and inactive enrolments are not rated; make a learner's enrolment active.",
                code="not-rated",
            ) from None
        return _records(_object(answer).get("usercompetencies"))

    def user_badges(self, user: int) -> list[dict[str, Any]]:
        """Badges of one user in the whole site that she shows to others."""
        return _records(_object(self.call("core_badges_get_user_badges", {"userid": user})).get("badges"))

    def badge_revoked(self, unique_hash: str) -> bool:
        """Whether a badge's public page says that it is revoked; asked without the token.

        Raises as :meth:`call` does when the page says neither.
        """
        query = {"b": unique_hash, "obversion": "2"}
        response = self._http.ask("GET", "badges/assertion.php", params=query, allow_redirects=False)
        if response.status_code not in (200, 410):
            raise self._refusal(response) if response.status_code >= 300 else _unexpected()
        answer = _object(self._http.json(response))
        if response.status_code == 410 and answer.get("revoked") is True:
            return True
        if response.status_code == 200 and answer.get("type") == "Assertion":
            return False
        raise _unexpected()

    def reports(self) -> list[dict[str, Any]]:
        """Custom reports that the account may read: the first hundred."""
        answer = self.call("core_reportbuilder_list_reports", {"page": 0, "perpage": 100})
        return _records(_object(answer).get("reports"))

    def cohorts(self) -> list[dict[str, Any]]:
        """Every cohort of the site; one that the account may not see fails the call."""
        return _records(self.call("core_cohort_get_cohorts", {"moodlewssettingraw": 1}))

    def cohort_members(self, cohorts: Sequence[int]) -> list[dict[str, Any]]:
        """Numbers of the users in each of these cohorts."""
        return _records(self.call("core_cohort_get_cohort_members", {"cohortids": list(cohorts)}))

    def call(self, function: str, arguments: Mapping[str, Any] | None = None) -> Any:
        """Call a function and return its answer; the token stands in the body, where no access log sees it."""
        form = {
            "wstoken": self._token.get_secret_value(),
            "wsfunction": function,
            "moodlewsrestformat": "json",
            **dict(brackets(arguments or {})),
        }
        answer = self._answer(form, about_one=bool((arguments or {}).get("userid")))
        if isinstance(answer, dict) and "exception" in answer:
            raise moodle_error(function, answer)
        return answer

    def _answer(self, form: dict[str, str], about_one: bool) -> Any:
        """The JSON that is answered, asked for again after passing trouble."""
        for tried in range(self._retries):
            try:
                return self._ask(form, about_one)
            except TemporaryError as error:
                if error.retry_after is None:
                    time.sleep(self._pause * 2**tried)
                elif error.retry_after > LONGEST_RETRY_AFTER:
                    raise
        return self._ask(form, about_one)

    def _ask(self, form: dict[str, str], about_one: bool) -> Any:
        with self.pace.call(measured=about_one):
            response = self._http.ask("POST", PATH, data=form, allow_redirects=False)
            if response.status_code >= 300:
                raise self._refusal(response)
        return self._http.json(response)

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
                mend=f"Switch on web services: {places.FEATURES} Switch on REST: {places.PROTOCOLS}",
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
