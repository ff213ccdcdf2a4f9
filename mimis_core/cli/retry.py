"""``mimis retry``: take up again what stopped."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from mimis_core.cli.output import DONE, HERE, PARTLY, Config, Json, emit
from mimis_core.services import WorkDone, configured

app = typer.Typer()


@app.command()
def retry(
    config: Config = HERE,
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind of work, such as deliver.")] = None,
    ids: Annotated[list[str] | None, typer.Option("--id", help="Only this; ids are in mimis jobs.")] = None,
    doubtful: Annotated[
        bool, typer.Option("--doubtful", help="Also mails that may have gone out; they could arrive twice.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and change nothing.")] = False,
    json_: Json = False,
) -> None:
    """Queue what needs attention again, and do it now."""
    with configured(config) as services:
        queued = services.retry_attention(kind=kind, ids=ids or (), doubtful=doubtful, dry_run=dry_run)
        work = WorkDone() if dry_run else services.drain()
    emit({"queued": queued, **asdict(work)}, json_)
    raise typer.Exit(PARTLY if work.attention or work.postponed else DONE)
