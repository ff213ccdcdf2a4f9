"""Greenhouse's web hook: what it signed drops the link to a candidate who is gone; nothing else does anything."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from mimis_ats.greenhouse.hooks import LARGEST

from mimis_core import FeedReceipt
from mimis_core.services import ImportedShare, Services, open_services
from mimis_core.settings import load_settings
from mimis_core.web import create_app
from tests.adapters.ats.test_commands import TOML

SECRET = "the-hooks-secret-key"
FEEDS = f"""
[feeds.ats]
kind = "greenhouse"
client_id = "a"
client_secret = "b"
user_id = 1
webhook_secret = "{SECRET}"
[feeds.quiet]
kind = "greenhouse"
client_id = "a"
client_secret = "b"
user_id = 1
[feeds.other]
kind = "teamtailor"
partner_key = "a"
api_key = "b"
"""
ADDRESS = "/hooks/greenhouse/ats"


def opened(folder: Path, role: str) -> Services:
    (folder / "catalogue").mkdir(exist_ok=True)
    (folder / "mimis.toml").write_text(TOML.format(role=role, key="k" * 40) + FEEDS, "utf-8")
    return open_services(load_settings(folder))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, FlaskClient]]:
    """An employer's mimis, which takes a second to open."""
    with opened(tmp_path_factory.mktemp("employer"), "employer") as services:
        yield services, create_app(services.settings, services).test_client()


@pytest.fixture
def mimis(site: tuple[Services, FlaskClient]) -> Services:
    """It has written one share on a candidate's record, and nothing is to be run."""
    site[0].save_import(share())
    while (run := site[0].take_due()) is not None:
        site[0].end_run(run, 0)
    return site[0]


@pytest.fixture
def client(site: tuple[Services, FlaskClient], mimis: Services) -> FlaskClient:
    return site[1]


def share(state: Any = "written", feeds: tuple[str, ...] = ("ats",)) -> ImportedShare:
    receipts = (FeedReceipt(feed=feed, key="k", candidate_id="978031", external_id="attachment:1") for feed in feeds)
    return ImportedShare(key="k", issuer="https://school.example", state=state, receipts=tuple(receipts))


def message(action: str = "delete_candidate", number: Any = 978031, under: str = "person") -> bytes:
    """A message as Greenhouse writes it: letters are escaped its own way."""
    told = {"action": action, "payload": {under: {"id": number, "first_name": "<\u00c5sa>"}}}
    return json.dumps(told).replace("<", "\\u003c").replace(">", "\\u003e").encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"Signature": f"sha256 {hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"}


def held(mimis: Services) -> tuple[str, int]:
    (one,) = mimis.imports()
    return one.state, len(one.receipts)


@pytest.mark.parametrize(
    "body",
    [
        message(),
        message("merge_candidate"),
        message("anonymize_candidate", under="candidate"),
        message("candidate_anonymized"),
        b'{"action": "delete_candidate", "payload": {"application": {"candidate": {"id": 978031}}}}',
    ],
    ids=["deleted", "merged", "anonymised", "anonymised-in-other-words", "by-application"],
)
def test_link_to_who_is_gone_is_dropped(client: FlaskClient, mimis: Services, body: bytes) -> None:
    for _ in range(2):
        assert client.post(ADDRESS, data=body, headers=signed(body)).status_code == 200
    assert held(mimis) == ("ask", 0)
    assert [(trace.system, trace.state) for trace in mimis.imports()[0].untold] == [("Greenhouse", "removed")]


@pytest.mark.parametrize(
    "body",
    [
        message(number=1),
        message(number="978031"),
        message(number=None),
        message("candidate_stage_change"),
        b'{"action": "ping", "payload": {"web_hook_id": 7}}',
        b"[]",
        b'{"action": "delete_candidate", "payload": "odd"}',
    ],
    ids=["another", "text", "nobody", "other-action", "ping", "list", "odd-payload"],
)
def test_other_message_is_taken_and_changes_nothing(client: FlaskClient, mimis: Services, body: bytes) -> None:
    assert client.post(ADDRESS, data=body, headers=signed(body)).status_code == 200
    assert held(mimis) == ("written", 1)


BODY = message()
AGAIN = json.dumps(json.loads(BODY), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BODY, {}),
        (BODY, signed(BODY, "another")),
        (BODY, signed(AGAIN)),
        (AGAIN, signed(BODY)),
        (BODY, {"Signature": signed(BODY)["Signature"].removeprefix("sha256 ")}),
        (BODY, {"Signature": signed(BODY)["Signature"].replace("sha256", "sha1")}),
        (BODY, {"Signature": "sha256 \u00e5"}),
        (BODY, {"Signature": "sha256 "}),
    ],
    ids=["none", "other-secret", "other-writing", "rewritten", "no-method", "other-method", "no-hex", "empty"],
)
def test_unsigned_message_is_refused(
    client: FlaskClient, mimis: Services, body: bytes, headers: dict[str, str]
) -> None:
    assert client.post(ADDRESS, data=body, headers=headers).status_code == 401
    assert held(mimis) == ("written", 1)


def test_signed_nonsense_is_refused(client: FlaskClient) -> None:
    assert client.post(ADDRESS, data=b"{", headers=signed(b"{")).status_code == 400


def test_too_long_a_message_is_refused(client: FlaskClient) -> None:
    body = b" " * (LARGEST + 1)
    assert client.post(ADDRESS, data=body, headers=signed(body)).status_code == 413


@pytest.mark.parametrize("name", ["quiet", "other", "nobody"])
def test_feed_without_a_secret_has_no_address(client: FlaskClient, name: str) -> None:
    assert client.post(f"/hooks/greenhouse/{name}", data=BODY, headers=signed(BODY, "")).status_code == 404


def test_schools_listen_to_no_recruitment_system(tmp_path: Path) -> None:
    with opened(tmp_path, "school") as school:
        answer = create_app(school.settings, school).test_client().post(ADDRESS, data=BODY, headers=signed(BODY))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("before", "feeds", "after"),
    [
        ("attention", ("ats",), ("withdrawn", 0)),
        ("written", ("ats", "other"), ("written", 1)),
        ("refused", ("ats",), ("refused", 0)),
    ],
    ids=["was-to-be-removed", "stands-elsewhere", "was-refused"],
)
def test_state_follows_what_is_left(
    client: FlaskClient, mimis: Services, before: str, feeds: tuple[str, ...], after: tuple[str, int]
) -> None:
    mimis.save_import(share(before, feeds))
    client.post(ADDRESS, data=BODY, headers=signed(BODY))
    assert held(mimis) == after


def test_pull_is_woken_for_whom_a_merge_has_left(client: FlaskClient, mimis: Services) -> None:
    body = message("merge_candidate")
    client.post(ADDRESS, data=body, headers=signed(body))
    run = mimis.take_due()
    assert run is not None
    assert run.command == "employer pull"
