"""``mimis retry``: take up again what stopped."""

from __future__ import annotations

from dataclasses import asdict

import typer

from mimis_core.cli.output import DONE, HERE, PARTLY, Config, Json, emit
from mimis_core.services import configured

app = typer.Typer()


@app.command()
def retry(config: Config = HERE, json_: Json = False) -> None:
    """Queue everything that needs attention again, and do it now."""
    with configured(config) as services:
        queued = services.retry_attention()
        work = services.drain()
    emit({"queued": queued, **asdict(work)}, json_)
    raise typer.Exit(PARTLY if work.attention or work.postponed else DONE)
