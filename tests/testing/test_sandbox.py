"""The base of all sandboxes: faults, delays, counting, and a clean end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from time import monotonic

import pytest

from mimis_core import TemporaryError
from mimis_core.http import Client, Response
from mimis_core.testing import FAULTS, Answer, Request, Sandbox

Ask = Callable[..., Response]


class Echo(Sandbox):
    """Answers every request with what it holds."""

    name = "echo"

    def __init__(self) -> None:
        super().__init__()
        self.done = 0

    def handle(self, request: Request) -> Answer:
        self.done += 1
        return Answer.of({"path": request.path, "items": [1, "två", None, True, {}], "form": request.form()})


@pytest.fixture
def server() -> Iterator[Echo]:
    with Echo() as sandbox:
        yield sandbox


@pytest.fixture
def ask(server: Echo) -> Iterator[Ask]:
    client = Client(server.url, system="echo", retries=0, timeout=(1, 5))
    yield lambda path="x", method="GET", **arguments: client.ask(method, path, **arguments)
    client.close()


@pytest.mark.parametrize(("fault", "status"), [("500", 500), ("503", 503), ("429", 429), ("429-silent", 429)])
def test_status_faults_come_once(server: Echo, ask: Ask, fault: str, status: int) -> None:
    server.fail(fault)
    assert [ask().status_code, ask().status_code] == [status, 200]


def test_busy_server_says_when_or_not(server: Echo, ask: Ask) -> None:
    server.fail("429")
    server.fail("429-silent")
    assert [ask().headers.get("Retry-After") for _ in range(2)] == ["0", None]


@pytest.mark.parametrize(("fault", "done"), [("drop", 1), ("reset", 0)])
def test_broken_connection_did_its_work_or_not(server: Echo, ask: Ask, fault: str, done: int) -> None:
    server.fail(fault)
    with pytest.raises(TemporaryError):
        ask()
    assert server.done == done


def test_other_types_keep_keys(server: Echo, ask: Ask) -> None:
    server.fail("types")
    assert ask().json() == {"path": 2, "items": ["1", 3, [None], [True], []], "form": []}


@pytest.mark.parametrize(("fault", "length"), [("empty", 0), ("truncated", 39)])
def test_cut_answers_are_shorter(server: Echo, ask: Ask, fault: str, length: int) -> None:
    whole = ask().content
    server.fail(fault)
    assert len(ask().content) == min(length, len(whole) // 2)


def test_fault_waits_for_its_path(server: Echo, ask: Ask) -> None:
    server.fail("500", times=2, path=r"^POST .*users\?page=2")
    assert ask("users?page=2").status_code == 200
    assert ask("users?page=1", "POST").status_code == 200
    assert [ask("users?page=2", "POST").status_code for _ in range(3)] == [500, 500, 200]


def test_healed_server_has_no_faults(server: Echo, ask: Ask) -> None:
    server.fail("500", times=100)
    server.heal()
    assert ask().status_code == 200


def test_unknown_fault_is_a_mistake(server: Echo) -> None:
    with pytest.raises(ValueError, match="no fault is called 'fire'"):
        server.fail("fire")


def test_every_fault_is_played(server: Echo, ask: Ask) -> None:
    for fault in FAULTS:
        server.fail(fault, path=f"/{fault}$")
    for fault in set(FAULTS) - {"drop", "reset"}:
        ask(fault)
    assert server.done == len(FAULTS) - 2


def test_slow_answer_runs_into_timeout(server: Echo, ask: Ask) -> None:
    server.slowness = 0.3
    server.fail("slow", times=2)
    with pytest.raises(TemporaryError, match="did not answer"):
        ask(timeout=(1, 0.05))
    assert ask().status_code == 200


def test_calls_are_delayed_side_by_side(server: Echo, ask: Ask) -> None:
    server.delay = 0.2
    started = monotonic()
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.2 <= monotonic() - started < 1.2


def test_requests_are_counted_by_place(server: Echo, ask: Ask) -> None:
    for path in ("users?page=1", "users?page=2", "courses"):
        ask(path)
    assert (server.count(), server.count(r"/users"), server.count(r"page=2$")) == (3, 2, 1)
    server.forget()
    assert server.count() == 0


def test_target_is_as_sent(server: Echo, ask: Ask) -> None:
    ask("a%2Fb/c?q=%C3%A5&q=2")
    assert (server.requests[0].target, server.requests[0].query) == ("/a%2Fb/c?q=%C3%A5&q=2", {"q": ["å", "2"]})


def test_end_does_not_wait_for_slow_answers(ask: Ask, server: Echo) -> None:
    server.slowness = 20
    server.fail("slow")
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(ask().status_code))
    thread.start()
    while not server.count():
        thread.join(0.01)
    server.stop()
    thread.join(5)
    assert not thread.is_alive()


def test_end_hangs_up_on_idle_clients(ask: Ask, server: Echo) -> None:
    ask()
    server.stop()
    with pytest.raises(TemporaryError):
        ask()
    with pytest.raises(RuntimeError):
        server.url.strip()


def test_sandbox_starts_again(ask: Ask, server: Echo) -> None:
    url = server.url
    server.start()
    assert server.url == url
    server.stop()
    server.stop()
    server.start()
    assert Client(server.url, system="echo", retries=0).ask("GET", "x").status_code == 200


def test_threads_take_each_fault_once(server: Echo, ask: Ask) -> None:
    server.fail("500", times=10)
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.extend(ask().status_code for _ in range(5))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (statuses.count(500), statuses.count(200)) == (10, 30)
