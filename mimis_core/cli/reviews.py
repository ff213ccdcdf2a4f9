"""``mimis reviews``: what follows when a source takes back, corrects or lets go."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from mimis_core.cli.output import DONE, HERE, PARTLY, Config, Json, decide_each, emit
from mimis_core.services import configured

app = typer.Typer(help="Decide what follows when a source corrects or takes back.")
By = Annotated[str, typer.Option("--by", help="Who decides; stands in the record.")]
Ids = Annotated[list[str], typer.Argument(help="Ids of reviews, from `mimis reviews`.")]


class State(StrEnum):
    """Which reviews to list."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


@app.callback(invoke_without_command=True)
def list_reviews(
    context: typer.Context,
    state: Annotated[State, typer.Option("--state", help="Only reviews in this state.")] = State.OPEN,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """List what a source said that a person must decide on, and what accepting it would do."""
    if context.invoked_subcommand is not None:
        return
    with configured(config) as services:
        reviews = services.reviews(state.value)
    emit({"reviews": reviews}, json_, reviews)


@app.command()
def accept(
    ids: Ids,
    by: By,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why, for the learner; else a sentence of ours.")
    ] = None,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Reject or revoke what was taken back, reissue what was corrected. Exit code 3 when some could not be decided."""
    outcomes: Counter[str] = Counter()
    with configured(config) as services:

        def decide(review_id: str) -> None:
            outcomes[services.accept_review(review_id, by, reason)] += 1

        accepted = decide_each(ids, decide)
        work = services.drain()
    emit({"accepted": accepted, **outcomes, **asdict(work)}, json_)
    raise typer.Exit(DONE if accepted == len(ids) else PARTLY)


@app.command()
def dismiss(
    ids: Ids,
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why nothing follows; stands in the record.")],
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Leave everything as it is, with the reason. Exit code 3 when some could not be decided."""
    with configured(config) as services:
        dismissed = decide_each(ids, lambda review_id: services.dismiss_review(review_id, by, reason))
    emit({"dismissed": dismissed}, json_)
    raise typer.Exit(DONE if dismissed == len(ids) else PARTLY)
