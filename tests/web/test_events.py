"""Events at the door of the web: who may send, how much, and what is said about what was sent."""

from __future__ import annotations

import json
import logging

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from mimis_core.services import Services
from mimis_core.web import create_app
from mimis_core.web.events import LARGEST
from tests.school import HandSource, done, page

TOKEN = "t" * 40
ADDRESS = f"/events/hand/{TOKEN}"


@pytest.fixture
def sender(school: Services) -> FlaskClient:
    """A caller of a school whose source may send events; CSRF protection is on, as always."""
    changes = {"sources": {"hand": {"event_token": TOKEN}}, "secret_key": SecretStr("s" * 40)}
    school.settings = school.settings.model_copy(update=changes)
    return create_app(school.settings, school).test_client()


def test_event_is_taken_at_once_and_followed_from_the_queue(sender: FlaskClient, school: Services) -> None:
    HandSource.led_to = {"user:1": [page(done("course:1"))]}
    answer = sender.post(ADDRESS, json=["user:1"])
    assert (answer.status_code, answer.data, HandSource.followed) == (204, b"", [])
    assert school.drain().credentials == 1


@pytest.mark.parametrize("address", ["/events/hand/wrong", f"/events/nobody/{TOKEN}", "/events/hand/å"])
def test_wrong_token_and_unknown_source_do_not_exist(
    sender: FlaskClient, school: Services, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert sender.post(address, json=["user:1"]).status_code == 404
    assert school.drain().events == 0
    assert address not in str([vars(record) for record in caplog.records])


def test_address_cannot_be_read(sender: FlaskClient) -> None:
    assert sender.get(ADDRESS).status_code == 405


@pytest.mark.parametrize(("size", "status"), [(LARGEST, 204), (LARGEST + 1, 413)])
def test_large_body_is_refused(sender: FlaskClient, size: int, status: int) -> None:
    body = json.dumps(["user:1"]).ljust(size)
    assert sender.post(ADDRESS, data=body).status_code == status


def test_what_is_no_event_is_refused_and_not_logged(
    sender: FlaskClient, school: Services, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = sender.post(ADDRESS, data="<asa@demo.example>")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert (school.drain().events, "asa" in caplog.text, TOKEN in caplog.text) == (0, False, False)


def test_too_many_are_refused(sender: FlaskClient) -> None:
    codes = [sender.post(ADDRESS, json=["user:1"]).status_code for _ in range(301)]
    assert (codes[299], codes[300]) == (204, 429)
