"""Events as Open edX's LMS puts them on its bus: metadata as text, data as Avro by the schema of the event."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any
from uuid import uuid1

from fastavro import parse_schema, schemaless_writer

CREATED, CHANGED, REVOKED = (
    f"org.openedx.learning.certificate.{name}.v1" for name in ("created", "changed", "revoked")
)
PASSING = "org.openedx.learning.course.passing.status.updated.v1"
GRADE = "org.openedx.learning.course.persistent_grade_summary.changed.v1"
ENROLLED = "org.openedx.learning.course.enrollment.created.v1"

TEXT, OPTIONAL = "string", ["null", "string"]


def record(name: str, /, **fields: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": [{"name": key, "type": kind} for key, kind in fields.items()]}


def user_schema() -> dict[str, Any]:
    pii = record("UserPersonalData", username=TEXT, email=TEXT, name=TEXT)
    return record("UserData", id="long", is_active="boolean", pii=pii)


def course_schema() -> dict[str, Any]:
    return record("CourseData", course_key=TEXT, display_name=TEXT, start=OPTIONAL, end=OPTIONAL)


def certificate_schema(**more: Any) -> dict[str, Any]:
    texts = dict.fromkeys(("mode", "grade", "download_url", "name", "current_status", "previous_status"), TEXT)
    return record("CertificateData", user=user_schema(), course=course_schema(), **texts, **more)


def passing_schema() -> dict[str, Any]:
    return record("CoursePassingStatusData", is_passing="boolean", course=course_schema(), user=user_schema())


def grade_schema() -> dict[str, Any]:
    texts = dict.fromkeys(("course_edited_timestamp", "course_version", "grading_policy_hash"), TEXT)
    marks = {"percent_grade": "double", "letter_grade": TEXT, "passed_timestamp": TEXT}
    return record("PersistentCourseGradeData", user_id="long", course=course_schema(), **texts, **marks)


def user(number: int, username: str = "eli") -> dict[str, Any]:
    pii = {"username": username, "email": "eli@example.org", "name": "Eli Ström"}
    return {"id": number, "is_active": True, "pii": pii}


def course(key: str) -> dict[str, Any]:
    return {"course_key": key, "display_name": "Batterier för nybörjare", "start": "2026-01-19T00:00:00Z", "end": None}


def certificate(key: str, number: int, status: str = "downloadable") -> dict[str, Any]:
    return {
        "user": user(number),
        "course": course(key),
        "mode": "verified",
        "grade": "0.87",
        "download_url": "",
        "name": "Eli Ström",
        "current_status": status,
        "previous_status": "",
    }


def passing(key: str, number: int) -> dict[str, Any]:
    return {"is_passing": True, "course": course(key), "user": user(number)}


def grade(key: str, number: int) -> dict[str, Any]:
    texts = dict.fromkeys(("course_edited_timestamp", "course_version", "grading_policy_hash", "letter_grade"), "x")
    marks = {"percent_grade": 0.87, "passed_timestamp": "2026-05-04T10:11:12Z"}
    return {"user_id": number, "course": course(key), **texts, **marks}


MAKERS = {
    CREATED: ("certificate", certificate, certificate_schema),
    CHANGED: ("certificate", certificate, certificate_schema),
    REVOKED: ("certificate", certificate, certificate_schema),
    PASSING: ("course_passing_status", passing, passing_schema),
    GRADE: ("grade", grade, grade_schema),
}


def encode(name: str, schema: dict[str, Any], value: dict[str, Any]) -> bytes:
    """The data of one event, as openedx-events writes it."""
    out = io.BytesIO()
    schemaless_writer(out, parse_schema(record("CloudEvent", **{name: schema})), {name: value})
    return out.getvalue()


def entry(kind: str, key: str, number: int, data: bytes | None = None) -> dict[bytes, bytes]:
    """The fields of one stream entry."""
    name, make, schema = MAKERS.get(kind, MAKERS[CREATED])
    texts = {
        "type": kind,
        "id": str(uuid1()),
        "source": "openedx/lms/web",
        "time": datetime(2026, 5, 4, tzinfo=UTC).isoformat(),
        "minorversion": "0",
        "sourcehost": "lms",
        "sourcelib": "11.2.0",
    }
    body = encode(name, schema(), make(key, number)) if data is None else data
    return {b"event_data": body, **{field.encode(): text.encode() for field, text in texts.items()}}
