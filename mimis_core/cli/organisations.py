"""``mimis organisations``: what an installation holds."""

from __future__ import annotations

import typer

from mimis_core.cli.output import HERE, Config, Json, emit
from mimis_core.services.organisations import load_installation

app = typer.Typer()


@app.command()
def organisations(config: Config = HERE, json_: Json = False) -> None:
    """List the organisations of an installation, and check that they can live together."""
    rows = [
        {"id": one.organisation.id, "role": one.role, "address": one.base_url, "folder": str(one.folder)}
        for one in load_installation(config)
    ]
    emit({"organisations": rows}, json_, rows)
