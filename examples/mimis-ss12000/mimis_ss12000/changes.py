"""What changed in a register since an earlier pull."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mimis_core import DataError, NotFoundError, PermanentError, PermissionDeniedError
from mimis_core.http import map_bounded
from mimis_ss12000.client import GRADES, PERSONS, Page, Register
from mimis_ss12000.mapping import Result, grade_key
from mimis_ss12000.records import GradeRecord, read_id, read_record
from mimis_ss12000.settings import SS12000Settings

OVERLAP = timedelta(minutes=10)
"""Asked for again by the next pull: what was being written while this one went by carries an earlier time."""
VERSION = "1"
MANY = 300
"""Questions about one learner in one school unit; for more of them the whole list is cheaper."""
MODIFIED = "meta.modified.after"


def write_cursor(now: datetime) -> str:
    """The cursor for a pull that began at this time of the register's clock."""
    return f"{VERSION} {(now - OVERLAP).astimezone(UTC).isoformat()}"


def read_cursor(cursor: str | None) -> datetime | None:
    """The time of a cursor; None for one of another version, or that is none: then everything is pulled."""
    version, _, moment = (cursor or "").partition(" ")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return found if version == VERSION and found.tzinfo is not None else None


@dataclass(frozen=True)
class Changes:
    """Ids of the grades and persons that changed, and of all learners to ask about.

    ``unread`` says of each changed grade that cannot be read, by its key, what is wrong with it.
    """

    grades: frozenset[str]
    people: frozenset[str]
    learners: frozenset[str]
    unread: dict[str, str]

    def touch(self, result: Result) -> bool:
        """Whether this result, or the learner behind it, changed."""
        return result.last.student in self.people or any(row.id in self.grades for row in result.rows)


def grade_pages(register: Register, settings: SS12000Settings, **filters: str) -> Iterator[Page]:
    """Pages of grades of the configured school units."""
    for organisation in settings.organisations or (None,):
        yield from register.rows(GRADES, organisation=organisation, **filters)


def pages_of(register: Register, settings: SS12000Settings, learners: Iterable[str]) -> Iterator[Page]:
    """Pages of grades of these learners, several asked about at the same time."""

    def ask(student: str) -> list[Page]:
        return list(grade_pages(register, settings, student=student))

    for pages in map_bounded(ask, sorted(learners), settings.workers):
        yield from pages


def read_rows(pages: Iterable[Page]) -> tuple[list[GradeRecord], dict[str, str]]:
    """Grades, and for each that cannot be read its key and what is wrong with it."""
    rows: list[GradeRecord] = []
    unread: dict[str, str] = {}
    for page, items in enumerate(pages):
        for number, item in enumerate(items):
            try:
                rows.append(read_record(GradeRecord, item))
            except DataError as error:
                known = read_id(item)
                unread[grade_key(known) if known else f"grades/page:{page}/row:{number}"] = str(error)
    return rows, unread


def find_changes(register: Register, since: datetime, settings: SS12000Settings) -> Changes | None:
    """What changed after ``since``; None when the register cannot say, so that everything must be pulled.

    Persons are asked for too: a mark for protected identity comes without any change of a grade.
    """
    after = {MODIFIED: since.isoformat()}
    try:
        grades, unread = read_rows(grade_pages(register, settings, **after))
        found = (read_id(item) for page in register.rows(PERSONS, **after) for item in page)
        people = frozenset(one for one in found if one)
    except (NotFoundError, PermissionDeniedError, PermanentError):
        return None
    return Changes(
        grades=frozenset(row.id for row in grades),
        people=people,
        learners=people | {row.student for row in grades},
        unread=unread,
    )
