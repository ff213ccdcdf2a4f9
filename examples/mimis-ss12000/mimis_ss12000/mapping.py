"""Grades, syllabuses and persons into the words of mimis; no input or output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from itertools import groupby

from mimis_core import Completion, DataError, Departure, Grade, SetAside, SourceLearner, Withdrawal
from mimis_ss12000.records import GradeRecord, PersonRecord, Syllabus, Values, looks_personal

NOON = time(12, tzinfo=UTC)
"""A grade has a day and no hour; noon is that day in all of Europe."""

PASSED = frozenset({"a", "b", "c", "d", "e", "g", "vg", "mvg", "godkänt", "godkänd"})
NOT_PASSED = frozenset({"f", "ig", "icke godkänt", "icke godkänd", "-", "streck"})
"""Grades of the Swedish school, now and before: A-F, the scale of Godkänt, and the dash for want of a basis."""

DASHES = str.maketrans("\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}\N{NON-BREAKING HYPHEN}", "----")

SCHOOL_TYPES = {"VUX": "KOMVUX", "SUV": "SARVUX", "FSK": "FKLASS"}
"""Names of drafts and of some servers of version 2.1, and what they are called in SS12000:2020."""

EMAIL_TYPES = ("Privat", None, "Skola elev", "Arbete övrigt")
"""The private address first: the school's ends with school. One for school staff is never a learner's."""

PRINCIPAL = "eduPersonPrincipalName"
DECEASED = "avliden"

MESSAGES = {
    "malformed": "The register sent a record that cannot be read: look at it there.",
    "unknown-grade": "The grade is absent or none that we know: mend it in the register, or add it to passing if it is "
    "a pass.",
    "adapted-study-plan": "The grade is on an adapted study plan, so that outcomes may be missing: a teacher decides. "
    "With adapted = true such grades count.",
    "syllabus-missing": "The register does not give the grade's syllabus: look whether we may read it.",
    "syllabus-without-code": "The syllabus has neither course code nor subject code: add one in the register.",
    "person-missing": "The register does not give the learner: look whether we may read her.",
    "name-missing": "The learner has no name, which a credential must carry: add it in the register.",
    "deceased": "The register says that the learner has died.",
    "person-deleted": "The register has deleted the learner.",
    "grade-deleted": "The register has deleted the grade.",
    "grade-corrected": "The grade was corrected and is no longer a pass.",
}
"""What happened and what a person can do, by reason."""


class Standing(StrEnum):
    """What a grade says about the learner."""

    PASSED = "passed"
    NOT_PASSED = "not passed"
    UNKNOWN = "unknown"


def judge_value(value: str | None, passing: Iterable[str] = ()) -> Standing:
    """Whether a grade is a pass. ``passing`` are the school's own words for one.

    What nobody knows is neither, and so is a grade that is not there: a correction without one takes nothing back.
    """
    word = " ".join((value or "").translate(DASHES).casefold().split())
    if word in PASSED or word in {one.casefold() for one in passing}:
        return Standing.PASSED
    return Standing.NOT_PASSED if word in NOT_PASSED else Standing.UNKNOWN


def same_school_type(name: str | None) -> str:
    """A school form under its name in SS12000:2020; one that we do not know stays what it is."""
    word = (name or "").upper()
    return SCHOOL_TYPES.get(word, word)


@dataclass(frozen=True, slots=True)
class Result:
    """A final grade with its corrections in order; the last one holds.

    A register corrects a grade in place or adds a row that corrects it. ``key`` is the first row's id, so that it is
    the same before and after, and the same that a deletion names.
    """

    rows: tuple[GradeRecord, ...]

    @property
    def last(self) -> GradeRecord:
        """The grade that holds now."""
        return self.rows[-1]

    @property
    def key(self) -> str:
        """The completion's key."""
        return grade_key(self.rows[0].id)

    @property
    def corrected(self) -> bool:
        """Whether it was once something else, which may have been a pass."""
        return any(row.correction for row in self.rows)


def grade_key(grade_id: str) -> str:
    """Key of the completion that begins with this row."""
    return f"grade:{grade_id}"


def link_rows(rows: Iterable[GradeRecord]) -> Iterator[Result]:
    """Results of whole learners, learner by learner. A row that is neither final nor a correction is none."""

    def place(row: GradeRecord) -> tuple[str, str]:
        return row.student, row.syllabus

    def order(row: GradeRecord) -> tuple[object, ...]:
        created = row.created or datetime.combine(row.registered, NOON)
        return (*place(row), row.registered, bool(row.correction), created, row.id)

    kept = {row.id: row for row in rows if row.final or row.correction}
    for _, group in groupby(sorted(kept.values(), key=order), key=place):
        linked: list[GradeRecord] = []
        for row in group:
            if linked and not row.correction:
                yield Result(tuple(linked))
                linked = []
            linked.append(row)
        yield Result(tuple(linked))


def map_name(person: PersonRecord) -> str:
    """All names in their order, as they are written. Some have one name only, or the same in both fields."""
    names = [name for name in (person.given_name, person.middle_name, person.family_name) if name and name != "-"]
    if not names:
        raise DataError("The learner has no name.", code="name-missing")
    return " ".join(dict.fromkeys(names))


def choose_email(emails: Values) -> str | None:
    """The address that lives longest; one with a personal number in it is left out."""
    good = [one for one in emails if one.value and "@" in one.value and not looks_personal(one.value)]
    ranked = sorted((one for one in good if one.type in EMAIL_TYPES), key=lambda one: EMAIL_TYPES.index(one.type))
    return ranked[0].value if ranked else None


def map_learner(source: str, person: PersonRecord) -> SourceLearner:
    """A learner. Raises DataError when she has no name.

    The register does not say whether an address was confirmed, so none counts as such.
    """
    principal = next((one.value for one in person.principals if one.value and not looks_personal(one.value)), None)
    return SourceLearner(
        source=source,
        key=person.id,
        full_name=map_name(person),
        aliases={PRINCIPAL: principal} if principal else {},
        given_name=person.given_name,
        family_name=person.family_name,
        email=choose_email(person.emails),
        protected=person.protected,
    )


def map_completion(result: Result, syllabus: Syllabus, learner: SourceLearner) -> Completion:
    """The fact that a learner passed, on the day of the first row: a correction changes the value, not the day.

    Points are left out: they are no ECTS and say nothing about her.
    """
    grade = result.last
    return Completion(
        source=learner.source,
        key=result.key,
        learner=learner,
        module=f"syllabus:{syllabus.code}",
        title=syllabus.course_name or syllabus.subject_name or str(syllabus.code),
        completed_at=datetime.combine(result.rows[0].registered, NOON),
        grade=Grade(text=grade.value),
        evidence="Betyg efter prövning" if grade.trial else "Betyg",
    )


def set_aside(source: str, key: str, reason: str, message: str | None = None) -> SetAside:
    """A record that is reported instead of used."""
    return SetAside(source=source, key=key, reason=reason, message=message or MESSAGES[reason])


def take_back(source: str, key: str, reason: str) -> Withdrawal:
    """A completion that the register takes back; one that was never pulled is nothing to mimis."""
    return Withdrawal(source=source, key=key, reason=reason, message=MESSAGES[reason])


def depart(source: str, person_id: str, reason: str) -> Departure:
    """A learner who is no longer there; what follows is for a person to decide."""
    return Departure(source=source, key=person_id, reason=reason, message=MESSAGES[reason])
