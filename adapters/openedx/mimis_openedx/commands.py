"""``mimis openedx``: listening to Open edX's event bus."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from mimis_core import ConfigurationError
from mimis_core.services import Services, configured
from mimis_openedx.listener import Listener, connect, stream_names
from mimis_openedx.settings import OpenEdxSettings

app = typer.Typer(help="Open edX: listening to its event bus.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def main() -> None:
    """Open edX: listening to its event bus."""


@app.command()
def listen(
    source: Annotated[
        str | None, typer.Argument(help="Name of the source; may be left out when one has bus_url.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Take what is there now and end, for a timer.")] = False,
    consumer: Annotated[
        str, typer.Option("--consumer", help="Name of this listener within its group; the same after a restart.")
    ] = socket.gethostname(),
    config: Annotated[
        Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder or file of the configuration.")
    ] = Path("."),
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Turn the LMS's events into work, until stopped: certificates and results then follow within minutes.

    Nothing that an event says is believed: each only leads to a question to the LMS, which mimis serve or the next
    mimis sync asks.
    """
    with configured(config) as services:
        name, settings = _source(services, source)
        listener = Listener(connect(settings), settings, lambda hints: services.take_hints(name, hints), consumer)
        with _ended_by_signals(listener):
            typer.echo(f"Listening to {', '.join(stream_names(settings))} for {name}.", err=True)
            taken = listener.run_once() if once else listener.run()
    typer.echo(json.dumps({"source": name, "hints": taken}) if json_ else f"{name}: {taken} hints taken")


def _source(services: Services, wanted: str | None) -> tuple[str, OpenEdxSettings]:
    """The source to listen for. Raises ConfigurationError when it is not clear which one."""
    tables = {name: table for name, table in services.settings.sources.items() if table.get("kind", name) == "openedx"}
    names = [wanted] if wanted else [name for name, table in tables.items() if "bus_url" in table]
    if len(names) != 1 or names[0] not in tables:
        raise ConfigurationError(
            "It is not clear which source to listen for.",
            mend=f"Name one of kind openedx with bus_url; configured are: {', '.join(tables) or 'none'}.",
        )
    opened: Any = services.plugins.open("source", names[0], tables[names[0]])
    with opened:
        return names[0], opened.settings


@contextmanager
def _ended_by_signals(listener: Listener) -> Iterator[None]:
    """SIGTERM and SIGINT end the listener after what it is at; the former handlers come back afterwards."""

    def end(number: int, frame: FrameType | None) -> None:
        listener.stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
