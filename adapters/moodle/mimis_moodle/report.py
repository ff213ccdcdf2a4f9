"""The report road: a custom report on course participants gives every completion with its date in a few calls.

A report is made of texts for people to read, and whoever may edit it can break it. So it is believed only as long as
all of it holds together; otherwise :class:`ReportReader` refuses it, and each learner is asked about instead.

What the report needs (facts/moodle.md sections 3, 5 and 7): the source "Course participants"; the columns
:data:`COURSE` or :data:`COURSE_NUMBER`, :data:`LOGIN` or :data:`ADDRESS`, :data:`COMPLETED` and :data:`DATE`, each
once, with these headings and in any order; unique rows; and rows sorted by course and user name. Further columns are
not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any, NoReturn

from mimis_core import DataError
from mimis_core.http import map_bounded
from mimis_moodle.client import MoodleClient
from mimis_moodle.mapping import latest, plain_text
from mimis_moodle.rolls import Roll, Rolls
from mimis_moodle.rows import UNDATED, Rows, moment_of

COURSE, COURSE_NUMBER = "Course short name", "Course ID number"
LOGIN, ADDRESS = "Username", "Email address"
COMPLETED, DATE = "Completed", "Time completed"
PAGE_ROWS = 5000
TRIES = 3
SAMPLE_DONE, SAMPLE_OPEN = 3, 2
"""Rows that are compared with what Moodle answers about the learner herself."""
_WORDS = {"Yes": True, "No": False, "": False, None: False}
_QUARTER = 900
_JUST_NOW = 3600

_MENDS = {
    "report-columns": f"Give it the columns {COURSE!r}, {LOGIN!r}, {COMPLETED!r} and {DATE!r}, each once and with "
    f"Moodle's own headings. In place of {COURSE!r} {COURSE_NUMBER!r} will do, and {ADDRESS!r} for {LOGIN!r}.",
    "report-doubled": "Switch on unique rows in the report, and sort it by course and user name: without both its "
    "pages lose rows and double others.",
    "report-incomplete": "Sort the report by course and user name. If it is sorted, it changed while it was read: the "
    "next sync tries it again.",
    "report-words": "Leave 'Completed' without any format or aggregation of its own.",
    "report-dates": "Leave 'Time completed' without any format or aggregation of its own, and keep the language pack "
    "English (en) as it is.",
    "report-time-zone": "Moodle forces a time zone on everybody (Site administration > Location > Force timezone), so "
    "the report's times cannot be told. Take that away, or take report out of the source's settings.",
    "report-course": "Give each course an ID number of its own, or use the column 'Course short name'.",
    "report-person": f"For the column {LOGIN!r} give the account's role moodle/user:viewalldetails; for {ADDRESS!r} "
    "moodle/course:useremail, and let no two learners have the same address.",
    "report-disagrees": "Look at the report's conditions and columns in Moodle.",
}


class ReportReader:
    """Reads one custom report of a site.

    Arguments:
        number: Moodle's number of the report.
        rolls: reads a roll anew when the report names somebody who has just joined.
        now: Unix seconds.
    """

    def __init__(self, client: MoodleClient, number: int, rolls: Rolls, now: int) -> None:
        self._client = client
        self._number = number
        self._rolls = rolls
        self._now = now
        self._places: list[int] = []
        self._width = 0
        self._numbers: dict[int, Roll] = {}
        self._by_login, self._by_number = True, False
        self._courses: dict[str, Roll | None] = {}
        self._people: tuple[int, dict[str, int]] = (0, {})

    def read(self, rolls: Sequence[Roll]) -> Rows:
        """All of the report that concerns these rolls.

        Raises DataError with the reason when any of it is in doubt; PermissionDeniedError or DataError when Moodle
        refuses it; TemporaryError as any call does. Nothing of it may be used then.
        """
        self._courses = self._by_code(rolls)
        self._by_login = any(member.login for roll in rolls for member in roll.members)
        rows = self._rows()
        self._compare(rows)
        return rows

    def _rows(self, tries: int = TRIES) -> Rows:
        """All rows; a report that changes while it is read is read anew."""
        rows = Rows()
        try:
            for page in self._pages():
                for course, found in self._grouped(page).items():
                    if not rows.add(course, found):
                        self._refuse("report-disagrees", f"says two things of one learner in course:{course}")
        except DataError as error:
            if error.code != "report-incomplete" or tries == 1:
                raise
            return self._rows(tries - 1)
        return rows

    # Pages ------------------------------------------------------------------------------------------------------

    def _pages(self) -> Iterator[list[list[str | None]]]:
        """The rows, a page at a time.

        No row comes twice, and as many come as the report says that it has: so none is missing, sorted or not.
        """
        seen: set[int] = set()
        frame: tuple[list[Any], Any] | None = None
        for page in count():
            data = _part(self._client.report(self._number, page, PAGE_ROWS), "data")
            told = _list(data, "headers"), data.get("totalrowcount")
            if frame is None:
                self._find_columns(told[0])
            elif told != frame:
                self._refuse("report-incomplete", "changed while it was read")
            frame, rows = told, [_columns(row) for row in _list(data, "rows")]
            before = len(seen)
            seen.update(hash(tuple(row)) for row in rows)
            if len(seen) != before + len(rows):
                self._refuse("report-doubled", "gives rows twice")
            yield rows
            if not rows or len(seen) == told[1]:
                break
        if frame is None or len(seen) != frame[1]:
            self._refuse("report-incomplete", f"gave {len(seen)} rows, which is not the number that it says it has")

    def _find_columns(self, headers: list[Any]) -> None:
        """Where the columns are that are read; asked anew at every pull, for anybody may move them."""
        names = [str(name) for name in headers]
        course = COURSE if COURSE in names else COURSE_NUMBER
        person = LOGIN if LOGIN in names and self._by_login else ADDRESS
        self._by_login, self._by_number = person == LOGIN, course == COURSE_NUMBER
        wanted = (course, person, COMPLETED, DATE)
        wrong = [name for name in wanted if names.count(name) != 1]
        if wrong:
            self._refuse("report-columns", f"has not exactly one column {', '.join(map(repr, wrong))}")
        self._places, self._width = [names.index(name) for name in wanted], len(names)

    def _grouped(self, page: Iterable[list[str | None]]) -> dict[int, list[tuple[int, int]]]:
        """Users and times by course; left out are rows without user, and courses and people that are not pulled."""
        found: dict[int, list[tuple[int, int]]] = {}
        for row in page:
            if len(row) != self._width:
                self._refuse("report-columns", "has rows of another width than its headings")
            code, login, completed, date = (row[place] for place in self._places)
            roll = self._roll(plain_text(code or "")) if login else None
            if roll is None or not login:
                continue
            user = self._user(roll, plain_text(login))
            if user is not None:
                found.setdefault(roll.course.id, []).append((user, self._time(completed, date)))
        return found

    # Courses and people -----------------------------------------------------------------------------------------

    def _by_code(self, rolls: Iterable[Roll]) -> dict[str, Roll | None]:
        found: dict[str, Roll | None] = {}
        self._numbers = {roll.course.id: roll for roll in rolls}
        for roll in self._numbers.values():
            for code in roll.listing.codes:
                found[plain_text(code)] = roll
        return found

    def _roll(self, code: str) -> Roll | None:
        """The roll of the course that is called so; None for one that is not pulled."""
        if code not in self._courses:
            ask = code and self._by_number
            numbers = [int(one["id"]) for one in self._client.courses("idnumber", code)] if ask else []
            if len(numbers) > 1:
                self._refuse("report-course", "names a course that is not the only one with its ID number")
            self._courses[code] = self._numbers.get(numbers[0]) if numbers else None
        return self._courses[code]

    def _user(self, roll: Roll, login: str) -> int | None:
        """The number of somebody in a course; None for whom the filters keep out."""
        if self._people[0] != roll.course.id:
            self._people = (roll.course.id, self._logins(roll))
        if login not in self._people[1] and login not in roll.others:
            roll = self._rolls.again(roll)
            self._numbers[roll.course.id] = roll
            self._people = (roll.course.id, self._logins(roll))
            if login not in self._people[1] and login not in roll.others:
                self._refuse("report-person", f"names somebody whom course:{roll.course.id} does not list")
        return self._people[1].get(login)

    def _logins(self, roll: Roll) -> dict[str, int]:
        pairs = [
            (member.login if self._by_login else member.person.email or "", member.person.user)
            for member in roll.members
        ]
        found = {plain_text(login): user for login, user in pairs if login}
        if len(found) != sum(1 for login, _ in pairs if login):
            self._refuse("report-person", f"cannot tell learners of course:{roll.course.id} from each other")
        return found

    # Texts ------------------------------------------------------------------------------------------------------

    def _time(self, completed: str | None, date: str | None) -> int:
        if completed not in _WORDS:
            self._refuse("report-words", "says something other than Yes or No under 'Completed'")
        if not _WORDS[completed]:
            return 0
        if not date:
            return UNDATED
        moment = moment_of(date)
        if moment is None:
            self._refuse("report-dates", "has a date that is not in English")
        return int(moment.timestamp())

    # Sample -----------------------------------------------------------------------------------------------------

    def _compare(self, rows: Rows) -> None:
        """Ask about some of the learners themselves: whom the report calls completed must be so, at about that time."""
        pairs = [*rows.spread(SAMPLE_DONE, done=True), *rows.spread(SAMPLE_OPEN, done=False)]
        shifts = []
        for (course, user), status in zip(pairs, map_bounded(self._asked, pairs, len(pairs) or 1), strict=True):
            said = rows.completed(course, user) or 0
            if status is None:
                continue
            told = self._own_time(status)
            just_now = not said and told > self._now - _JUST_NOW
            if bool(said) != bool(told) and not just_now:
                self._refuse("report-disagrees", f"is at odds with course:{course}/user:{user}")
            if said > UNDATED and told > UNDATED:
                shifts.append(said - told // 60 * 60)
        if shifts and all(shift and shift % _QUARTER == 0 for shift in shifts):
            self._refuse("report-time-zone", "gives times of another time zone")

    def _asked(self, pair: tuple[int, int]) -> dict[str, Any] | None:
        try:
            return self._client.course_completion(*pair)
        except DataError:
            return None  # suspended, ended and such: only the report knows of them

    def _own_time(self, status: dict[str, Any]) -> int:
        if status.get("completed") is not True:
            return 0
        items = [item for item in status.get("completions") or () if item.get("complete") is True]
        try:
            return int(latest(item.get("timecompleted") for item in items).timestamp())
        except DataError:
            return UNDATED

    def _refuse(self, code: str, what: str) -> NoReturn:
        raise DataError(f"The custom report {self._number} {what}.", mend=_MENDS[code], code=code)


def _part(answer: dict[str, Any], name: str) -> dict[str, Any]:
    value = answer.get(name)
    return value if isinstance(value, dict) else {}


def _list(data: dict[str, Any], name: str) -> list[Any]:
    value = data.get(name)
    return value if isinstance(value, list) else []


def _columns(row: Any) -> list[str | None]:
    columns = row.get("columns") if isinstance(row, dict) else None
    return [None if text is None else str(text) for text in columns] if isinstance(columns, list) else []
