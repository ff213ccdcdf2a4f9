"""Which public keys an employer may sign with, and how they are read from its own address."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from mimis_ats.client_keys import LARGEST_SET, as_text, fetch_keys, read_keys

from mimis_core import MimisError, UserError
from mimis_core.services import NewPartner, Services
from mimis_core.testing import Answer, Request, Sandbox
from tests.adapters.ats.partner.signing import TOKEN, assertion, claims, form, key_set
from tests.school import Clock

BASE = "http://127.0.0.1:8000"
CUT = {"Transfer-Encoding": "chunked", "Connection": "close"}
"""Of an answer that ends in the middle of a piece."""


class KeyServer(Sandbox):
    """Serves a key set, and counts how often it is asked."""

    name = "keys"

    def __init__(self) -> None:
        super().__init__()
        self.reply = Answer.of({})
        self.asked = 0

    def handle(self, request: Request) -> Answer:
        self.asked += 1
        return self.reply


@pytest.fixture
def server() -> Iterator[KeyServer]:
    with KeyServer() as server:
        yield server


def public(key: Key, kid: str | None = "k") -> dict[str, Any]:
    return {**key.as_dict(private=False), **({"kid": kid} if kid else {})}


GOOD = public(ECKey.generate_key("P-256"))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="nothing"),
        pytest.param("[]", id="a list"),
        pytest.param('{"keys": 1}', id="a number for keys"),
        pytest.param({"keys": []}, id="no key"),
        pytest.param({"keys": ["k"]}, id="a word for a key"),
        pytest.param({"keys": [{"kty": "EC", "kid": "k"}]}, id="a key without a point"),
        pytest.param({"keys": [{**GOOD, "x": "AA"}]}, id="a point that is none"),
        pytest.param({"keys": [{**GOOD, "kid": None}]}, id="a key without a name"),
        pytest.param({"keys": [GOOD, GOOD]}, id="two keys of one name"),
        pytest.param({"keys": [{**GOOD, "kid": str(one)} for one in range(11)]}, id="eleven keys"),
        pytest.param({"keys": [GOOD, {"kty": "new", "kid": "n"}]}, id="a key of an unknown kind"),
        pytest.param({"keys": [ECKey.generate_key("P-256").as_dict(private=True)]}, id="a private key"),
        pytest.param({"keys": [{**OctKey.generate_key(256).as_dict(private=True), "kid": "k"}]}, id="a secret"),
        pytest.param({"keys": [public(ECKey.generate_key("P-384"))]}, id="another curve"),
        pytest.param({"keys": [public(OKPKey.generate_key("X25519"))]}, id="a curve that signs nothing"),
        pytest.param({"keys": [{**public(RSAKey.generate_key(2048)), "n": "AQAB"}]}, id="a short RSA key"),
        pytest.param("[" * 100_000, id="brackets without end"),
    ],
)
def test_keys_that_cannot_be_used_are_refused(value: Any) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    with pytest.raises(UserError) as refused:
        read_keys(text)
    assert refused.value.code == "jwks"


def test_kept_keys_are_the_public_ones(keys: dict[str, Key]) -> None:
    kept = json.loads(as_text(read_keys(json.dumps(key_set(keys)))))
    assert [one["kid"] for one in kept["keys"]] == list(keys)
    assert not [name for one in kept["keys"] for name in ("d", "p", "q", "k") if name in one]


def test_keys_are_read_from_an_address(server: KeyServer, keys: dict[str, Key]) -> None:
    server.reply = Answer.of(key_set(keys))
    held = fetch_keys(f"{server.url}/jwks.json", BASE)
    assert (held.url, len(json.loads(held.jwks)["keys"])) == (f"{server.url}/jwks.json", 3)


@pytest.mark.parametrize(
    "url",
    ["http://bygg.example/k", "https://127.0.0.1/k", "https://10.0.0.1/k", "ftp://x.example", "https://[::1]/k", ""],
)
def test_keys_stand_at_a_public_https_address(url: str) -> None:
    with pytest.raises(UserError) as refused:
        fetch_keys(url, "https://mimis.example")
    assert refused.value.code == "url"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Answer(404), id="not there"),
        pytest.param(Answer(302, headers={"Location": "/elsewhere"}), id="forwarded"),
        pytest.param(Answer(200, b" " * (LARGEST_SET + 1)), id="too long"),
        pytest.param(Answer(200, b"<html>"), id="a page"),
        pytest.param(Answer(500), id="a fault"),
        pytest.param(Answer(200, b"ff\r\n{", headers=CUT), id="cut off"),
        pytest.param(Answer(200, gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"}), id="packed"),
    ],
)
def test_address_without_keys_is_told(server: KeyServer, reply: Answer) -> None:
    server.reply = reply
    with pytest.raises(MimisError):
        fetch_keys(f"{server.url}/jwks.json", BASE)
    assert server.asked == 1


@pytest.fixture
def listed(school: Services, server: KeyServer) -> NewPartner:
    """An employer whose keys stand at its own address; the first is called old."""
    server.reply = Answer.of(key_set({"old": ECKey.generate_key("P-256")}))
    held = fetch_keys(f"{server.url}/jwks.json", BASE)
    return school.add_partner("Lista AB", "556703-7485", "lista.example", partner_keys=held)


def code_for(client: FlaskClient, school: Services, partner: NewPartner, key: Key, kid: str) -> int:
    signed = assertion(claims(school, partner.partner.client_id), key, "ES256", kid=kid)
    return client.post(TOKEN, data=form(signed)).status_code


def test_new_key_is_looked_up_when_it_is_first_used(
    client: FlaskClient, school: Services, listed: NewPartner, server: KeyServer, clock: Clock
) -> None:
    new = ECKey.generate_key("P-256")
    server.reply = Answer.of(key_set({"new": new}))
    clock.forward(minutes=5)
    assert [code_for(client, school, listed, new, "new") for _ in range(2)] == [200, 200]
    assert server.asked == 2
    actors = {line.action: line.actor.name for line in school.audit_lines_of(listed.partner.id)}
    assert actors["partner.keys"] == "Lista AB"


def test_unknown_key_makes_us_ask_seldom(
    client: FlaskClient, school: Services, listed: NewPartner, server: KeyServer, clock: Clock
) -> None:
    stranger = ECKey.generate_key("P-256")
    for _ in range(10):
        clock.forward(minutes=1)
        assert code_for(client, school, listed, stranger, "unknown") == 401
    assert server.asked == 3


@pytest.mark.parametrize("reply", [Answer(500), Answer(200, b"ff\r\n{", headers=CUT)], ids=["silent", "cut off"])
def test_broken_address_leaves_the_keys_as_they_are(
    client: FlaskClient, school: Services, listed: NewPartner, server: KeyServer, clock: Clock, reply: Answer
) -> None:
    before, _ = school.keys_of_partner(listed.partner.client_id)
    server.reply = reply
    clock.forward(minutes=6)
    assert code_for(client, school, listed, ECKey.generate_key("P-256"), "new") == 401
    assert school.keys_of_partner(listed.partner.client_id) == (before, clock() - timedelta())
