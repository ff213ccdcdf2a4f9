"""The per-learner road: every learner of every course is asked about, for core Moodle has no other without set-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, ClassVar

from mimis_core import (
    Completion,
    DataError,
    Finding,
    Grade,
    MimisError,
    PermanentError,
    PermissionDeniedError,
    PulledPage,
    SetAside,
    Source,
)
from mimis_core.http import map_bounded
from mimis_core.paging import by_offset
from mimis_moodle.checks import examine, require_functions
from mimis_moodle.client import MoodleClient
from mimis_moodle.errors import COURSE_REFUSALS, mend_for
from mimis_moodle.mapping import (
    Course,
    Participant,
    Seen,
    activity_completion_of,
    activity_names_of,
    course_completion_of,
    course_of,
    grades_by_user,
    participant_of,
)
from mimis_moodle.settings import MoodleSettings

PAGE = 100
"""Learners in one PulledPage."""


@dataclass(frozen=True)
class Roll:
    """A course and who is in it."""

    course: Course
    people: tuple[Participant, ...]


@dataclass(frozen=True)
class Outcome:
    """What asking gave: completions, records set aside, and how many learners it settled."""

    completions: tuple[Completion, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    learners: int = 1


class MoodleSource(Source[MoodleSettings]):
    """Completions of one Moodle site.

    Rule: each participant of each course is asked about, also where the listing says that completion tracking is off,
    so that every record that gives no completion is set aside with Moodle's own code.
    """

    kind: ClassVar[str] = "moodle"
    Settings = MoodleSettings

    def __init__(self, name: str, settings: MoodleSettings) -> None:
        super().__init__(name, settings)
        self._client = MoodleClient(settings.url, settings.token)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def check(self) -> Iterable[Finding]:
        """Try the token, the service's functions, the courses and each right."""
        return examine(self._client, self.settings)

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """Yield every completion, a hundred learners a page; done and total count learners.

        Raises PermissionDeniedError also when every course was refused.
        """
        del cursor  # Moodle has no "changed since": every pull is a full one
        require_functions(self._client.site_info(), self.settings)
        rolls, refused = self._rolls()
        total = sum(len(roll.people) for roll in rolls)
        done = 0
        if refused or not total:
            yield PulledPage(set_aside=refused, done=done, total=total)
        outcomes = map_bounded(lambda job: job(), self._jobs(rolls), self.settings.workers)
        while batch := tuple(islice(outcomes, PAGE)):
            done += sum(outcome.learners for outcome in batch)
            yield PulledPage(
                completions=tuple(item for outcome in batch for item in outcome.completions),
                set_aside=tuple(item for outcome in batch for item in outcome.set_aside),
                done=done,
                total=total,
            )

    # Courses and participants -----------------------------------------------------------------------------------

    def _rolls(self) -> tuple[list[Roll], tuple[SetAside, ...]]:
        rolls: list[Roll] = []
        aside: list[SetAside] = []
        refusals: list[PermissionDeniedError] = []
        courses, unknown = self._courses()
        for course in courses:
            try:
                rolls.append(Roll(course, self._people(course, aside)))
            except (PermissionDeniedError, DataError, PermanentError) as error:
                aside.append(self._aside(course, course.module, error))
                if isinstance(error, PermissionDeniedError):
                    refusals.append(error)
        if refusals and not rolls:
            raise refusals[0]
        return rolls, (*unknown, *aside)

    def _courses(self) -> tuple[list[Course], list[SetAside]]:
        seen = {course.id: course for course in map(course_of, self._client.courses())}
        wanted = self.settings.courses or tuple(number for number in sorted(seen) if number != 1)
        missing = [number for number in wanted if number not in seen]
        courses = [seen[number] for number in dict.fromkeys(wanted) if number in seen]
        if self.settings.skip_untracked:
            courses = [course for course in courses if course.tracked]
        return courses, [self._unknown_course(number) for number in missing]

    def _require_groups(self, course: Course) -> None:
        """Refuse a course whose groups Moodle may be hiding: a protected learner would pass unmarked."""
        self._client.require_groups(course.id)
        if course.grouping:
            raise DataError(
                f"{course.module} shows only groups of its default grouping.",
                mend="Take the default grouping away in the course's settings (Groups), or mark protected learners by "
                "a role instead (excluded_roles).",
                code="default-grouping",
            )

    def _people(self, course: Course, aside: list[SetAside]) -> tuple[Participant, ...]:
        if self.settings.excluded_groups:
            self._require_groups(course)
        people: dict[int, Participant] = {}
        for record in by_offset(partial(self._new_records, course.id, set()), self.settings.page_size):
            try:
                person = participant_of(record, self.settings.excluded_roles, self.settings.excluded_groups)
                people[person.user] = person
            except DataError as error:
                aside.append(self._aside(course, f"{course.module}/user:{record.get('id')}", error))
        return tuple(people.values())

    def _new_records(self, course: int, known: set[object], offset: int, size: int) -> list[dict[str, Any]]:
        """A page of participants without those known already: a site that pages in circles comes to an end here."""
        page = self._client.enrolled_users(course, self.settings.user_fields, offset, size)
        fresh = {record.get("id"): record for record in page if record.get("id") not in known}
        known.update(fresh)
        return list(fresh.values())

    # Learners ---------------------------------------------------------------------------------------------------

    def _jobs(self, rolls: Iterable[Roll]) -> Iterator[Callable[[], Outcome]]:
        for roll in rolls:
            try:
                grades, names = self._shared(roll)
            except (PermissionDeniedError, DataError, PermanentError) as error:
                refusal = self._aside(roll.course, roll.course.module, error)
                yield partial(Outcome, set_aside=(refusal,), learners=len(roll.people))
                continue
            for person in roll.people:
                seen = Seen(self.name, roll.course, person, grades.get(person.user, {}))
                yield partial(self._ask, seen, names)

    def _shared(self, roll: Roll) -> tuple[dict[int, dict[int, Grade]], dict[int, str]]:
        """Grades of everyone in the course, and names of its activities where they are wanted."""
        if not (roll.course.tracked and roll.people):
            return {}, {}
        grades = grades_by_user(self._client.grades(roll.course.id))
        names = activity_names_of(self._client.contents(roll.course.id)) if self.settings.activities else {}
        return grades, names

    def _ask(self, seen: Seen, names: Mapping[int, str]) -> Outcome:
        try:
            status = self._client.course_completion(seen.course.id, seen.person.user)
            whole = course_completion_of(seen, status)
        except (PermissionDeniedError, DataError, PermanentError) as error:
            outcome = Outcome(set_aside=(self._aside(seen.course, seen.key, error),))
            if error.code not in ("nocriteriaset", "no-date"):
                return outcome
        else:
            outcome = Outcome(completions=(whole,) if whole else ())
        return self._with_activities(seen, names, outcome) if self.settings.activities else outcome

    def _with_activities(self, seen: Seen, names: Mapping[int, str], outcome: Outcome) -> Outcome:
        completions, aside = list(outcome.completions), list(outcome.set_aside)
        try:
            statuses = self._client.activity_completions(seen.course.id, seen.person.user)
        except (PermissionDeniedError, DataError, PermanentError) as error:
            return Outcome(outcome.completions, (*aside, self._aside(seen.course, f"{seen.key}/activities", error)))
        for status in statuses:
            try:
                item = activity_completion_of(seen, status, names)
            except DataError as error:
                key = f"{seen.course.module}/activity:{status.get('cmid')}/user:{seen.person.user}"
                aside.append(self._aside(seen.course, key, error))
            else:
                completions.extend([item] if item else [])
        return Outcome(tuple(completions), tuple(aside))

    # Set aside --------------------------------------------------------------------------------------------------

    def _aside(self, course: Course, key: str, error: MimisError) -> SetAside:
        """A record set aside; a refusal that concerns the whole site is raised again."""
        code = error.code or type(error).__name__
        if isinstance(error, PermissionDeniedError) and code not in COURSE_REFUSALS:
            raise error
        mend = mend_for(code, tracked=course.tracked) if code == "cannotviewreport" else error.mend
        return SetAside(source=self.name, key=key, reason=code, message=f"{error.message} {mend or ''}".strip())

    def _unknown_course(self, number: int) -> SetAside:
        return SetAside(
            source=self.name,
            key=f"course:{number}",
            reason="course-not-found",
            message=f"Moodle shows no course {number}. Correct courses in the source's settings; a hidden course "
            "needs the right moodle/course:viewhiddencourses.",
        )
