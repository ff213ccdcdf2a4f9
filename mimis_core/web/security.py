"""What every answer carries for the reader's safety, and the token that every form carries."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request
from flask_wtf.csrf import CSRFProtect

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def install(app: Flask) -> None:
    """Switch on CSRF protection and the security headers."""
    # the token lives as long as the session; the Referer cannot be asked for, since our pages send none
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    CSRFProtect(app)
    app.after_request(_add_headers)


def exempt_from_csrf(blueprint: Blueprint) -> None:
    """Leave a blueprint out of CSRF protection: an API whose callers show a token instead of a cookie.

    Call it before the blueprint is registered; Flask raises AssertionError afterwards.
    """
    blueprint.record_once(lambda state: state.app.extensions["csrf"].exempt(blueprint))


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
