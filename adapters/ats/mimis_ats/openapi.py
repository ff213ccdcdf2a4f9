"""OpenAPI 3.1 of the partner API, made from the pydantic models that answer it."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from mimis_ats.schemas import SCOPES, OpenedShare, Problem, ShareList, TokenAnswer
from mimis_core import Verdict

SCHEMAS: tuple[type[BaseModel], ...] = (TokenAnswer, ShareList, OpenedShare, Verdict, Problem)


def openapi_document(base: str) -> str:
    """The document as JSON text; ``base`` is the address of the API."""
    _, schemas = models_json_schema(
        [(model, "serialization") for model in SCHEMAS], ref_template="#/components/schemas/{model}"
    )
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "mimis partner API",
            "version": "1",
            "description": "Micro-credentials that learners chose to share with a registered employer.",
        },
        "servers": [{"url": base}],
        "paths": _paths(),
        "components": {"schemas": schemas["$defs"], "securitySchemes": _security(base)},
    }
    return json.dumps(document, ensure_ascii=False)


def _security(base: str) -> dict[str, Any]:
    flow = {"tokenUrl": f"{base}/token", "scopes": SCOPES}
    return {"partner": {"type": "oauth2", "flows": {"clientCredentials": flow}}}


def _paths() -> dict[str, Any]:
    number = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
    return {
        "/token": {"post": _token_operation()},
        "/shares": {
            "get": _operation(
                "Active shares made for you; metadata only.",
                "ShareList",
                "shares:read",
                parameters=[_parameter("cursor", "query"), _parameter("limit", "query", number)],
            )
        },
        "/shares/{id}": {
            "get": _operation(
                "Open one share. The learner sees that you did. 410 when it was taken back or has ended.",
                "OpenedShare",
                "shares:read",
                parameters=[_parameter("id", "path")],
            )
        },
        "/verify": {
            "post": {
                **_operation("Check a sealed file. Nothing is kept.", "Verdict", "credentials:verify"),
                "requestBody": {"required": True, "content": {"application/octet-stream": {}}},
            }
        },
    }


def _token_operation() -> dict[str, Any]:
    form = {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"const": "client_credentials"},
            "scope": {"type": "string"},
            "client_id": {"type": "string"},
            "client_secret": {"type": "string"},
        },
    }
    return {
        "summary": "Access token; client id and secret as HTTP Basic or in the form.",
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": {"200": _content("TokenAnswer"), "400": {"description": "RFC 6749 section 5.2"}},
    }


def _operation(summary: str, answer: str, scope: str, **more: Any) -> dict[str, Any]:
    return {
        "summary": summary,
        "security": [{"partner": [scope]}],
        "responses": {"200": _content(answer), "default": _content("Problem", "application/problem+json")},
        **more,
    }


def _parameter(name: str, place: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema or {"type": "string"}}


def _content(model: str, media_type: str = "application/json") -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{model}"}
    return {"description": model, "content": {media_type: {"schema": schema}}}
