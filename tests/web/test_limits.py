"""Rate limits: bounded for each address, apart for each app, and counted for other keys."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mimis_core.settings import Settings
from mimis_core.web import allowed, create_app, limited


def add_view(app: Flask) -> FlaskClient:
    @limited("2 per minute", methods=("POST",))
    def view() -> str:
        return "fine"

    app.config["WTF_CSRF_ENABLED"] = False
    app.add_url_rule("/bounded", view_func=view, methods=["GET", "POST"])
    return app.test_client()


def test_third_call_is_refused(app: Flask) -> None:
    client = add_view(app)
    answers = [client.post("/bounded") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) in range(1, 61)


def test_other_methods_are_free(app: Flask) -> None:
    client = add_view(app)
    assert {client.get("/bounded").status_code for _ in range(5)} == {200}


def test_addresses_are_counted_apart(app: Flask) -> None:
    client = add_view(app)
    for address in ("192.0.2.1", "192.0.2.2"):
        answers = [client.post("/bounded", environ_base={"REMOTE_ADDR": address}) for _ in range(2)]
        assert {answer.status_code for answer in answers} == {200}


def test_apps_are_counted_apart(settings: Settings, services: Any) -> None:
    for _ in range(2):
        client = add_view(create_app(settings, services))
        assert {client.post("/bounded").status_code for _ in range(2)} == {200}


def test_key_is_counted_without_refusal(app: Flask) -> None:
    with app.test_request_context():
        assert [allowed("mail", "a", "2 per hour") for _ in range(3)] == [True, True, False]
        assert allowed("mail", "b", "2 per hour")


@pytest.mark.parametrize("enabled", [True, False])
def test_limits_can_be_switched_off(app: Flask, enabled: bool) -> None:
    app.config["RATELIMIT_ENABLED"] = enabled
    client = add_view(app)
    codes = {client.post("/bounded").status_code for _ in range(4)}
    assert codes == ({200, 429} if enabled else {200})
