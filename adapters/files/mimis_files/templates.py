"""Templates of lists, as CSV and as Excel with drop-down lists and a sheet that explains each column."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from mimis_files.columns import SWEDISH
from mimis_files.mapping import EXAMPLE
from mimis_files.styles import DATE_FORMAT, TEXT_FORMAT, letters, new_book, new_sheet, offer, set_formats, write_row


class Kind(StrEnum):
    """What a template is for."""

    COURSE = "course"
    VALIDATION = "validation"
    ATTESTATION = "attestation"
    CATALOGUE = "catalogue"


SHEETS = {Kind.COURSE: "Klara kurser", Kind.VALIDATION: "Valideringar", Kind.ATTESTATION: "Arbetsplatsintyg"}
WORDS = {Kind.COURSE: "kurs", Kind.VALIDATION: "validering", Kind.ATTESTATION: "arbetsplatsintyg"}
_OWN = {
    Kind.COURSE: ("date", "result", "kind", "assessor"),
    Kind.VALIDATION: (
        "outcome", "start", "date", "result", "kind", "assessor", "method", "evidence", "hours", "workplace",
        "document",
    ),
    Kind.ATTESTATION: (
        "outcome", "start", "date", "result", "kind", "supervisor", "workplace", "hours", "evidence", "document",
    ),
}  # fmt: skip
_EXAMPLES: dict[str, Any] = {
    "learner": EXAMPLE,
    "name": "Kim Exempel",
    "email": "kim@exempel.se",
    "achievement": "solenergi-grund",
    "outcome": "1",
    "date": date(2026, 11, 24),
    "assessor": "Lärare Exempel",
    "supervisor": "Handledare Exempel",
    "result": "Nej",
    "start": date(2026, 11, 2),
    "hours": 120,
    "workplace": "Företaget Exempel",
    "method": "Arbetsprov",
    "evidence": "Fyra av fem moment utan hjälp",
    "protected": "nej",
}
HELP = {
    "learner": "Skolans eget id på deltagaren. Aldrig ett personnummer. Kan vara tomt om e-post finns.",
    "name": "För- och efternamn, så som personen skriver dem.",
    "email": "Gärna en privat adress, så att personen når sitt bevis efter kursen.",
    "achievement": "Mikromeritens id i katalogen.",
    "outcome": "Numret på läranderesultatet i katalogen, en rad för varje. Tomt betyder hela mikromeriten.",
    "date": "Dagen då det blev klart, till exempel 2026-11-24.",
    "result": "Ja när det är klart. Nej eller tomt när det inte är klart än.",
    "kind": "kurs, validering eller arbetsplatsintyg.",
    "assessor": "Den som har bedömt.",
    "supervisor": "Handledaren på arbetsplatsen, som intygar. En lärare beslutar sedan i mimis.",
    "start": "Första dagen, till exempel 2026-11-02.",
    "hours": "Antal timmar, till exempel 120 eller 7,5.",
    "workplace": "Var det skedde.",
    "method": "Hur det bedömdes, till exempel arbetsprov eller samtal.",
    "evidence": "Vad som visades. Skriv inget om hälsa eller annat känsligt.",
    "document": "Adress till det signerade intyget eller utlåtandet. Börjar med https://",
    "protected": "ja om personen har skyddade personuppgifter.",
    "withdrawn": "Ja om raden blev fel och ska tas tillbaka. Att bara ta bort raden räcker inte.",
    "reason": "Varför den tas tillbaka. Skriv inget namn.",
}
"""What each column of a template is for, in Swedish."""

CHOICES = {
    "result": '"Ja,Nej"',
    "kind": '"kurs,validering,arbetsplatsintyg"',
    "protected": '"ja,nej"',
    "withdrawn": '"Ja"',
}
_ROWS = 10_000
_WIDTHS = {"name": 26, "email": 28, "achievement": 28, "evidence": 40, "document": 36, "workplace": 26, "reason": 30}


def template_columns(kind: Kind) -> tuple[str, ...]:
    """Our names of the columns that a list of this kind needs, in order."""
    return ("learner", "name", "email", "achievement", *_OWN[kind], "protected", "withdrawn", "reason")


def template_text(kind: Kind) -> str:
    """The template as CSV with semicolons, as Swedish spreadsheet programs open it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    columns = template_columns(kind)
    writer.writerow(SWEDISH[name] for name in columns)
    writer.writerow(_example(kind)[name] for name in columns)
    return text.getvalue()


def template_book(kind: Kind, entries: Sequence[tuple[str, str]] = ()) -> bytes:
    """The template as an Excel file.

    Arguments:
        entries: id and title of the catalogue's entries; they become a drop-down list and a sheet of their own.
    """
    book, columns = new_book(), template_columns(kind)
    sheet = new_sheet(book, SHEETS[kind], [_WIDTHS.get(name, 16) for name in columns])
    write_row(sheet, 1, [SWEDISH[name] for name in columns], bold=True)
    write_row(sheet, 2, [_example(kind)[name] for name in columns])
    sheet.freeze_panes = "A2"
    formats = dict.fromkeys(("date", "start"), DATE_FORMAT) | {"learner": TEXT_FORMAT, "outcome": TEXT_FORMAT}
    set_formats(sheet, {columns.index(name) + 1: form for name, form in formats.items() if name in columns})
    choices = CHOICES | ({"achievement": f"=Mikromeriter!$A$2:$A${len(entries) + 1}"} if entries else {})
    for name, formula in choices.items():
        if name in columns:
            letter = letters(columns.index(name) + 1)
            offer(sheet, f"{letter}2:{letter}{_ROWS}", formula)
    _explain(book, columns)
    if entries:
        listed = new_sheet(book, "Mikromeriter", [32, 60])
        for row, texts in enumerate([("id", "titel"), *entries], start=1):
            write_row(listed, row, texts, bold=row == 1)
    return save(book)


def save(book: Any) -> bytes:
    """The workbook's bytes."""
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _example(kind: Kind) -> dict[str, Any]:
    return {**dict.fromkeys(SWEDISH, ""), **_EXAMPLES, "kind": WORDS[kind]}


def _explain(book: Any, columns: Sequence[str]) -> None:
    sheet = new_sheet(book, "Förklaring", [22, 90])
    intro = f"Raden med {EXAMPLE} är ett exempel. Den används aldrig. Ta bort den eller låt den stå."
    write_row(sheet, 1, ["Så fyller du i", intro], bold=True)
    for row, name in enumerate(columns, start=2):
        write_row(sheet, row, [SWEDISH[name], HELP[name]])
