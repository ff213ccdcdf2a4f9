"""What one site offers, for whoever sets mimis up: its courses, their parts, and a custom report that fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from mimis_core import Finding, MimisError
from mimis_core.http import map_bounded
from mimis_moodle import places
from mimis_moodle.client import MoodleClient
from mimis_moodle.drafts import Draft, Hint, draft_of, hints_of
from mimis_moodle.earning import competencies_of, item_name, section_module, sections_of
from mimis_moodle.errors import REFUSALS
from mimis_moodle.mapping import Course, course_of, items_in, plain_text, whole
from mimis_moodle.report import ADDRESS, COMPLETED, COURSE, COURSE_NUMBER, DATE, LOGIN
from mimis_moodle.settings import MoodleSettings

_ASKED = 5
_KINDS = {1: "self", 2: "date", 3: "unenrol", 4: "activity", 5: "duration", 6: "grade", 7: "role", 8: "course"}
_PARTICIPANTS = "datasource\\participants"


@dataclass(frozen=True)
class CourseSummary:
    """A course as an administrator chooses it.

    ``participants`` is None when they do not show. ``criteria`` are the kinds of its completion criteria: empty when it
    has none, None when nobody's completion could be looked at.
    """

    id: int
    name: str
    tracked: bool
    participants: int | None
    criteria: tuple[str, ...] | None
    customfields: Mapping[str, Hint]

    @property
    def ready(self) -> bool:
        """Whether its completions can be pulled: tracking is on, and it is known to have criteria."""
        return self.tracked and bool(self.criteria)

    def as_json(self) -> dict[str, Any]:
        """For ``--json``: its fields, and the reference that an entry's requirement names."""
        return {**asdict(self), "customfields": dict(self.customfields), "module": f"course:{self.id}"}


@dataclass(frozen=True)
class Reference:
    """Something that an entry's requirement can name, and what it is called in Moodle."""

    module: str
    name: str


def course_records(client: MoodleClient) -> dict[int, dict[str, Any]]:
    """Courses that the account sees, by number, without the front page."""
    return {whole(record, "id"): record for record in client.courses() if record.get("id") != 1}


def summaries(
    client: MoodleClient, settings: MoodleSettings, records: Iterable[Mapping[str, Any]]
) -> Iterator[CourseSummary]:
    """Summaries of courses: one call for the participants and a few for the criteria of each that is tracked."""
    return map_bounded(partial(_summary, client, settings), records, settings.workers)


def _summary(client: MoodleClient, settings: MoodleSettings, record: Mapping[str, Any]) -> CourseSummary:
    course = course_of(record)
    people = _people(client, course) if course.tracked else None
    return CourseSummary(
        id=course.id,
        name=course.title,
        tracked=course.tracked,
        participants=None if people is None else len(people),
        criteria=_criteria(client, course, people or []),
        customfields=hints_of(record, settings.customfields),
    )


def references(client: MoodleClient, settings: MoodleSettings, course: Course) -> Iterator[Reference]:
    """Everything in a course that an entry can ask for, with the settings as they are."""
    yield Reference(course.module, course.title)
    if settings.activities or settings.sections:
        contents = client.contents(course.id)
        if settings.activities:
            yield from _activities(course, contents)
        if settings.sections:
            sections = sections_of(course, contents)
            yield from (Reference(section_module(course, section), section.title) for section in sections)
    if settings.grades:
        yield from _graded(client, course)
    if settings.competencies:
        names = competencies_of(client.competencies(course.id))
        yield from (Reference(f"competency:{number}", name) for number, name in names.items())


def _activities(course: Course, contents: Iterable[Mapping[str, Any]]) -> Iterator[Reference]:
    for module in (module for section in contents for module in items_in(section, "modules")):
        if module.get("completion"):
            name = plain_text(str(module.get("name") or ""))
            yield Reference(f"{course.module}/activity:{whole(module, 'id')}", name)


def _graded(client: MoodleClient, course: Course) -> Iterator[Reference]:
    items = {whole(one, "id"): one for user in client.grades(course.id) for one in items_in(user, "gradeitems")}
    return (Reference(f"{course.module}/grade:{number}", item_name(course, items[number])) for number in sorted(items))


def drafts(
    client: MoodleClient, settings: MoodleSettings, records: Iterable[Mapping[str, Any]], owner: str, source: str
) -> Iterator[Draft]:
    """Drafts of entries for courses, with their competencies where the account may read them."""
    for record in records:
        try:
            competencies = client.competencies(int(record["id"]))
        except REFUSALS:
            competencies = []  # they are a help: a draft without them has one outcome to fill in
        yield draft_of(record, competencies, owner, source, settings.customfields)


def find_report(client: MoodleClient, info: Mapping[str, Any]) -> tuple[int | None, Finding]:
    """A custom report on course participants that the account may read, and what to do when there is none."""
    held = {item.get("name") for item in info.get("functions") or ()}
    if not {_LIST, _READ} <= held:
        return None, _no_report(f"{_MAKE_REPORT} First add {_LIST} and {_READ}: {places.FUNCTIONS}")
    try:
        reports = client.reports()
    except MimisError as error:
        return None, Finding(subject="report", status="warning", message=error.message, mend=error.mend or _MAKE_REPORT)
    candidates = [one for one in reports if str(one.get("source")).endswith(_PARTICIPANTS) and one.get("uniquerows")]
    for number in (int(one["id"]) for one in candidates):
        if _fits(client, number):
            told = f"Custom report {number} is on course participants and has the columns that are needed."
            return number, Finding(subject="report", status="ok", message=told)
    return None, _no_report(_MAKE_REPORT)


def _fits(client: MoodleClient, number: int) -> bool:
    """Whether a report has each column that is read, once; its pages are checked at every pull."""
    try:
        headers = (client.report(number, 0, 1).get("data") or {}).get("headers") or []
    except REFUSALS:
        return False
    needed = ((COURSE, COURSE_NUMBER), (LOGIN, ADDRESS), (COMPLETED,), (DATE,))
    return all(any(headers.count(name) == 1 for name in names) for names in needed)


_LIST, _READ = "core_reportbuilder_list_reports", "core_reportbuilder_retrieve_report"
_MAKE_REPORT = (
    "It is optional and makes pulls of many learners short. Make one with the source Course participants, unique rows, "
    f"the columns {COURSE}, {LOGIN}, {COMPLETED} and {DATE}, the first two of them sorted, and the web service account "
    f"as its audience: {places.REPORTS}"
)


def _no_report(mend: str) -> Finding:
    return Finding(subject="report", status="ok", message=f"No custom report is used. {mend}")


def _people(client: MoodleClient, course: Course) -> list[int] | None:
    try:
        return [whole(record, "id") for record in client.enrolled_users(course.id, ("id",), 0, 0)]
    except REFUSALS:
        return None


def _criteria(client: MoodleClient, course: Course, people: list[int]) -> tuple[str, ...] | None:
    for user in people[:_ASKED]:
        try:
            items = client.course_completion(course.id, user).get("completions") or ()
        except REFUSALS as error:
            if error.code == "nocriteriaset":
                return ()
            continue
        return tuple(dict.fromkeys(_KINDS.get(item.get("type"), "other") for item in items))
    return None
