"""One request and its answer, as a recording keeps it: a JSON object a line.

::

    {"request": {"method": "GET", "path": "/api/users", "query": {"page": "1"}},
     "response": {"status": 200, "content_type": "application/json", "body": {...}}}

Of a request it keeps method, path, query and parameters, never a header; of an answer only JSON and the headers that a
client acts on. Other bodies are left out, since nobody can say what stands in them, and ``omitted`` counts their bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs

from mimis_core.testing.wire import Request

KEPT_HEADERS = ("retry-after", "link", "location")
FORM = "application/x-www-form-urlencoded"
Fields = dict[str, Any]


@dataclass(frozen=True)
class Exchange:
    """A request and its answer.

    ``path`` is None in recordings of a system that has one address for everything; ``params`` are the fields of a form,
    or any JSON when ``encoding`` is ``json``, or None when the body was neither (``encoding`` then names its type).
    """

    method: str
    status: int
    path: str | None = None
    query: Fields = field(default_factory=dict)
    params: Any = None
    encoding: str = "form"
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    omitted: int = 0

    @classmethod
    def read(cls, line: str | bytes) -> Self:
        """An exchange from its line. Members of a request that are not known here count as parameters."""
        value = json.loads(line)
        request, response = dict(value["request"]), value["response"]
        taken = {
            name: request.pop(name) for name in ("method", "path", "query", "params", "encoding") if name in request
        }
        if request:
            taken["params"] = {**request, **(taken.get("params") or {})}
        answer = {name: response[name] for name in ("content_type", "headers", "body", "omitted") if name in response}
        return cls(status=int(response["status"]), **taken, **answer)

    def write(self) -> str:
        """Its line, without the end; what is empty is left out."""
        request = {"method": self.method, "path": self.path, "query": self.query, "params": self.params}
        if self.encoding != "form":
            request["encoding"] = self.encoding
        response = {"status": self.status, "content_type": self.content_type, "headers": self.headers}
        response |= {"body": self.body, "omitted": self.omitted}
        kept = {"request": _filled(request), "response": _filled(response)}
        return json.dumps(kept, ensure_ascii=False)


def _filled(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value not in (None, {}, 0) or isinstance(value, bool)}


def read_recording(file: Path) -> list[Exchange]:
    """All exchanges of a recording, in the order in which they were made. Empty lines are passed over."""
    lines = file.read_bytes().splitlines()
    return [Exchange.read(line) for line in lines if line.strip()]


def sent_in(request: Request) -> tuple[Fields, Any, str]:
    """Query, parameters and encoding of a request, as a recording writes them."""
    query = _single(request.query)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not request.body:
        return query, None, "form"
    if kind == FORM:
        return query, _single(parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)), "form"
    try:
        return query, request.json(), "json"
    except ValueError:
        return query, None, kind or "unknown"


def _single(fields: Mapping[str, list[str]]) -> Fields:
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def answered(status: int, content_type: str, headers: Iterable[tuple[str, str]], content: bytes) -> Fields:
    """What a recording keeps of an answer, as members of :class:`Exchange`."""
    kept = {name.lower(): value for name, value in headers if name.lower() in KEPT_HEADERS}
    known: Fields = {"status": status, "content_type": content_type, "headers": kept}
    try:
        return {**known, "body": json.loads(content)}
    except ValueError:
        return {**known, "omitted": len(content)}
