"""``mimis sync``: the main job."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from mimis_core.cli.output import DONE, HERE, PARTLY, Config, Json, emit, note, show_progress
from mimis_core.services import WorkDone, configured

app = typer.Typer()


@app.command()
def sync(
    sources: Annotated[list[str] | None, typer.Argument(help="Names of sources; none means all.")] = None,
    config: Config = HERE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and write and send nothing.")] = False,
    json_: Json = False,
) -> None:
    """Pull completions, decide awards, issue credentials and deliver them.

    Exit code 3 when a source failed or something needs attention.
    """
    with configured(config) as services:
        report = services.sync(sources or (), dry_run=dry_run, progress=show_progress)
        work = WorkDone() if dry_run else services.drain()
        stopped = services.attention()
    for text in report.notes:
        note(text)
    for problem in (*report.errors, *(f"{job['kind']} {job['ref']}: {job['reason']}" for job in stopped)):
        note(f"mimis: {problem}")
    counts = report.model_dump(exclude=set() if json_ else {"errors", "notes"})
    emit({**counts, **asdict(work)}, json_)
    raise typer.Exit(PARTLY if report.errors or stopped else DONE)
