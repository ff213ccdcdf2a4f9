"""Listening to a real Redis: nothing is lost, whoever goes away; with a stand-in what no Redis does on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from mimis_openedx.listener import Listener, connect, stream_names
from mimis_openedx.settings import OpenEdxSettings

from mimis_core import AuthenticationError, ConfigurationError, TemporaryError

from .bus_events import CREATED, ENROLLED, GRADE, REVOKED, entry
from .conftest import COURSE
from .redis_server import RedisServer

STREAM = "prod-learning-certificate-lifecycle"
OTHER = "prod-learning-badges-lifecycle"
HINT = f"{COURSE} user:7"


@pytest.fixture
def client(redis_server: RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server.url, protocol=2) as connection:
        yield connection


class Desk:
    """Keeps hints as the store does; ``broken`` makes it fail so many times."""

    def __init__(self) -> None:
        self.hints: list[str] = []
        self.broken = 0

    def take(self, hints: tuple[str, ...]) -> None:
        if self.broken:
            self.broken -= 1
            raise TemporaryError("The store is away.")
        self.hints.extend(hints)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def settings(url: str, **changed: Any) -> OpenEdxSettings:
    table = {"url": "https://lms.example.org", "client_id": "a", "client_secret": "b", "orgs": ["KTH"]}
    return OpenEdxSettings(**{**table, "bus_url": url, "bus_prefix": "prod", **changed})


Listen = Callable[..., Listener]


@pytest.fixture
def listen(redis_server: RedisServer, desk: Desk) -> Iterator[Listen]:
    made: list[Listener] = []

    def make(consumer: str = "one", **changed: Any) -> Listener:
        wanted = settings(redis_server.url, **changed)
        made.append(Listener(connect(wanted), wanted, desk.take, consumer))
        return made[-1]

    yield make
    for one in made:
        one.redis.close()


@pytest.fixture
def begun(listen: Listen) -> Listener:
    """A listener whose groups are there."""
    listener = listen()
    listener.run_once()
    return listener


def publish(client: redis.Redis, kind: str = CREATED, number: int = 7, stream: str = STREAM, **more: Any) -> bytes:
    return client.xadd(stream, entry(kind, more.get("course", COURSE), number, more.get("data")), maxlen=10_000)


def pending(client: redis.Redis, stream: str = STREAM) -> int:
    return int(client.xpending(stream, "mimis")["pending"])


def test_streams_are_prefixed_topics() -> None:
    assert stream_names(settings("redis://h")) == [STREAM, OTHER]
    assert stream_names(settings("redis://h", bus_prefix="", bus_topics=["a"])) == ["a"]


def test_events_become_hints_and_are_acknowledged(begun: Listener, client: redis.Redis, desk: Desk) -> None:
    publish(client)
    publish(client, GRADE, 8, OTHER)
    assert begun.run_once() == 2
    assert sorted(desk.hints) == [HINT, f"{COURSE} user:8"]
    assert pending(client) + pending(client, OTHER) == 0


def test_what_came_before_the_group_is_left(client: redis.Redis, listen: Listen, desk: Desk) -> None:
    publish(client)
    listen().run_once()
    assert desk.hints == []


def test_restart_goes_on_where_it_was(begun: Listener, client: redis.Redis, listen: Listen, desk: Desk) -> None:
    publish(client)
    begun.run_once()
    publish(client, number=8)
    listen().run_once()
    assert desk.hints == [HINT, f"{COURSE} user:8"]


def test_duplicates_are_one_hint(begun: Listener, client: redis.Redis, desk: Desk) -> None:
    for kind in (CREATED, REVOKED, CREATED):
        publish(client, kind)
    assert begun.run_once() == 1
    assert (desk.hints, pending(client)) == ([HINT], 0)


def test_hints_not_kept_are_given_again(begun: Listener, client: redis.Redis, listen: Listen, desk: Desk) -> None:
    publish(client)
    desk.broken = 1
    with pytest.raises(TemporaryError):
        begun.run_once()
    assert (desk.hints, pending(client)) == ([], 1)
    listen().run_once()
    assert (desk.hints, pending(client)) == ([HINT], 0)


def test_abandoned_entry_is_taken_over(
    begun: Listener, client: redis.Redis, listen: Listen, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(client)
    client.xreadgroup("mimis", "dead", {STREAM: ">"})
    listen("heir").run_once()
    assert desk.hints == []
    monkeypatch.setattr("mimis_openedx.listener.ABANDONED_MS", 0)
    listen("heir").run_once()
    assert (desk.hints, pending(client)) == ([HINT], 0)


def test_trimmed_entry_is_let_go(begun: Listener, client: redis.Redis, desk: Desk) -> None:
    publish(client)
    client.xreadgroup("mimis", "one", {STREAM: ">"})
    client.xtrim(STREAM, maxlen=0)
    begun.run_once()
    assert (desk.hints, pending(client)) == ([], 0)


@pytest.mark.parametrize(
    "more", [{"kind": ENROLLED}, {"data": b"\x01rubbish"}, {"course": "course-v1:ANDRA+K+1"}, {"data": b""}]
)
def test_what_does_not_concern_us_is_acknowledged(
    begun: Listener, client: redis.Redis, desk: Desk, more: dict[str, Any]
) -> None:
    publish(client, **more)
    begun.run_once()
    assert (desk.hints, pending(client)) == ([], 0)


def test_more_than_a_batch_is_taken(begun: Listener, client: redis.Redis, desk: Desk) -> None:
    for number in range(1, 251):
        publish(client, number=number)
    assert begun.run_once() == 250
    assert pending(client) == 0


def until(holds: Callable[[], bool]) -> None:
    """Return as soon as something that another thread brings about holds."""
    for _ in range(2000):
        if holds():
            return
        threading.Event().wait(0.01)
    pytest.fail("it did not come about")


def run_in_thread(listener: Listener) -> threading.Thread:
    thread = threading.Thread(target=listener.run)
    thread.start()
    return thread


def test_redis_may_go_away(begun: Listener, redis_server: RedisServer, listen: Listen, desk: Desk) -> None:
    """A Redis that comes back empty has lost the group too: it is made anew, and listening goes on."""
    listener, waits = listen(), list[float]()
    redis_server.stop()

    def back(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            redis_server.start()

    listener.pause = back
    listener.take = lambda hints: (desk.take(hints), listener.stop.set())
    thread = run_in_thread(listener)
    until(lambda: _group_is_there(redis_server))
    with redis.Redis.from_url(redis_server.url, protocol=2) as again:
        publish(again)
    thread.join(20)
    assert (desk.hints, waits[:3]) == ([HINT], [1, 2, 4])


def _group_is_there(redis_server: RedisServer) -> bool:
    try:
        with redis.Redis.from_url(redis_server.url, protocol=2) as connection:
            return bool(connection.exists(OTHER) and connection.xinfo_groups(OTHER))
    except redis.exceptions.RedisError:
        return False


def test_group_lost_while_listening_is_made_anew(begun: Listener, client: redis.Redis, desk: Desk) -> None:
    client.xgroup_destroy(STREAM, "mimis")
    begun.pause = lambda seconds: None
    begun.take = lambda hints: (desk.take(hints), begun.stop.set())
    thread = run_in_thread(begun)
    until(lambda: bool(client.xinfo_groups(STREAM)))
    publish(client)
    thread.join(20)
    assert desk.hints == [HINT]


def test_store_may_go_away(begun: Listener, client: redis.Redis, desk: Desk) -> None:
    desk.broken = 2
    publish(client)
    begun.pause = lambda seconds: begun.stop.set() if not desk.broken else None
    thread = run_in_thread(begun)
    thread.join(20)
    begun.stop.clear()
    begun.run_once()
    assert (desk.hints, pending(client)) == ([HINT], 0)


def test_stopped_listener_ends_soon(begun: Listener) -> None:
    thread = run_in_thread(begun)
    begun.stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_wrong_password_is_told(redis_server: RedisServer, listen: Listen, client: redis.Redis) -> None:
    client.acl_setuser("mimis", enabled=True, passwords=["+hemligt"], categories=["+@all"], keys=["*"])
    listener = listen(bus_url=redis_server.url.replace("unix://", "unix://mimis:fel@"))
    with pytest.raises(AuthenticationError) as caught:
        listener.run()
    assert "fel@" not in str(caught.value)
    assert "bus_url" in str(caught.value)


def test_missing_right_is_told(redis_server: RedisServer, listen: Listen, client: redis.Redis) -> None:
    client.acl_setuser("mimis", enabled=True, nopass=True, commands=["+exists"], keys=["*"])
    with pytest.raises(AuthenticationError, match="XREADGROUP"):
        listen(bus_url=redis_server.url.replace("unix://", "unix://mimis:x@")).run()


def test_topic_that_is_no_stream_is_told(client: redis.Redis, listen: Listen) -> None:
    client.set(STREAM, "x")
    with pytest.raises(ConfigurationError, match="WRONGTYPE"):
        listen().run()


def test_absent_redis_is_temporary_once() -> None:
    wanted = settings("redis://:hemligt@127.0.0.1:1/0")
    with pytest.raises(TemporaryError) as caught:
        Listener(connect(wanted), wanted, print, "one").run_once()
    assert "hemligt" not in str(caught.value)


def test_without_address_is_told() -> None:
    with pytest.raises(ConfigurationError, match="bus_url"):
        connect(settings("redis://h").model_copy(update={"bus_url": None}))


@pytest.mark.parametrize("library", ["redis", "fastavro"])
def test_missing_library_is_told(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setitem(__import__("sys").modules, library, None)
    with pytest.raises(ConfigurationError, match="openedx-events"):
        connect(settings("redis://h"))
