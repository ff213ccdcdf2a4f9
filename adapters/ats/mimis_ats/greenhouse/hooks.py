"""Greenhouse's web hook: it tells that a candidate was deleted, merged or anonymised, and our link to her is dropped.

The address is ``/hooks/greenhouse/NAME``, with NAME as in ``[feeds.NAME]``, whose ``webhook_secret`` is the secret key
of the web hook. A message that comes again changes nothing: ids are given once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from flask import Blueprint, Flask, Response, request

from mimis_ats.gone import drop_links
from mimis_ats.greenhouse.settings import GreenhouseSettings
from mimis_ats.listening import PULL, listen
from mimis_ats.problems import ApiError, register_problems
from mimis_ats.sent import read_bytes
from mimis_core import NotFoundError, TalentFeed
from mimis_core.services import Services
from mimis_core.web import current_services, limited

GONE = ("delete_candidate", "merge_candidate")
"""Actions after which a candidate is no longer there; what anonymising is called is not documented."""

LARGEST = 512 * 1024


def register(app: Flask) -> None:
    """Listen, if this is an employer's mimis."""
    blueprint = Blueprint("greenhouse_hooks", __name__, url_prefix="/hooks")
    register_problems(blueprint)
    blueprint.add_url_rule("/greenhouse/<name>", view_func=hear, methods=["POST"])
    listen(app, blueprint, "employer")


@limited("600 per minute", methods=("POST",))
def hear(name: str) -> Response:
    """Drop the links to whom a signed message names. Greenhouse takes any answer but 200 for a failure."""
    services = current_services()
    feed, secret = _feed(services, name)
    body = read_bytes(LARGEST)
    if not is_signed(body, request.headers.get("Signature", ""), secret):
        raise ApiError(401, "signature", "The signature is not right.")
    candidate = gone_candidate(body)
    if candidate is not None and drop_links(services, feed, candidate):
        services.run_soon(PULL)  # after a merge, who has won is found by her address
    return Response(status=200)


def is_signed(body: bytes, header: str, secret: str) -> bool:
    """Whether the header is ``sha256`` and the HMAC over the body as it came, with letters escaped in its own way."""
    method, _, given = header.partition(" ")
    wanted = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return method == "sha256" and hmac.compare_digest(given.strip().encode(), wanted.encode())


def gone_candidate(body: bytes) -> str | None:
    """Id of the candidate whom a message says to be gone; None for other messages. Raises ApiError for no message."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise ApiError(400, "body", "The body is no JSON.") from None
    action = str(message.get("action")) if isinstance(message, dict) else ""
    if action not in GONE and "anonymi" not in action:
        return None
    payload = message.get("payload")
    people = [_part(payload, "person"), _part(payload, "candidate"), _part(_part(payload, "application"), "candidate")]
    ids = (person["id"] for person in people if isinstance(person, dict) and isinstance(person.get("id"), int))
    return next(map(str, ids), None)


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _feed(services: Services, name: str) -> tuple[TalentFeed[Any], str]:
    """The feed of an address, and the secret of its web hook. Raises NotFoundError."""
    feed = next((feed for feed in services.open_feeds() if feed.name == name), None)
    if feed is None or not isinstance(feed.settings, GreenhouseSettings) or feed.settings.webhook_secret is None:
        raise NotFoundError("There is no such address.", code="unknown")
    return feed, feed.settings.webhook_secret.get_secret_value()
