"""A CSV file as a table of the columns that mimis reads; others, personal numbers first, never leave this module."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mimis_core import DataError
from mimis_files.columns import find_columns, missing_columns

SEPARATORS = (";", ",", "\t")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet shows it, and its cells by our column names, without outer spaces."""

    number: int
    cells: Mapping[str, str]


def read_rows(path: Path, encoding: str = "auto") -> list[Row]:
    """All rows that hold anything in a column that mimis reads.

    Raises DataError (code ``unreadable``, ``encoding`` or ``columns``), with the mend in Swedish, when the file as a
    whole cannot be used.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise DataError("Filen går inte att läsa.", mend="Kontrollera rättigheterna.", code="unreadable") from None
    text = decode(content, encoding).removeprefix("\ufeff")
    try:
        return _parse(text)
    except csv.Error:
        raise DataError(
            "Filen går inte att läsa som CSV.",
            mend="Spara den på nytt som CSV från kalkylprogrammet.",
            code="unreadable",
        ) from None


def decode(content: bytes, encoding: str = "auto") -> str:
    """The text of a file: by its byte order mark, else UTF-8 if it is, else Windows-1252 as Swedish Excel writes."""
    marked = [name for mark, name in _MARKS if content.startswith(mark)]
    tries = (marked or ["utf-8", "windows-1252"]) if encoding == "auto" else [encoding]
    for name in tries:
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    raise DataError(
        "Filens teckenkodning går inte att läsa.",
        mend="Spara den som CSV UTF-8 från kalkylprogrammet.",
        code="encoding",
    )


def _parse(text: str) -> list[Row]:
    text, separator = _separator(text)
    records = enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), start=1)
    headings = next((record for _, record in records if any(map(str.strip, record))), [])
    columns = find_columns(headings)
    missing = missing_columns(columns)
    if missing:
        raise DataError(
            f"Filen saknar kolumner: {', '.join(missing)}.",
            mend="Hämta en mall med: mimis files template",
            code="columns",
        )
    return list(_rows(records, columns))


def _rows(records: Iterator[tuple[int, list[str]]], columns: Mapping[str, int]) -> Iterator[Row]:
    for number, record in records:
        cells = {name: record[position].strip() if position < len(record) else "" for name, position in columns.items()}
        if any(cells.values()):
            yield Row(number, cells)


def _separator(text: str) -> tuple[str, str]:
    """The text without Excel's own ``sep=`` line, and the separator under which most headings are known."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and first.strip()[4:] in (";", ","):
        return rest, first.strip()[4:]
    heading = next((line for line in text.splitlines() if line.strip(' ;,\t"')), "")
    known = {mark: len(find_columns(next(csv.reader([heading], delimiter=mark), []))) for mark in SEPARATORS}
    return text, max(SEPARATORS, key=lambda mark: known[mark])
