"""The source ``openedx``: who passed which course, with a certificate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from mimis_core import (
    Completion,
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
from mimis_core.http import map_bounded
from mimis_openedx.checks import check_connection
from mimis_openedx.client import OpenEdx
from mimis_openedx.mapping import (
    NO_CERTIFICATE,
    completion_key,
    map_completion,
    map_learner,
    refuse_status,
    set_aside_record,
)
from mimis_openedx.records import Account, Certificate, Course, GradeRow, read_record
from mimis_openedx.settings import OpenEdxSettings


class OpenEdxSource(Source[OpenEdxSettings]):
    """Pulls with Open edX's stock API: courses, their grades, and for each who passed the certificate and account.

    Open edX cannot be asked for what changed, so every pull is a full one and gives no cursor.
    """

    kind = "openedx"
    Settings = OpenEdxSettings

    def __init__(self, name: str, settings: OpenEdxSettings) -> None:
        super().__init__(name, settings)
        self._lms = OpenEdx(settings)

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """Yield who completed what, page by page; progress counts courses begun. See :meth:`mimis_core.Source.pull`."""
        courses, missing = self.find_courses()
        if missing:
            yield PulledPage(set_aside=tuple(missing), done=0, total=len(courses))
        denied: list[PermissionDeniedError] = []
        for number, course in enumerate(courses, start=1):
            try:
                for completions, aside in self._course_pages(course):
                    yield PulledPage(
                        completions=tuple(completions), set_aside=tuple(aside), done=number, total=len(courses)
                    )
            except (PermissionDeniedError, NotFoundError, PermanentError, DataError) as error:
                if isinstance(error, PermissionDeniedError):
                    denied.append(error)
                yield PulledPage(set_aside=(self._refused(course.key, error),), done=number, total=len(courses))
        if denied and len(denied) == len(courses):
            raise denied[0]

    def check(self) -> list[Finding]:
        """Try token, courses, grades and accounts in turn, and say which right is missing."""
        return check_connection(self._lms, self.settings, self.find_courses)

    def close(self) -> None:
        """Close all connections."""
        self._lms.close()

    def find_courses(self) -> tuple[list[Course], list[SetAside]]:
        """The courses to pull, and the configured ones that cannot be found."""
        if not self.settings.courses:
            found = {course.key: course for org in self.settings.orgs for course in self._lms.courses(org)}
            return list(found.values()), []
        courses, missing = [], []
        for key in dict.fromkeys(self.settings.courses):
            try:
                courses.append(self._lms.course(key))
            except (NotFoundError, PermanentError, DataError) as error:
                missing.append(self._refused(key, error))
        return courses, missing

    def _refused(self, course_key: str, error: MimisError) -> SetAside:
        reason = error.code or ("not_found" if isinstance(error, NotFoundError) else "denied")
        message = f"The course cannot be read. {error.mend or 'Look at it in the LMS.'}"
        return set_aside_record(self.name, f"course:{course_key}", reason, message)

    def _course_pages(self, course: Course) -> Iterator[tuple[list[Completion], list[SetAside]]]:
        seen: set[str] = set()
        for page, items in enumerate(self._lms.grades(course.key, self.settings.page_size)):
            rows, aside = self._read_rows(f"{course.key}/page:{page}", items)
            fresh = [row for row in rows if row.passed and row.username not in seen]
            seen.update(row.username for row in fresh)
            completions, more = self._complete(course, fresh)
            yield completions, aside + more

    def _read_rows(self, where: str, items: Sequence[Any]) -> tuple[list[GradeRow], list[SetAside]]:
        rows, aside = [], []
        for number, item in enumerate(items):
            try:
                rows.append(read_record(GradeRow, item))
            except DataError:
                aside.append(set_aside_record(self.name, f"{where}/row:{number}", "malformed"))
        return rows, aside

    def _complete(self, course: Course, rows: list[GradeRow]) -> tuple[list[Completion], list[SetAside]]:
        found = list(map_bounded(lambda row: self._certificate(course, row), rows, self.settings.workers))
        accounts = self._lms.accounts([row.username for row in rows])
        completions, aside = [], []
        for row, certificate in zip(rows, found, strict=True):
            account = accounts.get(row.username)
            try:
                completions.append(self._completion(course, row, certificate, account))
            except (DataError, NotFoundError, PermanentError) as error:
                key = completion_key(course.key, account, row.username)
                aside.append(set_aside_record(self.name, key, error.code or "not_found"))
        return completions, aside

    def _certificate(self, course: Course, row: GradeRow) -> Certificate | MimisError | None:
        """The certificate, or the error that concerns this record alone; other errors end the pull."""
        try:
            return self._lms.certificate(row.username, course.key)
        except NotFoundError as error:
            return None if error.code in NO_CERTIFICATE and not self.settings.require_certificate else error
        except (DataError, PermanentError) as error:
            return error

    def _completion(
        self, course: Course, row: GradeRow, certificate: Certificate | MimisError | None, account: Account | None
    ) -> Completion:
        learner = map_learner(self.name, account, self.settings.verified_email_only)
        if isinstance(certificate, MimisError):
            raise certificate
        if certificate is not None:
            refuse_status(certificate, self.settings.require_certificate)
        return map_completion(course, row, certificate, learner, datetime.now(UTC))
