"""Parts that the operations in the OpenAPI document are put together from."""

from __future__ import annotations

from typing import Any

from mimis_ats.schemas import LARGEST_PAGE, USUAL_PAGE
from mimis_ats.sent import LONGEST_KEY

PROBLEM = "application/problem+json"
PAGE_SIZE = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE}
TAG = {
    "ETag": {"description": "Send it as If-None-Match to ask whether this has changed", "schema": {"type": "string"}}
}
LOCATION = {"Location": {"schema": {"type": "string"}}}
QUOTA = {
    "RateLimit-Policy": {"description": "What you may ask, by draft-ietf-httpapi-ratelimit-headers-10"},
    "RateLimit": {"description": "What you have left, and for how many seconds"},
}
QUOTA_HEADERS = {name: {**one, "schema": {"type": "string"}} for name, one in QUOTA.items()}
RETRY = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "string"}}}
WHY = {
    400: "Something is not as described; code says what",
    401: "No token, or none that is valid now",
    403: "The token lacks the scope",
    404: "There is no such thing for you",
    406: "The school does not make this representation",
    409: "There are too many already, or the share has no name, or has one; code says what",
    410: "The share was taken back or has ended; remove what you wrote for it",
    413: "The body is too long",
    415: "The body is of another media type",
    422: "The body can be read, and cannot be done",
    429: "Too often; Retry-After says how long to wait",
}
"""Why each error is given; ``code`` in the problem document is stable."""


def operation(name: str, summary: str, scope: str, responses: dict[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    """One operation that needs a token for ``scope``, with the answers that all of these have."""
    answers = {code: {**one, "headers": {**QUOTA_HEADERS, **one.get("headers", {})}} for code, one in responses.items()}
    return {
        "operationId": name,
        "summary": summary,
        "security": [{"partner": [scope]}],
        "responses": {**answers, **described(401, 403, 429)},
        **more,
    }


def content(model: str, description: str, *, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    """An answer that is a model."""
    schema = {"$ref": f"#/components/schemas/{model}"}
    found = {"description": description, "content": {"application/json": {"schema": schema}}}
    return {**found, "headers": headers} if headers else found


def empty(description: str) -> dict[str, Any]:
    """An answer without a body."""
    return {"description": description}


def kept() -> dict[str, Any]:
    """The answer to who has it already."""
    return {"304": {"description": "Nothing has changed since the ETag in If-None-Match", "headers": TAG}}


def described(*codes: int) -> dict[str, Any]:
    """Refusals, as problem documents."""
    schema = {"$ref": "#/components/schemas/Problem"}
    refusal = {"content": {PROBLEM: {"schema": schema}}}
    return {
        str(code): {"description": WHY[code], **({"headers": RETRY} if code == 429 else {}), **refusal}
        for code in codes
    }


def body_of(model: str) -> dict[str, Any]:
    """A body that fits a model."""
    schema = {"$ref": f"#/components/schemas/{model}"}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def parameter(name: str, place: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter; one in the path is required."""
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


ID = parameter("id", "path", {"type": "string", "minLength": 1})
MARK = parameter("Idempotency-Key", "header", {"type": "string", "maxLength": LONGEST_KEY})
