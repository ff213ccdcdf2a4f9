"""What commands print: data on stdout, everything else on stderr, ``--json`` for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from mimis_core.errors import MimisError

Config = Annotated[Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder or file of the configuration.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]

HERE = Path(".")
DONE, FAILED, USAGE, PARTLY = 0, 1, 2, 3


def emit(data: Any, as_json: bool, rows: Iterable[Mapping[str, Any]] | None = None) -> None:
    """Print ``data`` as JSON, or its rows as a table; without rows the data itself, a line per key."""
    if as_json:
        print(json.dumps(data, ensure_ascii=False, indent=2, default=str))
    elif rows is not None:
        print_table(list(rows))
    elif isinstance(data, Mapping):
        print_table([{"what": key, "value": value} for key, value in data.items()])
    else:
        print(data)


def print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of equal keys as a table; nothing at all says so."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        print("(none)")
        return
    table = Table(box=box.SIMPLE, show_edge=False)
    for name in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        # Text, not str: a square bracket in a message is no markup.
        table.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    # A pipe has no width: ids and addresses stay whole there, and fold on a screen.
    Console(width=None if sys.stdout.isatty() else 10_000).print(table)


def note(text: str) -> None:
    """A line for the person at the terminal, never part of the data."""
    print(text, file=sys.stderr)


def decide_each(ids: Sequence[str], decide: Callable[[str], object]) -> int:
    """Decide each and give how many could be: one that cannot be stops no other, and is raised only when none could."""
    refused: list[MimisError] = []
    for one in ids:
        try:
            decide(one)
        except MimisError as error:
            refused.append(error)
    if refused and len(refused) == len(ids):
        raise refused[0]
    for refusal in refused:
        note(f"mimis: {refusal}")
    return len(ids) - len(refused)


def show_progress(source: str, done: int | None, total: int | None) -> None:
    """Progress of a pull, on stderr, only where somebody watches."""
    if sys.stderr.isatty():
        amount = f"{done} of {total}" if total else str(done or "")
        print(f"\r{source}: {amount}", end="", file=sys.stderr)
