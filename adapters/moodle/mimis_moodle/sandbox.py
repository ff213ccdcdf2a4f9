"""A stand-in of a Moodle 4.5 site: its REST web service as it was recorded, oddities included."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from mimis_core import Completion, CompletionKind
from mimis_core.testing import Answer, Request, Sandbox
from mimis_moodle.standin import life
from mimis_moodle.standin.account import Account
from mimis_moodle.standin.filling import PROTECTED_GROUP, empty_site, fill
from mimis_moodle.standin.functions import FUNCTIONS
from mimis_moodle.standin.parts import assertion
from mimis_moodle.standin.recording import read_recording
from mimis_moodle.standin.refusals import RefusedError
from mimis_moodle.standin.reports import Plan, freeze
from mimis_moodle.standin.site import Site
from mimis_moodle.standin.wire import arguments, as_json, as_xml, fields_of, nested

State = Literal[
    "well",
    "maintenance",
    "maintenance-cli",
    "upgrade",
    "database-down",
    "closed",
    "token-expired",
    "account-suspended",
    "account-unconfirmed",
    "service-disabled",
    "no-error-code",
]
"""How a site can be; ``closed`` is web services or REST switched off, ``service-disabled`` also a foreign address."""

_SETTINGS = ("moodlewssettingraw", "moodlewssettingfilter", "moodlewssettinglang", "moodlewssettingtimezone")
_REFUSED_EARLY = {"upgrade": "upgraderunning", "database-down": "dbconnectionfailed"}
_REFUSED_ACCOUNT = {
    "service-disabled": "accessexception",
    "account-suspended": "wsaccessusersuspended",
    "account-unconfirmed": "wsaccessuserunconfirmed",
    "maintenance": "sitemaintenance",
}


class MoodleSandbox(Sandbox):
    """A Moodle site on loopback.

    ``site`` holds everything and may be changed between calls; ``state`` says how the site is; ``retry_after`` is
    what the closed site of ``maintenance-cli`` asks for; ``clock`` gives the site's time in Unix seconds;
    ``language_pack`` says whether Swedish is installed.
    """

    name: ClassVar[str] = "moodle"

    def __init__(self) -> None:
        super().__init__()
        self.token = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
        self.site: Site = empty_site("https://moodle.example")
        self.state: State = "well"
        self.retry_after = 300
        self.language_pack = False
        self.clock: Callable[[], float] = time.time
        self._revoked: set[str] = set()
        self._removed: set[str] = set()
        self._actions: dict[str, tuple[int, Callable[[], object] | None]] = {}
        self._with_activities = False

    def place(self, request: Request) -> str:
        """Method, path and function, for everything goes to one address."""
        return f"{super().place(request)} {request.form().get('wsfunction', [''])[-1]}"

    # Filling it -------------------------------------------------------------------------------------------------

    def load(self, completions: Sequence[Completion]) -> None:
        """Add completions of ``course:N`` and ``course:N/activity:M``, and some learners who are still on their way."""
        fill(self.site, completions)
        self._with_activities |= any(item.kind is CompletionKind.ACTIVITY for item in completions)

    def load_recording(self, folder: Path) -> None:
        """Put a recorded pull (a folder with ``requests.jsonl``) in the place of everything in the site."""
        self.site = read_recording(folder)

    def settings(self) -> dict[str, Any]:
        """The table that connects to it; protected learners are kept out by their group."""
        table: dict[str, Any] = {"kind": "moodle", "url": self.url, "token": self.token}
        groups = {
            group["name"]
            for people in self.site.enrolled.values()
            for person in people.values()
            for group in person.get("groups", [])
        }
        if PROTECTED_GROUP in groups:
            table["excluded_groups"] = [PROTECTED_GROUP]
        if self._with_activities:
            table["activities"] = True
        return table

    # Making it worse --------------------------------------------------------------------------------------------

    def weaken(self, function: str) -> None:
        """Take a function out of the token's service."""
        self._removed.add(function)
        kept = [item for item in self.site.info["functions"] if item["name"] != function]
        self.site.info = {**self.site.info, "functions": kept}

    def revoke(self, *rights: str) -> None:
        """Take rights from the account's role, by Moodle's names such as ``report/completion:view``."""
        self._revoked.update(rights)

    def untrack(self, course: int) -> None:
        """Switch completion tracking off in a course."""
        self.site.courses[course] = {**self.site.courses[course], "enablecompletion": 0}

    def reset_completion(self, course: int, user: int) -> None:
        """Reset one learner's completion, as a teacher can."""
        blank = self.site.blank_status(course)
        if blank is None:
            raise ValueError(f"course {course} has no criteria")
        self.site.completion[course, user] = blank

    def switch_off(self, feature: str) -> None:
        """Switch an advanced feature of the whole site off, such as ``enablecompletion``."""
        features = [{**item, "value": 0} if item["name"] == feature else item for item in self._features()]
        self.site.info = {**self.site.info, "advancedfeatures": features}

    def add_report(self, plan: Plan | None = None) -> int:
        """Set up a custom report on course participants; gives its number."""
        number = max((*self.site.plans, *self.site.report_rows), default=0) + 1
        self.site.plans[number] = plan or Plan()
        return number

    def freeze_report(self, number: int) -> None:
        """Keep a custom report as it is now: its rows in ``site.report_rows`` can then be changed one by one."""
        freeze(self.site, number)

    def before(self, function: str, call: int, action: Callable[[], object]) -> None:
        """Let something happen while a pull is at work: just before the given call of a function, 1 the first."""
        self._actions[function] = (call, action)

    # School life ------------------------------------------------------------------------------------------------

    def work_done(self, course: int, user: int) -> None:
        """A learner does the last of what a course asks; it is completed when cron has run."""
        life.work_done(self.site, course, user, int(self.clock()))

    def visit(self, course: int, user: int) -> None:
        """A learner looks into a course."""
        life.visit(self.site, course, user, int(self.clock()))

    def override(self, course: int, user: int) -> None:
        """A teacher marks everything in a course as done on a learner's behalf; no listing shows it."""
        life.override(self.site, course, user, int(self.clock()))

    def grade(self, course: int, user: int, points: float) -> None:
        """A teacher grades a learner's course."""
        life.grade(self.site, course, user, points, int(self.clock()))

    def suspend(self, course: int, user: int) -> None:
        """An enrolment is suspended."""
        life.suspend(self.site, course, user)

    def require_grade(self, course: int, points: float, users: list[int] | None = None) -> None:
        """Give a course a grade criterion, for all or some."""
        life.add_criterion(self.site, course, life.GRADE, points, users)

    def require_date(self, course: int, moment: float, users: list[int] | None = None) -> None:
        """Give a course a criterion that a date meets, in Unix seconds."""
        life.add_criterion(self.site, course, life.DATE, moment, users)

    def run_cron(self, times: int = 1) -> None:
        """Let Moodle's minute task run: one run marks criteria, the next completes the course."""
        for _ in range(times):
            life.run_cron(self.site, int(self.clock()))

    # Answering --------------------------------------------------------------------------------------------------

    def handle(self, request: Request) -> Answer:
        """Answer as Moodle: nearly everything with status 200."""
        if request.path == "/badges/assertion.php":
            status, body = assertion(self.site, request.query.get("b", [""])[-1])
            return Answer(status, json.dumps(body).encode(), "application/json; charset=utf-8")
        if request.path != "/webservice/rest/server.php":
            return Answer(404, b"<!doctype html><title>404 Not Found</title>", "text/html; charset=UTF-8")
        if self.state == "maintenance-cli":
            headers = {"Retry-After": str(self.retry_after)}
            return Answer(503, b"<!DOCTYPE html>\n<title>Maintenance</title>", "text/html; charset=utf-8", headers)
        if self.state == "closed":
            return Answer(403, b"", "text/html; charset=utf-8")
        fields = fields_of(request)
        write: Callable[[Any], Answer] = as_json if fields.pop("moodlewsrestformat", "") == "json" else as_xml
        try:
            return write(self._call(fields))
        except RefusedError as refused:
            return write(refused.body)
        except NotImplementedError as error:
            return Answer(501, str(error).encode(), "text/plain")

    def _call(self, fields: dict[str, str]) -> Any:
        token, name = fields.pop("wstoken", ""), fields.pop("wsfunction", "")
        self._act(name)
        self._admit(token, name)
        settings = {setting: fields.pop(setting, "") for setting in _SETTINGS}
        if name not in FUNCTIONS:
            raise NotImplementedError(f"the sandbox does not imitate {name}")
        function, wanted = FUNCTIONS[name]
        account = self._account(settings)
        if self.state == "no-error-code":
            return {"exception": "Error", "message": "Call to a member function on null"}
        return function(account, arguments(nested(fields), wanted))

    def _admit(self, token: str, name: str) -> None:
        if self.state in _REFUSED_EARLY:
            raise RefusedError(_REFUSED_EARLY[self.state])
        if token != self.token:
            raise RefusedError("invalidtoken")
        if self.state == "token-expired":
            self.token = ""  # Moodle deletes it at the first call after its end
            raise RefusedError("accessexception")
        if self.state in _REFUSED_ACCOUNT:
            raise RefusedError(_REFUSED_ACCOUNT[self.state])
        if "webservice/rest:use" in self._revoked:
            raise RefusedError("accessexception")
        if not name:
            raise RefusedError("invalidparameter")
        held = {item["name"] for item in self.site.info["functions"]}
        if name not in held:
            known = name in FUNCTIONS or name in self._removed
            raise RefusedError("accessexception") if known else RefusedError("invalidrecord", "external_functions")

    def _act(self, function: str) -> None:
        with self._lock:
            left, action = self._actions.get(function, (0, None))
            if action is None:
                return
            self._actions[function] = (left - 1, action if left > 1 else None)
        if left == 1:
            action()

    def _account(self, settings: dict[str, str]) -> Account:
        raw, zone = settings["moodlewssettingraw"] == "1", settings["moodlewssettingtimezone"]
        language = settings["moodlewssettinglang"] or self.site.info["lang"]
        known = "sv" if language == "sv" and self.language_pack else "en"
        return Account(self.site, self._revoked, raw=raw, zone=zone, language=known)

    def _features(self) -> list[dict[str, Any]]:
        return list(self.site.info["advancedfeatures"])
