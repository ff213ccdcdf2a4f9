"""``mimis europass``: files for other places of Europass; each command has its own module."""

from __future__ import annotations

import typer

from mimis_europass.commands.convert import convert
from mimis_europass.commands.cv import export_cv
from mimis_europass.commands.pdf import pdf
from mimis_europass.commands.qdr import export_qdr
from mimis_europass.commands.upload import upload
from mimis_europass.commands.validate import validate

app = typer.Typer(help="Files for other places of Europass.", no_args_is_help=True)


@app.callback()
def main() -> None:
    """Files for other places of Europass."""


app.command()(upload)
app.command()(validate)
app.command("export-qdr")(export_qdr)
app.command("export-cv")(export_cv)
app.command()(convert)
app.command()(pdf)
