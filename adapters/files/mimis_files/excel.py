"""Excel files as sheets of texts: bounded, without macros, formulas by the value that Excel last saw."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mimis_core import DataError, MimisError
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

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

SUFFIX = ".xlsx"
REFUSED = frozenset({".xls", ".xlsm", ".xlsb", ".xltx", ".ods", ".numbers"})
"""Suffixes of spreadsheets that are no lists for mimis; a file with one is told of, and not passed over."""

MAX_UNPACKED = 80_000_000
MAX_MEMBERS = 2_000
_LAST_ROW = 1_048_576
_WIDE_ROWS = 1_000
"""Rows may have a border in the last column; that many with cells out there are made to cost time."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_NO_VALUE = re.compile(rb"</(?:\w+:)?f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>")
_DECLARATION = b"<!DOCTYPE"
_SAVE_ANEW = "Spara den på nytt i Excel som en vanlig Excel-arbetsbok (.xlsx)."


def read_excel(content: bytes) -> list[Sheet]:
    """All visible sheets of a workbook.

    Raises DataError, with the mend in Swedish, for a file that cannot be used, also where the extra ``files`` is not
    installed, and TemporaryError for one that seems to be half written.
    """
    notes = _look_inside(content)
    book = open_book(content)
    try:
        names = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
        return [Sheet(name=name, rows=tuple(_rows(book[name])), notes=notes) for name in names]
    except MimisError:
        raise
    except Exception:  # the library raises whatever a damaged part leads to; which one says nothing to a school
        raise unreadable("Excel-filen är skadad.", _SAVE_ANEW) from None
    finally:
        book.close()


def open_book(content: bytes) -> Workbook:
    """The workbook with its saved values, read row by row. Its sheets are checked by :func:`read_excel` only."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise unreadable("Excel-filer kräver tillägget files.", "Installera: pip install 'mimis[files]'") from None
    # It warns of styles and decorations that a list has no use for; set anew, since others may reset the filters.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\b")
    try:
        return load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except Exception:  # as above
        raise unreadable("Excel-filen är skadad.", _SAVE_ANEW) from None


def installed() -> bool:
    """Whether the library that reads Excel files is there."""
    return find_spec("openpyxl") is not None


def _look_inside(content: bytes) -> tuple[str, ...]:
    """Refuse what is no plain workbook, before anything is unpacked; gives notes about what is."""
    if content.startswith(_OLE):
        raise _ole(content)
    if looks_like_web_page(content):
        raise web_page()
    if not content or (content.startswith(b"PK") and not zipfile.is_zipfile(io.BytesIO(content))):
        raise half_written()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _refuse_package(package)
            return _formula_notes(package)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, RuntimeError, EOFError, zlib.error):
        raise unreadable("Filen är ingen Excel-fil, eller så är den skadad.", _SAVE_ANEW) from None


def _ole(content: bytes) -> DataError:
    if _ENCRYPTED in content:
        return unreadable("Excel-filen är skyddad med lösenord.", "Ta bort lösenordet och spara den igen.")
    return unreadable("Filen har det gamla Excel-formatet (.xls).", _SAVE_ANEW)


def _refuse_package(package: zipfile.ZipFile) -> None:
    members = package.infolist()
    names = {one.filename for one in members}
    if len(members) > MAX_MEMBERS or sum(one.file_size for one in members) > MAX_UNPACKED:
        raise too_large()
    if any(one.flag_bits & 1 for one in members):
        raise unreadable("Excel-filen är skyddad med lösenord.", "Ta bort lösenordet och spara den igen.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise unreadable("Excel-filen innehåller makron.", _SAVE_ANEW)
    if "mimetype" in names or "content.xml" in names:
        raise unreadable("Filen är ett OpenDocument-kalkylblad (.ods).", "Spara den som Excel (.xlsx) eller CSV.")
    if "xl/workbook.xml" not in names:
        raise unreadable("Filen är ingen Excel-arbetsbok av den vanliga sorten.", _SAVE_ANEW)
    for name in names:  # whatever they are called: a relation may name any of them as a sheet
        if _declares_type(package, name):
            raise unreadable("Excel-filen innehåller sådant som Excel aldrig skriver.", _SAVE_ANEW)


def _declares_type(package: zipfile.ZipFile, name: str) -> bool:
    """Whether a part declares entities of its own: the way in which a small file becomes a huge one.

    The declaration may stand behind a comment of any length.
    """
    before = b""
    with package.open(name) as part:
        while read := part.read(1_000_000):
            text = before + read.replace(b"\0", b"")
            if _DECLARATION in text:
                return True
            before = text[1 - len(_DECLARATION) :]
    return False


def _formula_notes(package: zipfile.ZipFile) -> tuple[str, ...]:
    count = 0
    for name in package.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            count += len(_NO_VALUE.findall(package.read(name)))
    text = f"Formler utan sparat värde läses som tomma celler: {count}. Öppna filen i Excel och spara den."
    return (text,) if count else ()


def _rows(sheet: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    sheet.reset_dimensions()  # what the file says of its size is often wrong
    kept = wide = 0
    for number, row in enumerate(sheet.iter_rows(max_row=_LAST_ROW), start=1):
        wide += len(row) > MAX_COLUMNS
        cells = _trimmed([_text(cell) for cell in row])
        if cells:
            kept += 1
            if kept > MAX_ROWS or len(cells) > MAX_COLUMNS or wide > _WIDE_ROWS:
                raise too_large()
            yield number, cells


def _trimmed(cells: list[str]) -> tuple[str, ...]:
    """The cells without the empty ones at the end, which only have a colour or a border."""
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _text(cell: Any) -> str:
    """A cell as it would stand in a CSV file, but with dates in one form and numbers without lost places."""
    value = cell.value
    if value is None or isinstance(value, str):
        return (value or "").strip()
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if isinstance(value, int | float):
        return _number(value, "%" in cell.number_format)
    return _moment(value)


def _number(value: int | float, percent: bool) -> str:
    amount = round(value * 100, 6) if percent else value
    text = f"{int(amount)}" if float(amount).is_integer() and abs(amount) < 1e15 else f"{amount!r}"
    return f"{text} %" if percent else text


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.total_seconds() / 3600:g}"
    return str(value)
