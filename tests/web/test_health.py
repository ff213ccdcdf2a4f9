"""Monitoring: how a mimis is, what it measures, and who may ask."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mimis_core.observe.meters import Gauge
from mimis_core.web import metrics


@pytest.fixture
def services(services: Any, settings: Any) -> Any:
    """Services that are well, on a mimis that has a public address."""
    services.settings = settings.model_copy(update={"base_url": "https://school.example"})
    services.readiness = lambda: {"database": True, "queue": True}
    services.gauges = lambda: [Gauge("mimis_reviews_open", "Reviews.", (), {(): 2.0})]
    return services


def test_living_process_says_so_whatever_else_is(client: FlaskClient, services: Any) -> None:
    services.readiness = lambda: {"database": False}
    assert client.get("/healthz").json == {"status": "ok"}


def test_ready_when_all_holds(client: FlaskClient) -> None:
    assert (client.get("/readyz").status_code, client.get("/readyz").json) == (200, {"status": "ok"})


def test_not_ready_names_what_does_not_hold(client: FlaskClient, services: Any) -> None:
    services.readiness = lambda: {"database": True, "keys": False, "queue": False}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready", "lacking": ["keys", "queue"]})


CASES = [
    ("https://school.example", None, "127.0.0.1", 404),  # a proxy that is not believed hides who asks
    ("https://school.example", "127.0.0.1", "127.0.0.1", 200),
    ("https://school.example", "127.0.0.1", "192.0.2.7", 404),
    ("http://127.0.0.1:8000", None, "127.0.0.1", 200),
    ("http://127.0.0.1:8000", None, "192.0.2.7", 404),
    ("http://127.0.0.1:8000", None, "not-an-address", 404),
]


@pytest.mark.parametrize(("base_url", "proxy", "caller", "status"), CASES)
def test_measures_are_for_this_machine(
    client: FlaskClient, services: Any, base_url: str, proxy: str | None, caller: str, status: int
) -> None:
    changes = {"base_url": base_url, "trusted_proxy": proxy}
    services.settings = services.settings.model_copy(update=changes)
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": caller}).status_code == status


@pytest.mark.parametrize(
    ("expected", "given", "status"), [("t" * 40, "t" * 40, 200), ("t" * 40, "u", 404), ("", "", 404)]
)
def test_measures_open_by_token(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, expected: str, given: str, status: int
) -> None:
    monkeypatch.setenv(metrics.TOKEN, expected)
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {given}"})
    assert answer.status_code == status


def test_requests_count_by_template(app: Flask, client: FlaskClient, services: Any) -> None:
    services.settings = services.settings.model_copy(update={"base_url": "http://localhost"})
    app.add_url_rule("/s/<token>", view_func=lambda token: "shown")
    client.get("/s/hush-hush")
    client.get("/nowhere/asa")
    text = client.get("/metrics").text
    assert 'mimis_http_request_seconds_count{method="GET",route="/s/<token>",status="200"}' in text
    assert 'route="none",status="404"' in text
    assert "hush" not in text
    assert "asa" not in text
    assert "mimis_reviews_open 2.0" in text


def test_request_is_logged_with_the_id_that_its_answer_has(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "mimis.requests"):
        answer = client.get("/healthz?email=asa@privat.example")
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-Id"])
    (record,) = caplog.records
    assert (record.route, record.status) == ("/healthz", 200)  # type: ignore[attr-defined]  # given as extra
    assert "privat" not in str(vars(record))
