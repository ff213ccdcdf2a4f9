"""``mimis participants``: what a project reports about those who take part, by ids alone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mimis_core.cli.output import HERE, Config, Json, emit, note
from mimis_core.errors import ConfigurationError, UserError
from mimis_core.services import Participant, ParticipantOrder, configured
from mimis_core.services.participants import IssuedTo

app = typer.Typer(help="Report the participants of a project, by ids alone.")
HEADINGS = ("Projekt", "Deltagare", "Start", "Slut", "Timmar", "Antal mikromeriter", "Mikromeriter")
MERITS = ("Projekt", "Deltagare", "Mikromerit", "Utfärdad", "Status")
STATUS = {
    "active": "gäller",
    "suspended": "tillfälligt stoppad",
    "revoked": "återkallad",
    "superseded": "ersatt",
    "expired": "har gått ut",
}
Row = tuple[str | int | float | date | None, ...]


@app.callback()
def participants() -> None:
    """Report the participants of a project, by ids alone."""


@app.command()
def export(
    project: Annotated[str, typer.Option("--project", help="Name of the project.")],
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of the period.")],
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of the period.")],
    out: Annotated[Path, typer.Option("--out", help="File to write: .csv or .xlsx.")],
    by: Annotated[str, typer.Option("--by", help="Who takes it out; stands in the record.")] = "",
    source: Annotated[list[str] | None, typer.Option("--source", help="Only from this source; repeatable.")] = None,
    achievement: Annotated[
        list[str] | None, typer.Option("--achievement", help="Only what earned this catalogue entry; repeatable.")
    ] = None,
    learners: Annotated[Path | None, typer.Option("--learners", help="File with ids of learners, one a line.")] = None,
    coded: Annotated[bool, typer.Option("--coded", help="Protected participants by a code; needs --by.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")] = False,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Write ids, days, hours and credentials of those who completed something in the period.

    No name, address or personal number is in the file. Protected participants are left out unless --coded.
    """
    _require_usable(out, replace)
    order = ParticipantOrder(
        project=project,
        start=start.date(),
        end=end.date(),
        sources=source or (),
        achievements=achievement or (),
        learners=_ids(learners),
        coded=coded,
    )
    with configured(config) as services:
        found = services.participants(order, by or ("" if coded else "mimis"))
        left_out = not coded and services.has_protected()
    _write(out, project, found)
    if left_out:
        note(
            "mimis: Protected learners are left out. Report those who take part by hand, with the code that SCB gives."
        )
    emit({"file": str(out), "participants": len(found)}, json_)


def _require_usable(out: Path, replace: bool) -> None:
    if out.suffix.lower() not in (".csv", ".xlsx"):
        raise UserError("The file is neither .csv nor .xlsx.", mend="Change --out.")
    if out.exists() and not replace:
        raise UserError(f"{out} is there already.", mend="Choose another, or add --replace.")


def _ids(file: Path | None) -> frozenset[str]:
    if file is None:
        return frozenset()
    try:
        ids = frozenset(file.read_text("utf-8-sig").split())
    except (OSError, UnicodeDecodeError):
        raise UserError(f"{file} cannot be read as a list of ids.", mend="Change --learners.") from None
    if not ids:
        raise UserError(f"{file} holds no id.", mend="Write one a line, as mimis learners list shows them.")
    return ids


def _write(out: Path, project: str, found: list[Participant]) -> None:
    try:
        if out.suffix.lower() == ".csv":
            _write_csv(out, project, found)
        else:
            _write_excel(out, project, found)
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}.", mend="Change --out.") from None


def _write_csv(out: Path, project: str, found: list[Participant]) -> None:
    """As Swedish Excel reads it: semicolons, decimal commas, and the mark that says UTF-8."""
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(HEADINGS)
        for row in _rows(project, found):
            rows.writerow([str(cell).replace(".", ",") if isinstance(cell, float) else cell for cell in row])


def _write_excel(out: Path, project: str, found: list[Participant]) -> None:
    try:
        from openpyxl import Workbook
    except ImportError:
        raise ConfigurationError(
            "Excel files need openpyxl.", mend="Install it with: pip install 'mimis[files]', or write .csv"
        ) from None
    book: Any = Workbook(write_only=True)
    merits = ((_plain(project), one.id, *_merit(merit)) for one in found for merit in one.credentials)
    for title, heading, rows in (("Deltagare", HEADINGS, _rows(project, found)), ("Mikromeriter", MERITS, merits)):
        sheet = book.create_sheet(title)
        sheet.append(heading)
        for row in rows:
            sheet.append(row)
    book.save(out)


def _rows(project: str, found: list[Participant]) -> Iterator[Row]:
    for one in found:
        merits = ", ".join(f"{achievement} {issued}" for achievement, issued, _ in map(_merit, one.credentials))
        yield _plain(project), one.id, one.start, one.end, one.hours, len(one.credentials), merits


def _merit(merit: IssuedTo) -> tuple[str, date, str]:
    return merit.achievement, merit.issued, STATUS.get(merit.status, merit.status)


def _plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
