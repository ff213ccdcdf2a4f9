"""The partner API: a registered employer lists, opens and verifies what learners shared with it.

A plain Flask blueprint: APIFlask's blueprint reads configuration that only its own app class sets
(BASE_RESPONSE_SCHEMA, VALIDATION_ERROR_STATUS_CODE) and raises KeyError under the core's Flask app. The OpenAPI
document is made in :mod:`mimis_ats.openapi`.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request

from mimis_ats.answers import answer, unchanged, with_tag
from mimis_ats.guarding import current_partner, guarded, tell_quota
from mimis_ats.oauth import PREFIX, authorization_server
from mimis_ats.openapi import openapi_document
from mimis_ats.problems import ApiError, register_problems
from mimis_ats.proposals import SCOPE as PROPOSE
from mimis_ats.proposals import add_proposal, show_proposal
from mimis_ats.representations import LANGUAGES, OWN, REPRESENTATIONS
from mimis_ats.schemas import (
    LARGEST_PAGE,
    USUAL_PAGE,
    OpenedShare,
    OpenedShares,
    OpenRequest,
    RevealAnswer,
    RevealRequest,
    ShareHead,
    ShareList,
    TraceRequest,
    WebhookAnswer,
    WebhookList,
    WebhookRequest,
    WebhookWithSecret,
)
from mimis_ats.sent import mark_of, read_body
from mimis_core.web import count_by_itself, current_services, exempt_from_csrf, limited

_server = authorization_server()


def register(app: Flask) -> None:
    """Add the partner API to the app; called once for each app."""
    blueprint = Blueprint("partner_api", __name__, url_prefix=PREFIX)
    register_problems(blueprint)
    read, manage = "shares:read", "webhooks:manage"
    blueprint.add_url_rule("/token", view_func=token, methods=["POST"])
    blueprint.add_url_rule("/shares", view_func=guarded(read, list_shares))
    blueprint.add_url_rule("/shares/open", view_func=guarded(read, open_shares), methods=["POST"])
    blueprint.add_url_rule("/shares/<share_id>", view_func=guarded(read, open_share))
    blueprint.add_url_rule("/shares/<share_id>/reveal-request", view_func=guarded(read, ask_name), methods=["POST"])
    blueprint.add_url_rule("/shares/<share_id>/traces", view_func=guarded(read, add_trace), methods=["POST"])
    blueprint.add_url_rule("/verify", view_func=guarded("credentials:verify", verify), methods=["POST"])
    blueprint.add_url_rule("/webhooks", view_func=guarded(manage, list_webhooks))
    blueprint.add_url_rule("/webhooks", view_func=guarded(manage, add_webhook), methods=["POST"])
    blueprint.add_url_rule("/webhooks/<webhook_id>", view_func=guarded(manage, remove_webhook), methods=["DELETE"])
    blueprint.add_url_rule("/webhooks/<webhook_id>/secret", view_func=guarded(manage, renew_secret), methods=["POST"])
    blueprint.add_url_rule("/proposals", view_func=guarded(PROPOSE, add_proposal), methods=["POST"])
    blueprint.add_url_rule("/proposals/<proposal_id>", view_func=guarded(PROPOSE, show_proposal))
    blueprint.add_url_rule("/openapi.json", view_func=openapi)
    blueprint.after_request(tell_quota)
    exempt_from_csrf(blueprint)
    count_by_itself(blueprint)
    app.register_blueprint(blueprint)


@limited("60 per minute", methods=("POST",), together=True)
def token() -> Response:
    """Access token for a signed assertion, or client id and secret; errors are those of RFC 6749 section 5.2."""
    response: Response = _server.create_token_response()
    return response


def list_shares() -> Response:
    """Active shares made for the caller, page by page; metadata only, so that listing discloses no person."""
    limit = request.args.get("limit", str(USUAL_PAGE))
    if not limit.isascii() or not limit.isdigit() or len(limit) > 3 or not 1 <= int(limit) <= LARGEST_PAGE:
        raise ApiError(400, "limit", f"limit must be a number from 1 to {LARGEST_PAGE}.")
    cursor = request.args.get("cursor") or None
    if cursor is not None and "\0" in cursor:
        raise ApiError(400, "cursor", "cursor must be one that a page gave.")
    views, following = current_services().shares_for(current_partner().id, cursor, int(limit))
    return with_tag(answer(ShareList(shares=[ShareHead.of(view) for view in views], next=following)))


def open_share(share_id: str) -> Response:
    """One share with its sealed files, or in another representation; recorded as a look. 410 when it has ended.

    Asked with If-None-Match for what the caller has already, nothing is shown: that is no look.
    """
    name, language = request.args.get("as", OWN), request.args.get("language", LANGUAGES[0])
    if name not in REPRESENTATIONS:
        raise ApiError(400, "as", f"as must be one of: {', '.join(REPRESENTATIONS)}.")
    if language not in LANGUAGES:
        raise ApiError(400, "language", f"language must be one of: {', '.join(LANGUAGES)}.")
    services, partner_id = current_services(), current_partner().id
    kind = f"{name}-{language}"
    if request.if_none_match:
        same = unchanged(f"{services.share_version(partner_id, share_id)[:32]}-{kind}")
        if same is not None:
            return same
    opened, shape = services.open_share_as(partner_id, share_id), REPRESENTATIONS[name]
    shown = Response(shape.write(opened, language, services), content_type=shape.media_type)
    shown.set_etag(f"{services.version_of(opened.share)[:32]}-{kind}", weak=True)
    shown.headers["Cache-Control"] = "private, no-cache"
    return shown


def open_shares() -> Response:
    """Some shares with their sealed files at once, each recorded as a look; those that are not open are left out."""
    ids = read_body(OpenRequest).ids
    opened = current_services().open_shares_as(current_partner().id, ids)
    return answer(OpenedShares(shares=[OpenedShare.of(one) for one in opened]))


def ask_name(share_id: str) -> Response:
    """Ask whose a share without a name is, once; asked again, it tells how that stands."""
    reason = read_body(RevealRequest).reason
    return answer(RevealAnswer.of(current_services().ask_to_reveal_as(current_partner().id, share_id, reason)))


def add_trace(share_id: str) -> Response:
    """Keep what the caller did in one of its systems with the share, also after it has ended; the learner sees it."""
    trace = read_body(TraceRequest).trace()
    current_services().add_trace_as(current_partner().id, share_id, trace, mark_of(request))
    return Response(status=204)


def verify() -> Response:
    """Verdict on the sealed file in the body; nothing is kept."""
    content = request.get_data(cache=False)
    if not content:
        raise ApiError(400, "empty", "Send the sealed file as the body of the request.")
    return answer(current_services().verify(content, fresh=True))


def list_webhooks() -> Response:
    """The caller's webhooks, without secrets."""
    known = current_services().webhooks_of(current_partner().id)
    return answer(WebhookList(webhooks=[WebhookAnswer.of(one) for one in known]))


def add_webhook() -> Response:
    """Tell the caller at an address from now on; its secret is in the answer and nowhere else."""
    order = read_body(WebhookRequest).order()
    new = current_services().add_webhook(current_partner().id, order, mark_of(request))
    made = answer(WebhookWithSecret.of_new(new), 201)
    made.headers["Location"] = f"{PREFIX}/webhooks/{new.webhook.id}"
    return made


def renew_secret(webhook_id: str) -> Response:
    """A new secret for a webhook; for a day what is told is signed with both."""
    return answer(WebhookWithSecret.of_new(current_services().renew_webhook_secret(current_partner().id, webhook_id)))


def remove_webhook(webhook_id: str) -> Response:
    """Tell nothing more at an address."""
    current_services().remove_webhook(current_partner().id, webhook_id)
    return Response(status=204)


def openapi() -> Response:
    """The description of this API for programs and integrators."""
    document = openapi_document(current_services().settings.base_url.rstrip("/") + PREFIX)
    return with_tag(Response(document, content_type="application/json"))
