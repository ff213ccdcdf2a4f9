"""``mimis europass pdf``: a sealed credential as a page to print, the file inside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mimis_core import UserError
from mimis_europass.exports.files import read_file, write_file

if TYPE_CHECKING:
    from mimis_europass.elm import ElmFormat


def pdf(
    file: Annotated[Path, typer.Argument(help="A sealed European Digital Credential (.jsonld).")],
    output: Annotated[Path, typer.Option("--output", help="Where the PDF is written.")],
    config: Annotated[
        Path | None,
        typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder of mimis.toml, for the school's logo and colour."),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Write the credential as PDF/A-3 and PDF/UA-1 with the sealed file attached; the seal is not checked."""
    content = read_file(file)
    write_file(output, _format(config).pdf(content, file.name))
    if json_:
        typer.echo(json.dumps({"written": str(output)}))
    else:
        typer.echo(f"{output}: a page to read and print; the proof is the file inside it.", err=True)


def _format(config: Path | None) -> ElmFormat:
    """The format as the school's folder sets it, or with its defaults."""
    from mimis_core.services import configured
    from mimis_europass.elm import ElmFormat
    from mimis_europass.settings import ElmSettings

    if config is None:
        return ElmFormat("elm", ElmSettings())
    with configured(config) as services:
        format_ = services.plugins.open("format", "elm", services.settings.format)
    if not isinstance(format_, ElmFormat):
        raise UserError("The folder's format is not elm.", mend="Leave --config out.")
    return format_
