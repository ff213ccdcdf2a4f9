"""Tokens, keys and rights of the Greenhouse feed, and where its sandbox is as odd as Greenhouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mimis_ats.greenhouse.feed import GreenhouseFeed
from mimis_ats.greenhouse.mapping import error_code
from mimis_ats.greenhouse.pace import Pace
from mimis_ats.greenhouse.sandbox import API_KEY, USER_ID, GreenhouseSandbox
from mimis_ats.greenhouse.sandbox_tokens import CLIENT_ID, CLIENT_SECRET
from mimis_ats.greenhouse.settings import GreenhouseSettings
from mimis_ats.greenhouse.token import TokenKeeper
from pydantic import ValidationError

from mimis_core import AuthenticationError, DataError, MimisError, PermissionDeniedError, Person, TemporaryError
from mimis_core.http import Client, Response
from tests.adapters.ats.greenhouse.conftest import ENTRY, Connect


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "notaclient"}, AuthenticationError),
        ({"client_id": "another.harvest-client"}, AuthenticationError),
        ({"sign_in_url": "http://127.0.0.1:9/token"}, TemporaryError),
        ({"url": "http://127.0.0.1:9"}, TemporaryError),
        ({"v1": True, "api_key": "wrong"}, AuthenticationError),
    ],
    ids=["malformed-client", "unknown-client", "no-token-place", "no-api", "v1-key"],
)
def test_refusal_becomes_our_error(
    connect: Connect, person: Person, changed: dict[str, Any], error: type[MimisError]
) -> None:
    with pytest.raises(error) as caught:
        connect(**changed).find(person)
    assert "notaclient" not in str(caught.value)
    assert caught.value.mend


def test_token_is_asked_for_once(feed: GreenhouseFeed, server: GreenhouseSandbox, person: Person) -> None:
    for _ in range(3):
        feed.find(person)
    assert server.tokens.given == 1


def test_token_ended_by_another_process_is_renewed(
    feed: GreenhouseFeed, server: GreenhouseSandbox, person: Person
) -> None:
    feed.find(person)
    server.tokens.end()
    assert len(feed.find(person)) == 1
    assert server.tokens.given == 2


def test_token_is_renewed_before_it_ends(server: GreenhouseSandbox) -> None:
    clock = [datetime.now(UTC)]
    table = {name: value for name, value in server.settings().items() if name != "kind"}
    keeper = TokenKeeper(GreenhouseSettings(**table), now=lambda: clock[0])
    first = keeper.header(False)
    clock[0] += timedelta(minutes=58)
    assert keeper.header(False) == first
    clock[0] += timedelta(minutes=1, seconds=30)
    assert keeper.header(False) != first
    keeper.close()


@pytest.mark.parametrize("place", ["candidates", "applications", "attachments"])
def test_missing_right_is_named(feed: GreenhouseFeed, server: GreenhouseSandbox, place: str) -> None:
    server.rights.discard(place)
    with pytest.raises(PermissionDeniedError) as caught:
        feed.put(ENTRY, None)
    assert place in str(caught.value.mend)


def test_wrong_user_of_v1_is_refused(connect: Connect) -> None:
    with pytest.raises(PermissionDeniedError) as caught:
        connect(v1=True, user_id=1).put(ENTRY, None)
    assert "user_id" in str(caught.value.mend)


@pytest.mark.parametrize(
    "changed",
    [
        {"client_secret": None},
        {"version": "v1", "api_key": "k"},
        {"version": "v1", "custom_field": "f"},
        {"attachment_type": "resume"},
    ],
    ids=["no-secret", "v1-without-field", "v1-without-key", "resume"],
)
def test_settings_that_cannot_work_are_refused(changed: dict[str, Any]) -> None:
    table = {"client_id": "c", "client_secret": "s", "user_id": 1, **changed}
    with pytest.raises(ValidationError):
        GreenhouseSettings(**table)


def test_field_that_is_not_there_is_named(connect: Connect) -> None:
    with pytest.raises(DataError) as caught:
        connect(custom_field="ingen_sadan").put(ENTRY, None)
    assert "ingen_sadan" in str(caught.value)


# Pace -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("v1", [False, True], ids=["v3", "v1"])
def test_next_period_is_waited_for(connect: Connect, server: GreenhouseSandbox, v1: bool) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        server.limit = 10_000

    server.limit = 1
    connect(v1=v1, pace=Pace(wait)).put(ENTRY, None)
    assert len(server.received()) == 1
    assert 0 < waits[0] <= 30


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000007"}, [7.0]),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4"}, [4.0]),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000000"}, [30.0]),
        ({"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "1700000007"}, []),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}, []),
        ({"X-RateLimit-Remaining": "0"}, []),
        ({}, []),
    ],
    ids=["time", "seconds", "far-off", "some-left", "no-number", "no-reset", "no-limits"],
)
def test_period_is_read_from_either_form(headers: dict[str, str], waits: list[float]) -> None:
    waited: list[float] = []
    pace = Pace(waited.append, now=lambda: 1_700_000_000.0)
    answer = Response()
    answer.headers.update(headers)
    pace.note(answer)
    pace.before()
    assert waited == waits


# The sandbox is as odd as Greenhouse ----------------------------------------------------------------------------------


@pytest.fixture
def ask(server: GreenhouseSandbox) -> Iterator[Callable[..., Response]]:
    """Ask the sandbox as v1 does, or as v3 with a token."""
    client = Client(server.url, system="sandbox", retries=0)
    form = {"grant_type": "client_credentials"}
    token = client.send("POST", "token", data=form, auth=(CLIENT_ID, CLIENT_SECRET)).json()["access_token"]
    v1 = {"auth": (API_KEY, ""), "headers": {"On-Behalf-Of": str(USER_ID)}}
    ways: dict[str, dict[str, Any]] = {"v1": v1, "v3": {"headers": {"Authorization": f"Bearer {token}"}}}
    yield lambda method, path, **arguments: client.ask(method, path, **ways[path[:2]], **arguments)
    client.close()


def test_sandbox_refuses_a_cursor_with_company(ask: Callable[..., Response]) -> None:
    answer = ask("GET", "v3/candidates", params={"cursor": "e30=", "per_page": "5"})
    assert (answer.status_code, error_code(answer.json())) == (422, "cursor")


def test_sandbox_tells_the_limit_of_each_answer(server: GreenhouseSandbox, ask: Callable[..., Response]) -> None:
    server.limit = 0
    answer = ask("POST", "v3/notes", json={})
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (429, "0")
    assert int(answer.headers["Retry-After"]) <= 30


def test_sandbox_misspells_what_v1_misspells(ask: Callable[..., Response]) -> None:
    body = {"user_id": USER_ID, "body": "x", "visibility": "public"}
    assert ask("POST", "v1/candidates/978031/activity_feed/notes", json=body).json()["visiblity"] == "public"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "v3/nonsense", 404), ("GET", "v1/nonsense", 401), ("GET", "v3/candidates", 401)],
)
def test_sandbox_looks_for_place_or_key_first(server: GreenhouseSandbox, method: str, path: str, status: int) -> None:
    client = Client(server.url, system="sandbox")
    assert client.ask(method, path).status_code == status
    client.close()
