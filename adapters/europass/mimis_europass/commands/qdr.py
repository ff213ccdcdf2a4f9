"""``mimis europass export-qdr``: the catalogue for the Europass register of courses."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mimis_europass.exports.files import write_file

FAILED, PARTLY = 1, 3


def export_qdr(
    output: Annotated[Path, typer.Option("--output", help="Where the XML file is written.")],
    config: Annotated[Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder of mimis.toml.")] = Path("."),
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Write the catalogue as LOQ XML for the Europass register of courses (QDR).

    Exit code 3 when an entry or a detail of one could not be written validly and the others were; 1 when none could.
    """
    from mimis_core.services import configured
    from mimis_europass.exports.qdr import export_catalogue

    with configured(config) as services:
        settings = services.settings
        entries = services.catalogue.latest()
        export = export_catalogue(entries, settings.organisation, services.owner, settings.base_url)
    if export.written:
        write_file(output, export.content)
    for problem in export.problems:
        typer.echo(f"{problem.entry}: {problem.message} {problem.mend}", err=True)
    if json_:
        problems = [asdict(problem) for problem in export.problems]
        typer.echo(json.dumps({"written": export.written, "problems": problems}, ensure_ascii=False))
    else:
        typer.echo(f"{output}: {len(export.written)} of {len(entries)} entries.", err=True)
    if export.problems:
        raise typer.Exit(PARTLY if export.written else FAILED)
