"""``mimis serve``: pages and queued work in one process."""

from __future__ import annotations

import gc
import logging
import socket
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mimis_core.cli.ending import end_all, ended_by_signal
from mimis_core.cli.output import HERE, Config, Json, emit, note
from mimis_core.errors import UserError
from mimis_core.jobs import JobQueue
from mimis_core.observe import configure
from mimis_core.services import Services
from mimis_core.services.organisations import open_installation
from mimis_core.store.database import AWAY

if TYPE_CHECKING:
    from mimis_core.web.organisations import WsgiApp

app = typer.Typer()
_log = logging.getLogger("mimis.serve")


STOP_WITHIN = 2.0
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
    """The pages of one mimis on a bound socket, served by waitress in a thread; ``app`` is for those of several."""

    def __init__(self, services: Services, bound: socket.socket, app: WsgiApp | None = None) -> None:
        from waitress.server import create_server

        from mimis_core.web import create_app

        proxy: dict[str, Any] = {}
        if services.settings.trusted_proxy:
            # Without this all visitors behind the proxy would count as one for the rate limits.
            headers = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
            proxy = {"trusted_proxy": services.settings.trusted_proxy, "trusted_proxy_headers": headers}
        pages = app or create_app(services.settings, services)
        self._server = create_server(pages, sockets=[bound], threads=8, clear_untrusted_proxy_headers=True, **proxy)
        self._thread = threading.Thread(target=self._server.run, name="pages", daemon=True)

    def start(self) -> None:
        """Serve until stopped."""
        self._thread.start()

    def stop(self) -> bool:
        """Finish the requests in hand, then end the loop from inside, since closing its sockets from here breaks it.

        Gives whether it has ended.
        """
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=STOP_WITHIN)
        self._server.trigger.pull_trigger(self._close_all)
        self._thread.join(STOP_WITHIN)
        return not self._thread.is_alive()

    def _close_all(self) -> None:
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._server.close()


def prepare(organisations: Sequence[Services]) -> None:
    """Make what the first visitors would wait for; it runs beside the pages.

    What is held in memory from then on is taken out of garbage collection: going through all of it stops every request
    for tenths of a second, and finds nothing.
    """
    for services in organisations:
        try:
            services.prepare_directory()
        except AWAY as error:
            _log.warning("nothing was prepared (%s): the first visitors wait for it", type(error).__name__)
    gc.collect()
    gc.freeze()


@app.command()
def serve(
    config: Config = HERE,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    threads: Annotated[int, typer.Option("--threads", min=1, max=32, help="How many batches at the same time.")] = 1,
    no_jobs: Annotated[bool, typer.Option("--no-jobs", help="Only pages: work is left to mimis worker.")] = False,
    json_: Json = False,
) -> None:
    """Serve pages and do queued work, of one organisation or of an installation's, until SIGINT or SIGTERM.

    It ends within five seconds: what is in hand is finished, or handed back for another worker.
    """
    configure("INFO", threads=True)
    ended = ended_by_signal()
    from mimis_core.web.organisations import create_dispatcher

    with open_installation(config) as installation:
        bound = listen(host, port)
        # Each organisation has workers of its own, so that none waits for another's work.
        queues = [] if no_jobs else [JobQueue(one, threads) for one in installation.services]
        pages = PageServer(installation.services[0], bound, create_dispatcher(installation))
        for queue in queues:
            queue.start()
        pages.start()
        threading.Thread(target=prepare, args=(installation.services,), name="prepare", daemon=True).start()
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{bound.getsockname()[1]}"
        if json_:
            emit({"address": address}, True)
            sys.stdout.flush()
        note(f"mimis svarar på {address} (avsluta med Ctrl-C)")
        ended.wait()
        end_all(pages.stop, *(queue.stop for queue in queues))
