"""The partner API: a registered employer lists, opens and verifies what learners shared with it.

A plain Flask blueprint: APIFlask's blueprint reads configuration that only its own app class sets
(BASE_RESPONSE_SCHEMA, VALIDATION_ERROR_STATUS_CODE) and raises KeyError under the core's Flask app. The OpenAPI
document is made in :mod:`mimis_ats.openapi`.
"""

from __future__ import annotations

from authlib.integrations.flask_oauth2 import current_token
from flask import Blueprint, Flask, Response, request
from pydantic import BaseModel

from mimis_ats.oauth import authorization_server, guard
from mimis_ats.openapi import openapi_document
from mimis_ats.problems import ApiError, register_problems
from mimis_ats.schemas import OpenedShare, ShareHead, ShareList
from mimis_core.services import Partner
from mimis_core.web import current_services, exempt_from_csrf, limited

PREFIX = "/api/partner/v1"
LARGEST_PAGE = 100

_server = authorization_server()
_protected = guard()


def register(app: Flask) -> None:
    """Add the partner API to the app; called once for each app."""
    blueprint = Blueprint("partner_api", __name__, url_prefix=PREFIX)
    register_problems(blueprint)
    blueprint.add_url_rule("/token", view_func=token, methods=["POST"])
    blueprint.add_url_rule("/shares", view_func=_protected("shares:read")(list_shares))
    blueprint.add_url_rule("/shares/<share_id>", view_func=_protected("shares:read")(open_share))
    blueprint.add_url_rule("/verify", view_func=_protected("credentials:verify")(verify), methods=["POST"])
    blueprint.add_url_rule("/openapi.json", view_func=openapi)
    exempt_from_csrf(blueprint)
    app.register_blueprint(blueprint)


@limited("60 per minute", methods=("POST",), together=True)
def token() -> Response:
    """Access token for client id and secret; errors are those of RFC 6749 section 5.2."""
    response: Response = _server.create_token_response()
    return response


def list_shares() -> Response:
    """Active shares made for the caller, oldest first; metadata only, so that listing discloses no person."""
    limit = request.args.get("limit", "50")
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= LARGEST_PAGE:
        raise ApiError(400, "limit", f"limit must be a number from 1 to {LARGEST_PAGE}.")
    views, cursor = current_services().shares_for(_partner().id, request.args.get("cursor") or None, int(limit))
    return _answer(ShareList(shares=[ShareHead.of(view) for view in views], next=cursor))


def open_share(share_id: str) -> Response:
    """One share with its sealed files; recorded as a look. 410 when taken back or ended."""
    return _answer(OpenedShare.of(current_services().open_share_as(_partner().id, share_id)))


def verify() -> Response:
    """Verdict on the sealed file in the body; nothing is kept."""
    content = request.get_data(cache=False)
    if not content:
        raise ApiError(400, "empty", "Send the sealed file as the body of the request.")
    return _answer(current_services().verify(content, fresh=True))


def openapi() -> Response:
    """The description of this API for programs and integrators."""
    document = openapi_document(current_services().settings.base_url.rstrip("/") + PREFIX)
    return Response(document, content_type="application/json")


def _partner() -> Partner:
    return current_services().partner(current_token.client_id)


def _answer(value: BaseModel) -> Response:
    return Response(value.model_dump_json(), headers={"Cache-Control": "no-store"}, content_type="application/json")
