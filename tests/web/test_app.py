"""The app factory: what it demands, what every answer carries, and how adapters' pages are mounted."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from mimis_core import ConfigurationError
from mimis_core.settings import Settings
from mimis_core.web import create_app, current_services, exempt_from_csrf


@pytest.mark.parametrize("secret", [None, SecretStr(""), SecretStr("too short")])
def test_weak_secret_key_is_refused(settings: Settings, services: Any, secret: SecretStr | None) -> None:
    with pytest.raises(ConfigurationError) as caught:
        create_app(settings.model_copy(update={"secret_key": secret}), services)
    assert "MIMIS_SECRET_KEY" in (caught.value.mend or "")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Robots-Tag", "noindex"),
        ("Cache-Control", "no-store"),
    ],
)
def test_every_page_carries_header(client: FlaskClient, header: str, value: str) -> None:
    assert client.get("/nowhere").headers[header] == value


@pytest.mark.parametrize("part", ["default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
def test_content_policy_is_strict(client: FlaskClient, part: str) -> None:
    policy = client.get("/nowhere").headers["Content-Security-Policy"]
    assert part in policy
    assert "unsafe" not in policy


def test_stylesheet_may_be_cached(client: FlaskClient) -> None:
    with client.get("/static/mimis.css") as answer:
        assert answer.status_code == 200
        assert answer.headers.get("Cache-Control") != "no-store"


@pytest.mark.parametrize(("base_url", "name", "secure"), [
    ("https://bevis.example", "__Host-mimis", True),
    ("https://bevis.example:443/", "__Host-mimis", True),
    ("https://bevis.example:8443", "__Host-mimis-8443", True),
    ("https://bevis.example:8443/skolan", "__Host-mimis-8443-skolan", True),
    ("https://bevis.example/skolan", "__Host-mimis-skolan", True),
    ("http://localhost:8000", "mimis-8000", False),
    ("http://[::1]:8000", "mimis-8000", False),
])  # fmt: skip
def test_cookie_follows_base_url(settings: Settings, services: Any, base_url: str, name: str, secure: bool) -> None:
    app = create_app(settings.model_copy(update={"base_url": base_url}), services)
    cookie = app.test_client().get("/nowhere?lang=en", base_url=base_url).headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    assert ("Secure" in cookie) is secure
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_adapter_pages_are_mounted(settings: Settings, services: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("sample_pages")
    module.register = lambda app: app.add_url_rule("/sample", view_func=lambda: "here")  # type: ignore[attr-defined]  # made here
    monkeypatch.setitem(sys.modules, "sample_pages", module)
    services.plugins.targets = ("sample_pages:register",)
    assert create_app(settings, services).test_client().get("/sample").text == "here"


def test_broken_adapter_stops_only_itself(settings: Settings, services: Any, caplog: pytest.LogCaptureFixture) -> None:
    services.plugins.targets = ("mimis_no_such_module:register",)
    app = create_app(settings, services)
    assert app.extensions["mimis"].failures == ["sample"]
    assert "sample" in caplog.text
    assert app.test_client().get("/nowhere").status_code == 404


def test_views_reach_running_services(app: Flask, services: Any) -> None:
    app.add_url_rule("/same", view_func=lambda: str(current_services() is services))
    assert app.test_client().get("/same").text == "True"


def test_form_without_token_is_refused(app: Flask) -> None:
    app.add_url_rule("/save", view_func=lambda: "saved", methods=["POST"])
    answer = app.test_client().post("/save")
    assert answer.status_code == 400
    assert "saved" not in answer.text
    assert "<h1>" in answer.text


def test_exempted_api_needs_no_token(app: Flask) -> None:
    api = Blueprint("api", __name__, url_prefix="/api")
    api.add_url_rule("/save", view_func=lambda: "saved", methods=["POST"])
    exempt_from_csrf(api)
    app.register_blueprint(api)
    assert app.test_client().post("/api/save").text == "saved"
