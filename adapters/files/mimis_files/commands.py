"""``mimis files``: a template to start a list from."""

from __future__ import annotations

import csv
import io
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mimis_files.columns import SWEDISH

app = typer.Typer(help="Lists of completed parts.", no_args_is_help=True)


class Kind(StrEnum):
    """What a list is about."""

    COURSE = "kurs"
    VALIDATION = "validering"
    ATTESTATION = "arbetsplatsintyg"


_SIGNERS = {
    Kind.COURSE: ("assessor",),
    Kind.VALIDATION: ("assessor", "start", "hours", "workplace", "evidence", "document"),
    Kind.ATTESTATION: ("supervisor", "start", "hours", "workplace", "evidence", "document"),
}
_EXAMPLE = {
    "learner": "exempel-1",
    "name": "Kim Exempel",
    "email": "kim@exempel.se",
    "achievement": "solenergi-grund",
    "date": "2026-11-24",
    "assessor": "Lärare Exempel",
    "supervisor": "Handledare Exempel",
    "result": "Nej",
    "start": "2026-11-02",
    "hours": "120",
    "workplace": "Företaget Exempel",
    "evidence": "Arbetsprov",
    "document": "",
    "protected": "nej",
}


@app.callback()
def main() -> None:
    """Lists of completed parts."""


@app.command()
def template(
    kind: Annotated[Kind, typer.Option(help="What the list is about")] = Kind.COURSE,
    output: Annotated[Path | None, typer.Option(help="Write it to this file, ready for Excel")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print the headings as JSON")] = False,
) -> None:
    """Print a Swedish template with one example row, whose result is Nej so that it is never used."""
    columns = template_columns(kind)
    text = template_text(kind)
    if json_:
        typer.echo(json.dumps({"kind": kind.value, "columns": [SWEDISH[name] for name in columns]}, ensure_ascii=False))
    elif output is None:
        typer.echo(text, nl=False)
    else:
        output.write_bytes(text.encode("utf-8-sig"))
        typer.echo(f"Mallen finns i {output}.", err=True)


def template_columns(kind: Kind) -> tuple[str, ...]:
    """Our names of the columns that a list of this kind needs, in order."""
    return ("learner", "name", "email", "achievement", "date", "result", "kind", *_SIGNERS[kind], "protected")


def template_text(kind: Kind) -> str:
    """The template as CSV with semicolons, as Swedish spreadsheet programs open it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    columns = template_columns(kind)
    writer.writerow(SWEDISH[name] for name in columns)
    writer.writerow({**_EXAMPLE, "kind": kind.value}[name] for name in columns)
    return text.getvalue()
