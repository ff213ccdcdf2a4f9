"""``mimis openbadges``: the key that signs badges, and endorsements of what a school offers."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Make a key that signs badges; endorse an achievement.", no_args_is_help=True)


@app.callback()
def openbadges() -> None:
    """Make a key that signs badges; endorse an achievement."""


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


@app.command()
def endorse(
    request: Annotated[Path, typer.Argument(help="What the school has sent: mimis catalogue ask-endorsement.")],
    words: Annotated[str, typer.Option("--words", help="Why you endorse it; this stands on the credentials.")],
    output: Annotated[Path, typer.Option("--output", help="Where the signed endorsement is written.")],
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day on which it holds.")
    ] = None,
    config: Annotated[Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder of mimis.toml")] = Path("."),
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Sign, with your organisation's seal, that an achievement of a school is worth something to you."""
    from mimis_core import UserError
    from mimis_core.services import EndorsementOrder, configured

    try:
        asked = EndorsementOrder.model_validate_json(request.read_bytes())
    except (OSError, ValueError):
        raise UserError(f"{request} is no request for an endorsement.", mend="Ask the school for its file.") from None
    end = until.replace(hour=23, minute=59, second=59, tzinfo=UTC) if until else None
    with configured(config) as services:
        sealed = services.endorse(asked.model_copy(update={"words": words, "until": end}))
    try:
        output.write_bytes(sealed.content)
    except OSError:
        raise UserError(f"{output} cannot be written.", mend="Check the rights to its folder.") from None
    sys.stderr.write(f"You endorse {asked.title}. Send {output} to the school.\n")
    if json_:
        told = {"file": str(output), "subject": asked.subject, "until": end.isoformat() if end else None}
        sys.stdout.write(f"{json.dumps(told, indent=2)}\n")
