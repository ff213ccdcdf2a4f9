"""``mimis serve``: pages and queued work in one process."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from typing import Annotated

import typer

from mimis_core.cli.output import HERE, Config, Json, emit, note
from mimis_core.jobs import JobQueue
from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings

app = typer.Typer()


STOP_WITHIN = 5
"""Seconds that requests in hand get when the server ends."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; with port 0 a free one, known before the pages that name it are made."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, port))
    return bound


class PageServer:
    """The pages of one mimis on a bound socket, served by waitress in a thread."""

    def __init__(self, services: Services, bound: socket.socket) -> None:
        from waitress.server import create_server

        from mimis_core.web import create_app

        self._server = create_server(create_app(services.settings, services), sockets=[bound], threads=8)
        self._thread = threading.Thread(target=self._server.run, name="pages", daemon=True)

    def start(self) -> None:
        """Serve until stopped."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests in hand, then end the loop from inside, since closing its sockets from here breaks it."""
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=STOP_WITHIN)
        self._server.trigger.pull_trigger(self._close_all)
        self._thread.join(STOP_WITHIN)

    def _close_all(self) -> None:
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._server.close()


@app.command()
def serve(
    config: Config = HERE,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port; 0 takes a free one.")] = 8000,
    json_: Json = False,
) -> None:
    """Serve until SIGINT or SIGTERM; work in hand is finished."""
    ended = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: ended.set())
    with open_services(load_settings(config)) as services:
        bound = listen(host, port)
        queue, pages = JobQueue(services), PageServer(services, bound)
        services.on_queued = queue.wake
        queue.start()
        pages.start()
        address = f"http://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"
        if json_:
            emit({"address": address}, True)
            sys.stdout.flush()
        note(f"mimis svarar på {address} (avsluta med Ctrl-C)")
        ended.wait()
        pages.stop()
        queue.stop()
