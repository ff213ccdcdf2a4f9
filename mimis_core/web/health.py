"""``/healthz``: the process lives. ``/readyz``: it can do its work. Neither shows any data."""

from __future__ import annotations

from flask import Blueprint, Flask, jsonify
from flask.typing import ResponseReturnValue

from mimis_core.web.state import current_services


def install(app: Flask) -> None:
    """Add both; they need no session and know no learner."""
    health = Blueprint("health", __name__)
    health.add_url_rule("/healthz", view_func=_lives)
    health.add_url_rule("/readyz", view_func=_is_ready)
    app.register_blueprint(health)


def _lives() -> ResponseReturnValue:
    return jsonify(status="ok")


def _is_ready() -> ResponseReturnValue:
    """200, or 503 with the names of what does not hold; docs/operations.md says what mends each."""
    lacking = [name for name, holds in current_services().readiness().items() if not holds]
    return (jsonify(status="not ready", lacking=lacking), 503) if lacking else jsonify(status="ok")
