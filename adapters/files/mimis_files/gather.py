"""All rows of all lists: one completion for each key, whatever the order of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from mimis_core import Completion, DataError, SetAside, Withdrawal
from mimis_files.cells import CellError
from mimis_files.mapping import Context, Told, map_row
from mimis_files.tables import Table


@dataclass(frozen=True)
class Entry:
    """What one row tells, and where it stands."""

    told: Told
    file: str
    row: int
    place: str


@dataclass(frozen=True)
class Problem:
    """Why a row, or with row 0 a file, is set aside."""

    file: str
    row: int
    reason: str
    message: str


@dataclass
class Gathering:
    """What the lists of one pull tell. Take tables in in a fixed order, then ask :meth:`settle`."""

    context: Context
    rows: dict[str, int] = field(default_factory=dict)
    unfinished: dict[str, int] = field(default_factory=dict)
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, table: Table) -> None:
        """Take in all rows of a table; a bad one becomes a problem and the rest go on."""
        self.rows[table.file] = len(table.rows)
        self.unfinished[table.file] = 0
        for row in table.rows:
            try:
                told = map_row(row, self.context)
            except CellError as error:
                place = table.place(row.number, error.column)
                self.problems.append(Problem(table.file, row.number, error.code or "row", f"{place}: {error}"))
                continue
            if told is None:
                self.unfinished[table.file] += 1
            else:
                entry = Entry(told, table.file, row.number, table.place(row.number))
                self.entries.setdefault(told.item.key, []).append(entry)

    def refuse(self, file: str, error: DataError) -> None:
        """Set a whole file aside."""
        self.rows[file] = 0
        self.problems.append(Problem(file, 0, error.code or "file", f"{file}: {error}"))

    def settle(self) -> list[Entry]:
        """The one entry that counts for each key; adds a problem for each row that another one overrides.

        The later day counts. Of rows of the same day one that takes back counts; others that contradict each other
        are all set aside, so that nothing depends on the order of the rows.
        """
        settled = []
        for entries in self.entries.values():
            newest = max(entry.told.day for entry in entries)
            top = [entry for entry in entries if entry.told.day == newest]
            winner = _winner(top)
            if winner is not None:
                settled.append(winner)
            self.problems += _overridden(entries, newest, winner)
        self.problems.sort(key=attrgetter("file", "row"))
        return settled

    def set_aside(self, problem: Problem) -> SetAside:
        """A problem as the core wants it."""
        key = f"{problem.file}:{problem.row}" if problem.row else problem.file
        return SetAside(source=self.context.source, key=key, reason=problem.reason, message=problem.message)


def withdrawal(entry: Entry) -> Withdrawal | None:
    """The entry's withdrawal, with the place where it stands; None for a completion."""
    item = entry.told.item
    if not isinstance(item, Withdrawal):
        return None
    return item.model_copy(update={"message": f"{entry.place}: {item.message}"})


def completion(entry: Entry) -> Completion | None:
    """The entry's completion; None for a withdrawal."""
    return entry.told.item if isinstance(entry.told.item, Completion) else None


def _winner(top: list[Entry]) -> Entry | None:
    taken_back = [entry for entry in top if isinstance(entry.told.item, Withdrawal)]
    if taken_back:
        return taken_back[0]
    return top[0] if all(entry.told.item == top[0].told.item for entry in top) else None


def _overridden(entries: list[Entry], newest: datetime, winner: Entry | None) -> Iterator[Problem]:
    for entry in entries:
        if entry is winner or (winner is not None and entry.told.item == winner.told.item):
            continue
        if winner is None and entry.told.day == newest:
            text = "En annan rad säger något annat om samma deltagare och mikromerit."
            yield Problem(entry.file, entry.row, "duplicate", f"{entry.place}: {text} Låt en av raderna stå kvar.")
        elif not (winner and isinstance(winner.told.item, Withdrawal) and isinstance(entry.told.item, Withdrawal)):
            text = "En senare rad om samma deltagare och mikromerit gäller i stället."
            yield Problem(entry.file, entry.row, "superseded", f"{entry.place}: {text}")
