"""``mimis worker`` as a process of its own: does work, ends soon, and leaves nothing that nobody finishes."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from tests.cli.processes import address, running
from tests.command import Mimis, replace_tables, sandbox

BEGUN = "mimis works as"


class SlowWallet:
    """A wallet that trusts the school's trial seal, tells when something came, and answers when it may."""

    def __init__(self, folder: Path) -> None:
        self.box = sandbox("europass")
        self.came, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()
        self.times: list[float] = []
        self._answer = self.box.handle
        self.box.handle = self._handle
        self.box.trust((folder / "secrets" / "trial-anchor.pem").read_text("utf-8"))

    def _handle(self, request: Any) -> Any:
        self.times.append(time.monotonic())
        self.came.set()
        self.may_answer.wait(30)
        return self._answer(request)


@pytest.fixture
def wallet(school_folder: Path) -> Iterator[SlowWallet]:
    slow = SlowWallet(school_folder)
    with slow.box:
        replace_tables(school_folder, {"sources.hand": {}, "couriers.europass": slow.box.settings()})
        yield slow
        slow.may_answer.set()


@pytest.fixture
def services(credential: str, wallet: SlowWallet, folder: Path) -> Iterator[Services]:
    """The school, seen from another process than the worker's; it has one credential."""
    with open_services(load_settings(folder)) as opened:
        yield opened


def send(services: Services, *addresses: str) -> None:
    """Queue deliveries of the only credential."""
    view = services.all_credentials()[0]
    for one in addresses:
        services.request_delivery(view.learner_id, view.id, "europass", one)


def test_worker_does_what_others_queue_before_the_minute_sweep(
    services: Services, wallet: SlowWallet, folder: Path
) -> None:
    with running("worker", "--config", folder, ready=BEGUN) as process:
        send(services, "a@b.example")
        assert wallet.came.wait(10)  # about half a second alone on a machine
        process.terminate()
        assert process.wait(5) == 0
    assert [one.state for one in services.deliveries()] == ["sent"]


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", [("worker",), ("serve", "--port", "0")])
def test_hanging_wallet_holds_up_neither_the_end_nor_the_delivery(
    services: Services, wallet: SlowWallet, folder: Path, name: signal.Signals, command: tuple[str, ...]
) -> None:
    ready = BEGUN if command == ("worker",) else "mimis svarar"
    with running(*command, "--config", folder, ready=ready) as process:
        wallet.may_answer.clear()
        send(services, "a@b.example")
        assert wallet.came.wait(10)
        process.send_signal(name)
        assert process.wait(5) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    wallet.may_answer.set()
    # At once, not when a lease has run out.
    assert services.drain().attention == 0
    assert [one.state for one in services.deliveries()] == ["sent"]
    assert len(wallet.box.received()) == 1


def test_quick_delivery_in_hand_is_finished(services: Services, wallet: SlowWallet, folder: Path) -> None:
    with running("worker", "--config", folder, ready=BEGUN) as process:
        wallet.may_answer.clear()
        send(services, "a@b.example")
        assert wallet.came.wait(10)
        process.terminate()
        wallet.may_answer.set()
        assert process.wait(5) == 0
    assert [one.state for one in services.deliveries()] == ["sent"]


def test_killed_worker_is_followed_by_another(services: Services, wallet: SlowWallet, folder: Path) -> None:
    file = folder / "mimis.toml"
    file.write_text(file.read_text("utf-8") + "\n[jobs]\nlease_seconds = 2\n", "utf-8")
    with running("worker", "--config", folder, ready=BEGUN) as process:
        wallet.may_answer.clear()
        send(services, "a@b.example")
        assert wallet.came.wait(10)
        process.kill()
        process.wait(5)
    wallet.may_answer.set()
    now = services.clock()
    services.clock = lambda: now.replace(year=now.year + 1)
    assert services.drain().attention == 0
    assert [one.state for one in services.deliveries()] == ["sent"]


def test_once_does_what_is_due_and_ends(mimis: Mimis, services: Services, wallet: SlowWallet, folder: Path) -> None:
    send(services, "a@b.example")
    ended = mimis("worker", "--once", "--config", folder, "--json")
    assert (ended.code, ended.json["deliveries"], ended.json["scheduled"]) == (0, 1, 0)


def test_pages_alone_leave_work_to_workers(services: Services, wallet: SlowWallet, folder: Path) -> None:
    with running("serve", "--port", "0", "--no-jobs", "--json", "--config", folder) as server:
        address(server)
        send(services, "a@b.example")
        server.terminate()
        assert server.wait(5) == 0
    assert not wallet.came.is_set()
    with running("worker", "--config", folder, "--threads", "2", ready=BEGUN):
        assert wallet.came.wait(10)


def test_three_workers_deliver_each_once(services: Services, wallet: SlowWallet, folder: Path) -> None:
    send(services, *(f"a{number}@b.example" for number in range(12)))
    with (
        running("worker", "--config", folder, ready=BEGUN) as one,
        running("worker", "--config", folder, ready=BEGUN) as two,
        running("worker", "--config", folder, ready=BEGUN) as three,
    ):
        deadline = time.monotonic() + 30
        while services.backlog()["queued"] + services.backlog()["doing"] and time.monotonic() < deadline:
            one.poll()
        for process in (one, two, three):
            process.terminate()
        assert [process.wait(5) for process in (one, two, three)] == [0, 0, 0]
    assert {view.state for view in services.deliveries()} == {"sent"}
    assert len(wallet.times) == 12
