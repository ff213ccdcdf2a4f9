"""Entries of the event bus become hints, whatever release of the LMS wrote them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_openedx.bus import BEGINNINGS, read_entry
from mimis_openedx.events import FOLLOWED

from .bus_events import (
    CREATED,
    ENROLLED,
    MAKERS,
    certificate,
    certificate_schema,
    encode,
    entry,
    record,
    user_schema,
)
from .conftest import COURSE, OLD_COURSE

LONG = f"course-v1:{'Organisation' * 5}+{'Kurs' * 5}+2026_T1"


@pytest.mark.parametrize("kind", sorted(MAKERS))
@pytest.mark.parametrize("course", [COURSE, OLD_COURSE, LONG])
@pytest.mark.parametrize("number", [1, 7, 2**40])
def test_event_names_course_and_learner(kind: str, course: str, number: int) -> None:
    assert str(read_entry(entry(kind, course, number))) == f"{course} user:{number}"


def test_all_followed_events_can_be_read() -> None:
    assert BEGINNINGS.keys() == FOLLOWED == MAKERS.keys()


def test_hint_holds_nothing_personal() -> None:
    text = str(read_entry(entry(CREATED, COURSE, 7)))
    assert not [word for word in ("eli", "Eli", "@") if word in text.removeprefix(COURSE)]


def test_later_fields_change_nothing() -> None:
    value = {**certificate(COURSE, 7), "uuid": "x", "available": None}
    data = encode("certificate", certificate_schema(uuid="string", available=["null", "string"]), value)
    assert str(read_entry(entry(CREATED, COURSE, 7, data))) == f"{COURSE} user:7"


@pytest.mark.parametrize("course", [COURSE, LONG])
def test_other_beginning_leads_to_whole_course(course: str) -> None:
    schema = record("CertificateData", uuid="string", course=record("C", course_key="string"), user=user_schema())
    value = {"uuid": "ny", "course": {"course_key": course}, "user": certificate(course, 7)["user"]}
    data = encode("certificate", schema, value)
    assert str(read_entry(entry(CREATED, course, 7, data))) == course


@pytest.mark.parametrize("kind", [ENROLLED, "org.openedx.learning.certificate.created.v2", ""])
def test_other_events_are_left(kind: str) -> None:
    assert read_entry(entry(kind, COURSE, 7)) is None


@pytest.mark.parametrize("fields", [{}, {b"type": CREATED.encode()}, {b"event_data": b"x"}, {b"type": b"\xff"}])
def test_entry_without_fields_is_left(fields: dict[bytes, bytes]) -> None:
    assert read_entry(fields) is None


@given(st.sampled_from(sorted(FOLLOWED)), st.binary(max_size=300))
def test_any_bytes_are_survived(kind: str, data: bytes) -> None:
    hint = read_entry(entry(kind, COURSE, 7, data))
    assert hint is None or hint.course


@given(st.sampled_from(sorted(MAKERS)), st.integers(min_value=0, max_value=200), st.integers(0, 255))
def test_damaged_event_is_survived(kind: str, place: int, value: int) -> None:
    fields = entry(kind, COURSE, 7)
    data = bytearray(fields[b"event_data"])
    data[place % len(data)] = value
    read_entry({**fields, b"event_data": bytes(data[: len(data) - place // 2])})
