"""Parts of a course that a learner can have without the whole: activities, sections, graded items, competencies.

An education that was left unfinished is worth what was finished in it. Which parts are pulled is said by the settings;
what Moodle answers about each is in facts/moodle.md section 3.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mimis_core import Completion, DataError, Grade, MimisError, SetAside
from mimis_moodle.client import MoodleClient
from mimis_moodle.earning import (
    Record,
    Section,
    competencies_of,
    competency_completion_of,
    grade_completion_of,
    inner,
    section_completion_of,
    section_module,
    sections_of,
)
from mimis_moodle.errors import REFUSALS, aside
from mimis_moodle.mapping import (
    Course,
    Participant,
    Seen,
    activity_completion_of,
    activity_names_of,
    grades_of,
    items_in,
    whole,
)
from mimis_moodle.outcomes import Outcome
from mimis_moodle.settings import MoodleSettings


@dataclass(frozen=True)
class Shared:
    """What is asked for once for a whole course.

    ``grades`` are by user and activity, the course total under 0; ``items`` are everyone's grade items as Moodle wrote
    them, kept only where graded items are pulled. ``errors`` are the parts that were refused, by a word for each.
    """

    grades: Mapping[int, Mapping[int, Grade]] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    competencies: Mapping[int, str] = field(default_factory=dict)
    items: Mapping[int, tuple[Record, ...]] = field(default_factory=dict)
    prints: Mapping[int, int] = field(default_factory=dict)
    errors: Mapping[str, MimisError] = field(default_factory=dict)

    def fingerprint(self, user: int) -> int:
        """A number below 2**32 that changes when somebody grades this user; the same in every process."""
        return self.prints.get(user, 0)


def shared_of(client: MoodleClient, settings: MoodleSettings, course: Course, people: Iterable[Participant]) -> Shared:
    """Ask for what a whole course shares: one call for grades, and one for each kind of part that is pulled.

    Raises what the grades raise; a refusal of any other part is kept in ``errors`` for :func:`bulk_parts` to tell.
    """
    wanted = {person.user for person in people}
    if not wanted or not (course.tracked or settings.grades or settings.competencies):
        return Shared()
    answers = {whole(record, "userid"): record for record in client.grades(course.id)}
    told = {user: record for user, record in answers.items() if user in wanted}
    errors: dict[str, MimisError] = {}
    named = settings.activities or settings.sections
    contents = _tried(client.contents, course, "activities", errors) if named else []
    competencies = _tried(client.competencies, course, "competencies", errors) if settings.competencies else []
    return Shared(
        grades={user: grades_of(record) for user, record in told.items()},
        names=activity_names_of(contents),
        sections=tuple(sections_of(course, contents)) if settings.sections else (),
        competencies=competencies_of(competencies),
        items={user: _items(record) for user, record in told.items()} if settings.grades else {},
        prints={user: _fingerprint(record) for user, record in told.items()},
        errors=errors,
    )


def bulk_parts(
    settings: MoodleSettings, source: str, course: Course, people: Iterable[Participant], shared: Shared
) -> Outcome:
    """What the shared answers alone tell: graded items, and which parts were refused. No call is made."""
    told = (
        aside(source, f"{course.module}/{part}", error, tracked=course.tracked) for part, error in shared.errors.items()
    )
    found = [Outcome(set_aside=tuple(told), learners=0, open=False)]
    for person in people if settings.grades else ():
        seen = Seen(source, course, person, {})
        tries = {
            f"{course.module}/grade:{item.get('id')}": partial(
                grade_completion_of, seen, item, hidden=settings.hidden_grades
            )
            for item in shared.items.get(person.user, ())
        }
        found.append(_collected(seen, tries))
    return _joined(found)


def parts_of(client: MoodleClient, settings: MoodleSettings, seen: Seen, shared: Shared) -> Outcome:
    """Activities, sections and competencies of one learner in one course: at most one call for each function.

    ``open`` says whether any of them is still to be earned, or could not be asked about.
    """
    found: list[Outcome] = []
    if settings.activities or settings.sections:
        found.append(_told(seen, "activities", partial(_progress, client, settings, seen, shared)))
    if shared.competencies:
        found.append(_told(seen, "competencies", partial(_competencies, client, seen, shared)))
    return _joined(found)


# One learner ------------------------------------------------------------------------------------------------------

Tries = Mapping[str, Callable[[], Completion | None]]
"""How each record of one learner is read, by its module; a bad one raises DataError."""


def _progress(client: MoodleClient, settings: MoodleSettings, seen: Seen, shared: Shared) -> Outcome:
    statuses: dict[Any, Record] = {
        one.get("cmid"): one for one in client.activity_completions(seen.course.id, seen.person.user)
    }
    tries: dict[str, Callable[[], Completion | None]] = {}
    if settings.activities:
        for number, status in statuses.items():
            tries[f"{seen.course.module}/activity:{number}"] = partial(
                activity_completion_of, seen, status, shared.names
            )
    for section in shared.sections:
        tries[section_module(seen.course, section)] = partial(section_completion_of, seen, section, statuses)
    complete = all(one.get("isoverallcomplete") is True for one in statuses.values())
    return _collected(seen, tries, still_open=not complete)


def _competencies(client: MoodleClient, seen: Seen, shared: Shared) -> Outcome:
    rows = client.competency_ratings(seen.course.id, seen.person.user)
    ratings = [inner(row, "usercompetencycourse") for row in rows]
    tries: Tries = {
        f"competency:{rating.get('competencyid')}/{seen.course.module}": partial(
            competency_completion_of, seen, rating, shared.competencies
        )
        for rating in ratings
    }
    proficient = {rating.get("competencyid") for rating in ratings if rating.get("proficiency") is True}
    return _collected(seen, tries, still_open=not proficient >= set(shared.competencies))


def _collected(seen: Seen, tries: Tries, *, still_open: bool = False) -> Outcome:
    completions: list[Completion] = []
    refused: list[SetAside] = []
    for module, attempt in tries.items():
        try:
            completion = attempt()
        except DataError as error:
            refused.append(aside(seen.source, f"{module}/user:{seen.person.user}", error))
        else:
            completions.extend([completion] if completion else [])
    return Outcome(tuple(completions), tuple(refused), learners=0, open=still_open or bool(refused))


def _told(seen: Seen, part: str, ask: Callable[[], Outcome]) -> Outcome:
    try:
        return ask()
    except REFUSALS as error:
        return Outcome(
            set_aside=(aside(seen.source, f"{seen.key}/{part}", error, tracked=seen.course.tracked),), learners=0
        )


def _tried(
    ask: Callable[[int], list[dict[str, Any]]], course: Course, part: str, errors: dict[str, MimisError]
) -> list[dict[str, Any]]:
    try:
        return ask(course.id)
    except REFUSALS as error:
        errors[part] = error
        return []


def _joined(outcomes: Iterable[Outcome]) -> Outcome:
    known = list(outcomes)
    return Outcome(
        completions=tuple(item for one in known for item in one.completions),
        set_aside=tuple(item for one in known for item in one.set_aside),
        learners=0,
        open=any(one.open for one in known),
    )


# Shared -----------------------------------------------------------------------------------------------------------

_HIDING = ("gradeishidden", "gradehiddenbydate")
_SIGNALS = ("id", "graderaw", "gradedategraded", "gradeisoverridden", *_HIDING)


def _items(record: Record) -> tuple[Record, ...]:
    wanted = ("id", "itemname", "itemtype", "graderaw", "grademin", "grademax", "gradedategraded", *_HIDING)
    items = items_in(record, "gradeitems")
    return tuple({name: item.get(name) for name in wanted} for item in items if item.get("graderaw") is not None)


def _fingerprint(record: Record) -> int:
    told = sorted(repr([item.get(name) for name in _SIGNALS]) for item in items_in(record, "gradeitems"))
    return zlib.crc32("\n".join(told).encode())
