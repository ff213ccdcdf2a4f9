"""The command group itself."""

from __future__ import annotations

import typer

from mimis_files.commands.catalogue import catalogue
from mimis_files.commands.map import map_
from mimis_files.commands.preview import preview
from mimis_files.commands.template import template

app = typer.Typer(help="Lists of completed parts.", no_args_is_help=True)
app.command()(template)
app.command()(preview)
app.command("map")(map_)
app.command()(catalogue)


@app.callback()
def main() -> None:
    """Lists of completed parts, and the catalogue in Excel."""
