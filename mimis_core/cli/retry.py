"""``mimis retry``: take up again what stopped."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from mimis_core.cli.output import DONE, HERE, PARTLY, Config, Json, emit
from mimis_core.services import configured

app = typer.Typer()


@app.command()
def retry(
    config: Config = HERE,
    doubtful: Annotated[
        bool, typer.Option("--doubtful", help="Also mails that may have gone out; they could arrive twice.")
    ] = False,
    json_: Json = False,
) -> None:
    """Queue everything that needs attention again, and do it now."""
    with configured(config) as services:
        queued = services.retry_attention(doubtful=doubtful)
        work = services.drain()
    emit({"queued": queued, **asdict(work)}, json_)
    raise typer.Exit(PARTLY if work.attention or work.postponed else DONE)
