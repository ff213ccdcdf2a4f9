"""Rate limits: bounded for each address, apart for each app, and counted for other keys."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mimis_core.services import Services
from mimis_core.settings import Settings
from mimis_core.store.staff_tables import AttemptRow
from mimis_core.web import allowed, create_app, limited
from tests.school import Clock
from tests.services.workers import colleague


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


def test_key_is_counted_without_refusal_by_all_processes(school: Services) -> None:
    with colleague(school) as other:
        for services, within in ((school, True), (other, True), (school, False)):
            with create_app(services.settings, services).test_request_context():
                assert allowed("mail", "a", "2 per hour") is within
        with create_app(school.settings, school).test_request_context():
            assert allowed("mail", "b", "2 per hour")


@pytest.mark.parametrize("path", ["/staff/invitation/guessed", "/staff/in/passkey", "/in", "/in/guessed", "/in/mail"])
def test_what_may_be_guessed_is_bounded_for_all_processes_together(school: Services, clock: Clock, path: str) -> None:
    with colleague(school) as other:
        clients = [guessing(services) for services in (school, other)]
        codes = [client.post(path).status_code for client in clients * 20]
        assert 429 not in codes[:20]
        assert codes[-1] == 429
        clock.forward(hours=1)
        assert guessing(school).post(path).status_code != 429


def test_process_that_refuses_writes_nothing(school: Services) -> None:
    client = guessing(school)
    codes = [client.post("/staff/invitation/guessed").status_code for _ in range(30)]
    assert codes == [404] * 20 + [429] * 10
    with school.database.transaction() as session:
        assert {row.times for row in session.query(AttemptRow)} == {20}


def guessing(services: Services) -> FlaskClient:
    """A stranger at a process of its own."""
    app = create_app(services.settings, services)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.mark.parametrize("enabled", [True, False])
def test_limits_can_be_switched_off(app: Flask, enabled: bool) -> None:
    app.config["RATELIMIT_ENABLED"] = enabled
    client = add_view(app)
    codes = {client.post("/bounded").status_code for _ in range(4)}
    assert codes == ({200, 429} if enabled else {200})
