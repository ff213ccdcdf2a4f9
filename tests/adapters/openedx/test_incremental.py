"""Pulls from a cursor: what is left out, what is noticed, and what an honest bound on it is."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from mimis_openedx.sandbox import OpenEdxSandbox
from mimis_openedx.source import OpenEdxSource

from mimis_core import PulledPage, TemporaryError
from mimis_core.testing import Answer

from .conftest import COURSE, LOADED, OLD_COURSE, PEOPLE, Times, asked, completion, connect, override
from .pulled import Pulled, pull

KEY = f"{COURSE}/user:7"
CERTIFICATES, ACCOUNTS = "api/certificates", "api/user"


def test_unchanged_results_ask_for_no_certificate(server: OpenEdxSandbox) -> None:
    with connect(server, recheck=100) as source:
        first = pull(source)
        server.requests.clear()
        assert pull(source, first).signals == []
    assert len(asked(server, CERTIFICATES) + asked(server, ACCOUNTS)) <= 1


def test_all_are_asked_about_within_a_round(server: OpenEdxSandbox) -> None:
    with connect(server, recheck=5) as source:
        last = pull(source)
        server.requests.clear()
        for _ in range(5):
            last = pull(source, last)
    assert len(asked(server, CERTIFICATES)) == len(LOADED)


def test_changed_result_is_given_again(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    first = pull(source)
    server.courses[COURSE].enrolments[1].percent = 0.95
    (found,) = pull(source, first).completions
    assert found.grade is not None
    assert (found.key, found.grade.percent) == (KEY, 95)


def test_new_learner_is_found(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    first = pull(source)
    server.load([completion("8", OLD_COURSE)])
    assert pull(source, first).keys == [f"{OLD_COURSE}/user:8"]


def test_late_certificate_is_found(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    enrolment = server.add_passing_without_certificate(COURSE, "eva", "Eva Lind")
    first = pull(source)
    enrolment.certificate = server.courses[COURSE].enrolments[1].certificate
    assert len(pull(source, first).keys) == 1


@pytest.mark.parametrize("status", ["unavailable", "notpassing", "invalidated"])
def test_certificate_taken_back_is_withdrawn(server: OpenEdxSandbox, status: str) -> None:
    with connect(server, recheck=1) as source:
        first = pull(source)
        server.invalidate(COURSE, "deltagare+7", status)
        second = pull(source, first)
    assert (second.withdrawn, second.aside) == ([(KEY, status)], [(KEY, status)])


def test_full_pull_withdraws_too(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.invalidate(COURSE, "deltagare+7")
    assert pull(source).withdrawn == [(KEY, "unavailable")]


def test_failing_after_all_is_withdrawn_by_full_pull(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.invalidate(COURSE, "deltagare+7", "notpassing")
    enrolment = server.courses[COURSE].enrolment("deltagare+7")
    assert enrolment is not None
    enrolment.passed, enrolment.percent = False, 0.3
    found = pull(source)
    assert (found.withdrawn, found.aside) == ([(KEY, "notpassing")], [])


def test_certificate_that_is_gone_is_withdrawn(server: OpenEdxSandbox) -> None:
    with connect(server, recheck=1) as source:
        first = pull(source)
        server.courses[COURSE].enrolments[1].certificate = None
        second = pull(source, first)
        assert second.withdrawn == [(KEY, "no_certificate_for_user")]
        assert pull(source, second).withdrawn == []


def test_certificate_gone_on_the_audit_track_is_withdrawn(server: OpenEdxSandbox) -> None:
    with connect(server, recheck=1) as source:
        first = pull(source)
        enrolment = server.courses[COURSE].enrolments[1]
        enrolment.certificate, enrolment.mode = None, "audit"
        second = pull(source, first)
    assert (second.withdrawn, second.aside) == ([(KEY, "no_certificate_for_user")], [(KEY, "audit")])


def test_missing_certificate_is_no_withdrawal_at_first(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.add_passing_without_certificate(COURSE, "eva", "Eva Lind")
    assert pull(source).withdrawn == []


def test_certificate_given_back_counts_again(server: OpenEdxSandbox) -> None:
    with connect(server, recheck=1) as source:
        first = pull(source)
        server.invalidate(COURSE, "deltagare+7")
        second = pull(source, first)
        server.invalidate(COURSE, "deltagare+7", "downloadable")
        assert pull(source, second).keys == [KEY]


@pytest.mark.parametrize("code", [500, 404])
def test_hiccup_takes_nothing_back(server: OpenEdxSandbox, code: int) -> None:
    with connect(server, recheck=1) as source:
        first = pull(source)
        override(server, CERTIFICATES, Answer(code, b"<html></html>", "text/html"))
        second = pull(source, first)
        assert (second.withdrawn, second.departed) == ([], [])


# Without certificates --------------------------------------------------------------------------------------------


def test_first_sight_is_remembered(server: OpenEdxSandbox, times: Times) -> None:
    server.add_passing_without_certificate(COURSE, "eva", "Eva Lind").percent = 0.8
    with connect(server, times, require_certificate=False, recheck=1) as source:
        first = pull(source)
        seen = times.now
        times.next_day()
        enrolment = server.courses[COURSE].enrolment("eva")
        assert enrolment is not None
        enrolment.percent = 0.9
        (found,) = pull(source, first).completions
    assert found.completed_at == seen


def test_result_that_no_longer_passes_is_withdrawn(server: OpenEdxSandbox) -> None:
    enrolment = server.add_passing_without_certificate(COURSE, "eva", "Eva Lind")
    with connect(server, require_certificate=False) as source:
        first = pull(source)
        enrolment.passed = False
        second = pull(source, first)
    assert second.withdrawn == [(f"{COURSE}/user:{server.people['eva'].id}", "no_longer_passes")]


def test_absence_is_no_failure(server: OpenEdxSandbox) -> None:
    enrolment = server.add_passing_without_certificate(COURSE, "eva", "Eva Lind")
    with connect(server, require_certificate=False) as source:
        last = pull(source)
        enrolment.is_active = False
        for _ in range(3):
            last = pull(source, last)
            assert last.signals == []


# Cursor and bound ------------------------------------------------------------------------------------------------


def test_cursor_names_nobody(source: OpenEdxSource) -> None:
    cursor = str(pull(source).cursor)
    assert not [text for text in ("deltagare", "@", *PEOPLE.values()) if text in cursor]


@pytest.mark.parametrize("cursor", ["", "[]", "{}", '{"version": 2}', "null", '{"courses": {"a": {}}}', "\ud800"])
def test_unreadable_cursor_pulls_everything(source: OpenEdxSource, cursor: str) -> None:
    assert len(Pulled(list(source.pull(cursor))).completions) == len(LOADED)


def test_other_share_asks_about_all(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    first = pull(source)
    with connect(server, recheck=3) as other:
        assert len(pull(other, first).completions) == len(LOADED)


def test_full_pull_is_as_of_its_beginning(source: OpenEdxSource, times: Times) -> None:
    assert pull(source).as_of == times.now


def test_bound_is_the_oldest_share(server: OpenEdxSandbox, times: Times) -> None:
    with connect(server, times, recheck=3) as source:
        last, start, bounds = pull(source), times.now, []
        for _ in range(4):
            times.next_day()
            last = pull(source, last)
            bounds.append(last.as_of)
    assert bounds == [start, start, start + timedelta(days=1), start + timedelta(days=2)]


def test_unread_course_holds_the_bound_back(server: OpenEdxSandbox, times: Times) -> None:
    with connect(server, times, recheck=1) as source:
        first, start = pull(source), times.now
        times.next_day()
        override(server, f"grades/v1/courses/{OLD_COURSE}", Answer(403, b"{}"))
        assert pull(source, first).as_of == start
        assert pull(source).as_of is None


def test_unread_course_keeps_what_is_known(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    usual, first = server.handle, pull(source)
    override(server, f"grades/v1/courses/{OLD_COURSE}", Answer(403, b"{}"))
    second = pull(source, first)
    server.handle = usual  # type: ignore[method-assign]  # the fault is mended
    assert json.loads(str(second.cursor))["courses"][OLD_COURSE] == json.loads(str(first.cursor))["courses"][OLD_COURSE]
    assert pull(source, second).signals == []


def test_long_pull_keeps_what_it_has_read(server: OpenEdxSandbox) -> None:
    """An outage in the last of many courses costs only what was read since the last cursor."""
    server.load([completion("7", f"course-v1:KTH+K{number}+1") for number in range(20)])
    courses = [f"course-v1:KTH+K{number}+1" for number in range(20)]
    with connect(server, courses=courses, workers=1) as source:
        override(server, "grades/v1/courses/course-v1:KTH+K19", Answer(503, headers={"Retry-After": "0"}))
        pages: list[PulledPage] = []
        with pytest.raises(TemporaryError):
            pages.extend(page for page in _keep(pages, source))
        known = json.loads(str(next(page.cursor for page in pages if page.cursor)))
    assert list(known["courses"]) == courses[:10]


def _keep(pages: list[PulledPage], source: OpenEdxSource) -> list[PulledPage]:
    for page in source.pull(None):
        pages.append(page)
    return []
