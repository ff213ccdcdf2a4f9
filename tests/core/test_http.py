"""HTTP for adapters: errors by what to do, retries, renewal, and no secret in any text."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimis_core import (
    AuthenticationError,
    MimisError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    TemporaryError,
)
from mimis_core.http import LONGEST_RETRY_AFTER, Client, map_bounded
from mimis_core.testing import Answer, Request, Sandbox

Connect = Callable[..., Client]


class Echo(Sandbox):
    """Gives what is in ``answers``, then always the last of them."""

    name = "echo"

    def __init__(self) -> None:
        super().__init__()
        self.answers = [Answer.of({"name": "Åsa"})]

    def handle(self, request: Request) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def server() -> Iterator[Echo]:
    with Echo() as server:
        yield server


@pytest.fixture
def connect(server: Echo) -> Iterator[Connect]:
    """A client without waiting between its tries."""
    clients: list[Client] = []

    def make(**options: object) -> Client:
        clients.append(Client(server.url, **{"system": "Echo", "backoff": 0, **options}))  # type: ignore[arg-type]
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that would have been made."""
    made: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", made.append)
    return made


@pytest.mark.parametrize(
    ("status", "error", "has_mend"),
    [
        (400, PermanentError, False),
        (401, AuthenticationError, True),
        (403, PermissionDeniedError, True),
        (404, NotFoundError, False),
        (409, PermanentError, False),
        (422, PermanentError, False),
        (429, TemporaryError, True),
        (500, TemporaryError, True),
        (501, TemporaryError, True),
        (503, TemporaryError, True),
    ],
)
def test_status_says_what_to_do(
    server: Echo, connect: Connect, status: int, error: type[MimisError], has_mend: bool
) -> None:
    server.answers = [Answer(status, b"Eli Str\xc3\xb6m", headers={"Retry-After": "0"})]
    with pytest.raises(error) as caught:
        connect(retries=0).send("GET", "people?token=s3cret")
    assert type(caught.value) is error
    assert bool(caught.value.mend) is has_mend
    assert f"answered {status}" in str(caught.value)
    assert not [word for word in ("Eli", "s3cret", "people") if word in str(caught.value)]


@pytest.mark.parametrize(("code", "expected"), [("quota", "quota"), (None, "418")])
def test_own_code_goes_into_error(server: Echo, connect: Connect, code: str | None, expected: str) -> None:
    server.answers = [Answer(418)]
    client = connect()
    assert client.error(client.ask("GET", "a"), code).code == expected


@pytest.mark.parametrize(("header", "seconds"), [("30", 30.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("", None)])
def test_retry_after_is_handed_on(server: Echo, connect: Connect, header: str, seconds: float | None) -> None:
    server.answers = [Answer(503, headers={"Retry-After": header})]
    with pytest.raises(TemporaryError) as caught:
        connect(retries=0).send("GET", "a")
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("fault", ["500", "503", "429", "drop"])
@pytest.mark.parametrize(("method", "times"), [("GET", 2), ("PUT", 2), ("DELETE", 2), ("POST", 1), ("PATCH", 1)])
def test_only_repeatable_methods_are_repeated(
    server: Echo, connect: Connect, fault: str, method: str, times: int
) -> None:
    server.fail(fault)
    client = connect()
    if times == 1:
        with pytest.raises(TemporaryError):
            client.send(method, "a")
    else:
        client.send(method, "a")
    assert len(server.requests) == times


def test_post_can_be_made_repeatable(server: Echo, connect: Connect) -> None:
    server.fail("500")
    assert connect(repeat=frozenset({"POST"})).send("POST", "a").status_code == 200


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_lasting_fault_ends_after_retries(server: Echo, connect: Connect, retries: int) -> None:
    server.fail("500", times=20)
    with pytest.raises(TemporaryError):
        connect(retries=retries).send("GET", "a")
    assert len(server.requests) == retries + 1


@pytest.mark.parametrize(("told", "waited"), [("7", 7), ("3600", LONGEST_RETRY_AFTER)])
def test_busy_server_is_waited_for(
    server: Echo, connect: Connect, waits: list[float], told: str, waited: float
) -> None:
    server.answers = [Answer(429, headers={"Retry-After": told}), Answer()]
    connect().send("GET", "a")
    assert waits == [waited]


@pytest.mark.parametrize("body", [b"<html>Eli</html>", b'{"name": "Eli', b""])
def test_what_is_no_json_is_temporary(server: Echo, connect: Connect, body: bytes) -> None:
    server.answers = [Answer(200, body, "text/html")]
    client = connect()
    with pytest.raises(TemporaryError) as caught:
        client.json(client.send("GET", "a"))
    assert f"text/html, {len(body)} bytes" in str(caught.value)
    assert "Eli" not in str(caught.value)


def test_json_keeps_swedish_letters(connect: Connect) -> None:
    client = connect()
    assert client.json(client.send("GET", "a")) == {"name": "Åsa"}


def test_silent_server_is_temporary_error(server: Echo, connect: Connect) -> None:
    done = threading.Event()
    server.handle = lambda request: Answer(200 if done.wait(10) else 500)  # type: ignore[method-assign]
    server.fail("drop")
    try:
        with pytest.raises(TemporaryError, match="did not answer"):
            connect(retries=0, timeout=(1.0, 0.05)).send("GET", "a?token=s3cret")
    finally:
        done.set()


def test_stopped_server_is_temporary_error(server: Echo, connect: Connect) -> None:
    client = connect(retries=1)
    server.stop()
    with pytest.raises(TemporaryError) as caught:
        client.send("GET", "a?token=s3cret")
    assert caught.value.mend
    assert "s3cret" not in str(caught.value)
    server.start()


def test_refused_key_is_renewed_once(server: Echo, connect: Connect) -> None:
    asked: list[bool] = []

    def authorise(renew: bool) -> str:
        asked.append(renew)
        return "Bearer new" if renew else "Bearer old"

    server.answers = [Answer(401), Answer()]
    connect(authorise=authorise).send("GET", "a")
    assert asked == [False, True]
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer old", "Bearer new"]


@pytest.mark.parametrize(("status", "requests"), [(401, 2), (403, 1), (404, 1)])
def test_lasting_refusal_is_not_repeated(server: Echo, connect: Connect, status: int, requests: int) -> None:
    server.answers = [Answer(status)]
    with pytest.raises(MimisError):
        connect(authorise=lambda renew: "Bearer x").send("GET", "a")
    assert len(server.requests) == requests


def test_without_authorise_refusal_is_final(server: Echo, connect: Connect) -> None:
    server.answers = [Answer(401)]
    assert connect().ask("GET", "a").status_code == 401
    assert len(server.requests) == 1


def test_headers_are_sent_and_added(server: Echo, connect: Connect) -> None:
    connect(headers={"X-Api-Version": "3"}).send("GET", "a", headers={"Accept": "text/csv"})
    (request,) = server.requests
    assert (request.headers["x-api-version"], request.headers["accept"]) == ("3", "text/csv")


@pytest.mark.parametrize("base", ["/moodle", "/moodle/"])
def test_path_is_joined_to_base(server: Echo, base: str) -> None:
    client = Client(server.url + base, system="Echo")
    client.send("GET", "webservice/rest/server.php", params={"name": "å+b"})
    client.close()
    (request,) = server.requests
    assert (request.path, request.query) == ("/moodle/webservice/rest/server.php", {"name": ["å+b"]})


def test_key_does_not_follow_redirects(server: Echo, connect: Connect) -> None:
    with Echo() as elsewhere:
        server.answers = [Answer(302, headers={"Location": f"{elsewhere.url}/b"})]
        connect(authorise=lambda renew: "Bearer s3cret").send("GET", "a")
    assert "authorization" not in elsewhere.requests[0].headers


def test_proxy_of_environment_is_ignored(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert connect(retries=0).send("GET", "a").status_code == 200


def test_sessions_do_not_grow_with_threads(connect: Connect) -> None:
    client = connect()
    for _ in range(3):
        list(map_bounded(lambda number: client.send("GET", str(number)), range(12), workers=4))
    assert 1 <= len(client._idle) <= 4
    client.close()
    assert client._idle == []


@given(st.lists(st.integers(), max_size=40), st.integers(min_value=1, max_value=6))
def test_results_keep_their_order(items: list[int], workers: int) -> None:
    assert list(map_bounded(lambda item: item * 2, items, workers)) == [item * 2 for item in items]


@pytest.mark.parametrize("workers", [1, 3])
def test_exception_is_raised_at_its_place(workers: int) -> None:
    def divide(item: int) -> float:
        return 1 / item

    results = map_bounded(divide, [1, 2, 0, 4], workers)
    assert [next(results), next(results)] == [1.0, 0.5]
    with pytest.raises(ZeroDivisionError):
        next(results)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_no_more_run_than_allowed(workers: int) -> None:
    lock, running, most = threading.Lock(), 0, 0

    def count(item: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        with lock:
            running -= 1
        return item

    assert list(map_bounded(count, range(200), workers)) == list(range(200))
    assert 1 <= most <= workers


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_no_more_waits_than_allowed(workers: int) -> None:
    items = iter(range(1000))
    results = map_bounded(lambda item: item, items, workers)
    assert next(results) == 0
    assert next(items) == 2 * workers


def test_all_workers_run_at_once() -> None:
    together = threading.Barrier(3, timeout=10)
    assert len(list(map_bounded(lambda item: together.wait(), range(6), workers=3))) == 6


def test_nothing_to_do_is_fine() -> None:
    assert list(map_bounded(str, [], workers=2)) == []


@pytest.mark.parametrize("fault", [None, "drop"])
def test_logs_name_no_path_or_query(
    server: Echo, connect: Connect, caplog: pytest.LogCaptureFixture, fault: str | None
) -> None:
    if fault:
        server.fail(fault)
    with caplog.at_level(logging.DEBUG, "urllib3"):
        connect().send("GET", "v1/wallets/email/asa@demo.example", params={"filter": "bo@demo.example"})
    assert "127.0.0.1" in caplog.text
    assert "demo.example" not in caplog.text
