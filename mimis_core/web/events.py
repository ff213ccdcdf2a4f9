"""Where sources send events: ``POST /events/<source>/<token>``, answered at once; the queue does what follows."""

from __future__ import annotations

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue

from mimis_core.errors import DataError
from mimis_core.web.errors import problem
from mimis_core.web.limits import limited
from mimis_core.web.security import exempt_from_csrf
from mimis_core.web.state import current_services

LARGEST = 256 * 1024
"""Bytes of an event's body."""


def install(app: Flask) -> None:
    """Take events. Their callers show a token of the source's own in the address, and no cookie."""
    events = Blueprint("events", __name__)
    events.add_url_rule("/events/<source>/<token>", view_func=_take, methods=("POST",))
    exempt_from_csrf(events)
    app.register_blueprint(events)


@limited("300 per minute", methods=("POST",))
def _take(source: str, token: str) -> ResponseReturnValue:
    services = current_services()
    services.check_event_token(source, token)
    request.max_content_length = LARGEST
    try:
        services.take_event(source, request.get_data(cache=False), request.content_type or "")
    except DataError:
        return problem(400, "This is no event of that source.")
    return "", 204
