"""What a list would do, before anything is taken in: columns, rows, problems, and what differs from what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mimis_core import Completion, DataError
from mimis_files.answers import ACHIEVEMENT, Answers, course_key
from mimis_files.columns import SWEDISH
from mimis_files.folder import patiently, read_file
from mimis_files.gather import Entry, Gathering, Problem, completion, withdrawal
from mimis_files.personal import looks_personal
from mimis_files.source import FilesSource
from mimis_files.tables import LACKING, Column, Table, look_at_columns

FATES = {
    "read": "läses",
    "personal-number": "läses inte: personnummer",
    "left-out": "läses inte: ni har sagt det",
    "double": "läses inte: en annan kolumn betyder samma sak",
    "unknown": "läses inte: rubriken är inte känd",
}
"""What becomes of a column, in words."""

SHOWN = 30
"""Changes, and problems, that people are shown."""

Stored = Callable[[str, Sequence[str]], Mapping[str, Completion]]
"""Gives the stored completions of a source by key: ``known_completions`` of the services."""


@dataclass(frozen=True)
class Change:
    """One row that differs from what is stored: new, corrected (and what), or taken back. Names nobody."""

    place: str
    what: str
    fields: tuple[str, ...] = ()


@dataclass
class Preview:
    """All that a list would do.

    ``courses`` says which catalogue entry each course of the list is, None for one without answer. ``counts`` add up:
    rows = completions + withdrawn + unfinished + set_aside + double.
    """

    file: str
    sheet: str | None = None
    columns: tuple[Column, ...] = ()
    courses: dict[str, str | None] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """Whether the list has the columns that it needs."""
        return bool(self.counts)

    def as_json(self) -> dict[str, Any]:
        """For scripts: plain values alone."""
        columns = [
            {"column": one.letters, "heading": one.heading, "meaning": one.meaning, "fate": one.fate}
            for one in self.columns
        ]
        rest = {"changes": [asdict(one) for one in self.changes], "problems": [asdict(one) for one in self.problems]}
        plain = {"file": self.file, "sheet": self.sheet, "columns": columns, "courses": self.courses}
        return {**plain, "notes": list(self.notes), "counts": self.counts, **rest}


def look_at(source: FilesSource, path: Path, answers: Answers, stored: Stored) -> Preview:
    """Read a list as a pull would, and compare it with what is stored. Writes nothing.

    Of a file that lacks columns it gives those that are there, and what is lacking as a problem of row 0. Raises
    DataError when it cannot be used otherwise, and TemporaryError when it cannot be read now.
    """
    try:
        table = source.read(path, answers)
    except DataError as error:
        if error.code != LACKING:
            raise
        problem = Problem(path.name, 0, LACKING, str(error))
        return Preview(path.name, columns=_columns(source, path, answers), problems=[problem])
    gathering = source.gathering(answers)
    gathering.take(table)
    settled = gathering.settle()
    changes, counts = _compare(source.name, settled, stored)
    counts = {
        "rows": len(table.rows),
        "completions": sum(completion(entry) is not None for entry in settled),
        "withdrawn": sum(withdrawal(entry) is not None for entry in settled),
        "unfinished": gathering.unfinished[table.file],
        "set_aside": len(gathering.problems),
        "double": _doubles(table, gathering, settled),
        **counts,
    }
    courses = {name: answers.plain_courses.get(course_key(name)) for name in _named_courses(table)}
    return Preview(table.file, table.sheet, table.columns, courses, table.notes, counts, changes, gathering.problems)


def _doubles(table: Table, gathering: Gathering, settled: list[Entry]) -> int:
    """Rows that say what another one says too."""
    return len(table.rows) - len(settled) - gathering.unfinished[table.file] - len(gathering.problems)


def _compare(source: str, settled: list[Entry], stored: Stored) -> tuple[list[Change], dict[str, int]]:
    known = stored(source, [entry.told.item.key for entry in settled])
    changes, counts = [], Counter(new=0, same=0, corrected=0)
    for entry in settled:
        told, before = completion(entry), known.get(entry.told.item.key)
        if told is None:
            changes.append(Change(entry.place, "withdrawn" if before else "withdrawn-unknown"))
        elif before is None:
            counts["new"] += 1
            changes.append(Change(entry.place, "new"))
        elif fields := _differences(before, told):
            counts["corrected"] += 1
            changes.append(Change(entry.place, "corrected", fields))
        else:
            counts["same"] += 1
    return changes, dict(counts)


def _differences(before: Completion, now: Completion) -> tuple[str, ...]:
    names = (*Completion.model_fields, *(f"learner.{name}" for name in type(now.learner).model_fields))
    return tuple(name for name in names if name != "learner" and _value(before, name) != _value(now, name))


def _value(one: Completion, name: str) -> object:
    holder, _, attribute = name.rpartition(".")
    return getattr(one.learner if holder else one, attribute)


def lines(preview: Preview) -> list[str]:
    """The preview for people, in Swedish."""
    sheet = f", bladet {preview.sheet}" if preview.sheet else ""
    shown = [f"{preview.file}{sheet}", "", "Kolumner:"]
    shown += [
        f"  {one.letters:<3} {one.heading or '(utan rubrik)':<28} {SWEDISH.get(one.meaning or '', '–'):<16} "
        f"{FATES[one.fate]}"
        for one in preview.columns
    ]
    courses = [f"  {course}: {entry or 'inget svar än (mimis files map)'}" for course, entry in preview.courses.items()]
    shown += ["", "Kurser:", *courses] if courses else []
    counts = [f"  {_COUNTS[name]:<44} {number}" for name, number in preview.counts.items()]
    shown += ["", "Antal:", *counts] if counts else []
    shown += _listed("Ändringar:", [_change_line(one) for one in preview.changes])
    shown += _listed("Åtgärda:", [f"  {one.message}" for one in preview.problems])
    return [*shown, *(["", *preview.notes] if preview.notes else []), "", "Inget är sparat."]


_COUNTS = {
    "rows": "rader",
    "completions": "rader som räknas",
    "withdrawn": "rader som tas tillbaka",
    "unfinished": "rader som inte är klara, eller exempel",
    "set_aside": "rader som läggs åt sidan",
    "double": "rader som säger samma sak som en annan",
    "new": "nya",
    "same": "oförändrade",
    "corrected": "ändrade",
    "used": "klara delar som räcker till en mikromerit",
    "waiting": "klara delar som väntar på fler",
    "unmatched": "klara delar som ingen mikromerit frågar efter",
    "awards": "nya förslag på mikromeriter",
}
_WHATS = {
    "new": "ny",
    "corrected": "ändrad",
    "withdrawn": "tas tillbaka",
    "withdrawn-unknown": "tas tillbaka, men fanns inte",
}


def _listed(heading: str, items: list[str]) -> list[str]:
    """A heading and its lines; of a long list the first ones, since nobody reads thousands at a terminal."""
    rest = [f"  … och {len(items) - SHOWN} till (alla: --json)"] if len(items) > SHOWN else []
    return ["", heading, *items[:SHOWN], *rest] if items else []


def _change_line(change: Change) -> str:
    fields = f": {', '.join(change.fields)}" if change.fields else ""
    return f"  {change.place}: {_WHATS[change.what]}{fields}"


@dataclass(frozen=True)
class Unknown:
    """What a list holds that the school has not explained yet: headings, and courses without a catalogue entry."""

    headings: tuple[str, ...] = ()
    courses: tuple[str, ...] = ()


def find_unknown(source: FilesSource, path: Path, answers: Answers) -> Unknown:
    """Unknown headings, and course names of a usable list, each once. Raises as :func:`look_at` does."""
    found = _columns(source, path, answers)
    headings = tuple(dict.fromkeys(one.heading for one in found if one.fate == "unknown"))
    return Unknown(headings, tuple(_courses(source, path, answers)))


def _columns(source: FilesSource, path: Path, answers: Answers) -> tuple[Column, ...]:
    def read() -> tuple[Column, ...]:
        content = read_file(path)
        return look_at_columns(path.name, content, source.settings.encoding, answers.plain_headings)

    return patiently(read)


def _courses(source: FilesSource, path: Path, answers: Answers) -> list[str]:
    try:
        table = source.read(path, answers)
    except DataError:
        return []  # columns are lacking still: its courses come when they have been explained
    known = answers.plain_courses
    return [name for name in _named_courses(table) if course_key(name) not in known]


def _named_courses(table: Table) -> list[str]:
    """What stands in place of ids of catalogue entries, each once."""
    names = (row.cells.get("achievement") or row.cells.get("course", "") for row in table.rows)
    shown = (name for name in dict.fromkeys(names) if name and not looks_personal(name))
    return [name for name in shown if not _is_entry(table, name)]


def _is_entry(table: Table, name: str) -> bool:
    """Whether a text is an id of the catalogue: never in a column of courses, whose codes can look like one."""
    named = any(one.meaning == "achievement" and one.fate == "read" for one in table.columns)
    return named and ACHIEVEMENT.fullmatch(name.casefold()) is not None
