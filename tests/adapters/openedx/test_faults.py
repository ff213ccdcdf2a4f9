"""What goes wrong on the way: nothing is lost, nothing doubled, nothing taken back, and each says what it was."""

from __future__ import annotations

import pytest
from mimis_openedx.sandbox import OpenEdxSandbox
from mimis_openedx.source import OpenEdxSource

from mimis_core import PulledPage
from mimis_core.testing import Answer, Request

from .conftest import COURSE, LOADED, connect, override, told
from .pulled import Pulled, pull

KEYS = sorted(one.key for one in LOADED)
GRADES, CERTIFICATES, ACCOUNTS, COURSES, TOKEN = (
    "api/grades",
    "api/certificates",
    "api/user",
    "api/courses",
    "oauth2/access_token",
)
EVERYWHERE = [GRADES, CERTIFICATES, ACCOUNTS, COURSES, TOKEN]


def pull_on(source: OpenEdxSource, before: Pulled | None = None) -> tuple[Pulled, str]:
    """What a pull came to before it ended, and the error that ended it."""
    pages: list[PulledPage] = []

    def run() -> None:
        for page in source.pull(before.cursor if before else None):
            pages.append(page)  # what came before an error is kept

    text = told(run)
    return Pulled(pages or [PulledPage()]), text


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("fault", ["500", "503", "429", "429-silent", "drop", "reset"])
def test_passing_fault_changes_nothing(server: OpenEdxSandbox, source: OpenEdxSource, path: str, fault: str) -> None:
    if (path, fault) == (CERTIFICATES, "500"):
        server.fail(fault, times=2, path=path)
    else:
        server.fail(fault, path=path)
    found, text = pull_on(source)
    assert (found.keys, found.aside, text) == (KEYS, [], "")


LASTING = [
    ("503", GRADES, "answered 503"),
    ("503", CERTIFICATES, "answered 503"),
    ("503", ACCOUNTS, "answered 503"),
    ("503", COURSES, "answered 503"),
    ("503", TOKEN, "answered 503"),
    ("500", GRADES, "answered 500"),
    ("500", COURSES, "answered 500"),
    ("429", GRADES, "answered 429"),
    ("429-silent", ACCOUNTS, "answered 429"),
    ("reset", CERTIFICATES, "did not answer"),
    ("drop", TOKEN, "did not answer"),
    ("html", CERTIFICATES, "not JSON"),
    ("html", TOKEN, "not JSON"),
    ("truncated", GRADES, "not JSON"),
    ("truncated", ACCOUNTS, "not JSON"),
    ("empty", COURSES, "not JSON"),
    ("types", ACCOUNTS, ""),
    ("types", GRADES, ""),
    ("types", CERTIFICATES, ""),
    ("types", TOKEN, "without a token"),
]


@pytest.mark.parametrize(("fault", "path", "text"), LASTING)
def test_lasting_fault_is_told_and_takes_nothing_back(server: OpenEdxSandbox, fault: str, path: str, text: str) -> None:
    with connect(server, recheck=1, workers=1) as source:
        first = pull(source)
        server.tokens.valid.clear()
        server.fail(fault, times=10_000, path=path)
        second, said = pull_on(source, first)
        assert text in said
        assert (second.withdrawn, second.departed) == ([], [])
        assert set(second.keys) <= set(KEYS)
        server.heal()
        third = pull(source, second if second.cursor else first)
    assert (third.withdrawn, third.departed, third.aside) == ([], [], [])


@pytest.mark.parametrize("path", [GRADES, CERTIFICATES, ACCOUNTS])
@pytest.mark.parametrize("fault", ["503", "types", "truncated"])
def test_after_the_fault_all_are_there(server: OpenEdxSandbox, path: str, fault: str) -> None:
    """What a first pull lost to a fault comes with the next one from its cursor, and only once."""
    with connect(server, workers=1) as source:
        server.fail(fault, times=10_000, path=path)
        first, _ = pull_on(source)
        server.heal()
        second = pull(source, first if first.cursor else None)
    assert sorted({*first.keys, *second.keys}) == KEYS
    assert len(second.keys) == len(set(second.keys))


def test_slow_answer_is_told(server: OpenEdxSandbox) -> None:
    server.slowness = 0.3
    with connect(server) as source:
        source._lms._http._timeout = (1, 0.05)
        server.fail("slow", times=10_000, path=GRADES)
        assert "did not answer" in told(lambda: list(source.pull(None)))


def test_learner_joining_while_pages_are_read_is_found_once(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    usual, added = server.handle, []

    def grow(request: Request) -> Answer:
        answer = usual(request)
        if not added:
            added.append(server.add_passing_without_certificate(COURSE, "eva", "Eva Lind"))
            added[0].certificate = server.courses[COURSE].enrolments[1].certificate
        return answer

    override(server, f"grades/v1/courses/{COURSE}", grow)
    found = pull(source)
    assert len(found.keys) == len(set(found.keys)) == len(LOADED) + 1


def test_learner_leaving_while_pages_are_read_loses_nobody(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    """A row less moves all later ones up, so that one falls between two pages: it is asked about by number."""
    first, usual = pull(source), server.handle

    def shrink(request: Request) -> Answer:
        answer = usual(request)
        server.unenrol(COURSE, "deltagare+7")
        return answer

    override(server, f"grades/v1/courses/{COURSE}", shrink)
    second = pull(source, first)
    assert (second.withdrawn, second.departed, second.aside) == ([], [], [])


def test_shifted_pages_double_nobody(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    rows = server.courses[COURSE].enrolments
    rows.extend(rows[1:3])
    found = pull(source)
    assert found.keys == KEYS


def test_result_changing_between_pages_and_certificate_is_judged_by_certificate(
    server: OpenEdxSandbox, source: OpenEdxSource
) -> None:
    usual = server.handle

    def revoke(request: Request) -> Answer:
        server.invalidate(COURSE, "deltagare+7")
        return usual(request)

    override(server, "certificates/deltagare%2B7", revoke)
    found = pull(source)
    assert (f"{COURSE}/user:7", "unavailable") in found.withdrawn
    assert f"{COURSE}/user:7" not in found.keys


def test_one_malformed_account_costs_one_record(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    usual = server.handle

    def spoil(request: Request) -> Answer:
        answer = usual(request)
        return Answer(200, answer.body.replace(b'"id": 8', b'"id": "\xc3\xa5tta"'))

    override(server, ACCOUNTS, spoil)
    found = pull(source)
    assert [reason for _, reason in found.aside] == ["malformed"]
    assert len(found.keys) == len(LOADED) - 1


def test_one_malformed_course_costs_one_course(server: OpenEdxSandbox) -> None:
    usual = server.handle

    def spoil(request: Request) -> Answer:
        answer = usual(request)
        return Answer(200, answer.body.replace(b'"results": [', b'"results": [{"name": 7}, 8, '))

    override(server, COURSES, spoil)
    with connect(server, orgs=["KTH"]) as source:
        found = pull(source)
    assert found.aside == [("courses:KTH/row:0", "malformed"), ("courses:KTH/row:1", "malformed")]
    assert len(found.keys) == 3
