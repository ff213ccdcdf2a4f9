"""An employer's own webhook: what an issuer has signed wakes the pull, once; nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from mimis_core.services import Services, open_services, signature_headers
from mimis_core.settings import load_settings
from mimis_core.web import create_app
from tests.adapters.ats.test_commands import TOML
from tests.school import Clock

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ISSUER = f"""
[issuers.school]
url = "http://127.0.0.1:9"
client_id = "a"
client_secret = "b"
webhook_secret = "{SECRET}"
[issuers.quiet]
url = "http://127.0.0.1:9"
client_id = "a"
client_secret = "b"
"""
BODY = b'{"type": "share.created"}'


def opened(folder: Path, role: str) -> Services:
    (folder / "catalogue").mkdir(exist_ok=True)
    (folder / "mimis.toml").write_text(TOML.format(role=role, key="k" * 40) + ISSUER, "utf-8")
    return open_services(load_settings(folder))


@pytest.fixture
def mimis(tmp_path: Path) -> Iterator[Services]:
    """An employer's."""
    with opened(tmp_path, "employer") as services:
        services.clock = Clock()
        yield services


@pytest.fixture
def client(mimis: Services) -> FlaskClient:
    return create_app(mimis.settings, mimis).test_client()


def headers(mimis: Services, message: str = "m1", body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    return signature_headers([secret], message, int(mimis.clock().timestamp()), body)


def woken(mimis: Services) -> list[str]:
    """Commands that a worker takes up now."""
    found = []
    while (run := mimis.take_due()) is not None:
        mimis.end_run(run, 0)
        found.append(run.command)
    return found


def test_signed_message_wakes_the_pull(client: FlaskClient, mimis: Services) -> None:
    assert client.post("/hooks/issuers/school", data=BODY, headers=headers(mimis)).status_code == 204
    assert woken(mimis) == ["employer pull"]
    assert woken(mimis) == []


def test_many_messages_are_one_pull(client: FlaskClient, mimis: Services) -> None:
    for number in range(5):
        client.post("/hooks/issuers/school", data=BODY, headers=headers(mimis, f"m{number}"))
    assert woken(mimis) == ["employer pull"]


def test_message_that_came_before_changes_nothing(client: FlaskClient, mimis: Services) -> None:
    sent = headers(mimis)
    client.post("/hooks/issuers/school", data=BODY, headers=sent)
    assert woken(mimis) == ["employer pull"]
    assert client.post("/hooks/issuers/school", data=BODY, headers=sent).status_code == 204
    assert woken(mimis) == []


def test_message_while_it_pulls_is_another_pull(client: FlaskClient, mimis: Services) -> None:
    client.post("/hooks/issuers/school", data=BODY, headers=headers(mimis, "m1"))
    run = mimis.take_due()
    assert run is not None
    client.post("/hooks/issuers/school", data=BODY, headers=headers(mimis, "m2"))
    assert mimis.take_due() is None
    mimis.end_run(run, 0)
    assert woken(mimis) == ["employer pull"]


def test_stale_message_is_refused(client: FlaskClient, mimis: Services) -> None:
    sent = headers(mimis)
    clock = mimis.clock
    assert isinstance(clock, Clock)
    clock.forward(minutes=6)
    answer = client.post("/hooks/issuers/school", data=BODY, headers=sent)
    assert (answer.status_code, answer.get_json()["code"], woken(mimis)) == (401, "stale", [])


@pytest.mark.parametrize(
    ("name", "body", "secret", "status"),
    [
        pytest.param("school", BODY + b" ", SECRET, 401, id="another body"),
        pytest.param("school", BODY, "whsec_" + "A" * 32, 401, id="another secret"),
        pytest.param("quiet", BODY, SECRET, 404, id="an issuer without a secret"),
        pytest.param("nobody", BODY, SECRET, 404, id="no issuer"),
        pytest.param("school", b"x" * 20_000, SECRET, 413, id="an endless body"),
    ],
)
def test_what_is_not_signed_wakes_nothing(
    client: FlaskClient, mimis: Services, name: str, body: bytes, secret: str, status: int
) -> None:
    answer = client.post(f"/hooks/issuers/{name}", data=body, headers=headers(mimis, secret=secret))
    assert (answer.status_code, woken(mimis)) == (status, [])


def test_school_has_no_such_address(tmp_path: Path) -> None:
    with opened(tmp_path, "school") as services:
        answer = create_app(services.settings, services).test_client().post("/hooks/issuers/school", data=BODY)
    assert answer.status_code == 404
