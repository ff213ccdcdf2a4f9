"""What ``mimis check`` says about Open edX, each fault with its mend."""

from __future__ import annotations

import pytest
import redis
from mimis_openedx.checks import check_connection
from mimis_openedx.sandbox import OpenEdxSandbox
from mimis_openedx.sandbox_tokens import Restricted
from mimis_openedx.source import OpenEdxSource

from mimis_core import Finding, PermissionDeniedError
from mimis_core.testing import Answer

from .conftest import COURSE, OLD_COURSE, asked, connect, override
from .redis_server import RedisServer

SCOPES = ("grades:read", "certificates:read")


def wrong(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.status != "ok"]


def test_sound_site_passes_all_checks(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    assert [finding.subject for finding in source.check()] == ["token", "courses", "grades", "accounts", "numbers"]
    assert wrong(source.check()) == []


@pytest.mark.parametrize(
    ("part", "answer", "mend"),
    [
        ("grades", Answer.of({"developer_message": "no"}, 403), "reading grades"),
        ("accounts", Answer.of({"detail": "no"}, 403), "reading accounts"),
        ("accounts", Answer.of([{"username": "deltagare+7"}]), "global staff"),
        ("access_token", Answer.of({"error": "unsupported_grant_type"}, 400), "client credentials"),
        ("access_token", Answer(404), "LMS address"),
        ("courses/v1", Answer.of({"developer_message": "no"}, 404), "service_user"),
        ("courses/v1", Answer(200, b"<html>", "text/html"), "address"),
    ],
)
def test_fault_is_told_with_mend(
    server: OpenEdxSandbox, source: OpenEdxSource, part: str, answer: Answer, mend: str
) -> None:
    override(server, part, answer)
    (finding,) = wrong(source.check())
    assert finding.status == "error"
    assert mend in str(finding.mend)


def restrict(server: OpenEdxSandbox, *organisations: str, **changed: object) -> list[Finding]:
    """What check says of a restricted application for these organisations."""
    server.tokens.restricted = Restricted(organisations)
    with connect(server, courses=(COURSE, OLD_COURSE), orgs=(), **changed) as source:
        return list(source.check())


def test_restricted_application_is_told_what_it_cannot(server: OpenEdxSandbox) -> None:
    last = restrict(server, "KTH", "Sunderby", scopes=SCOPES)[-1]
    assert (last.subject, last.status) == ("accounts", "error")
    assert "not restricted" in str(last.mend)


def test_restricted_application_is_told_what_it_can(server: OpenEdxSandbox) -> None:
    good = [one.subject for one in restrict(server, "KTH", "Sunderby", scopes=SCOPES) if one.status == "ok"]
    assert good == ["token", *SCOPES]


def test_missing_scopes_and_organisations_are_told(server: OpenEdxSandbox) -> None:
    found = {one.subject: one.mend for one in restrict(server, "KTH") if one.status == "warning"}
    assert found.keys() == {*SCOPES, "org:Sunderby"}
    assert "scopes" in str(found["grades:read"])


def test_scope_that_the_application_lacks_is_told(server: OpenEdxSandbox) -> None:
    with connect(server, scopes=("tpa:read",)) as source:
        (finding,) = wrong(list(source.check()))
    assert "scopes" in str(finding.mend)


def test_restricted_application_pulls_nothing(server: OpenEdxSandbox) -> None:
    server.tokens.restricted = Restricted(("KTH",))
    with connect(server, scopes=SCOPES) as source, pytest.raises(PermissionDeniedError):
        list(source.pull(None))


def test_restricted_application_reads_grades_by_path(server: OpenEdxSandbox) -> None:
    """The LMS compares the organisation with that of the course in the path, not in the query."""
    server.tokens.restricted = Restricted(("KTH",))
    with connect(server, scopes=SCOPES) as source:
        assert len(list(source._lms.grades(COURSE, 50))) == 1
        assert source._lms.certificate("deltagare+7", COURSE).status == "downloadable"
        with pytest.raises(PermissionDeniedError):
            list(source._lms.grades(OLD_COURSE, 50))


def test_older_site_without_numbers_is_warned_about(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.by_number = False
    (finding,) = wrong(source.check())
    assert (finding.subject, finding.status) == ("numbers", "warning")


def test_event_bus_is_tried(server: OpenEdxSandbox, redis_server: RedisServer) -> None:
    with connect(server, bus_url=redis_server.url, bus_topics=["a"]) as source:
        (missing,) = wrong(source.check())
        assert (missing.subject, missing.status) == ("bus:a", "warning")
        with redis.Redis.from_url(redis_server.url, protocol=2) as client:
            client.xadd("a", {"x": "y"})
        assert source.check()[-1].subject == "bus"
        redis_server.stop()
        assert "away" in wrong(source.check())[0].message


def test_missing_course_is_told(server: OpenEdxSandbox) -> None:
    with connect(server, courses=("course-v1:KTH+SAKNAS+1",)) as source:
        (finding,) = wrong(source.check())
    assert (finding.subject, finding.status) == ("course:course-v1:KTH+SAKNAS+1", "error")


def test_no_visible_course_is_warning(server: OpenEdxSandbox) -> None:
    with connect(server, orgs=("TOM",)) as source:
        (finding,) = wrong(source.check())
    assert (finding.status, "service_user" in str(finding.mend)) == ("warning", True)


def test_course_without_learners_is_warning(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.courses[COURSE].enrolments.clear()
    assert [finding.subject for finding in wrong(source.check())] == ["accounts"]


def test_check_asks_for_one_grade(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    source.check()
    assert {request.query["page_size"][0] for request in asked(server, "grades")} == {"1"}


def test_plain_http_is_warned_about(source: OpenEdxSource) -> None:
    settings = source.settings.model_copy(update={"url": "http://lms.example.org"})
    findings = check_connection(source._lms, settings, source.find_courses)
    assert findings[0].subject == "url"
    assert "https" in str(findings[0].mend)
