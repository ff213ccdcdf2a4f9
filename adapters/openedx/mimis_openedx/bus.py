"""Entries of Open edX's event bus on Redis Streams, read as hints.

An entry has the event's type as text and its data as bare Avro, without the schema that it was written by: that is in
whatever release of openedx-events the LMS has. Learner and course stand first in all events that matter here, so only
the beginning is read, and what is added at an event's end changes nothing. Where the beginning differs too, the course
key is looked for in the bytes, and all of the course is asked about.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from typing import Any

from mimis_openedx.events import FOLLOWED, LEARNING, Hint, is_course, make_hint

_COURSE_KEY = [{"name": "course_key", "type": "string"}]
_OPTIONAL = ["null", "string"]
_COURSE = [
    *_COURSE_KEY,
    {"name": "display_name", "type": "string"},
    {"name": "start", "type": _OPTIONAL},
    {"name": "end", "type": _OPTIONAL},
]
_PERSON = [{"name": name, "type": "string"} for name in ("username", "email", "name")]
_NUMBER = [{"name": "id", "type": "long"}]


def _record(name: str, fields: list[Any]) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": fields}


def _field(name: str, fields: list[Any]) -> dict[str, Any]:
    return {"name": name, "type": _record(f"{name}_data", fields)}


_USER = [*_NUMBER, {"name": "is_active", "type": "boolean"}, _field("pii", _PERSON)]
_CERTIFICATE = [_field("user", _USER), _field("course", _COURSE_KEY)]
_PASSING = [{"name": "is_passing", "type": "boolean"}, _field("course", _COURSE), _field("user", _NUMBER)]
_GRADE = [{"name": "user_id", "type": "long"}, _field("course", _COURSE_KEY)]

BEGINNINGS: dict[str, tuple[str, list[Any]]] = {
    LEARNING + "certificate.created.v1": ("certificate", _CERTIFICATE),
    LEARNING + "certificate.changed.v1": ("certificate", _CERTIFICATE),
    LEARNING + "certificate.revoked.v1": ("certificate", _CERTIFICATE),
    LEARNING + "course.passing.status.updated.v1": ("course_passing_status", _PASSING),
    LEARNING + "course.persistent_grade_summary.changed.v1": ("grade", _GRADE),
}
"""Name and first fields of each event's data, in the order in which they are written."""

COURSE_PREFIX = b"course-v1:"


def read_entry(fields: Mapping[bytes, bytes]) -> Hint | None:
    """The hint in one entry of a stream; None for what concerns no completion, or says nothing that can be used."""
    kind = fields.get(b"type", b"").decode("utf-8", "replace")
    data = fields.get(b"event_data", b"")
    if kind not in FOLLOWED:
        return None
    return _decode(kind, data) or _find_course(data)


def _decode(kind: str, data: bytes) -> Hint | None:
    from fastavro import schemaless_reader

    name, _ = BEGINNINGS[kind]
    try:
        record = schemaless_reader(io.BytesIO(data), _schema(kind), None)
    except (EOFError, ValueError, IndexError, OverflowError, MemoryError):  # what bytes of another schema lead to
        return None
    value = record[name] if isinstance(record, dict) else {}
    user = value.get("user_id") or value.get("user", {}).get("id")
    return make_hint(value["course"]["course_key"], user)


@cache
def _schema(kind: str) -> Any:
    from fastavro import parse_schema

    name, fields = BEGINNINGS[kind]
    return parse_schema(_record("CloudEvent", [_field(name, fields)]))


def _find_course(data: bytes) -> Hint | None:
    """The first course key in the bytes: Avro writes the length of a text, doubled, in one or two bytes before it."""
    start = data.find(COURSE_PREFIX)
    while start > 0:
        lengths = [data[start - 1] >> 1]
        if start > 1:
            lengths.append(((data[start - 2] & 0x7F) | data[start - 1] << 7) >> 1)
        for length in lengths:
            key = data[start : start + length].decode("utf-8", "replace")
            if len(key) == length and is_course(key):
                return Hint(key)
        start = data.find(COURSE_PREFIX, start + 1)
    return None
