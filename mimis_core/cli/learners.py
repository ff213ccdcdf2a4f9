"""``mimis learners``: who they are, how they get in, who is protected."""

from __future__ import annotations

from typing import Annotated

import typer

from mimis_core.cli.output import HERE, Config, Json, emit
from mimis_core.services import configured

app = typer.Typer(help="List, invite and protect learners; print sign-in slips.")
Id = Annotated[str, typer.Argument(help="Id of the learner, from `mimis learners list`.")]
By = Annotated[str, typer.Option("--by", help="Who does it; stands in the record.")]


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


def _print_qr(url: str) -> None:
    import segno

    segno.make(url, error="m").terminal(compact=True)


def _told(aliases: dict[str, dict[str, str]]) -> str:
    return "; ".join(
        f"{identity} {name} {value}" for identity, names in aliases.items() for name, value in names.items()
    )
