"""Several organisations behind one server: each answers at its own address, with its own cookies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from werkzeug.test import Client
from werkzeug.wrappers import Response

from mimis_core.services import Role
from mimis_core.services.organisations import Installation
from mimis_core.web.organisations import create_dispatcher
from tests.installation import ADDRESSES, OURS, THEIRS, make_installation, open_both
from tests.school import Clock

NAMES = {OURS: "Första skolan", THEIRS: "Andra skolan"}


def open_named(folder: Path, clock: Clock, **addresses: str) -> Iterator[Client]:
    with open_both(folder, clock) as both:
        for one in both:
            named = one.settings.organisation.model_copy(update={"legal_name": {"sv": NAMES[one.organisation]}})
            address = addresses.get(one.organisation, ADDRESSES[one.organisation])
            one.settings = one.settings.model_copy(update={"organisation": named, "base_url": address})
        yield Client(create_dispatcher(Installation(both)), use_cookies=False)


@pytest.fixture
def folder(school_template: Path, tmp_path: Path) -> Path:
    return make_installation(school_template, tmp_path, f"sqlite:///{tmp_path}/mimis.db")


@pytest.fixture
def client(folder: Path, clock: Clock) -> Iterator[Client]:
    yield from open_named(folder, clock)


@pytest.fixture
def shared(folder: Path, clock: Clock) -> Iterator[Client]:
    """Both at one host: one has it, the other a path on it."""
    yield from open_named(folder, clock, school="https://skolor.example", other="https://skolor.example/andra")


def ask(client: Client, host: str, path: str = "/staff/in", **arguments: Any) -> Response:
    return client.get(path, base_url=f"https://{host}", **arguments)


@pytest.mark.parametrize(("host", "id"), [("a.localhost:9", OURS), ("B.localhost:9", THEIRS)])
def test_host_chooses_the_organisation(client: Client, host: str, id: str) -> None:
    assert NAMES[id] in ask(client, host).text


@pytest.mark.parametrize("host", ["localhost:9", "c.localhost:9", "a.localhost", "a.localhost.evil.example"])
def test_host_of_nobody_names_nobody(client: Client, host: str) -> None:
    answer = ask(client, host)
    assert (answer.status_code, [name for name in NAMES.values() if name in answer.text]) == (404, [])


@pytest.mark.parametrize(
    ("path", "id"), [("/staff/in", OURS), ("/andra/staff/in", THEIRS), ("/andras/staff/in", None), ("/andra", THEIRS)]
)
def test_path_chooses_where_they_share_a_host(shared: Client, path: str, id: str | None) -> None:
    answer = ask(shared, "skolor.example", path)
    assert NAMES.get(id or OURS, "") in answer.text
    assert (answer.status_code == 404) == (id is None)


def test_links_stay_below_the_path(shared: Client) -> None:
    text = ask(shared, "skolor.example:443", "/andra/staff/in").text
    assert 'href="/andra/staff/in/passkey"' in text
    assert 'href="/staff' not in text


def test_cookies_of_one_host_have_names_of_their_own(shared: Client) -> None:
    names = {
        cookie.partition("=")[0]
        for path in ("/staff/in/passkey", "/andra/staff/in/passkey")
        for cookie in ask(shared, "skolor.example", path).headers.getlist("Set-Cookie")
    }
    assert names == {"__Host-mimis", "__Host-mimis-other"}


def test_session_of_one_is_none_at_the_other(client: Client, folder: Path, clock: Clock) -> None:
    """Both have the same keys here, so only the database tells them apart."""
    with open_both(folder, clock) as (ours, _):
        invited = ours.invite_staff("Åsa", "asa@demo.example", (Role.OWNER,))
        token = ours.redeem_invitation(invited.url.rpartition("/")[2])
    cookie = {"Cookie": f"mimis-9={sign(ours.settings, {'staff': token})}"}
    codes = [ask(client, f"{one}.localhost:9", "/staff/", headers=cookie).status_code for one in ("a", "b")]
    assert codes == [200, 303]


def sign(settings: Any, content: dict[str, str]) -> str:
    """A session cookie as Flask signs it."""
    app = Flask("signing")
    app.secret_key = settings.secret_key.get_secret_value()
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return str(serializer.dumps(content))


def test_probe_is_answered_for_all(client: Client) -> None:
    assert ask(client, "127.0.0.1", "/healthz").status_code == 200


def test_probe_fails_with_any_of_them(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "mimis_core.services.Services.readiness", lambda self: {"database": self.organisation == OURS}, raising=False
    )
    assert ask(client, "127.0.0.1", "/readyz").status_code == 503


def test_single_organisation_answers_whatever_host_is_asked(folder: Path, clock: Clock) -> None:
    with open_both(folder, clock) as (ours, _):
        client = Client(create_dispatcher(Installation((ours,))))
        assert ask(client, "whatever.example").status_code == 200
