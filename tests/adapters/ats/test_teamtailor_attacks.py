"""Messages that are not what they say: Teamtailor's button cannot be pressed by anybody else."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from mimis_ats.teamtailor.feed import TeamtailorFeed
from mimis_ats.teamtailor.sandbox import ADMIN_KEY, PARTNER_KEY, TeamtailorSandbox
from mimis_ats.teamtailor.sandbox_trigger import (
    ACTIVATION_CODE,
    WEBHOOK_SECRET,
    Message,
    TeamtailorButton,
    provider_key,
    signed_header,
)
from mimis_ats.teamtailor.signing import TOLERANCE

from mimis_core.web import create_app
from tests.adapters.ats.conftest import EMAIL, connect, settings_for
from tests.adapters.ats.test_teamtailor_hooks import AMINA, Hub, ask, button, client, given, hooked, hub

__all__ = ["button", "client", "hooked", "hub"]


def event_of(message: Message) -> str:
    return str(json.loads(message.body)["partner-event"]["id"])


def without_signature() -> str:
    head, claims = (json.dumps(part).encode() for part in ({"alg": "none"}, {"code": ACTIVATION_CODE}))
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (head, claims)), ""])


@pytest.mark.parametrize(
    "key",
    [
        "", "Bearer", "Bearer x.y.z", f"Token {PARTNER_KEY}", f"Bearer {PARTNER_KEY}", f"Bearer {without_signature()}",
        f"Bearer {provider_key(key=ADMIN_KEY)}", f"Bearer {provider_key('another customer')}",
        f"Bearer {provider_key('')}", f"Bearer {provider_key(exp=1)}", f"Bearer {provider_key()}x",
    ],
    ids=[
        "none", "empty", "no token", "other scheme", "bare key", "unsigned", "other key", "other code", "no code",
        "ended", "changed",
    ],
)  # fmt: skip
def test_wrong_provider_key_is_refused(hub: Hub, client: FlaskClient, button: TeamtailorButton, key: str) -> None:
    given(hub)
    answer = ask(client, button.message(AMINA), Authorization=key)
    assert (answer.status_code, answer.mimetype) == (401, "text/plain")
    assert hub.used == set()


@pytest.mark.parametrize("ago", [-TOLERANCE - 30, TOLERANCE + 30], ids=["ahead", "stale"])
def test_message_of_another_time_is_refused(client: FlaskClient, hub: Hub, button: TeamtailorButton, ago: int) -> None:
    given(hub)
    message = button.message(AMINA)
    header = signed_header(event_of(message), int(time.time()) - ago)
    assert ask(client, message, **{"Teamtailor-Signature": header}).status_code == 401


def swapped(header: str) -> str:
    """The signature as a decoy, and the decoy as the signature."""
    return header.replace("v1=", "vX=").replace("v0=", "v1=").replace("vX=", "v0=")


@pytest.mark.parametrize("kind", ["none", "other secret", "other event", "decoy", "later time", "no number", "letters"])
def test_wrong_signature_is_refused(client: FlaskClient, hub: Hub, button: TeamtailorButton, kind: str) -> None:
    given(hub)
    message = button.message(AMINA)
    good, earlier = signed_header(event_of(message)), int(time.time()) - 9
    header = {
        "none": "",
        "other secret": signed_header(event_of(message), secret="other"),
        "other event": signed_header("another event"),
        "decoy": swapped(good),
        "later time": signed_header(event_of(message), earlier).replace(f"t={earlier}", f"t={earlier + 9}"),
        "no number": good.replace("t=", "t=-"),
        "letters": good.partition("v1=")[0] + "v1=åäö",
    }[kind]
    answer = ask(client, message, **{"Teamtailor-Signature": header.encode().decode("latin-1")})
    assert answer.status_code == 401
    assert hub.used == set()


def test_message_counts_once(
    client: FlaskClient, hub: Hub, server: TeamtailorSandbox, button: TeamtailorButton
) -> None:
    given(hub)
    message = button.message(AMINA)
    assert [ask(client, message).status_code for _ in range(2)] == [200, 409]
    body = json.loads(message.body)
    body["partner-event"]["candidate"]["email"] = "other@example.org"
    changed = Message(message.headers, json.dumps(body).encode())
    assert ask(client, changed).status_code == 409


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("partner-result", {"id": "../candidates/50001"}), ("partner-result", {"id": ""}), ("partner-result", None),
        ("candidate", {"id": "1/../2", "email": EMAIL}), ("candidate", []), ("id", {"a": 1}), ("id", ""),
    ],
    ids=["path", "empty", "missing", "candidate path", "list", "object", "no id"],
)  # fmt: skip
def test_body_that_is_none_is_refused(
    client: FlaskClient, hub: Hub, button: TeamtailorButton, part: str, value: Any
) -> None:
    given(hub)
    message = button.message(AMINA)
    body = json.loads(message.body)
    body["partner-event"][part] = value
    answer = ask(client, Message(message.headers, json.dumps(body).encode()))
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"[" * 50_000, b"\xff"], ids=range(6))
def test_what_is_no_message_is_refused(client: FlaskClient, button: TeamtailorButton, body: bytes) -> None:
    assert ask(client, replace(button.message(AMINA), body=body)).status_code == 400


def test_long_body_is_refused(client: FlaskClient, button: TeamtailorButton) -> None:
    assert ask(client, replace(button.message(AMINA), body=b" " * 300_000)).status_code == 413


def test_customer_of_a_hub_sees_only_its_own(
    hub: Hub, client: FlaskClient, server: TeamtailorSandbox, button: TeamtailorButton
) -> None:
    table: dict[str, Any] = {"webhook_secret": WEBHOOK_SECRET, "activation_code": "second customer"}
    with connect(server, **table) as second:
        second.name = "second"
        hub.feeds.append(second)
        given(hub)
        message = button.message(AMINA)
        assert ask(client, message, Authorization=f"Bearer {provider_key('second customer')}").status_code == 200
    assert [receipt.feed for receipt in hub.imports()[0].receipts] == ["second"]


def test_feed_without_secret_listens_to_nobody(tmp_path: Path, feed: TeamtailorFeed, button: TeamtailorButton) -> None:
    deaf = Hub(settings_for(tmp_path, role="employer"), [feed])
    client = create_app(deaf.settings, deaf).test_client()  # type: ignore[arg-type]  # the fake has what the hook uses
    assert ask(client, button.message(AMINA)).status_code == 401


def test_school_does_not_listen(tmp_path: Path, hooked: TeamtailorFeed, button: TeamtailorButton) -> None:
    school = Hub(settings_for(tmp_path), [hooked])
    client = create_app(school.settings, school).test_client()  # type: ignore[arg-type]  # the fake has what it uses
    assert ask(client, button.message(AMINA)).status_code == 404
