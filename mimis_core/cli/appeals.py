"""``mimis appeals``: what learners ask to have reconsidered."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mimis_core.cli.output import HERE, Config, Json, emit
from mimis_core.services import configured

app = typer.Typer(help="List and decide what learners ask to have reconsidered.")
Id = Annotated[str, typer.Argument(help="Id of the appeal, from `mimis appeals`.")]
By = Annotated[str, typer.Option("--by", help="Who decides; another person than the first time.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the learner.")]
Alone = Annotated[bool, typer.Option("--nobody-else", help="There is no other person who could decide.")]


class State(StrEnum):
    """Which appeals to list."""

    OPEN = "open"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@app.callback(invoke_without_command=True)
def list_appeals(
    context: typer.Context,
    state: Annotated[State, typer.Option("--state", help="Only appeals in this state.")] = State.OPEN,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """List appeals with the day when each is due, the first one ahead."""
    if context.invoked_subcommand is not None:
        return
    with configured(config) as services:
        appeals = services.appeals(state.value)
    emit({"appeals": appeals}, json_, appeals)


@app.command()
def change(
    appeal_id: Id, by: By, reason: Reason, nobody_else: Alone = False, config: Config = HERE, json_: Json = False
) -> None:
    """Decide that the first decision was wrong: what was rejected is approved and issued. The learner is told by mail.

    A credential that was issued is corrected or revoked by hand: mimis credentials reissue, mimis credentials revoke.
    """
    with configured(config) as services:
        services.decide_appeal(appeal_id, "changed", by, reason, nobody_else=nobody_else)
        work = services.drain()
    emit({"id": appeal_id, "state": "changed", "issued": work.credentials, "mails": work.mails}, json_)


@app.command()
def keep(
    appeal_id: Id, by: By, reason: Reason, nobody_else: Alone = False, config: Config = HERE, json_: Json = False
) -> None:
    """Decide that the first decision stands. The learner is told by mail."""
    with configured(config) as services:
        services.decide_appeal(appeal_id, "unchanged", by, reason, nobody_else=nobody_else)
        mails = services.drain().mails
    emit({"id": appeal_id, "state": "unchanged", "mails": mails}, json_)
