"""What the stand-in of Teamtailor answers with: JSON:API documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mimis_core.testing import Answer, Request

JSON_API = "application/vnd.api+json"


def page(items: Sequence[dict[str, Any]], request: Request, url: str) -> Answer:
    """One page of a list, ten items where nothing else is asked for, thirty at most."""
    size = min(int(request.query.get("page[size]", ["10"])[0]), 30)
    number = int(request.query.get("page[number]", ["1"])[0])
    count = -(-len(items) // size)
    links = {"first": _link(url, request, 1, size), "last": _link(url, request, max(count, 1), size)}
    if number < count:
        links["next"] = _link(url, request, number + 1, size)
    if number > 1:
        links["prev"] = _link(url, request, number - 1, size)
    start = (number - 1) * size
    meta = {"record-count": len(items), "page-count": count}
    return Answer.of({"data": list(items[start : start + size]), "links": links, "meta": meta})


def _link(url: str, request: Request, number: int, size: int) -> str:
    return f"{url}{request.path}?page%5Bnumber%5D={number}&page%5Bsize%5D={size}"


def errors(status: int, code: str, title: str, pointer: str | None = None) -> Answer:
    """A refusal."""
    error: dict[str, Any] = {"title": title, "detail": title, "code": code, "status": str(status)}
    if pointer:
        error["source"] = {"pointer": pointer}
    return Answer.of({"errors": [error]}, status)
