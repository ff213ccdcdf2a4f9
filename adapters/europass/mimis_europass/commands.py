"""``mimis europass``: what a person can do by hand at the EU's own issuer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mimis_core import UserError
from mimis_europass.upload import make_upload

app = typer.Typer(help="Files for the EU's own issuer.", no_args_is_help=True)


@app.callback()
def main() -> None:
    """Files for the EU's own issuer."""


@app.command()
def upload(
    file: Annotated[Path, typer.Argument(help="A credential, sealed by mimis or not sealed yet.")],
    output: Annotated[Path, typer.Option("--output", help="Where the file for the upload is written.")],
    wallet: Annotated[str | None, typer.Option("--wallet", help="The learner's wallet address, PREFIX/ID.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Write the file that the EU's issuer takes by hand; it seals again, with the seal that you choose there."""
    try:
        output.write_bytes(make_upload(_unsealed(file.read_bytes()), wallet))
    except OSError as error:
        raise UserError(f"{error.filename}: cannot be used.", mend="Check the paths.") from None
    if json_:
        typer.echo(json.dumps({"written": str(output)}))
    else:
        typer.echo(f"{output}: upload it at the EU's issuer, which seals it.", err=True)


def _unsealed(content: bytes) -> bytes:
    """The document inside a sealed file; anything else stays as it is, for the upload's own checks."""
    try:
        sealed = json.loads(content)
    except ValueError:
        return content
    payload = sealed.get("payload") if isinstance(sealed, dict) else None
    return payload.encode() if isinstance(payload, str) and payload.startswith("{") else content
