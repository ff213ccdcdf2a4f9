"""``mimis serve`` as a process of its own: pages, queued work, and a quick end."""

from __future__ import annotations

import gc
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from mimis_core.cli.serve import listen, prepare
from mimis_core.http import Client
from mimis_core.jobs import JobQueue
from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from tests.command import Mimis, replace_tables, sandbox

MIMIS = Path(sys.executable).with_name("mimis")


def serve(folder: Path) -> list[str | Path]:
    """The command that serves a folder on a free port."""
    return [MIMIS, "serve", "--port", "0", "--json", "--config", folder]


@pytest.fixture
def server(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The running server; ended with the test, however that goes."""
    command = serve(folder)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def address(server: subprocess.Popen[str]) -> str:
    """Where it answers, as it says itself."""
    assert server.stdout is not None
    lines = [server.stdout.readline() for _ in range(3)]
    return str(json.loads("".join(lines))["address"])


def test_served_pages_answer(server: subprocess.Popen[str]) -> None:
    client = Client(address(server), system="mimis")
    assert client.send("GET", "healthz").json() == {"status": "ok"}
    client.close()


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_soon(server: subprocess.Popen[str], name: signal.Signals) -> None:
    client = Client(address(server), system="mimis")
    client.send("GET", "healthz")
    server.send_signal(name)
    assert server.wait(5) == 0
    assert server.stderr is not None
    assert "Traceback" not in server.stderr.read()
    client.close()


def test_used_port_is_told(folder: Path, mimis: Mimis) -> None:
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        ended = mimis("serve", "--port", taken.getsockname()[1], "--config", folder)
    assert (ended.code, "--port" in ended.err) == (2, True)


@pytest.fixture
def wallet(school_folder: Path) -> Iterator[Any]:
    """A wallet that trusts the school's trial seal and tells when something came."""
    box = sandbox("europass")
    box.came = threading.Event()
    answer = box.handle

    def handle(request: Any) -> Any:
        made = answer(request)
        if box.received():
            box.came.set()
        return made

    box.handle = handle
    box.trust((school_folder / "secrets" / "trial-anchor.pem").read_text("utf-8"))
    with box:
        replace_tables(school_folder, {"sources.hand": {}, "couriers.europass": box.settings()})
        yield box


def test_queued_delivery_is_done_while_serving(wallet: Any, credential: str, learner: str, folder: Path) -> None:
    with (
        subprocess.Popen(serve(folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server,
        open_services(load_settings(folder)) as services,
    ):
        address(server)
        queue = JobQueue(services)
        services.on_queued = queue.wake
        services.request_delivery(learner, credential, "europass", "asa@privat.example")
        came = wallet.came.wait(10)
        server.terminate()
        assert (came, server.wait(5)) == (True, 0)
        queue.stop()
        assert [one.state for one in services.deliveries()] == ["sent"]


@pytest.fixture
def thawed() -> Iterator[None]:
    """What is taken out of garbage collection in a test is given back to it."""
    yield
    gc.unfreeze()


def test_index_of_names_is_made_before_anybody_asks(school: Services, thawed: None) -> None:
    prepare([school])
    assert school._directory is not None
    assert gc.get_freeze_count() > 0


def test_server_begins_without_its_database_too(
    school: Services, thawed: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(school, "prepare_directory", away)
    prepare([school])
    assert "nothing was prepared" in caplog.text
