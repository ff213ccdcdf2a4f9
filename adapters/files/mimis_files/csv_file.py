"""CSV files as Swedish programs leave them: three separators, four encodings, and Excel's ``sep=`` line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping

from mimis_core import DataError
from mimis_files.columns import find_columns
from mimis_files.sheets import (
    MAX_COLUMNS,
    MAX_ROWS,
    Sheet,
    half_written,
    looks_like_web_page,
    too_large,
    unreadable,
    web_page,
)

SEPARATORS = (";", ",", "\t")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LOOKED_AT = 30
"""Lines in which the headings are looked for, to tell the separator."""


def read_csv(content: bytes, encoding: str = "auto", answers: Mapping[str, str] | None = None) -> Sheet:
    """The file as a sheet.

    Arguments:
        encoding: ``auto``, or the name of the only one that may be.
        answers: headings that the school has explained; they help to tell the separator.

    Raises DataError, with the mend in Swedish, for a file that cannot be used, and TemporaryError for one that seems
    to be half written.
    """
    if not content:
        raise half_written()
    if looks_like_web_page(content):
        raise web_page()
    text, separator = _separator(decode(content, encoding).removeprefix("\ufeff"), answers or {})
    return Sheet(name=None, rows=tuple(_records(text, separator)), ended=text.endswith(("\n", "\r")))


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


def _records(text: str, separator: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    kept = 0
    try:
        for number, record in enumerate(records, start=1):
            cells = tuple(map(str.strip, record))
            if any(cells):
                kept += 1
                if kept > MAX_ROWS or len(cells) > MAX_COLUMNS:
                    raise too_large()
                yield number, cells
    except csv.Error as error:
        # The module has no other way to say that a quoted cell never ends.
        if "unexpected end of data" in str(error):
            raise half_written() from None
        raise unreadable(
            "Filen går inte att läsa som CSV.", "Spara den på nytt som CSV från kalkylprogrammet."
        ) from None


def _separator(text: str, answers: Mapping[str, str]) -> tuple[str, str]:
    """The text without Excel's own ``sep=`` line, and the separator under which most headings are known."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and first.strip()[4:] in (";", ","):
        return rest, first.strip()[4:]
    lines = [line for line in text[:100_000].splitlines() if line.strip(' ;,\t"')][:_LOOKED_AT]

    def known(mark: str) -> int:
        rows = (next(csv.reader([line], delimiter=mark), []) for line in lines)
        return max((len(find_columns(row, answers)) for row in rows), default=0)

    return text, max(SEPARATORS, key=known)
