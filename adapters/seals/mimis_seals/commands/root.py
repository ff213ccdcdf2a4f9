"""``mimis seals``: what an administrator does with the seal itself."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from mimis_seals.commands.extend import extend
from mimis_seals.commands.trust import app as trust_app

app = typer.Typer(help="Trial seals, levels of seals, and trust.", no_args_is_help=True)
app.add_typer(trust_app, name="trust")
app.command()(extend)


@app.callback()
def seals() -> None:
    """Trial seals, levels of seals, and trust."""


@app.command()
def trial(
    folder: Annotated[Path, typer.Argument(help="Folder that the three trial files are written to")],
    config: Annotated[Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder of mimis.toml")] = Path("."),
    json_: Annotated[bool, typer.Option("--json", help="Print the [signer] table as JSON")] = False,
) -> None:
    """Make a trial key for your organisation: key file, password and trust anchor."""
    from mimis_core.services import configured
    from mimis_seals.keys.pkcs12 import Pkcs12Signer

    with configured(config) as services:
        table = Pkcs12Signer.make_trial(services.settings.organisation, folder)
    if json_:
        sys.stdout.write(f"{json.dumps(table)}\n")
        return
    folder = folder.resolve()
    sys.stderr.write(f"A trial seal is in {folder}. Write this in mimis.toml:\n")
    sys.stdout.write(
        f'[signer]\nkind = "pkcs12"\nfile = {_quoted(folder / table["file"])}\n'
        f"password = {{ file = {_quoted(folder / table['password_file'])} }}\n\n"
        f"[trust]\nanchors = [{_quoted(folder / table['anchor'])}]\n"
    )


def _quoted(path: Path) -> str:
    """The path as TOML writes a text: JSON's strings are TOML's, and a folder may have a backslash in its name."""
    return json.dumps(str(path), ensure_ascii=False)
