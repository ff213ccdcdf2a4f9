"""Answers of the partner API: JSON with an entity tag, and 304 for who has it already (RFC 9110, 8.8 and 13)."""

from __future__ import annotations

from hashlib import sha256

from flask import Response, request
from pydantic import BaseModel


def answer(value: BaseModel, status: int = 200) -> Response:
    """A model as JSON that nobody may keep."""
    headers = {"Cache-Control": "no-store"}
    return Response(value.model_dump_json(), status, headers=headers, content_type="application/json")


def with_tag(response: Response) -> Response:
    """The same for its caller to keep and ask about again: 304 without a body when it has not changed."""
    tag = sha256(response.get_data()).hexdigest()[:32]
    if (same := unchanged(tag)) is not None:
        return same
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def unchanged(tag: str) -> Response | None:
    """304 when the caller says that it has what this tag stands for; None when it is to be given."""
    known = request.if_none_match
    if not known.contains_weak(tag) or known.star_tag:
        return None
    same = Response(status=304)
    same.set_etag(tag, weak=True)
    same.headers["Cache-Control"] = "private, no-cache"
    return same
