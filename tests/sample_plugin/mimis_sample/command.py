"""The command ``mimis sample``."""

from __future__ import annotations

import typer

app = typer.Typer()


@app.command()
def hello() -> None:
    """Say that the third party's command was found."""
    typer.echo("sample says hello")
