"""From Moodle's answers about the parts of a course to completions: pure functions, no calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mimis_core import Completion, CompletionKind, DataError, Grade
from mimis_moodle.mapping import Course, Seen, grades_of, items_in, latest, plain_text, whole

Record = Mapping[str, Any]

_HIDDEN_MEND = (
    "Show the grade to the learner in Moodle's gradebook when it is final, or set hidden_grades = true in the source's "
    "settings."
)


@dataclass(frozen=True)
class Section:
    """A section of a course, by Moodle's number of it, with its activities that learners see and that are tracked."""

    id: int
    title: str
    activities: frozenset[int]


def sections_of(course: Course, records: Iterable[Record]) -> Iterator[Section]:
    """Sections with at least one activity that learners see and that is tracked, from get_contents.

    The activities of a subsection (Moodle 4.5) belong to the section that it stands in as well.
    """
    known = list(records)
    within = {record.get("itemid"): _tracked(record) for record in known if record.get("component") == "mod_subsection"}
    for record in known:
        activities = _tracked(record)
        for module in items_in(record, "modules"):
            if module.get("modname") == "subsection" and module.get("visible"):
                activities |= within.get(module.get("instance"), frozenset())
        if activities:
            name = plain_text(str(record.get("name") or "")) or f"Section {record.get('section')}"
            yield Section(whole(record, "id"), f"{course.title}: {name}", activities)


def section_completion_of(seen: Seen, section: Section, statuses: Mapping[int, Record]) -> Completion | None:
    """The completion of a section, or None unless each of its activities says complete; its date is the latest.

    An activity that Moodle does not tell of counts as not complete.
    """
    own = [statuses.get(number, {}) for number in section.activities]
    if not all(one.get("isoverallcomplete") is True and one.get("istrackeduser") is True for one in own):
        return None
    times = [one.get("timecompleted") for one in own]
    return _part(seen, section_module(seen.course, section), section.title, times)


def section_module(course: Course, section: Section) -> str:
    """The reference of a section, by the number in its page's address (``course/section.php?id=7``)."""
    return f"{course.module}/section:{section.id}"


def _tracked(record: Record) -> frozenset[int]:
    modules = items_in(record, "modules")
    return frozenset(whole(one, "id") for one in modules if one.get("completion") and one.get("visible"))


def grade_completion_of(seen: Seen, item: Record, *, hidden: bool = False) -> Completion | None:
    """One graded item of a learner, or None while it has no points. What is enough is for the catalogue to say.

    Raises DataError ``no-date`` when Moodle does not tell when it was graded, and ``grade-hidden`` for a grade that the
    learner does not see yet, unless ``hidden``.
    """
    grade = grades_of({"gradeitems": [{**item, "itemtype": "course"}]}).get(0)
    if grade is None:
        return None
    if not hidden and (item.get("gradeishidden") or item.get("gradehiddenbydate")):
        raise DataError("The grade is hidden from the learner.", mend=_HIDDEN_MEND, code="grade-hidden")
    module = f"{seen.course.module}/grade:{whole(item, 'id')}"
    return _part(seen, module, item_name(seen.course, item), [item.get("gradedategraded")], grade)


def item_name(course: Course, item: Record) -> str:
    """What a grade item is called; the totals of a course and of its categories have no name of their own."""
    return plain_text(str(item.get("itemname") or "")) or f"{course.title}: {item.get('itemtype')}"


def competencies_of(records: Iterable[Record]) -> dict[int, str]:
    """Names of a course's competencies by number, from list_course_competencies."""
    found = [inner(record, "competency") for record in records]
    return {whole(one, "id"): plain_text(str(one.get("shortname") or "")) for one in found}


def inner(record: Record, name: str) -> Record:
    """A record inside another. Raises DataError when there is none."""
    value = record.get(name)
    if not isinstance(value, dict):
        raise DataError(f"A record of Moodle's has no record in {name}.", code="unexpected-answer")
    return value


def competency_completion_of(seen: Seen, rating: Record, names: Mapping[int, str]) -> Completion | None:
    """One competency of a learner in a course, or None unless she is rated as proficient in it."""
    if rating.get("proficiency") is not True:
        return None
    number = whole(rating, "competencyid")
    word = str(rating.get("gradename") or "").strip()
    grade = Grade(text=plain_text(word)) if word else None
    title = names.get(number) or f"Competency {number}"
    module = f"competency:{number}"
    return _part(seen, module, title, [rating.get("timemodified")], grade, key=f"{module}/{seen.key}")


def _part(
    seen: Seen, module: str, title: str, times: Iterable[Any], grade: Grade | None = None, key: str | None = None
) -> Completion:
    return Completion(
        source=seen.source,
        key=key or f"{module}/user:{seen.person.user}",
        learner=seen.learner,
        module=module,
        title=title,
        completed_at=latest(times),
        kind=CompletionKind.ACTIVITY,
        grade=grade,
    )
