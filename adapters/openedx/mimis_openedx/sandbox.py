"""A stand-in of an Open edX LMS, from its documented behaviour, with its oddities on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from mimis_core import Completion
from mimis_core.testing import Answer, Request, Sandbox
from mimis_openedx.sandbox_data import Certificate, CourseRun, Enrolment, Person
from mimis_openedx.sandbox_tokens import SandboxTokens
from mimis_openedx.sandbox_views import answer_api
from mimis_openedx.settings import organisation_of

UNCOUNTABLE = "utan-betyg"
"""A learner whose grade cannot be worked out: makes pages shorter than asked for."""

WHEN = datetime(2026, 5, 4, 10, 11, 12, tzinfo=UTC)


class OpenEdxSandbox(Sandbox):
    """Courses, grades with cursors, certificates, accounts and enrolments behind OAuth2 client credentials.

    Attributes:
        staff: whether the application's owner is global staff.
        throttled: answers so many requests with 429, with ``retry_after`` when that is not None.
        by_number: whether accounts can be asked for by number; older sites cannot.
        aggregator: where the plugin completion-aggregator is mounted; None when it is not installed.
        flat: whether the plugin has the flat envelope with ``ratio`` or the one with ``pagination`` and ``percent``.
        tokens: the token endpoint, with restricted applications and limits.
    """

    name: ClassVar[str] = "openedx"
    client_id = "mimis"
    client_secret = "sandbox-secret"
    service_user = "mimis-tjänst"

    def __init__(self) -> None:
        super().__init__()
        self.courses: dict[str, CourseRun] = {}
        self.people: dict[str, Person] = {}
        self.tokens = SandboxTokens(self.client_id, self.client_secret)
        self.staff = True
        self.throttled = 0
        self.retry_after: str | None = "0"
        self.by_number = True
        self.aggregator: str | None = None
        self.flat = True
        self.add_person(self.service_user, "Tjänstekonto", "tjanst@example.org")

    def handle(self, request: Request) -> Answer:
        """Answer as the LMS does."""
        return answer_api(self, request)

    def may_read(self, course: str, scope: str) -> bool:
        """The common permission rule of grades and certificates, for somebody else's."""
        allowed = self.tokens.restricted
        if allowed is None:
            return self.staff
        return scope in self.tokens.granted and organisation_of(course) in allowed.organisations

    def load(self, completions: Sequence[Completion]) -> None:
        """Make a course, an account, a passing grade and a downloadable certificate of each completion."""
        for one in completions:
            course = self.add_course(one.module.removeprefix("course:"), one.title)
            person = self._person_of(one)
            share = one.grade.percent / 100 if one.grade and one.grade.percent is not None else None
            grade = "" if share is None else str(round(share, 4))
            letter = one.grade.text if one.grade else None
            course.enrolments.append(
                Enrolment(
                    username=person.username,
                    passed=True,
                    percent=share,
                    letter=letter,
                    certificate=Certificate("downloadable", one.completed_at, grade),
                )
            )

    def settings(self) -> dict[str, Any]:
        """The table that connects to this sandbox: all organisations of its courses, two grades a page."""
        return {
            "kind": "openedx",
            "url": self.url,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "service_user": self.service_user,
            "orgs": sorted({course.org for course in self.courses.values()}) or ["MIMIS"],
            "page_size": 2,
        }

    def add_course(self, key: str, name: str, hidden: bool = False) -> CourseRun:
        """A course run with one learner whose grade cannot be worked out; the same one when it is there already."""
        if key not in self.courses:
            odd = Enrolment(username=UNCOUNTABLE, computable=False)
            self.courses[key] = CourseRun(key, name, hidden, [odd])
        return self.courses[key]

    def add_person(self, username: str, name: str | None, email: str | None, is_active: bool = True) -> Person:
        """An account with the next free id."""
        number = max((person.id for person in self.people.values()), default=0) + 1
        person = Person(number, username, name, email, is_active)
        self.people[username] = person
        return person

    def add_passing_without_certificate(self, course: str, username: str, name: str) -> Enrolment:
        """A learner who has passed and waits for a certificate."""
        return self._enrol(course, username, name, None)

    def add_unverified(self, course: str, username: str, name: str) -> Enrolment:
        """A learner who has passed but never proved the identity to Open edX."""
        return self._enrol(course, username, name, Certificate("unverified", WHEN, "0.9"))

    def add_not_passing(self, course: str, username: str, name: str) -> Enrolment:
        """A learner who has not passed."""
        enrolment = self._enrol(course, username, name, None)
        enrolment.passed, enrolment.percent, enrolment.letter = False, 0.2, None
        return enrolment

    def invalidate(self, course: str, username: str, status: str = "unavailable") -> None:
        """Take a certificate back, as an administrator of Open edX does."""
        enrolment = self.courses[course].enrolment(username)
        if enrolment is None or enrolment.certificate is None:
            raise KeyError(f"{username} has no certificate in {course}")
        enrolment.certificate.status = status

    def retire(self, username: str) -> None:
        """Remove an account as a retirement does, while its grade rows still linger."""
        del self.people[username]

    def pseudonymise(self, username: str) -> str:
        """Retire an account as Open edX does: it keeps its number under a name that says so, and leaves all courses."""
        name = f"retired__user_{username.encode().hex()[:20]}"
        self.rename(username, name)
        for course in self.courses:
            self.unenrol(course, name)
        return name

    def rename(self, username: str, name: str) -> None:
        """Give an account another username, everywhere."""
        person = self.people.pop(username)
        person.username, self.people[name] = name, person
        for course in self.courses.values():
            if enrolment := course.enrolment(username):
                enrolment.username = name
            if username in course.progress:
                course.progress[name] = course.progress.pop(username)

    def unenrol(self, course: str, username: str) -> None:
        """Let a learner leave a course: her result is shown no longer, her certificate stays."""
        if enrolment := self.courses[course].enrolment(username):
            enrolment.is_active = False

    def complete(self, course: str, username: str, name: str, earned: float, possible: float) -> None:
        """Let the completion-aggregator count so much for a learner."""
        if username not in self.people:
            self.add_person(username, name, f"person{len(self.people)}@example.org")
        self.courses[course].progress[username] = (earned, possible)

    def _enrol(self, course: str, username: str, name: str, certificate: Certificate | None) -> Enrolment:
        if username not in self.people:
            self.add_person(username, name, f"person{len(self.people)}@example.org")
        enrolment = Enrolment(username, passed=True, percent=0.9, letter="Pass", certificate=certificate)
        self.courses[course].enrolments.append(enrolment)
        return enrolment

    def _person_of(self, completion: Completion) -> Person:
        learner = completion.learner
        username = f"deltagare+{learner.key}"
        if username not in self.people:
            person = self.add_person(username, learner.full_name, learner.email, learner.email_verified)
            taken = {one.id for one in self.people.values()}
            if learner.key.isdigit() and int(learner.key) not in taken:
                person.id = int(learner.key)
        return self.people[username]
