"""What ``mimis check`` says about Open edX, each fault with its mend."""

from __future__ import annotations

import pytest
from mimis_openedx.checks import check_connection
from mimis_openedx.sandbox import OpenEdxSandbox
from mimis_openedx.source import OpenEdxSource

from mimis_core import Finding
from mimis_core.testing import Answer

from .conftest import COURSE, asked, connect, override


def wrong(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.status != "ok"]


def test_sound_site_passes_all_checks(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    assert [finding.subject for finding in source.check()] == ["token", "courses", "grades", "accounts"]
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
