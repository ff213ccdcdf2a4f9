"""A list as a table of the columns that mimis reads; others, personal numbers first, never leave this module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePath
from typing import Literal

from mimis_core import DataError
from mimis_files.columns import LEFT_OUT, find_columns, meaning_of, missing_columns
from mimis_files.csv_file import read_csv
from mimis_files.excel import REFUSED, SUFFIX, read_excel
from mimis_files.personal import is_personal_column, looks_personal, names_personal_number
from mimis_files.sheets import Sheet, column_letters, half_written, unreadable

HEADER_WITHIN = 40
"""Filled rows in which the headings are looked for: titles and merged cells often stand above a table."""
SAMPLE = 1_000
"""Cells of a column that are looked at, to tell whether it holds personal numbers."""
_IDENTIFYING = frozenset({None, LEFT_OUT, "learner", "username"})
"""Columns that are dropped whole for what stands in them. In all others a personal number refuses its row."""
LACKING = "columns"
"""Code of the error of a file that has not all the columns that a list needs."""

Fate = Literal["read", "personal-number", "left-out", "double", "unknown"]


@dataclass(frozen=True)
class Column:
    """One column of a list: where it stands, what its heading is taken to mean, and what becomes of it."""

    position: int
    heading: str
    meaning: str | None
    fate: Fate

    @property
    def letters(self) -> str:
        """As spreadsheets name it."""
        return column_letters(self.position)


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet shows it, and its cells by our column names."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """The part of a list that mimis reads. ``notes`` are whole Swedish sentences for the school."""

    file: str
    sheet: str | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def place(self, row: int, column: str | None = None) -> str:
        """Where something stands, for a person: file and row, and in Excel the cell."""
        position = next((one for one in self.columns if one.meaning == column and one.fate == "read"), None)
        if self.sheet is None or position is None:
            return f"{self.file}, rad {row}"
        return f"{self.file}, rad {row} (cell {position.letters}{row} på bladet {self.sheet})"


def read_table(name: str, content: bytes, encoding: str = "auto", answers: Mapping[str, str] | None = None) -> Table:
    """The table in a file: of an Excel file the first visible sheet that has the headings.

    Raises DataError (code ``unreadable``, ``encoding``, ``columns`` or ``too-large``), with the mend in Swedish, when
    the file as a whole cannot be used, and TemporaryError when it seems to be half written.
    """
    answers = answers or {}
    tables: list[Table] = []
    lacking: list[_LackingError] = []
    for sheet in _sheets(name, content, encoding, answers):
        try:
            tables.append(_table(name, sheet, answers))
        except _LackingError as error:
            lacking.append(error)
    if not tables:
        raise min(lacking, key=lambda error: error.count, default=_LackingError(missing_columns({}), ()))
    return replace(tables[0], notes=tables[0].notes + _other_sheets(tables))


def _other_sheets(tables: Sequence[Table]) -> tuple[str, ...]:
    others = ", ".join(str(table.sheet) for table in tables[1:])
    text = f"Bara bladet {tables[0].sheet} läses. Dessa blad har också listans rubriker, men läses inte: {others}."
    return (text,) if others else ()


def look_at_columns(
    name: str, content: bytes, encoding: str = "auto", answers: Mapping[str, str] | None = None
) -> tuple[Column, ...]:
    """All columns of a file, even one that lacks some: to ask a person what they mean. Raises as :func:`read_table`."""
    answers = answers or {}
    best: tuple[Column, ...] = ()
    for sheet in _sheets(name, content, encoding, answers):
        columns = _columns(sheet, _header(sheet, answers), answers)
        if _read(columns) > _read(best) or not best:
            best = columns
    return best


def _read(columns: Sequence[Column]) -> int:
    return sum(one.fate == "read" for one in columns)


def _sheets(name: str, content: bytes, encoding: str, answers: Mapping[str, str]) -> list[Sheet]:
    suffix = PurePath(name).suffix.lower()
    if suffix in REFUSED and not content.startswith(b"\xd0\xcf\x11\xe0"):
        raise unreadable(f"Filer av sorten {suffix} läses inte.", "Spara den som Excel (.xlsx) eller CSV.")
    if suffix == SUFFIX or suffix in REFUSED:
        return read_excel(content)
    return [read_csv(content, encoding, answers)]


def _table(name: str, sheet: Sheet, answers: Mapping[str, str]) -> Table:
    header = _header(sheet, answers)
    columns = _columns(sheet, header, answers)
    positions = {one.meaning: one.position for one in columns if one.fate == "read" and one.meaning}
    notes = tuple(_dropped(one) for one in columns if one.fate == "personal-number")
    missing = missing_columns(positions)
    if not sheet.ended and _breaks_off(sheet, header, bool(missing)):
        raise half_written()
    if missing:
        raise _LackingError(missing, notes)
    rows = (Row(number, _cells(cells, positions)) for number, cells in sheet.rows[header + 1 :])
    filled = tuple(row for row in rows if any(row.cells.values()))
    return Table(name, sheet.name, columns, filled, sheet.notes + notes)


def _breaks_off(sheet: Sheet, header: int, missing: bool) -> bool:
    """Whether a file without a last line end stops in the middle of its headings, or of a row."""
    if header == len(sheet.rows) - 1:
        return missing
    return bool(sheet.rows) and len(sheet.rows[-1][1]) < len(sheet.rows[header][1])


def _header(sheet: Sheet, answers: Mapping[str, str]) -> int:
    """Index of the headings: the first row that has all that a list needs, else the one with most known headings."""
    best, most = 0, -1
    for index, (_, cells) in enumerate(islice(sheet.rows, HEADER_WITHIN)):
        found = find_columns(cells, answers)
        if not missing_columns(found):
            return index
        if len(found) > most:
            best, most = index, len(found)
    return best


def _columns(sheet: Sheet, header: int, answers: Mapping[str, str]) -> tuple[Column, ...]:
    """What becomes of each column. Personal numbers are told by the heading and by what stands in the cells."""
    if not sheet.rows:
        return ()
    headings = sheet.rows[header][1]
    below = [cells for _, cells in islice(sheet.rows, header + 1, header + 1 + SAMPLE)]
    personal = {
        position
        for position, heading in enumerate(headings)
        if names_personal_number(heading)
        or (
            _meaning(heading, answers) in _IDENTIFYING
            and is_personal_column(cells[position] for cells in below if position < len(cells))
        )
    }
    kept = ["" if position in personal else heading for position, heading in enumerate(headings)]
    read = find_columns(kept, answers)
    return tuple(
        Column(position, _shown(heading), _meaning(heading, answers), _fate(position, heading, personal, read, answers))
        for position, heading in enumerate(headings)
        if heading or position in personal
    )


def _meaning(heading: str, answers: Mapping[str, str]) -> str | None:
    meant = meaning_of(heading, answers)
    return meant[0] if meant else None


def _fate(position: int, heading: str, personal: set[int], read: Mapping[str, int], answers: Mapping[str, str]) -> Fate:
    meaning = _meaning(heading, answers)
    if position in personal:
        return "personal-number"
    if meaning is None:
        return "unknown"
    if meaning not in read:
        return "left-out"
    return "read" if read[meaning] == position else "double"


def _shown(heading: str) -> str:
    """A heading as it may be shown: where a list has none, its first row holds people."""
    return "(personnummer)" if looks_personal(heading) else heading


def _dropped(column: Column) -> str:
    return f"Kolumn {column.letters} ({column.heading or 'utan rubrik'}) innehåller personnummer och läses inte."


class _LackingError(DataError):
    """A sheet lacks columns; ``count`` says how many, to name the one that comes closest to a list."""

    def __init__(self, missing: Sequence[str], notes: Sequence[str]) -> None:
        text = " ".join((f"Filen saknar kolumner: {', '.join(missing)}.", *notes))
        mend = "Hämta en mall med: mimis files template, eller säg vad rubrikerna betyder med: mimis files map"
        super().__init__(text, mend=mend, code=LACKING)
        self.count = len(missing)


def _cells(cells: Sequence[str], positions: Mapping[str, int]) -> dict[str, str]:
    return {name: cells[position] if position < len(cells) else "" for name, position in positions.items()}
