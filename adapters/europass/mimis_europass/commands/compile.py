"""``mimis elm``: makes the tables of this adapter anew from the official files, to take up a newer version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mimis_core import ConfigurationError, UserError

app = typer.Typer(help="The rule table of the European Learning Model.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


@app.callback()
def main() -> None:
    """The rule table of the European Learning Model."""


@app.command("compile")
def compile_(
    folder: Annotated[Path, typer.Argument(help="Folder with the official EDC-*.ttl files and both contexts.")],
    output: Annotated[Path, typer.Option("--output", help="Where the table is written.")] = Path("rules.json"),
    json_: Json = False,
) -> None:
    """Compile the official shapes and contexts into the rule table."""
    try:
        from mimis_europass.rules.compiler import compile_rules, dump_rules
    except ImportError:
        raise ConfigurationError(
            "Compiling the shapes needs rdflib, which is not installed.",
            mend="Install it: pip install 'mimis[shacl]'.",
            code="no_shacl",
        ) from None
    _write(output, dump_rules(compile_rules(folder)), json_)


@app.command("codes")
def codes(
    folder: Annotated[Path, typer.Argument(help="Folder with the official XML schemas of the vocabularies.")],
    output: Annotated[Path, typer.Option("--output", help="Where the table is written.")] = Path("codes.json"),
    json_: Json = False,
) -> None:
    """Compile the official lists of codes into the table of codes."""
    from mimis_europass.rules.codes import compile_codes, dump_codes

    _write(output, dump_codes(compile_codes(folder)), json_)


def _write(output: Path, text: str, as_json: bool) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError:
        raise UserError(f"{output}: cannot be written.", mend="Choose another path with --output.") from None
    lines = text.count("\n")
    if as_json:
        typer.echo(json.dumps({"written": str(output), "lines": lines}))
    else:
        typer.echo(f"{output}: written, {lines} lines.", err=True)
