"""The source ``openedx``: who passed which course, with a certificate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import ClassVar

from mimis_core import (
    DataError,
    Finding,
    MimisError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    PulledPage,
    SetAside,
    Source,
)
from mimis_openedx.checks import check_connection
from mimis_openedx.client import OpenEdx
from mimis_openedx.course import CoursePull
from mimis_openedx.events import Hint, read_webhook
from mimis_openedx.known import Known
from mimis_openedx.mapping import set_aside_record
from mimis_openedx.pace import Timing
from mimis_openedx.pull import Pull
from mimis_openedx.records import Account, Course, read_record
from mimis_openedx.settings import OpenEdxSettings

COURSES_PER_CURSOR = 10
"""Courses after which a long pull gives a cursor, so that an outage does not cost all that was read."""


def utc_now() -> datetime:
    """The clock, in whole seconds, as it is remembered and shown."""
    return datetime.now(UTC).replace(microsecond=0)


class OpenEdxSource(Source[OpenEdxSettings]):
    """Pulls with Open edX's stock API: courses, their grades, and for each who passed the certificate and account.

    Open edX cannot be asked for what changed, so the results are read in full each time. The cursor remembers what was
    given: certificates and accounts are asked about only for what is new or changed, and for a share of the rest.
    """

    kind = "openedx"
    Settings = OpenEdxSettings
    proven: ClassVar[str | None] = (
        "vendor documents: source code of openedx-platform, event-bus-redis, openedx-webhooks and completion-aggregator"
    )

    def __init__(
        self,
        name: str,
        settings: OpenEdxSettings,
        timing: Timing | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(name, settings)
        self._lms = OpenEdx(settings, timing or Timing())
        self._clock = clock

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """Yield who completed what, page by page; progress counts courses begun. See :meth:`mimis_core.Source.pull`."""
        pull = Pull(self.name, self.settings, self._lms, Known.read(cursor), self._clock())
        courses, missing = self.find_courses()
        if missing:
            yield PulledPage(set_aside=tuple(missing), done=0, total=len(courses))
        denied: list[PermissionDeniedError] = []
        for number, course in enumerate(courses, start=1):
            try:
                for batch in CoursePull(pull, course).batches():
                    yield PulledPage(**batch.parts(), done=number, total=len(courses))
            except (PermissionDeniedError, NotFoundError, PermanentError, DataError) as error:
                if isinstance(error, PermissionDeniedError):
                    denied.append(error)
                yield PulledPage(set_aside=(self._refused(course.key, error),), done=number, total=len(courses))
            if number % COURSES_PER_CURSOR == 0:
                yield PulledPage(cursor=pull.known.cursor(), done=number, total=len(courses))
        if denied and len(denied) == len(courses):
            raise denied[0]
        yield self._last_page(pull, courses, whole=not missing)

    def read_event(self, body: bytes, content_type: str) -> tuple[str, ...]:
        """The learner and course in what openedx-webhooks posted; events of courses that are not pulled give none."""
        hint = read_webhook(body)
        return (str(hint),) if hint and self.settings.pulls(hint.course) else ()

    def follow(self, hint: str) -> Iterator[PulledPage]:
        """Ask anew about one learner in one course, or about a whole course where only that is known.

        A completion that Open edX does not date waits for the next pull, whose cursor remembers when it was first seen.
        Raises NotFoundError when course or account are not there: the next pull finds what there is to say of it.
        """
        wanted = Hint.read(hint)
        if not self.settings.pulls(wanted.course):
            return
        course = self._lms.course(wanted.course)
        pull = Pull(self.name, self.settings, self._lms, Known(), self._clock(), undated=False)
        reader = CoursePull(pull, course)
        if wanted.user is None and wanted.username is None:
            yield from (PulledPage(**batch.parts()) for batch in reader.batches())
            return
        account = self._account(wanted)
        yield PulledPage(**reader.one(account.username, account).parts())

    def check(self) -> list[Finding]:
        """Try token, courses, grades and accounts in turn, and say which right is missing."""
        return check_connection(self._lms, self.settings, self.find_courses)

    def close(self) -> None:
        """Close all connections."""
        self._lms.close()

    def find_courses(self) -> tuple[list[Course], list[SetAside]]:
        """The courses to pull, and what cannot be found or read of them."""
        courses: dict[str, Course] = {}
        missing: list[SetAside] = []
        if not self.settings.courses:
            self._list_courses(courses, missing)
        for key in dict.fromkeys((*self.settings.courses, *self.settings.ungraded)):
            if key not in courses:
                try:
                    courses[key] = self._lms.course(key)
                except (NotFoundError, PermanentError, DataError) as error:
                    missing.append(self._refused(key, error))
        return list(courses.values()), missing

    def _last_page(self, pull: Pull, courses: list[Course], *, whole: bool) -> PulledPage:
        """Departures and the cursor; a course that could not be found has not been asked about up to any time."""
        departed = tuple(pull.departures())
        as_of = pull.known.as_of(course.key for course in courses) if whole else None
        return PulledPage(
            departed=departed, cursor=pull.known.cursor(), as_of=as_of, done=len(courses), total=len(courses)
        )

    def _list_courses(self, courses: dict[str, Course], missing: list[SetAside]) -> None:
        for org in self.settings.orgs:
            for number, item in enumerate(self._lms.courses(org)):
                try:
                    course = read_record(Course, item)
                    courses[course.key] = course
                except DataError:
                    missing.append(set_aside_record(self.name, f"courses:{org}/row:{number}", "malformed"))

    def _account(self, hint: Hint) -> Account:
        found = self._lms.account_of(hint.user) if hint.user else self._by_name(str(hint.username))
        if found is None:
            raise NotFoundError("Open edX has no such account any more.", mend="The next sync looks at it again.")
        return found

    def _by_name(self, username: str) -> Account | None:
        found = self._lms.accounts([username]).get(username)
        if isinstance(found, DataError):
            raise found
        return found

    def _refused(self, course_key: str, error: MimisError) -> SetAside:
        reason = error.code or ("not_found" if isinstance(error, NotFoundError) else "denied")
        message = f"The course cannot be read. {error.mend or 'Look at it in the LMS.'}"
        return set_aside_record(self.name, f"course:{course_key}", reason, message)
