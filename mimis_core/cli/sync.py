"""``mimis sync``: the main job."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from mimis_core.cli.output import DONE, HERE, PARTLY, Config, Json, emit, note, show_progress
from mimis_core.services import SyncReport, WorkDone, configured

app = typer.Typer()


@app.command()
def sync(
    sources: Annotated[list[str] | None, typer.Argument(help="Names of sources; none means all.")] = None,
    config: Config = HERE,
    full: Annotated[bool, typer.Option("--full", help="Ask about everything, not only what may have changed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and write and send nothing.")] = False,
    json_: Json = False,
) -> None:
    """Pull completions, decide awards, issue credentials and deliver them.

    A source is asked about what may have changed since the last pull, and now and then about everything. Exit code 3
    when a source failed or something needs attention.
    """
    with configured(config) as services:
        report = services.sync(sources or (), full=full, dry_run=dry_run, progress=show_progress)
        work = WorkDone() if dry_run else services.drain()
        stopped = services.attention()
    for text in report.notes:
        note(text)
    for problem in (*report.errors, *(f"{job['kind']} {job['ref']}: {job['reason']}" for job in stopped)):
        note(f"mimis: {problem}")
    if report.reviews:
        note(f"mimis: Reviews that wait for a person: {report.reviews}. See: mimis reviews")
    emit({**(report.model_dump(mode="json") if json_ else _told(report)), **asdict(work)}, json_)
    raise typer.Exit(PARTLY if report.errors or stopped else DONE)


def _told(report: SyncReport) -> dict[str, Any]:
    """The counts, and what was pulled how far, a line each."""
    as_of = {f"{source} as of": moment.isoformat() for source, moment in report.as_of.items()}
    counts = report.model_dump(exclude={"errors", "notes", "full", "as_of"})
    return {**counts, "full": ", ".join(report.full), **as_of}
