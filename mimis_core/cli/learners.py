"""``mimis learners``: who they are, how they get in, who is protected, who is one, and who is to go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mimis_core.cli.output import DONE, HERE, PARTLY, Config, Json, emit
from mimis_core.services import configured

app = typer.Typer(help="List, invite, protect, merge, export and erase learners; print sign-in slips.")
Id = Annotated[str, typer.Argument(help="Id of the learner, from `mimis learners list`.")]
By = Annotated[str, typer.Option("--by", help="Who does it; stands in the record.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command("list")
def list_learners(
    config: Config = HERE,
    same_person: Annotated[
        bool, typer.Option("--same-person", help="Only pairs that may be one person: equal name, and e-mail or alias.")
    ] = False,
    json_: Json = False,
) -> None:
    """List learners with their source identities. Nothing merges by itself."""
    with configured(config) as services:
        if same_person:
            pairs = [{"learner": one, "maybe same as": other} for one, other in services.same_person_proposals()]
            emit({"learners": pairs}, json_, pairs)
            return
        aliases, learners = services.aliases(), services.learners()
    rows = [{"id": one.id, "name": one.full_name, "identities": ", ".join(identities)} for one, identities in learners]
    data = [{**row, "aliases": aliases.get(row["id"], {})} for row in rows]
    emit({"learners": data}, json_, [{**row, "aliases": _told(aliases.get(row["id"], {}))} for row in rows])


@app.command()
def invite(learner_id: Id, config: Config = HERE, json_: Json = False) -> None:
    """Mail a sign-in link that works once, for 15 minutes."""
    with configured(config) as services:
        services.invite_learner(learner_id)
        mails = services.drain().mails
    emit({"mails": mails}, json_)


@app.command()
def slip(learner_id: Id, by: By, config: Config = HERE, json_: Json = False) -> None:
    """Make a printed sign-in for a learner without e-mail; --by hands it over in person."""
    with configured(config) as services:
        made = services.make_slip(learner_id, by)
    if not json_:
        _print_qr(made.url)
    emit(made.model_dump(mode="json"), json_)


@app.command()
def protect(
    learner_id: Id,
    by: By,
    undo: Annotated[bool, typer.Option("--undo", help="Take the mark away.")] = False,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Mark a person as having skyddade personuppgifter: shares and deliveries stop at once."""
    with configured(config) as services:
        services.protect_learner(learner_id, by, not undo)
    emit({"id": learner_id, "protected": not undo}, json_)


@app.command()
def export(
    learner_id: Id,
    out: Annotated[Path, typer.Option("--out", help="A new or empty folder.")],
    by: By,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why; needed for a person with protected identity.")
    ] = None,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Write all that is held about a learner: data.json, index.html to read, and the documents."""
    from mimis_core.services.export_learner import write_export

    with configured(config) as services:
        files = write_export(services.export_learner(learner_id, by, reason), out)
    emit({"files": len(files), "folder": str(out)}, json_)


@app.command()
def erase(
    learner_id: Id,
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why, such as the learner's own request.")],
    yes: Yes = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go and stay, and change nothing.")
    ] = False,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Erase a learner, as far as the law lets the school. Exit code 3 when the record of a public school stays."""
    if not (yes or dry_run):
        typer.confirm("Vill du radera deltagaren? Det går inte att ångra.", abort=True, err=True)
    with configured(config) as services:
        erasure = services.erase_learner(learner_id, by, reason, dry_run=dry_run)
    emit({**erasure.model_dump(mode="json"), "dry_run": dry_run}, json_)
    raise typer.Exit(DONE if erasure.scope == "all" else PARTLY)


@app.command()
def readmit(
    source: Annotated[str, typer.Argument(help="Name of the source.")],
    key: Annotated[str, typer.Argument(help="The learner's id there.")],
    by: By,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Take in again what a source gives of somebody who was erased, because the school enrols her anew."""
    with configured(config) as services:
        emit({"erased_as": services.readmit_learner(source, key, by)}, json_)


@app.command()
def merge(
    keep: Annotated[str, typer.Argument(help="Id of the learner who stays.")],
    other: Annotated[str, typer.Argument(help="Id of the one who becomes her.")],
    by: By,
    yes: Yes = False,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Make two learners one, when you know that they are the same person. Undo it with: mimis learners unmerge."""
    if not yes:
        typer.confirm("Är du säker på att det är samma person?", abort=True, err=True)
    with configured(config) as services:
        emit({"merge": services.merge_learners(keep, other, by), "learner": keep}, json_)


@app.command()
def unmerge(
    merge_id: Annotated[str, typer.Argument(help="Id of the merge, from `mimis learners merges`.")],
    by: By,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Make two learners of one again. Exit code 3 when a person must look at decisions that were made meanwhile."""
    with configured(config) as services:
        undone = services.unmerge_learners(merge_id, by)
    emit(undone.model_dump(mode="json"), json_)
    raise typer.Exit(PARTLY if undone.look_at else DONE)


@app.command()
def merges(config: Config = HERE, json_: Json = False) -> None:
    """List merges, newest first."""
    with configured(config) as services:
        rows = services.merges()
    emit({"merges": rows}, json_, rows)


def _print_qr(url: str) -> None:
    import segno

    segno.make(url, error="m").terminal(compact=True)


def _told(aliases: dict[str, dict[str, str]]) -> str:
    return "; ".join(
        f"{identity} {name} {value}" for identity, names in aliases.items() for name, value in names.items()
    )
