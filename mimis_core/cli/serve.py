"""``mimis serve``: pages and queued work in one process."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from typing import Annotated, Any

import typer

from mimis_core.cli.output import HERE, Config, Json, emit, note
from mimis_core.errors import UserError
from mimis_core.jobs import JobQueue
from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings

app = typer.Typer()


STOP_WITHIN = 5
"""Seconds that requests in hand get when the server ends."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; with port 0 a free one, known before the pages that name it are made.

    Raises UserError when the address cannot be used.
    """
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise UserError(
            f"mimis cannot listen on port {port} of {host}: {error.strerror or error}.",
            mend="End what uses it, or choose another with --host and --port.",
        ) from None
    return bound


class PageServer:
    """The pages of one mimis on a bound socket, served by waitress in a thread."""

    def __init__(self, services: Services, bound: socket.socket) -> None:
        from waitress.server import create_server

        from mimis_core.web import create_app

        proxy: dict[str, Any] = {}
        if services.settings.trusted_proxy:
            # Without this all visitors behind the proxy would count as one for the rate limits.
            headers = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
            proxy = {"trusted_proxy": services.settings.trusted_proxy, "trusted_proxy_headers": headers}
        app = create_app(services.settings, services)
        self._server = create_server(app, sockets=[bound], threads=8, clear_untrusted_proxy_headers=True, **proxy)
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
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
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
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{bound.getsockname()[1]}"
        if json_:
            emit({"address": address}, True)
            sys.stdout.flush()
        note(f"mimis svarar på {address} (avsluta med Ctrl-C)")
        ended.wait()
        pages.stop()
        queue.stop()
