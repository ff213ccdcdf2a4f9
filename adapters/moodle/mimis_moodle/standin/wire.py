"""PHP's forms and Moodle's JSON and XML."""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape, quoteattr

from mimis_core.testing import Answer, Request
from mimis_moodle.standin.refusals import RefusedError

MAX_INPUT_VARS = 5000
"""Fields of one form that PHP reads; those beyond are dropped without a word."""

_HEADERS = {
    "Cache-Control": "private, must-revalidate, pre-check=0, post-check=0, max-age=0",
    "Access-Control-Allow-Origin": "*",
}
_INTEGER = re.compile(r"-?[0-9]+")
_NOT_UTF8 = re.compile("[\ud800-\udfff]")


def fields_of(request: Request) -> dict[str, str]:
    """Fields as PHP sees them: query and form, the form wins; no other body and no header is read."""
    fields = {name: values[-1] for name, values in request.query.items()}
    kind = request.headers.get("content-type", "")
    if request.method != "POST":
        return fields
    if kind.startswith("application/x-www-form-urlencoded"):
        text = request.body.decode("ascii", "surrogateescape")
        pairs = parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
        fields.update(pairs[:MAX_INPUT_VARS])
    elif kind.startswith("multipart/form-data"):
        fields.update(_multipart(kind, request.body)[:MAX_INPUT_VARS])
    return fields


def nested(fields: dict[str, str]) -> dict[str, Any]:
    """Fields with their brackets resolved: ``a[0][b]`` becomes ``{"a": {"0": {"b": ...}}}``."""
    tree: dict[str, Any] = {}
    for name, value in fields.items():
        first, *rest = name.replace("]", "").split("[")
        place = tree
        for part, after in zip([first, *rest], [*rest, None], strict=True):
            if after is None:
                place[part] = value
            elif not isinstance(place.setdefault(part, {}), dict):
                break
            else:
                place = place[part]
    return tree


def arguments(given: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The function's arguments by its description: ``int``, ``str``, a default of such a type, or a list of one.

    Anything missing, unknown or of another type is refused with one and the same code.
    """
    if set(given) - set(wanted):
        raise RefusedError("invalidparameter")
    result: dict[str, Any] = {}
    for name, kind in wanted.items():
        if name in given:
            result[name] = _value(given[name], kind)
        elif isinstance(kind, type):
            raise RefusedError("invalidparameter")
        else:
            result[name] = [] if isinstance(kind, list) else kind
    return result


def as_json(value: Any) -> Answer:
    """An answer as PHP writes JSON: ASCII only, and slashes escaped."""
    return Answer(200, json.dumps(value).replace("/", "\\/").encode(), headers=dict(_HEADERS))


def as_xml(value: Any) -> Answer:
    """An answer in Moodle's XML, which it gives whenever JSON is not asked for in so many letters."""
    if isinstance(value, dict) and "exception" in value:
        inner = (
            f"<EXCEPTION class={quoteattr(value['exception'])}>\n"
            f"<ERRORCODE>{escape(value.get('errorcode', ''))}</ERRORCODE>\n"
            f"<MESSAGE>{escape(value['message'])}</MESSAGE>\n</EXCEPTION>"
        )
    else:
        inner = f"<RESPONSE>\n{_element(value)}</RESPONSE>"
    text = f'<?xml version="1.0" encoding="UTF-8" ?>\n{inner}\n'
    return Answer(200, text.encode(), "application/xml; charset=utf-8", dict(_HEADERS))


def _value(given: Any, kind: Any) -> Any:
    if isinstance(kind, list):
        if not isinstance(given, dict):
            raise RefusedError("invalidparameter")
        return [_value(item, kind[0]) for item in given.values()]
    if isinstance(kind, dict):
        if not isinstance(given, dict):
            raise RefusedError("invalidparameter")
        return arguments(given, kind)
    whole = kind is int or isinstance(kind, int)
    if not isinstance(given, str) or _NOT_UTF8.search(given):
        raise RefusedError("invalidparameter")
    if whole and not _INTEGER.fullmatch(given):
        raise RefusedError("invalidparameter")
    return int(given) if whole else given


def _multipart(kind: str, body: bytes) -> list[tuple[str, str]]:
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=HTTP)
    parts = [(part.get_param("name", header="content-disposition"), part) for part in message.iter_parts()]
    return [(str(name), str(part.get_content()).rstrip("\r\n")) for name, part in parts if name]


def _element(value: Any) -> str:
    if isinstance(value, dict):
        keys = "".join(f"<KEY name={quoteattr(name)}>{_element(item)}</KEY>\n" for name, item in value.items())
        return f"<SINGLE>\n{keys}</SINGLE>\n"
    if isinstance(value, list):
        return f"<MULTIPLE>\n{''.join(map(_element, value))}</MULTIPLE>\n"
    if value is None:
        return '<VALUE null="null"/>'
    text = str(int(value)) if isinstance(value, bool) else str(value)
    return f"<VALUE>{escape(text)}</VALUE>"
