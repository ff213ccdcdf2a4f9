"""Addresses, encoding, paging and refusals of the Open edX client."""

from __future__ import annotations

import itertools

import pytest
from mimis_openedx.client import NAMES_PER_CALL, OpenEdx, quote_key, quote_user
from mimis_openedx.sandbox import OpenEdxSandbox
from mimis_openedx.source import OpenEdxSource

from mimis_core import (
    AuthenticationError,
    ConfigurationError,
    DataError,
    MimisError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    TemporaryError,
)
from mimis_core.testing import Answer, Request

from .conftest import COURSE, OLD_COURSE, asked, connect, override


@pytest.fixture
def lms(source: OpenEdxSource) -> OpenEdx:
    return source._lms


@pytest.mark.parametrize(
    ("key", "path"),
    [
        (COURSE, "course-v1:KTH+MC101+2026_T1"),
        (OLD_COURSE, "Sunderby/Vard1/HT26"),
        ("course-v1:Å+B C+1", "course-v1:%C3%85+B%20C+1"),
    ],
)
def test_course_key_keeps_its_signs(key: str, path: str) -> None:
    assert quote_key(key) == path


@pytest.mark.parametrize(
    ("name", "part"), [("a+b@c.se", "a%2Bb%40c.se"), ("åsa öberg", "%C3%A5sa%20%C3%B6berg"), ("a/b", "a%2Fb")]
)
def test_username_is_wholly_encoded(name: str, part: str) -> None:
    assert quote_user(name) == part


@pytest.mark.parametrize("username", ["åsa", "a+b", "a@b.se", "Eli Ström", "амина", "100%"])
def test_odd_username_is_found(server: OpenEdxSandbox, lms: OpenEdx, username: str) -> None:
    server.add_unverified(COURSE, username, "Eli Ström")
    assert lms.certificate(username, COURSE).status == "unverified"
    assert lms.accounts([username, "deltagare+7"]).keys() == {username, "deltagare+7"}


def test_old_course_key_is_found(lms: OpenEdx) -> None:
    assert lms.course(OLD_COURSE).key == OLD_COURSE
    assert lms.certificate("deltagare+7", OLD_COURSE).grade == 0.29


def test_plus_in_query_is_encoded(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    lms.accounts(["deltagare+7"])
    assert asked(server, "accounts")[0].query == {"username": ["deltagare+7"]}


def test_no_request_is_redirected(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    list(source.pull(None))
    answers = [server.handle(request).status for request in server.requests]
    assert set(answers) == {200}


def test_next_is_followed_verbatim(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    second = f"{server.url}/api/grades/v1/courses/{COURSE}/?cursor=cD01MA%3D%3D&x=a%2Bb"
    first = Answer.of({"next": second, "results": []})
    last = Answer.of({"next": None, "results": [{"a": 1}]})
    override(server, "grades", lambda request: last if "cursor" in request.query else first)
    assert list(lms.grades(COURSE, 50)) == [[], [{"a": 1}]]
    assert asked(server, "grades")[1].query == {"cursor": ["cD01MA=="], "x": ["a+b"]}


def test_short_and_empty_pages_go_on(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    sizes = [len(page) for page in lms.grades(COURSE, 1)]
    assert sizes == [0, 1, 1, 1]


def test_paging_in_circle_is_temporary_error(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    again = Answer.of({"next": f"{server.url}/api/grades/v1/courses/x/?cursor=a", "results": []})
    override(server, "grades", again)
    with pytest.raises(TemporaryError, match="circle"):
        list(lms.grades(COURSE, 50))


def test_token_never_goes_elsewhere(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    override(server, "grades", Answer.of({"next": "http://127.0.0.2:9/steal?cursor=a", "results": []}))
    with pytest.raises(ConfigurationError) as caught:
        list(lms.grades(COURSE, 50))
    assert "LMS_ROOT_URL" in str(caught.value)


def test_scheme_of_next_is_ours(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    wrong = server.url.replace("http:", "https:") + f"/api/grades/v1/courses/{COURSE}/?cursor=MTAw"
    override(server, "grades", Answer.of({"next": None, "results": []}))
    assert lms._same_site(wrong).startswith("http://")


def test_all_course_pages_are_read(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    for number in range(205):
        server.add_course(f"course-v1:STOR+K{number}+1", f"Kurs {number}")
    assert len({row["id"] for row in lms.courses("STOR")}) == 205
    assert len(asked(server, "courses/v1")) == 3


def test_course_page_past_end_ends(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    more = f"{server.url}/api/courses/v1/courses/?page=2&org=KTH"
    row = {"id": COURSE, "name": None}
    pages = itertools.chain([Answer.of({"results": [row], "pagination": {"next": more}})], [Answer(404)])
    override(server, "courses/v1", lambda request: next(pages))
    assert [row["id"] for row in lms.courses("KTH")] == [COURSE]


def test_hidden_course_needs_service_user(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    server.add_course("course-v1:KTH+DOLD+1", "Dold", hidden=True)
    with connect(server, service_user=None) as visitor:
        assert len(list(visitor._lms.courses("KTH"))) == 1
    assert len(list(lms.courses("KTH"))) == 2


def test_many_accounts_take_few_calls(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    names = [server.add_person(f"användare{number}", "N", None).username for number in range(60)]
    assert lms.accounts(names).keys() == set(names)
    assert len(asked(server, "accounts")) == -(-60 // NAMES_PER_CALL)


def test_nobody_found_is_no_error(lms: OpenEdx) -> None:
    assert lms.accounts(["ingen"]) == {}


REFUSALS = [
    (401, b'{"detail": "Authentication credentials were not provided."}', AuthenticationError, None),
    (403, b'{"detail": "You do not have permission to perform this action."}', PermissionDeniedError, None),
    (403, b'{"developer_message": "no"}', PermissionDeniedError, None),
    (404, b'{"error_code": "no_certificate_for_user"}', NotFoundError, "no_certificate_for_user"),
    (404, b'{"error_code": "course_id_not_valid"}', NotFoundError, "course_id_not_valid"),
    (404, b'{"developer_message": "x", "error_code": "user_does_not_exist"}', NotFoundError, "user_does_not_exist"),
    (404, b'{"error_msg": "x", "can_cancel_retirement": true, "retirement_id": 3}', NotFoundError, "retired"),
    (404, b'{"message": "No enrollment for Eli"}', NotFoundError, None),
    (404, b"", NotFoundError, None),
    (404, b"<html></html>", NotFoundError, None),
    (400, b'{"field_errors": {"course_id": {"developer_message": "x"}}}', PermanentError, "field_errors:course_id"),
    (400, b'{"message": "Eli"}', PermanentError, "400"),
    (400, b'["Eli"]', PermanentError, "400"),
    (429, b'{"detail": "Request was throttled."}', TemporaryError, None),
    (500, b"<h1>Server Error (500)</h1>", DataError, "server_error"),
    (502, b"", TemporaryError, None),
    (200, b"<html>login</html>", TemporaryError, None),
    (200, b"{}", DataError, "malformed"),
]


@pytest.mark.parametrize(("status", "body", "error", "code"), REFUSALS)
def test_each_documented_refusal_is_mapped(
    server: OpenEdxSandbox, lms: OpenEdx, status: int, body: bytes, error: type[MimisError], code: str | None
) -> None:
    override(server, "certificates", Answer(status, body, headers={"Retry-After": "0"}))
    with pytest.raises(error) as caught:
        lms.certificate("eli", COURSE)
    assert type(caught.value) is error
    assert caught.value.code == code
    assert "eli" not in str(caught.value).lower()


@pytest.mark.parametrize(
    ("part", "right"), [("grades", "reading grades"), ("accounts", "reading accounts"), ("courses/v1", "course list")]
)
def test_missing_right_is_named(server: OpenEdxSandbox, source: OpenEdxSource, part: str, right: str) -> None:
    override(server, part, Answer.of({"detail": "no"}, 403))
    with pytest.raises(PermissionDeniedError, match=right):
        list(source.pull(None))


@pytest.mark.parametrize("body", [[], {"results": None}, {"next": None}, None])
def test_page_without_results_is_data_error(server: OpenEdxSandbox, lms: OpenEdx, body: object) -> None:
    override(server, "grades", Answer.of(body))
    with pytest.raises(DataError):
        list(lms.grades(COURSE, 50))


def test_throttled_request_waits_as_told(server: OpenEdxSandbox, lms: OpenEdx, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", waits.append)
    answers = iter([Answer(429, headers={"Retry-After": "7"})])
    usual = server.handle

    def busy(request: Request) -> Answer:
        return next(answers, None) or usual(request)

    lms.sign_in()
    override(server, "courses/v1", busy)
    assert lms.course(COURSE).key == COURSE
    assert waits == [7]
