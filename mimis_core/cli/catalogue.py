"""``mimis catalogue``: the entries, in files or published in the portal, the six principles, and endorsements."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mimis_core.cli.output import DONE, FAILED, HERE, Config, Json, emit
from mimis_core.errors import UserError
from mimis_core.principles import PrincipleCheck, passes
from mimis_core.services import configured
from mimis_core.services.texts import in_swedish
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
        | {"mend": _mend(one)}
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
                "title": in_swedish(one.title),
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


@app.command("ask-endorsement")
def ask_endorsement(
    entry: Annotated[str, typer.Argument(help="Id of the entry.")],
    output: Annotated[Path, typer.Option("--output", help="Where the file for the employer is written.")],
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Write what an employer needs to endorse the newest version of an entry: send it the file, to be signed."""
    with configured(config) as services:
        asked = services.endorsement_request(entry)
    try:
        output.write_text(asked.model_dump_json(include={"subject", "title"}, indent=2), "utf-8")
    except OSError:
        raise UserError(f"{output} cannot be written.", mend="Check the rights to its folder.") from None
    emit({"written": str(output)}, json_, [{"written": str(output)}])


@app.command()
def endorse(
    entry: Annotated[str, typer.Argument(help="Id of the entry.")],
    file: Annotated[Path, typer.Argument(help="The signed endorsement.")],
    by: Annotated[str, typer.Option("--by", help="Who takes it in.")],
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="You have asked the organisation: the signature is theirs.")
    ] = False,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Take a signed endorsement in: it is shown from now on, and stands in what is issued."""
    try:
        content = file.read_bytes()
    except OSError:
        raise UserError(f"{file} cannot be read.", mend="Give the file that the employer has sent.") from None
    with configured(config) as services:
        made = services.add_endorsement(entry, content, by, confirmed=confirmed)
    row = made.model_dump(mode="json")
    emit(row, json_, [row])


@app.command()
def endorsements(
    entry: Annotated[str, typer.Argument(help="Id of the entry.")], config: Config = HERE, json_: Json = False
) -> None:
    """List an entry's endorsements, withdrawn ones too."""
    with configured(config) as services:
        rows = [one.model_dump(mode="json") for one in services.endorsements_of(entry)]
    emit(rows, json_, rows)


@app.command("withdraw-endorsement")
def withdraw_endorsement(
    endorsement_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the endorsement.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept.")],
    by: Annotated[str, typer.Option("--by", help="Who decides it.")],
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Show an endorsement no longer; what was issued with it stays as it is."""
    with configured(config) as services:
        services.withdraw_endorsement(endorsement_id, reason, by)
    emit({"withdrawn": endorsement_id}, json_, [{"withdrawn": endorsement_id}])


def _mend(one: PrincipleCheck) -> str | None:
    """What mends it, with the field of the file that it stands in: pages have a place for it instead."""
    if one.mend is None:
        return None
    return f"{one.mend['sv']} (i filen: {one.field})" if one.field else one.mend["sv"]
