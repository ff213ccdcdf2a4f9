"""One of ESCO's CSV files, read by the names of its columns: versions have added some."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import NamedTuple

from mimis_core import UserError
from mimis_esco.download import EscoFile

MEND = "It is not as ESCO publishes it: download it again, and do not save it from a spreadsheet."


class Row(NamedTuple):
    """One row: where it begins, and its cells in the order of the columns that were asked for."""

    file: str
    line: int
    cells: tuple[str, ...]


def read_table(file: EscoFile, needed: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Row]:
    """The rows of a file; a column of ``optional`` that it lacks is empty.

    Raises UserError with file and line when the file is broken: not UTF-8, a column missing, a row cut off.
    """
    rows = _rows(file)
    _, header = next(rows, (1, []))
    places = _places(file, header, needed, optional)
    for line, row in rows:
        if len(row) != len(header):
            raise _broken(file, line, f"has {len(row)} cells where {len(header)} belong")
        yield Row(file.name, line, tuple(row[place].strip() if place >= 0 else "" for place in places))


def _rows(file: EscoFile) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with the line that it begins on."""
    reader = csv.reader(StringIO(_text(file), newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise _broken(file, line, f"cannot be read ({error})") from None


def _text(file: EscoFile) -> str:
    content = file.read()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _broken(file, content.count(b"\n", 0, error.start) + 1, "is not UTF-8") from None


def _places(file: EscoFile, header: list[str], needed: Sequence[str], optional: Sequence[str]) -> tuple[int, ...]:
    names = [name.strip() for name in header]
    missing = [name for name in needed if name not in names]
    if missing:
        raise _broken(file, 1, f"has no column {' and '.join(missing)}")
    return tuple(names.index(name) if name in names else -1 for name in (*needed, *optional))


def _broken(file: EscoFile, line: int, what: str) -> UserError:
    return UserError(f"{file.name}, line {line}: {what}.", mend=MEND)
