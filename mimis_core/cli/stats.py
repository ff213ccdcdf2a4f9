"""``mimis stats``: figures without persons, as a table, JSON, CSV, or charts."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

from mimis_core.cli.output import HERE, Config, Json, emit, note
from mimis_core.errors import UserError
from mimis_core.observe.charts import bars
from mimis_core.services import Statistics, configured
from mimis_core.services.stats import LEAST, MEASURES

app = typer.Typer()
SWEDISH = {
    "issued": "Utfärdade",
    "delivered": "Levererade",
    "viewed": "Visade",
    "shared": "Delade",
    "revoked": "Återkallade",
}
HEADINGS = ("Mikromerit", "Månad", *SWEDISH.values())


@app.command()
def stats(
    config: Config = HERE,
    start: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM", help="First month.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="Last month.")] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Show counts below 10 too: for the school's own eyes, never to publish.")
    ] = False,
    csv_: Annotated[bool, typer.Option("--csv", help="Print CSV, with headings in Swedish.")] = False,
    charts: Annotated[Path | None, typer.Option("--charts", help="Write an SVG for each measure in here.")] = None,
    json_: Json = False,
) -> None:
    """Count what was issued, delivered, viewed, shared and revoked, by achievement and month (Swedish time).

    Counts of fewer than 10 learners are not shown, and protected learners are not counted at all.
    """
    if csv_ and json_:
        raise UserError("--csv and --json exclude each other.", mend="Leave one out.")
    with configured(config) as services:
        found = services.statistics(start, end, least=None if exact else LEAST)
    if charts is not None:
        _write_charts(found, charts)
    rows = [row.model_dump() for row in found.rows]
    if csv_:
        _print_csv(found, sys.stdout)
    else:
        hidden = None if found.least is None else f"1-{found.least - 1}"
        told = [{name: hidden if value is None else value for name, value in row.items()} for row in rows]
        emit({"least": found.least, "rows": rows}, json_, told)
    if exact:
        note("mimis: Small counts are shown: a person may be told by them. Do not publish this.")


def _print_csv(found: Statistics, file: TextIO) -> None:
    """What is too small is written as ``..``, as official statistics do; an empty cell would look like nothing."""
    rows = csv.writer(file, delimiter=";", lineterminator="\n")
    rows.writerow(HEADINGS)
    for row in found.rows:
        counts = (getattr(row, measure) for measure in MEASURES)
        rows.writerow([row.achievement, row.month, *(".." if count is None else count for count in counts)])


def _write_charts(found: Statistics, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for measure in MEASURES:
            (folder / f"{measure}.svg").write_text(_chart(found, measure), "utf-8")
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror}.", mend="Change --charts.") from None


def _chart(found: Statistics, measure: str) -> str:
    """A bar for each month. A part that is too small to be shown is in no bar, which the description says."""
    title = f"{SWEDISH[measure]} mikromeriter per månad"
    values = [(month, found.shown(measure, month=month)) for month in found.months()]
    table = "; ".join(f"{month}: {value}" for month, value in values) or "inga"
    left = f" Antal från 1 till {found.least - 1} per mikromerit och månad ingår inte." if found.least else ""
    return bars(title, f"{table}.{left}", [(month, value, str(value)) for month, value in values])
