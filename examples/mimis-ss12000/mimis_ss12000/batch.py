"""Results of some learners into what a page holds: two lookups, and a decision on each result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from mimis_core import Completion, DataError, Departure, SetAside, Withdrawal
from mimis_ss12000.client import PERSONS, SYLLABUSES, Register
from mimis_ss12000.mapping import (
    DECEASED,
    Result,
    Standing,
    depart,
    judge_value,
    map_completion,
    map_learner,
    same_school_type,
    set_aside,
    take_back,
)
from mimis_ss12000.records import PersonRecord, Syllabus
from mimis_ss12000.settings import SS12000Settings

Outcome = Completion | SetAside | Withdrawal | Departure
R = TypeVar("R", PersonRecord, Syllabus)


class Mapper:
    """Maps batches of one pull; syllabuses are looked up once, persons with their batch and not kept."""

    def __init__(self, source: str, register: Register, settings: SS12000Settings) -> None:
        self._source = source
        self._register = register
        self._settings = settings
        self._school_types = {same_school_type(one) for one in settings.school_types}
        self._syllabuses: dict[str, Syllabus] = {}

    def map(self, batch: list[Result]) -> Iterator[Outcome]:
        """What becomes of each result. Persons are only looked up for results that may count."""
        failed = [one for one in batch if self._standing(one) is Standing.NOT_PASSED]
        yield from (take_back(self._source, one.key, "grade-corrected") for one in failed if one.corrected)
        passed = [one for one in batch if self._standing(one) is not Standing.NOT_PASSED]
        self._learn_syllabuses({one.last.syllabus for one in passed})
        ours = [one for one in passed if self._is_ours(one)]
        students = sorted({one.last.student for one in ours})
        persons = self._register.look_up(PERSONS, PersonRecord, students)
        yield from (self._decide(one, persons) for one in ours)

    def _standing(self, result: Result) -> Standing:
        if not result.last.final:
            return Standing.NOT_PASSED
        return judge_value(result.last.value, self._settings.passing)

    def _learn_syllabuses(self, ids: Iterable[str]) -> None:
        new = sorted(set(ids) - self._syllabuses.keys())
        self._syllabuses.update(self._register.look_up(SYLLABUSES, Syllabus, new))

    def _is_ours(self, result: Result) -> bool:
        """Whether school form and code are asked for; what cannot be told is ours, so that it is reported."""
        syllabus = self._syllabuses.get(result.last.syllabus)
        if syllabus is None:
            return True
        if self._school_types and same_school_type(syllabus.school_type) not in self._school_types:
            return False
        return not self._settings.codes or syllabus.code in self._settings.codes

    def _decide(self, result: Result, persons: Mapping[str, PersonRecord]) -> Outcome:
        try:
            person = _demand(persons.get(result.last.student), "person-missing")
            if (person.status or "").casefold() == DECEASED:
                return depart(self._source, person.id, "deceased")
            syllabus = _demand(self._syllabuses.get(result.last.syllabus), "syllabus-missing")
            self._refuse(result, syllabus)
            return map_completion(result, syllabus, map_learner(self._source, person))
        except DataError as error:
            return set_aside(self._source, result.key, error.code or "malformed")

    def _refuse(self, result: Result, syllabus: Syllabus) -> None:
        """Raise DataError for a grade that a person must look at."""
        if syllabus.code is None:
            raise DataError("The syllabus has no code.", code="syllabus-without-code")
        if self._standing(result) is Standing.UNKNOWN:
            raise DataError("The grade is not known.", code="unknown-grade")
        if result.last.adapted and not self._settings.adapted:
            raise DataError("The study plan is adapted.", code="adapted-study-plan")


def _demand(found: R | None, reason: str) -> R:
    if found is None:
        raise DataError("The register does not give it.", code=reason)
    return found
