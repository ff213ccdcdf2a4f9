"""``mimis europass upload``: files for schools that seal by hand at the EU's own issuer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mimis_core import MimisError, UserError
from mimis_europass.exports.files import read_file, write_file
from mimis_europass.exports.upload import make_upload, unwrap

FAILED, PARTLY = 1, 3


def upload(
    files: Annotated[list[Path], typer.Argument(help="Credentials, sealed by mimis or not sealed yet.")],
    output: Annotated[Path, typer.Option("--output", help="Where the file is written; for several, a folder.")],
    wallet: Annotated[str | None, typer.Option("--wallet", help="The learner's wallet address, PREFIX/ID.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Write files that the EU's issuer takes by hand; it seals again, with the seal that you choose there.

    One file for each credential, under its own name with ``.json``. Exit code 3 when some could not be made.
    """
    if wallet and len(files) > 1:
        raise UserError("One wallet address belongs to one learner.", mend="Give --wallet with one file at a time.")
    targets = _targets(files, output)
    problems: dict[str, str] = {}
    for file, target in targets.items():
        try:
            write_file(target, make_upload(unwrap(read_file(file)), wallet))
        except MimisError as error:
            if len(files) == 1:
                raise
            problems[str(file)] = str(error)
    written = [str(target) for file, target in targets.items() if str(file) not in problems]
    for name, reason in problems.items():
        typer.echo(f"{name}: {reason}", err=True)
    if json_:
        typer.echo(json.dumps({"written": written, "problems": problems}, ensure_ascii=False))
    else:
        typer.echo(f"{output}: upload it at the EU's issuer, which seals it.", err=True)
    if problems:
        raise typer.Exit(PARTLY if written else FAILED)


def _targets(files: list[Path], output: Path) -> dict[Path, Path]:
    """Where each file goes. Raises UserError before anything is written when two would get the same name."""
    if len(files) == 1 and not output.is_dir():
        return {files[0]: output}
    if output.exists() and not output.is_dir():
        raise UserError(f"{output}: is a file.", mend="Give a folder as --output for several credentials.")
    targets = {file: output / f"{file.stem}.json" for file in files}
    if len(set(targets.values())) < len(files):
        raise UserError("Two of the files have the same name, or one is given twice.", mend="Rename one of them.")
    output.mkdir(parents=True, exist_ok=True)
    return targets
