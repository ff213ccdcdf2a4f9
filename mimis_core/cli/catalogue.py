"""``mimis catalogue``: the entries and the six principles."""

from __future__ import annotations

import typer

from mimis_core.catalogue import check_achievement, passes
from mimis_core.cli.output import DONE, FAILED, HERE, Config, Json, emit
from mimis_core.settings import load_settings
from mimis_core.store.catalogue_files import load_catalogue

app = typer.Typer(help="Check the catalogue against the six principles.")


@app.callback()
def catalogue() -> None:
    """Check the catalogue against the six principles."""


@app.command()
def check(config: Config = HERE, json_: Json = False) -> None:
    """Say for each entry and principle how it is, why, and what mends it; exit 1 when one fails."""
    settings = load_settings(config)
    entries = load_catalogue(settings.folder / settings.catalogue).latest()
    findings = {entry.ref: check_achievement(entry) for entry in entries}
    rows = [
        {"entry": ref, "principle": one.principle, "status": one.status, "reason": one.reason["sv"]}
        | {"mend": one.mend["sv"] if one.mend else None}
        for ref, checks in findings.items()
        for one in checks
        if json_ or one.status != "ok"
    ]
    good = all(passes(checks) for checks in findings.values())
    emit({"passes": good, "entries": len(entries), "findings": rows}, json_, rows)
    raise typer.Exit(DONE if good else FAILED)
