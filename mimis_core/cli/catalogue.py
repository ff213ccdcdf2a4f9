"""``mimis catalogue``: the entries, in files or published in the portal, and the six principles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mimis_core.catalogue import passes
from mimis_core.cli.output import DONE, FAILED, HERE, Config, Json, emit
from mimis_core.services import configured
from mimis_core.store.catalogue_files import write_entries

app = typer.Typer(help="Check the catalogue against the six principles.")


@app.callback()
def catalogue() -> None:
    """List the catalogue, check it against the six principles, and write to files what the portal has published."""


@app.command()
def check(config: Config = HERE, json_: Json = False) -> None:
    """Say for each entry and principle how it is, why, and what mends it; exit 1 when one fails."""
    with configured(config) as services:
        snapshot = services.catalogue_reader.read()
        findings = {entry.ref: snapshot.checks(entry) for entry in snapshot.catalogue.latest()}
    rows = [
        {"entry": ref, "principle": one.principle, "status": one.status, "reason": one.reason["sv"]}
        | {"mend": one.mend["sv"] if one.mend else None}
        for ref, checks in findings.items()
        for one in checks
        if json_ or one.status != "ok"
    ]
    good = all(passes(checks) for checks in findings.values())
    emit({"passes": good, "entries": len(findings), "findings": rows}, json_, rows)
    raise typer.Exit(DONE if good else FAILED)


@app.command("list")
def list_(config: Config = HERE, json_: Json = False) -> None:
    """List the entries: newest version, whether it is awarded, where it stands, and whether a draft waits."""
    with configured(config) as services:
        rows = [
            {"entry": one.id, "version": one.version, "state": one.state, "draft": one.draft}
            | {
                "in": "file" if one.in_file else "portal",
                "title": one.title.get("sv") or next(iter(one.title.values())),
            }
            for one in services.entries()
        ]
    emit(rows, json_, rows)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Folder that the files are written to.")],
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Write all versions that were published in the portal as files of the catalogue, one for each."""
    with configured(config) as services:
        written = [str(path) for path in write_entries(folder, services.published_entries())]
    emit({"written": written}, json_, [{"file": path} for path in written])
