"""What partners send: bytes, JSON that fits a model, and the mark of a request that may be sent again."""

from __future__ import annotations

from typing import TypeVar

from flask import Request, request
from pydantic import BaseModel, ValidationError

from mimis_ats.problems import ApiError
from mimis_core.services import Mark

M = TypeVar("M", bound=BaseModel)

LONGEST_BODY = 16 * 1024
LONGEST_KEY = 255


def read_bytes(longest: int) -> bytes:
    """The body of the running request as it came. Raises ApiError with 413 for one of more bytes."""
    content = request.get_data()
    if len(content) > longest:
        raise ApiError(413, "too_long", f"The body is longer than {longest} bytes.")
    return content


def read_body(model: type[M]) -> M:
    """The body of the running request. Raises ApiError: 415 for no JSON, 400 for broken, 422 for unfitting."""
    if request.mimetype != "application/json":
        raise ApiError(415, "media_type", "Send application/json.", {"Accept-Post": "application/json"})
    content = read_bytes(LONGEST_BODY)
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise ApiError(400, "json", "The body is no JSON.") from None
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise ApiError(422, "body", f"{where}: {first['msg']}.") from None


def mark_of(sent: Request) -> Mark | None:
    """The Idempotency-Key of a request, with its body. Raises ApiError for one that is empty or too long."""
    key = sent.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST_KEY:
        raise ApiError(400, "idempotency_key", f"Idempotency-Key has 1 to {LONGEST_KEY} characters.")
    return Mark(key=key, body=sent.get_data())
