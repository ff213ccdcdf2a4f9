"""``mimis adapter``: for those who write one. A new adapter that works, and a recorder of the system it talks to."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from mimis_core.cli.output import Json, emit, note
from mimis_core.errors import ConfigurationError

app = typer.Typer(no_args_is_help=True)


def _fields(what: str) -> Any:
    return typer.Option(metavar="FIELD", help=f"Further field that holds {what}; may be repeated.")


PROGRESS_EVERY = 1.0
"""Seconds between two looks at how much was recorded."""


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What it is called in mimis.toml: lower case, digits, hyphens.")],
    kind: Annotated[str, typer.Option(help="source, courier or feed.")] = "source",
    out: Annotated[Path | None, typer.Option(help="Folder to write; default mimis-NAME here.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list the files.")] = False,
    json_: Json = False,
) -> None:
    """Write a new adapter with settings, sandbox and tests that pass; nothing is ever overwritten."""
    from mimis_core.plugins import load_plugins
    from mimis_core.testing.scaffold import plan, write

    made = plan(name, kind, frozenset(plugin.name for plugin in load_plugins().loaded))
    folder = out or Path(made.distribution)
    if not dry_run:
        write(made, folder)
    rows = [{"file": str(folder / path), "lines": text.count("\n")} for path, text in made.files.items()]
    emit({"folder": str(folder), "written": not dry_run, "files": rows}, json_, rows)
    if not dry_run:
        note(f"Next: cd {folder} && python -m pip install --editable '.[test]' && python -m pytest")


@app.command()
def record(
    url: Annotated[str, typer.Argument(help="Address of the real system, as the adapter's settings have it.")],
    out: Annotated[Path, typer.Option(help="File to write, a JSON object a line.")],
    name: Annotated[list[str] | None, _fields("names of persons")] = None,
    secret: Annotated[list[str] | None, _fields("keys and tokens")] = None,
    number: Annotated[list[str] | None, _fields("personal and telephone numbers")] = None,
    person: Annotated[list[str] | None, _fields("ids and accounts of persons")] = None,
    text: Annotated[list[str] | None, _fields("free text, of which nothing is kept")] = None,
    keep: Annotated[list[str] | None, _fields("nothing of the kind, though its name looks so")] = None,
    own: Annotated[
        list[str] | None, typer.Option(metavar="VALUE", help="Value that stays, such as a client's id.")
    ] = None,
    json_: Json = False,
) -> None:
    """Record what a real system answers, without persons and secrets, until Ctrl-C.

    Prints the address to put into the adapter's settings. With --json two objects are printed, a line each: the address
    at the start, the number of requests at the end.
    """
    from mimis_core.testing.record import Recorder, Rules

    if not url.startswith(("https://", "http://")):
        raise ConfigurationError("URL is no web address.", mend="Write it with https:// before it.")
    if out.exists() or not out.absolute().parent.is_dir():
        raise ConfigurationError(f"{out} is there already, or its folder is not.", mend="Give another file with --out.")
    fields = {"name": name, "secret": secret, "number": number, "person": person, "text": text, "keep": keep}
    rules = Rules().with_fields(**{kind: tuple(more or ()) for kind, more in fields.items()})
    with Recorder(url, rules, own=own or ()) as recorder:
        print(json.dumps({"url": recorder.url}) if json_ else f'url = "{recorder.url}"', flush=True)
        note(f"Put this into the adapter's settings. Recording {url}; Ctrl-C ends it and writes {out}.")
        _wait()
    written = recorder.save(out)
    if json_:
        print(json.dumps({"requests": written, "file": str(out)}))
    note(f"{written} requests are in {out}. Read it before you share it: names in unknown fields are not found.")


def _wait() -> None:
    """Until Ctrl-C or SIGTERM; both end the recording in good order."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    while not ended.wait(PROGRESS_EVERY):
        continue
