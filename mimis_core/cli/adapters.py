"""``mimis adapters``: what is installed, and what could not be loaded and why."""

from __future__ import annotations

from typing import Annotated

import typer

from mimis_core.cli.output import DONE, FAILED, Json, emit
from mimis_core.plugins import KINDS, load_plugins

app = typer.Typer()


@app.command()
def adapters(
    json_: Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when an adapter failed.")] = False,
) -> None:
    """List adapters with their kinds, and name those that failed with the reason."""
    plugins = load_plugins()
    kinds = {category: sorted(plugins.types(category)) for category in KINDS}
    rows = [
        {
            "name": plugin.name,
            "distribution": f"{plugin.distribution} {plugin.version}",
            "state": plugin.failure or "ok",
            "hooks": ", ".join(hook.removeprefix("mimis_") for hook in plugin.hooks),
        }
        for plugin in plugins.loaded
    ]
    emit({"adapters": rows, "kinds": kinds}, json_, rows)
    raise typer.Exit(FAILED if strict and plugins.failures else DONE)
