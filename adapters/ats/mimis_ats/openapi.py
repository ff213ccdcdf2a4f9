"""OpenAPI 3.1 of the partner API, made from the pydantic models that answer it."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from mimis_ats.oauth import METHODS
from mimis_ats.openapi_parts import (
    ID,
    LOCATION,
    MARK,
    PAGE_SIZE,
    TAG,
    body_of,
    content,
    described,
    empty,
    kept,
    operation,
    parameter,
)
from mimis_ats.proposal_schemas import ProposalAnswer, ProposalRequest
from mimis_ats.proposals import proposal_paths
from mimis_ats.representations import LANGUAGES, OWN, REPRESENTATIONS
from mimis_ats.schemas import (
    SCOPES,
    OpenedShare,
    OpenedShares,
    OpenRequest,
    Problem,
    RevealAnswer,
    RevealRequest,
    ShareList,
    TokenAnswer,
    TokenProblem,
    TokenRequest,
    TraceRequest,
    WebhookEvent,
    WebhookList,
    WebhookRequest,
    WebhookWithSecret,
)
from mimis_core import Verdict

VERSION = "1.1.0"
"""Of the API: who knows 1.0 can go on with every 1.x; what would break that gets an address of its own."""
ANSWERS: tuple[type[BaseModel], ...] = (
    TokenAnswer, TokenProblem, ShareList, OpenedShare, OpenedShares, RevealAnswer, Verdict,
    WebhookList, WebhookWithSecret, WebhookEvent, ProposalAnswer, Problem,
)  # fmt: skip
QUESTIONS: tuple[type[BaseModel], ...] = (
    TokenRequest, OpenRequest, RevealRequest, TraceRequest, WebhookRequest, ProposalRequest,
)  # fmt: skip


@lru_cache(maxsize=100)
def openapi_document(base: str) -> str:
    """The document as JSON text; ``base`` is the address of the API."""
    kinds: list[tuple[type[BaseModel], Any]] = [(model, "serialization") for model in ANSWERS]
    kinds += [(model, "validation") for model in QUESTIONS]
    _, schemas = models_json_schema(kinds, ref_template="#/components/schemas/{model}")
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "mimis partner API",
            "version": VERSION,
            "description": "Micro-credentials that learners chose to share with a registered employer.",
        },
        "servers": [{"url": base}],
        "paths": {**_token(), **_shares(), **_verify(), **_webhooks(), **proposal_paths()},
        "webhooks": _told(),
        "components": {"schemas": schemas["$defs"], "securitySchemes": _security(base)},
    }
    return json.dumps(document, ensure_ascii=False)


def _security(base: str) -> dict[str, Any]:
    flow = {"tokenUrl": f"{base}/token", "scopes": SCOPES}
    return {
        "partner": {
            "type": "oauth2",
            "description": f"Clients show who they are by: {', '.join(METHODS)}.",
            "flows": {"clientCredentials": flow},
        }
    }


def _token() -> dict[str, Any]:
    form = {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/TokenRequest"}}}
    refused = content("TokenProblem", "Refused, as RFC 6749 section 5.2 says")
    return {
        "/token": {
            "post": {
                "operationId": "getToken",
                "summary": "Access token; a signed assertion, or client id and secret as HTTP Basic or in the form.",
                "security": [],
                "requestBody": {"required": True, "content": form},
                "responses": {
                    "200": content("TokenAnswer", "A token for 15 minutes"),
                    "400": refused,
                    "401": refused,
                    **described(413, 429),
                },
            }
        }
    }


def _shares() -> dict[str, Any]:
    scope = "shares:read"
    return {
        "/shares": {
            "get": operation(
                "listShares",
                "Active shares made for you; metadata only.",
                scope,
                {"200": content("ShareList", "A page of shares", headers=TAG), **kept(), **described(400)},
                parameters=[parameter("cursor", "query", {"type": "string"}), parameter("limit", "query", PAGE_SIZE)],
            )
        },
        "/shares/open": {
            "post": operation(
                "openShares",
                "Open some shares at once; those that are not open are left out. The learners see that you did.",
                scope,
                {"200": content("OpenedShares", "The shares"), **described(400, 413, 415, 422)},
                requestBody=body_of("OpenRequest"),
            )
        },
        "/shares/{id}": {
            "get": operation(
                "openShare",
                "Open one share. The learner sees that you did. 410 when it was taken back or has ended.",
                scope,
                {"200": _shown(), **kept(), **described(400, 404, 406, 409, 410)},
                parameters=[
                    ID,
                    parameter("as", "query", {"type": "string", "enum": list(REPRESENTATIONS), "default": OWN}),
                    parameter(
                        "language", "query", {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]}
                    ),
                ],
            )
        },
        "/shares/{id}/reveal-request": {
            "post": operation(
                "askToReveal",
                "Ask, once, the learner of a share without a name who she is. Asked again, it says how that stands.",
                scope,
                {"200": content("RevealAnswer", "How it stands"), **described(400, 404, 409, 410, 413, 415, 422)},
                parameters=[ID],
                requestBody=body_of("RevealRequest"),
            )
        },
        "/shares/{id}/traces": {
            "post": operation(
                "addTrace",
                "Tell what you did in a system of yours with what the share showed, also after it has ended.",
                scope,
                {"204": empty("Kept; the learner sees it"), **described(400, 404, 409, 413, 415, 422)},
                parameters=[ID, MARK],
                requestBody=body_of("TraceRequest"),
            )
        },
    }


def _shown() -> dict[str, Any]:
    """The share in any of its representations: ours, or a document of a published format."""
    ours = {"$ref": "#/components/schemas/OpenedShare"}
    other = {"type": "object", "description": "; ".join(f"{name}: {one.title}" for name, one in _others().items())}
    found = {"application/json": {"schema": {"anyOf": [ours, other]}}}
    found |= {one.media_type: {"schema": {"type": "string"}} for one in _others().values() if "xml" in one.media_type}
    return {"description": "The share", "headers": TAG, "content": found}


def _others() -> dict[str, Any]:
    return {name: one for name, one in REPRESENTATIONS.items() if name != OWN}


def _verify() -> dict[str, Any]:
    sealed = {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "minLength": 1}}}}
    return {
        "/verify": {
            "post": operation(
                "verify",
                "Check a sealed file. Nothing is kept.",
                "credentials:verify",
                {"200": content("Verdict", "What was checked"), **described(400, 413)},
                requestBody=sealed,
            )
        }
    }


def _webhooks() -> dict[str, Any]:
    scope = "webhooks:manage"
    made = content("WebhookWithSecret", "The webhook with its secret, shown this once", headers=LOCATION)
    return {
        "/webhooks": {
            "get": operation("listWebhooks", "Your webhooks.", scope, {"200": content("WebhookList", "All of them")}),
            "post": operation(
                "addWebhook",
                "Be told at an address from now on.",
                scope,
                {"201": made, **described(400, 409, 413, 415, 422)},
                parameters=[MARK],
                requestBody=body_of("WebhookRequest"),
            ),
        },
        "/webhooks/{id}": {
            "delete": operation(
                "removeWebhook",
                "Be told nothing more at an address.",
                scope,
                {"204": empty("Removed"), **described(404)},
                parameters=[ID],
            )
        },
        "/webhooks/{id}/secret": {
            "post": operation(
                "renewWebhookSecret",
                "A new secret; for a day both are used. A webhook that had stopped goes on.",
                scope,
                {"200": content("WebhookWithSecret", "The new secret, shown this once"), **described(404)},
                parameters=[ID],
            )
        },
    }


def _told() -> dict[str, Any]:
    """What your webhook gets, signed as Standard Webhooks says."""
    headers = ("webhook-id", "webhook-timestamp", "webhook-signature")
    return {
        "event": {
            "post": {
                "summary": "Something changed. Answer 2xx within 10 seconds; 410 ends the webhook.",
                "parameters": [parameter(name, "header", {"type": "string"}) for name in headers],
                "requestBody": body_of("WebhookEvent"),
                "responses": {"204": empty("Taken")},
            }
        }
    }
