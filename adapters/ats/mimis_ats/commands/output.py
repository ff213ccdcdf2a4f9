"""What the commands print: data on stdout as lines or JSON, progress on stderr."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

Config = Annotated[Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder with mimis.toml.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

DONE, FAILED, USAGE, PARTLY = 0, 1, 2, 3


def show(value: Any, lines: list[str], as_json: bool) -> None:
    """Print data: ``value`` as JSON or ``lines`` for people."""
    text = json.dumps(value, ensure_ascii=False, indent=2) if as_json else "\n".join(lines)
    if text:
        typer.echo(text)


def tell(text: str) -> None:
    """Print progress."""
    typer.echo(text, err=True)
