"""``mimis audit``: whether the record is whole, and a copy of it for others to keep."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from mimis_core.cli.output import DONE, FAILED, HERE, Config, Json, emit, note
from mimis_core.services import configured
from mimis_core.services.audit_signing import Cause

app = typer.Typer(help="Check the record of decisions, show what was done to one thing, and export it.")
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, YYYY-MM-DD.")]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included.")]


@app.command()
def verify(
    config: Config = HERE,
    against: Annotated[
        Path | None, typer.Option("--against", help="An earlier export; it tells of an end that was cut off.")
    ] = None,
    certificate: Annotated[
        list[Path] | None, typer.Option("--certificate", help="PEM file of a seal that was in use before.")
    ] = None,
    json_: Json = False,
) -> None:
    """Find every row that was changed, removed, put in or moved. Exit code 1 when there is one."""
    with configured(config) as services:
        verdict = services.verify_audit(against, certificate or ())
    data = verdict.model_dump(mode="json")
    emit({"whole": verdict.whole, **data}, json_, None if verdict.whole else data["faults"])
    if not verdict.whole:
        note(f"mimis: the audit is not whole: {len(verdict.faults)} faults. Keep the database as it is and ask why.")
    raise typer.Exit(DONE if verdict.whole else FAILED)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write it, as JSON lines.")],
    config: Config = HERE,
    since: From = None,
    until: To = None,
    json_: Json = False,
) -> None:
    """Write the rows of some days, or all, with the signed head of the chain. Keep the file elsewhere."""
    with configured(config) as services:
        rows = services.export_audit(file, since.date() if since else None, until.date() if until else None)
    emit({"rows": rows, "file": str(file)}, json_)


@app.command()
def sign(config: Config = HERE, json_: Json = False) -> None:
    """Sign the head of the chain with the seal's key; run it daily. It prints the signature, to be kept elsewhere."""
    with configured(config) as services:
        signed = services.sign_audit()
    emit({"signed": signed}, json_)


@app.command("begin-anew")
def begin_anew(
    cause: Annotated[Cause, typer.Option("--cause", help="Why the record is not the one that was signed.")],
    decision_number: Annotated[str, typer.Option("--decision", help="Number of the decision to begin anew.")],
    by: Annotated[str, typer.Option("--by", help="Who decides; stands in the record.")],
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Sign again after the record was cut or changed, once it is known why: that stands in the record from then on."""
    with configured(config) as services:
        signed = services.begin_audit_anew(cause, decision_number, by)
    emit({"signed": signed}, json_)


@app.command()
def show(
    subject: Annotated[str, typer.Argument(help="Id of a learner, decision, credential, share or other thing.")],
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Show what was done to one thing, and by whom."""
    with configured(config) as services:
        rows = services.audit_of(subject)
    emit({"audit": rows}, json_, rows)
