"""The app factory: one Flask app per mimis, with every adapter's pages mounted."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask

from mimis_core.errors import ConfigurationError
from mimis_core.services.organisations import Place
from mimis_core.web import errors, events, health, language, limits, look, metrics, security, staff
from mimis_core.web.sessions import Sessions
from mimis_core.web.state import KEY, WebState, current_services
from mimis_core.web.templating import Misnamed

if TYPE_CHECKING:
    from mimis_core.services import Services
    from mimis_core.settings import Settings

__all__ = ["create_app", "current_services"]

MAX_UPLOAD = 2 * 1024 * 1024
SESSION_SECONDS = 2 * 3600


def create_app(settings: Settings, services: Services | None = None) -> Flask:
    """Make the web app of one mimis.

    Arguments:
        settings: the configuration; raises ConfigurationError when it lacks a usable ``secret_key``.
        services: given by tests and by callers that already hold some; otherwise opened here.
    """
    app = Flask("mimis_core.web")
    app.config.update(_config(settings))
    app.jinja_options = {"undefined": Misnamed}
    app.session_interface = Sessions()
    metrics.install(app)
    limiter = limits.install(app)
    security.install(app)
    language.install(app)
    errors.install(app)
    events.install(app)
    health.install(app)
    staff.install(app, settings)
    look.install(app, settings)
    state = WebState(services or _open_services(settings), limiter)
    app.extensions[KEY] = state
    app.context_processor(lambda: {"organisation": settings.organisation, "staff_layout": "base.html"})
    _mount_adapters(app, state)
    return app


def _config(settings: Settings) -> dict[str, object]:
    secure = settings.base_url.startswith("https://")
    return {
        "SECRET_KEY": _secret(settings),
        "SESSION_COOKIE_NAME": _cookie_name(settings),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "PERMANENT_SESSION_LIFETIME": SESSION_SECONDS,
        "MAX_CONTENT_LENGTH": MAX_UPLOAD,
        "MAX_FORM_MEMORY_SIZE": MAX_UPLOAD,
        "PREFERRED_URL_SCHEME": "https" if secure else "http",
    }


def _cookie_name(settings: Settings) -> str:
    """A browser keeps one cookie of a name for a host, whatever port and path it came from: each address has its own.

    The prefix makes browsers refuse a cookie that a sibling domain planted (RFC 6265bis, section 4.1.3.2).
    """
    place = Place.of(settings.base_url)
    port = urlsplit(f"//{place.host}").port
    parts = ("mimis", str(port) if port else "", settings.organisation.id if place.path else "")
    prefix = "__Host-" if settings.base_url.startswith("https://") else ""
    return prefix + "-".join(filter(None, parts))


def _secret(settings: Settings) -> str:
    secret = settings.secret_key.get_secret_value() if settings.secret_key else ""
    if len(secret) < 32:
        raise ConfigurationError(
            "mimis.toml has no secret_key of at least 32 characters, which pages need to sign sessions.",
            mend='Set secret_key = { env = "MIMIS_SECRET_KEY" } and give that variable a long random value.',
        )
    return secret


def _open_services(settings: Settings) -> Services:
    from mimis_core.services import open_services

    return open_services(settings)


def _mount_adapters(app: Flask, state: WebState) -> None:
    for plugin, targets in state.services.plugins.call("mimis_blueprints"):
        for target in targets:
            try:
                _mount(app, target)
            except Exception as error:  # one adapter's broken pages must not take down the others; told here
                state.failures.append(plugin)
                app.logger.error("pages of adapter %s are not mounted: %s: %s", plugin, type(error).__name__, error)


def _mount(app: Flask, target: str) -> None:
    module, _, function = target.partition(":")
    getattr(import_module(module), function)(app)
