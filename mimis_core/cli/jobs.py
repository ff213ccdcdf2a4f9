"""``mimis jobs``: what waits, what is under way, what has stopped and why."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from mimis_core.cli.output import HERE, Config, Json, emit, note
from mimis_core.services import configured

app = typer.Typer()


@app.command()
def jobs(
    config: Config = HERE,
    state: Annotated[
        Literal["queued", "doing", "postponed", "attention"] | None, typer.Option("--state", help="Only these.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind of work, such as deliver.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many are listed.")] = 100,
    json_: Json = False,
) -> None:
    """List queued work with its reasons, what is left alone for a while, and what is scheduled.

    attention is what has stopped: mend the cause, then run mimis retry.
    """
    with configured(config) as services:
        counts = services.backlog()
        rows = services.backlog_rows(state, kind=kind, limit=limit)
        resting, scheduled = services.destinations(), services.scheduled()
    emit({"counts": counts, "jobs": rows, "destinations": resting, "schedule": scheduled}, json_, rows)
    if json_:
        return
    note(", ".join(f"{name}: {number}" for name, number in counts.items()))
    for one in resting:
        until = f", left alone until {one['closed_until']}" if one["closed_until"] else ""
        note(f"{one['destination']}: {one['failures']} failures in a row{until}: {one['reason']}")
    for one in scheduled:
        last = f"{one['state']} at {one['last']}" if one["last"] else "not run yet"
        note(f"mimis {one['command']}: {one['when']}, {last}")
