"""``mimis awards``: a teacher's decisions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from mimis_core.cli.output import DONE, HERE, PARTLY, Config, Json, decide_each, emit
from mimis_core.model import AwardState
from mimis_core.services import configured

app = typer.Typer(help="List decisions, approve and reject.")
By = Annotated[str, typer.Option("--by", help="Who decides; stands in the record.")]
Ids = Annotated[list[str], typer.Argument(help="Ids of awards, from `mimis awards list`.")]


@app.command("list")
def list_awards(
    state: Annotated[AwardState | None, typer.Option("--state", help="Only awards in this state.")] = None,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """List awards: waiting for a decision, approved, rejected."""
    with configured(config) as services:
        awards = services.awards(state)
    emit({"awards": awards}, json_, awards)


@app.command()
def approve(
    ids: Ids,
    by: By,
    again: Annotated[bool, typer.Option("--again", help="Also what was rejected before.")] = False,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Approve one or many; their credentials are issued at once. Exit code 3 when some could not be decided."""
    with configured(config) as services:
        decided = decide_each(ids, lambda one: services.decide_award(one, approve=True, by=by, again=again))
        work = services.drain()
    emit({"approved": decided, **asdict(work)}, json_)
    raise typer.Exit(DONE if decided == len(ids) else PARTLY)


@app.command()
def reject(
    ids: Ids,
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why; the learner gets it by mail.")],
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Reject one or many, with the reason. Exit code 3 when some could not be decided."""
    with configured(config) as services:
        decided = decide_each(ids, lambda one: services.decide_award(one, approve=False, by=by, reason=reason))
        mails = services.drain().mails
    emit({"rejected": decided, "mails": mails}, json_)
    raise typer.Exit(DONE if decided == len(ids) else PARTLY)
