"""``mimis openbadges``: the key that signs badges."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Make a key that signs badges.", no_args_is_help=True)


@app.callback()
def openbadges() -> None:
    """Make a key that signs badges."""


@app.command()
def key(
    output: Annotated[Path, typer.Option("--output", help="Where the key file is written.")],
    controller: Annotated[
        str | None, typer.Option("--controller", help="https address that will stand for the school, if any.")
    ] = None,
    config: Annotated[Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder of mimis.toml")] = Path("."),
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Make an Ed25519 key for your organisation, and print its did:key and the document that shows it."""
    from mimis_core.services import configured
    from mimis_openbadges.keys import write_key
    from mimis_openbadges.multikey import controller_document, did_key, multikey

    anchor = output.with_name(f"{output.stem}-anchor.pem")
    with configured(config) as services:
        public = write_key(services.settings.organisation, output, anchor)
    document = controller_document(controller or did_key(public), public)
    if json_:
        told = {"key": str(output), "anchor": str(anchor), "did": did_key(public), "multikey": multikey(public)}
        sys.stdout.write(f"{json.dumps({**told, 'document': document}, indent=2)}\n")
        return
    sys.stderr.write(
        f"The key is in {output}, a certificate for verifiers in {anchor}. Its did:key is {did_key(public)}.\n"
        f'Write in mimis.toml:  issuer = "{controller or did_key(public)}"\n'
    )
    if controller:
        sys.stderr.write(f"Serve this at {controller}:\n")
    sys.stdout.write(f"{json.dumps(document, indent=2)}\n")
