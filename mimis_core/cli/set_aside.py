"""``mimis set-aside``: the records that could not be used, and what mends each."""

from __future__ import annotations

from typing import Annotated

import typer

from mimis_core.cli.output import HERE, Config, Json, emit
from mimis_core.services import configured

app = typer.Typer()


@app.command("set-aside")
def set_aside(
    sources: Annotated[list[str] | None, typer.Argument(help="Names of sources; none means all.")] = None,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Show what is set aside: which record of which source, the source's own reason, and what to do."""
    with configured(config) as services:
        records = services.set_aside_records(sources or ())
    emit({"set_aside": records}, json_, records)
