"""``mimis adapters``: what is installed, and what could not be loaded and why."""

from __future__ import annotations

from typing import Annotated

import typer

from mimis_core.cli.output import DONE, FAILED, Json, emit, print_table
from mimis_core.plugins import KINDS, load_plugins

app = typer.Typer()


@app.command()
def adapters(
    json_: Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when an adapter failed.")] = False,
) -> None:
    """List adapters, what each kind was proven against, and those that failed with the reason."""
    plugins = load_plugins()
    proven = {
        category: {kind: one.proven or "not said" for kind, one in sorted(plugins.types(category).items())}
        for category in KINDS
    }
    rows = [
        {
            "name": plugin.name,
            "distribution": f"{plugin.distribution} {plugin.version}",
            "state": plugin.failure or "ok",
            "hooks": ", ".join(hook.removeprefix("mimis_") for hook in plugin.hooks),
        }
        for plugin in plugins.loaded
    ]
    kinds = {category: list(found) for category, found in proven.items()}
    emit({"adapters": rows, "kinds": kinds, "proven": proven}, json_, rows)
    if not json_:
        print()
        print_table(
            [
                {"category": category, "kind": kind, "proven": text}
                for category, found in proven.items()
                for kind, text in found.items()
            ]
        )
    raise typer.Exit(FAILED if strict and plugins.failures else DONE)
