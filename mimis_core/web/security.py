"""What every answer carries for the reader's safety, and the token that every form carries."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
}


POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors {frames}; form-action {forms}; base-uri 'none'"


def install(app: Flask) -> None:
    """Switch on CSRF protection and the security headers."""
    # the token lives as long as the session; the Referer cannot be asked for, since our pages send none
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    app.before_request(_read_head_as_get)
    CSRFProtect(app)
    app.after_request(_add_headers)


def exempt_from_csrf(blueprint: Blueprint) -> None:
    """Leave a blueprint out of CSRF protection: an API whose callers show a token instead of a cookie.

    Call it before the blueprint is registered; Flask raises AssertionError afterwards.
    """
    blueprint.record_once(lambda state: state.app.extensions["csrf"].exempt(blueprint))


def allow_frames(origins: Iterable[str]) -> None:
    """Let pages of these origins, and no other, hold the answer to the running request in a frame."""
    g.frames = " ".join(origins) or "'none'"


def allow_forms(origin: str) -> None:
    """Let the answer to the running request hold a form that is sent to this origin instead of ours."""
    g.forms = origin


def _read_head_as_get() -> None:
    """Let a view that shows a form by GET and takes it by POST see HEAD as GET.

    Flask answers HEAD wherever it answers GET, and asks for no CSRF token: what is not GET must be POST there, or a
    link checker would decide.
    """
    if request.method == "HEAD" and request.url_rule is not None and "POST" in (request.url_rule.methods or ()):
        request.method = "GET"


def _add_headers(response: Response) -> Response:
    policy = POLICY.format(frames=g.get("frames", "'none'"), forms=g.get("forms", "'self'"))
    response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
