"""Catalogue entries as forms of an Excel file: the empty template, and what is there for the next round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mimis_core import Achievement
from mimis_files.catalogue.form import FIELD, HELP, LANGUAGES, SPARE, Field, Place, form_rows
from mimis_files.styles import DATE_FORMAT, TEXT_FORMAT, new_book, new_sheet, offer, write_row
from mimis_files.templates import save

if TYPE_CHECKING:
    from openpyxl import Workbook

TEMPLATE = "Mikromerit"
_LONGEST_NAME = 31
_HEADER = 3
_INTRO = (
    "Ett blad för varje mikromerit. Skriv i kolumnerna Svenska och Engelska. Det som inte är en text skrivs under "
    "Svenska. Behövs fler läranderesultat? Lägg till rader med nästa nummer."
)


def template_form() -> bytes:
    """An Excel file with one empty form."""
    book = new_book()
    _write(book, TEMPLATE, None)
    return save(book)


def write_forms(entries: Sequence[Achievement]) -> bytes:
    """An Excel file with a filled-in form for each entry."""
    book = new_book()
    for entry in entries:
        _write(book, _free_name(entry, book.sheetnames), entry)
    return save(book)


def _free_name(entry: Achievement, taken: Sequence[str]) -> str:
    name = entry.id[:_LONGEST_NAME]
    return name if name not in taken else f"{entry.id[: _LONGEST_NAME - 4]} {len(taken)}"


def _write(book: Workbook, name: str, entry: Achievement | None) -> None:
    values = entry.model_dump(mode="json", exclude_none=True) if entry else {}
    codes = [*LANGUAGES.values(), *sorted(_codes(values) - set(LANGUAGES.values()))]
    sheet = new_sheet(book, name, [40, *([52] * len(codes)), 60])
    write_row(sheet, 1, [f"Mikromerit: {entry.id}" if entry else "Mikromerit"], bold=True)
    write_row(sheet, 2, [_INTRO])
    sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=len(codes) + 2)
    sheet.row_dimensions[2].height = 34
    headings = [heading.capitalize() for heading in LANGUAGES] + codes[len(LANGUAGES) :]
    write_row(sheet, _HEADER, [FIELD, *headings, HELP], bold=True)
    sheet.freeze_panes = f"B{_HEADER + 1}"
    counts = {name: max(least, _count(values, name)) for name, least in SPARE.items()}
    for row, (one, number) in enumerate(form_rows(counts), start=_HEADER + 1):
        texts = _texts(one, _value(values, one.at(number)), codes)
        write_row(sheet, row, [one.label.format(n=number), *texts, one.help])
        cell = sheet.cell(row, 2)
        cell.number_format = DATE_FORMAT if one.shape == "date" else TEXT_FORMAT
        if one.shape == "choice":
            offer(sheet, f"B{row}", f'"{",".join(one.choices)}"')


def _count(values: Mapping[str, Any], name: str) -> int:
    holder = values.get("quality_assurance", {}) if name == "accreditations" else values
    return len(holder.get(name, ()))


def _value(values: Any, path: Place) -> Any:
    """What stands at a place; None when nothing does."""
    for part in path:
        if isinstance(part, int):
            values = values[part] if isinstance(values, list) and part < len(values) else None
        else:
            values = values.get(part) if isinstance(values, dict) else None
    return values


def _texts(one: Field, value: Any, codes: Sequence[str]) -> list[str]:
    """The cells of the language columns."""
    if one.shape == "text":
        return [(value or {}).get(code, "") for code in codes]
    return [_word(one, value), *([""] * (len(codes) - 1))]


def _word(one: Field, value: Any) -> str:
    if value is None:
        return ""
    if one.shape == "number":
        return f"{value:g}".replace(".", ",")
    if one.shape == "concepts":
        return "\n".join(map(_concept, value))
    words = {code: word for word, code in one.choices.items()}
    if one.shape == "words":
        return ", ".join(words.get(word, word) for word in value)
    word = str(value).lower() if isinstance(value, bool) else str(value)
    return words.get(word, word)


def _concept(concept: Mapping[str, Any]) -> str:
    return " | ".join((concept["uri"], *(f"{code}: {name}" for code, name in (concept.get("label") or {}).items())))


def _codes(value: Any) -> set[str]:
    """Codes of all languages that the entry's texts are in, but not of names in vocabularies: those share a cell."""
    if isinstance(value, list):
        return set().union(*map(_codes, value))
    if not isinstance(value, dict):
        return set()
    if value and all(len(key) == 2 and isinstance(text, str) for key, text in value.items()):
        return set(value)
    return set().union(*(_codes(one) for key, one in value.items() if key not in ("esco", "skills")))
