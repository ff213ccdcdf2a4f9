"""What openedx-webhooks posts, and what following it gives: a body is a hint, the LMS is asked anew."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_openedx.events import Hint, make_hint, read_webhook
from mimis_openedx.sandbox import OpenEdxSandbox
from mimis_openedx.source import OpenEdxSource

from mimis_core import DataError, NotFoundError, PulledPage

from .bus_events import CREATED, ENROLLED, GRADE, PASSING, REVOKED, certificate, grade, passing
from .conftest import COURSE, LOADED, asked, connect, told

KEY = f"{COURSE}/user:7"
CLASSES = {
    CREATED: ("openedx_events.learning.data.CertificateData", certificate),
    REVOKED: ("openedx_events.learning.data.CertificateData", certificate),
    PASSING: ("openedx_events.learning.data.CoursePassingStatusData", passing),
    GRADE: ("openedx_events.learning.data.PersistentCourseGradeData", grade),
}


def payload(kind: str, number: int = 7, course: str = COURSE) -> dict[str, Any]:
    """An event as the plugin sends it, under the dotted name of its class."""
    name, make = CLASSES.get(kind, CLASSES[CREATED])
    metadata = {"id": "a1", "event_type": kind, "minorversion": 0, "source": "openedx/lms/web", "sourcelib": [11, 2, 0]}
    return {name: make(course, number), "event_metadata": metadata}


def flat(value: dict[str, Any], before: str = "") -> dict[str, str]:
    """The same with underscores between the names, and texts alone, as for a form."""
    found: dict[str, str] = {}
    for name, one in value.items():
        path = f"{before}_{name}" if before else name
        found |= flat(one, path) if isinstance(one, dict) else {path: str(one)}
    return found


SHAPES = {
    "nested": lambda body: (json.dumps(body).encode(), "application/json"),
    "flat JSON as a form": lambda body: (json.dumps(flat(body)).encode(), "application/x-www-form-urlencoded"),
    "form": lambda body: (urlencode(flat(body)).encode(), "application/x-www-form-urlencoded"),
    "named by field": lambda body: (urlencode(flat({"x": next(iter(body.values())), **body})).encode(), "text/plain"),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", CLASSES)
def test_event_becomes_hint(source: OpenEdxSource, kind: str, shape: str) -> None:
    assert source.read_event(*SHAPES[shape](payload(kind))) == (f"{COURSE} user:7",)


@pytest.mark.parametrize("shape", SHAPES)
def test_hint_holds_nothing_personal(source: OpenEdxSource, shape: str) -> None:
    (hint,) = source.read_event(*SHAPES[shape](payload(CREATED)))
    assert not [text for text in ("eli", "Eli", "@") if text in hint.removeprefix(COURSE)]


def test_username_stands_in_where_there_is_no_number(source: OpenEdxSource) -> None:
    body = payload(CREATED)
    del body["openedx_events.learning.data.CertificateData"]["user"]["id"]
    assert source.read_event(json.dumps(body).encode(), "application/json") == (f"{COURSE} name:eli",)


@pytest.mark.parametrize("kind", [ENROLLED, "org.openedx.learning.badge.awarded.v1"])
def test_other_event_gives_no_hint(source: OpenEdxSource, kind: str) -> None:
    assert source.read_event(json.dumps(payload(kind)).encode(), "application/json") == ()


def test_course_of_others_gives_no_hint(source: OpenEdxSource) -> None:
    body = payload(CREATED, course="course-v1:ANDRA+K+1")
    assert source.read_event(json.dumps(body).encode(), "application/json") == ()


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"a=b", b"&" * 500, b"[" * 100_000, b'{"event_metadata": {}}'],
    ids=lambda body: repr(body[:20]),
)
def test_stranger_is_refused(source: OpenEdxSource, body: bytes) -> None:
    with pytest.raises(DataError):
        source.read_event(body, "application/json")


@pytest.mark.parametrize(("course", "number"), [("eli", 7), (COURSE, "elva"), (COURSE, True), (7, 7), (COURSE, -1)])
def test_event_without_course_or_learner_is_refused(course: Any, number: Any) -> None:
    body = {"a_course_course_key": course, "a_user_id": number, "event_metadata_event_type": CREATED}
    with pytest.raises(DataError) as caught:
        read_webhook(json.dumps(body).encode())
    assert "el" not in str(caught.value).replace("learner", "")


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.dictionaries(st.text(), one))


@given(st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())))
def test_any_body_is_survived(body: bytes) -> None:
    with suppress(DataError):
        assert read_webhook(body) is None


NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)


@given(st.integers(1, 2**62), NAMES)
def test_hint_survives_its_text(number: int, name: str) -> None:
    for hint in (make_hint(COURSE, number), make_hint(COURSE, None, f"{name} {name}"), Hint(COURSE)):
        assert hint is not None
        assert Hint.read(str(hint)) == hint


@pytest.mark.parametrize("text", ["", "x", f"{COURSE} eli", f"{COURSE} user:", f"{COURSE} mail:x", "a b c"])
def test_other_text_is_no_hint(source: OpenEdxSource, text: str) -> None:
    with pytest.raises(DataError):
        list(source.follow(text))


# Following -------------------------------------------------------------------------------------------------------


def follow(source: OpenEdxSource, hint: str) -> PulledPage:
    (page,) = source.follow(hint)
    return page


@pytest.mark.parametrize("whom", ["user:7", "name:deltagare+7"])
def test_hint_is_followed(server: OpenEdxSandbox, source: OpenEdxSource, whom: str) -> None:
    assert follow(source, f"{COURSE} {whom}").completions == (LOADED[0],)
    assert len(asked(server, "api/certificates")) == 1


def test_following_asks_about_nobody_else(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    follow(source, f"{COURSE} user:7")
    (request,) = asked(server, "api/grades")
    assert request.query == {"username": ["deltagare+7"]}


def test_revoked_certificate_is_withdrawn(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.invalidate(COURSE, "deltagare+7")
    page = follow(source, f"{COURSE} user:7")
    assert [(one.key, one.reason) for one in page.withdrawn] == [(KEY, "unavailable")]
    assert page.completions == ()


def test_who_left_the_course_is_left_as_she_is(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    """Her result is no longer told, so giving the completion again would change it."""
    server.unenrol(COURSE, "deltagare+7")
    page = follow(source, f"{COURSE} user:7")
    assert page.completions + page.withdrawn == ()


def test_retired_learner_departs(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.pseudonymise("deltagare+7")
    page = follow(source, f"{COURSE} user:7")
    assert [one.key for one in page.departed] == ["7"]
    assert page.completions == ()


@pytest.mark.parametrize("hint", [f"{COURSE} user:99", f"{COURSE} name:ingen", "course-v1:KTH+SAKNAS+1 user:7"])
def test_what_is_not_there_is_told(source: OpenEdxSource, hint: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        follow(source, hint)
    assert "ingen" not in str(caught.value)


def test_undated_completion_waits_for_the_pull(server: OpenEdxSandbox) -> None:
    server.add_passing_without_certificate(COURSE, "eva", "Eva Lind")
    with connect(server, require_certificate=False) as source:
        assert follow(source, f"{COURSE} name:eva").completions == ()


def test_forged_event_gives_only_what_the_site_says(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    """Whoever knows the address can make mimis look, and no more."""
    server.add_not_passing(COURSE, "eva", "Eva Lind")
    page = follow(source, f"{COURSE} user:{server.people['eva'].id}")
    assert (page.completions, page.withdrawn, page.set_aside) == ((), (), ())


def test_whole_course_is_followed(source: OpenEdxSource) -> None:
    pages = list(source.follow(COURSE))
    assert sorted(one.key for page in pages for one in page.completions) == [f"{COURSE}/user:{n}" for n in (7, 8, 9)]
    assert {page.cursor for page in pages} == {None}


def test_course_of_others_is_not_followed(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    assert list(source.follow("course-v1:ANDRA+K+1 user:7")) == []
    assert server.requests == []


@pytest.mark.parametrize("part", ["api/grades", "api/user", "api/certificates", "api/courses"])
@pytest.mark.parametrize("fault", ["html", "truncated", "types"])
def test_fault_while_following_is_told(server: OpenEdxSandbox, source: OpenEdxSource, part: str, fault: str) -> None:
    server.fail(fault, times=99, path=part)
    pages: list[PulledPage] = []
    text = told(lambda: pages.append(follow(source, f"{COURSE} user:7")))
    assert "Åsa" not in text
    assert [one for page in pages for one in (*page.completions, *page.withdrawn, *page.departed)] in ([], [LOADED[0]])
