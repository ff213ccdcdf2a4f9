"""Holds a sandbox against a recording: the same status, error code, keys and types as the real system gave.

A sandbox is worth what it has in common with the real system. :func:`differences` sends one recorded request to it and
says what is not alike; a test of yours goes through all of them::

    @pytest.mark.parametrize("exchange", read_recording(FILE), ids=str)
    def test_sandbox_answers_alike(client, exchange):
        assert differences(exchange, send(client, exchange)) == []
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mimis_core.testing.exchange import Exchange

if TYPE_CHECKING:
    from mimis_core.http import Client, Response

CODES = ("exception", "errorcode", "error_code", "code", "error")
"""Members of an answer that name a refusal's reason, compared by their values."""


def shape(value: Any) -> Any:
    """Keys and types all the way down. Whole floats are written as integers by some, so numbers are one type."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else "text"


def codes(value: Any, fields: tuple[str, ...] = CODES) -> dict[str, Any]:
    """The reasons that an answer names: members of these names that are texts or numbers."""
    members = value if isinstance(value, dict) else {}
    return {name: members[name] for name in fields if isinstance(members.get(name), str | int)}


def send(
    client: Client,
    exchange: Exchange,
    *,
    path: str | None = None,
    also: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Send a recorded request to a sandbox and give its answer, whatever it is.

    Arguments:
        client: one whose base address is the sandbox's, made with ``retries=0``.
        path: for a recording without paths.
        also: parameters that the sandbox wants and a recording never holds, such as its token.
        headers: the same for headers.
    """
    given = dict(also or {})
    fields: dict[str, Any] = {"params": exchange.query, "headers": dict(headers or {})}
    if exchange.encoding == "json":
        fields["json"] = {**exchange.params, **given} if isinstance(exchange.params, dict) else exchange.params
    elif exchange.params is not None or exchange.method not in ("GET", "HEAD", "DELETE"):
        fields["data"] = {**given, **(exchange.params or {})}
    else:
        fields["params"] = {**given, **exchange.query}
    return client.ask(exchange.method, (path or exchange.path or "").lstrip("/"), allow_redirects=False, **fields)


def differences(exchange: Exchange, response: Response, fields: tuple[str, ...] = CODES) -> list[str]:
    """What of an answer is not as it was recorded, a sentence each; no values, which may be somebody's."""
    found = []
    if response.status_code != exchange.status:
        found.append(f"status {response.status_code} instead of {exchange.status}")
    if _kind(response.headers.get("Content-Type", "")) != _kind(exchange.content_type):
        found.append(f"content type {response.headers.get('Content-Type')} instead of {exchange.content_type}")
    if exchange.omitted:
        return found
    try:
        body = response.json() if response.content else None
    except ValueError:
        return [*found, "a body that is no JSON"]
    if codes(body, fields) != codes(exchange.body, fields):
        found.append(f"reason {codes(body, fields)} instead of {codes(exchange.body, fields)}")
    return [*found, *_unlike(shape(exchange.body), shape(body), "answer")]


def _unlike(recorded: Any, given: Any, place: str) -> list[str]:
    """Where two shapes part, and how."""
    if isinstance(recorded, dict) and isinstance(given, dict):
        found = [f"{place}.{name} is missing" for name in recorded if name not in given]
        found += [f"{place}.{name} is not in the recording" for name in given if name not in recorded]
        both = [name for name in recorded if name in given]
        return found + [line for name in both for line in _unlike(recorded[name], given[name], f"{place}.{name}")]
    if isinstance(recorded, list) and isinstance(given, list):
        found = [] if len(recorded) == len(given) else [f"{place} has {len(given)} items instead of {len(recorded)}"]
        pairs = enumerate(zip(recorded, given, strict=False))
        return found + [line for number, (one, other) in pairs for line in _unlike(one, other, f"{place}[{number}]")]
    return [] if recorded == given else [f"{place} is {_name(given)} instead of {_name(recorded)}"]


def _name(shaped: Any) -> str:
    return shaped if isinstance(shaped, str) else "an object" if isinstance(shaped, dict) else "a list"


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
