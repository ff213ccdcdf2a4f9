"""``mimis publish``: signed answers and pages for a static host."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mimis_core.cli.output import HERE, Config, Json, emit
from mimis_core.services import configured

app = typer.Typer()


@app.command()
def publish(
    folder: Annotated[Path, typer.Argument(help="An empty folder, or one that this command has made.")],
    config: Config = HERE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and write nothing.")] = False,
    json_: Json = False,
) -> None:
    """Write what anyone may ask about credentials, so that any static host answers while mimis is off.

    Files lie as the addresses below base_url. Run it daily and after each change: what is still good is kept.
    """
    with configured(config) as services:
        done = services.publish(folder, dry_run=dry_run)
    emit(done.counts(), json_)
