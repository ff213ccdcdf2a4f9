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
        hidden = f"fewer than {found.least}"
        told = [{name: hidden if value is None else value for name, value in row.items()} for row in rows]
        emit({"least": found.least, "rows": rows}, json_, told)
    if exact:
        note("mimis: Small counts are shown: a person may be told by them. Do not publish this.")


def _print_csv(found: Statistics, file: TextIO) -> None:
    """What is too small is written out, as in the charts; an empty cell would look like nothing."""
    rows = csv.writer(file, delimiter=";", lineterminator="\n")
    rows.writerow(HEADINGS)
    for row in found.rows:
        counts = (getattr(row, measure) for measure in MEASURES)
        rows.writerow([row.achievement, row.month, *(_hidden(found) if count is None else count for count in counts)])


def _write_charts(found: Statistics, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for measure in MEASURES:
            (folder / f"{measure}.svg").write_text(_chart(found, measure), "utf-8")
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror}.", mend="Change --charts.") from None


def _chart(found: Statistics, measure: str) -> str:
    """A row for each month. What is too small to be shown is in no bar, and the row's text says so."""
    title = f"{SWEDISH[measure]} mikromeriter per månad"
    values = [(month, *_month(found, measure, month)) for month in found.months()]
    table = "; ".join(f"{month}: {said}" for month, _, said in values) or "inga"
    few = f"Det som gäller färre än {found.least} deltagare per mikromerit och månad visas inte."
    return bars(title, f"{table}. {few}" if found.least else f"{table}.", values)


def _month(found: Statistics, measure: str, month: str) -> tuple[int | None, str]:
    """A bar's length, None where nothing may be shown, and its text."""
    shown, hidden = found.shown(measure, month=month), found.hidden(measure, month=month)
    if not hidden:
        return shown, str(shown)
    if shown:
        return shown, f"mer än {shown}"
    return None, _hidden(found) if hidden == 1 else f"{_hidden(found)} av varje"


def _hidden(found: Statistics) -> str:
    return f"färre än {found.least}"
