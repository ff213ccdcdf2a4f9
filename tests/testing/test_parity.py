"""Holding a sandbox against a recording: what is alike, and what is told when it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mimis_core.http import Client
from mimis_core.testing import Answer, Request, Sandbox
from mimis_core.testing.exchange import Exchange
from mimis_core.testing.parity import codes, differences, send, shape


class Canned(Sandbox):
    """Gives one answer."""

    name = "canned"

    def __init__(self) -> None:
        super().__init__()
        self.reply = Answer.of({})

    def handle(self, request: Request) -> Answer:
        return self.reply


@pytest.fixture
def server() -> Iterator[Canned]:
    with Canned() as sandbox:
        yield sandbox


@pytest.fixture
def client(server: Canned) -> Iterator[Client]:
    opened = Client(server.url, system="canned", retries=0)
    yield opened
    opened.close()


RECORDED = {"errorcode": "none", "items": [{"id": 1, "name": "a"}, {"id": 2, "name": None}], "open": True}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (RECORDED, []),
        ({**RECORDED, "items": [{"id": 9.5, "name": "b"}, {"id": 8, "name": None}]}, []),
        ({**RECORDED, "errorcode": "other"}, ["reason {'errorcode': 'other'} instead of {'errorcode': 'none'}"]),
        ({**RECORDED, "open": "yes"}, ["answer.open is text instead of bool"]),
        ({**RECORDED, "items": [{"id": 1, "name": "a"}]}, ["answer.items has 1 items instead of 2"]),
        ({**RECORDED, "items": [{"id": 1}, {"id": 2, "name": None}]}, ["answer.items[0].name is missing"]),
        ({**RECORDED, "more": 1}, ["answer.more is not in the recording"]),
        ({**RECORDED, "items": {}}, ["answer.items is an object instead of a list"]),
    ],
)
def test_difference_is_told_by_place(server: Canned, client: Client, body: Any, told: list[str]) -> None:
    server.reply = Answer.of(body)
    exchange = Exchange("GET", 200, "/x", body=RECORDED)
    assert differences(exchange, send(client, exchange)) == told


def test_status_and_type_are_compared(server: Canned, client: Client) -> None:
    server.reply = Answer(503, b"<p>Away</p>", "text/html; charset=utf-8")
    exchange = Exchange("GET", 404, "/x", content_type="text/html", omitted=99)
    assert differences(exchange, send(client, exchange)) == ["status 503 instead of 404"]
    assert differences(Exchange("GET", 503, "/x"), send(client, exchange))[1:] == ["a body that is no JSON"]


@pytest.mark.parametrize(
    ("exchange", "body", "target"),
    [
        (Exchange("GET", 200, "/a/b", {"p": "1"}), b"", "/a/b?t=T&p=1"),
        (Exchange("POST", 200, "/a", {}, {"x": "1"}), b"t=T&x=1", "/a"),
        (Exchange("POST", 200, "/a", {"p": "1"}, {"x": 1}, "json"), b'{"x": 1, "t": "T"}', "/a?p=1"),
        (Exchange("PUT", 200, "/a", {}, [1], "json"), b"[1]", "/a"),
        (Exchange("POST", 200, None, {}, {"x": "1"}), b"t=T&x=1", "/only"),
    ],
)
def test_request_is_sent_as_recorded(
    server: Canned, client: Client, exchange: Exchange, body: bytes, target: str
) -> None:
    send(client, exchange, path=None if exchange.path else "only", also={"t": "T"})
    assert (server.requests[0].method, server.requests[0].body, server.requests[0].target) == (
        exchange.method,
        body,
        target,
    )


def test_shapes_go_all_the_way_down() -> None:
    assert shape({"a": [1, 1.0, "x", None, True]}) == {"a": ["number", "number", "text", "NoneType", "bool"]}


def test_codes_are_scalars_only() -> None:
    assert codes({"code": "E1", "error": {"x": 1}, "other": 2}) == {"code": "E1"}
    assert codes([1]) == {}
