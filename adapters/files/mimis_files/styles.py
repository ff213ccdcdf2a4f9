"""How our Excel files look and behave: headings that stay in view, drop-down lists, dates as dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mimis_core import ConfigurationError

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

DATE_FORMAT, TEXT_FORMAT = "yyyy-mm-dd", "@"
HEADING_COLOUR = "DDEBF7"


def new_book() -> Workbook:
    """An empty workbook. Raises ConfigurationError when the extra ``files`` is not installed."""
    try:
        from openpyxl import Workbook
    except ImportError:
        raise ConfigurationError(
            "Excel files need the extra files.", mend="Install it with: pip install 'mimis[files]'"
        ) from None
    book = Workbook()
    for name in book.sheetnames:
        del book[name]
    return book


def new_sheet(book: Workbook, title: str, widths: Sequence[int]) -> Worksheet:
    """A sheet with columns of these widths, in characters."""
    sheet: Worksheet = book.create_sheet(title)
    for position, width in enumerate(widths, start=1):
        sheet.column_dimensions[letters(position)].width = width
    return sheet


def letters(position: int) -> str:
    """A column as spreadsheets name it: 1 is A."""
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(position))


def write_row(sheet: Worksheet, row: int, texts: Sequence[Any], *, bold: bool = False) -> None:
    """Write one row; long texts wrap, a text that starts with ``=`` stays a text, headings get a colour."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font, PatternFill

    for position, text in enumerate(texts, start=1):
        cell: Any = sheet.cell(row, position)
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", text) if isinstance(text, str) else text
        if isinstance(text, str):
            cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if bold:
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", start_color=HEADING_COLOUR)


def offer(sheet: Worksheet, cells: str, formula: str, *, strict: bool = True) -> None:
    """Give cells a drop-down list; ``formula`` is ``"Ja,Nej"`` in quotes, or a range such as ``=Lista!$A$2:$A$9``."""
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=strict)
    rule.error, rule.errorTitle = "Välj ett värde i listan.", "Inte i listan"
    sheet.add_data_validation(rule)
    rule.add(cells)


def set_formats(sheet: Worksheet, formats: Mapping[int, str]) -> None:
    """Give whole columns their number format, so that ids keep zeros and dates are dates."""
    for position, number_format in formats.items():
        sheet.column_dimensions[letters(position)].number_format = number_format
