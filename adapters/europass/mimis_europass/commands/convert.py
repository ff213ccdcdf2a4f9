"""``mimis europass convert``: a credential in the form of another version of the European Learning Model."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mimis_europass.exports.files import read_file, write_file


class Version(StrEnum):
    """Versions that a document can be written in anew."""

    V3_2 = "3.2"


def convert(
    file: Annotated[Path, typer.Argument(help="A credential of ELM 3.1, sealed or not.")],
    output: Annotated[Path, typer.Option("--output", help="Where the unsealed document is written.")],
    elm: Annotated[Version, typer.Option("--elm", help="The version to write.")] = Version.V3_2,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Write a credential in the form of ELM 3.2, by EBSI's JSON Schema.

    The result has no seal: a seal covers the exact bytes of the old form, so that it must be sealed anew.
    """
    from mimis_europass.document.read import load_document
    from mimis_europass.exports.elm32 import convert as to_elm32

    conversion = to_elm32(load_document(read_file(file)))
    write_file(output, json.dumps(conversion.document, ensure_ascii=False, separators=(",", ":")).encode())
    for name in conversion.lost:
        typer.echo(f"{name}: ELM {elm.value} has no room for it, or for one value only.", err=True)
    if json_:
        typer.echo(json.dumps({"written": str(output), "elm": elm.value, "sealed": False, "lost": conversion.lost}))
    else:
        typer.echo(f"{output}: written in ELM {elm.value}, without a seal.", err=True)
