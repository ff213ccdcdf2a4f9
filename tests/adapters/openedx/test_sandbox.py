"""The sandbox answers as the documentation of Open edX says, oddities included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mimis_openedx.sandbox import UNCOUNTABLE, OpenEdxSandbox

from mimis_core.http import Client, Response

from .conftest import COURSE

Get = Callable[..., Response]
FORM = {"grant_type": "client_credentials", "client_id": "mimis", "client_secret": "sandbox-secret"}


@pytest.fixture
def client(server: OpenEdxSandbox) -> Iterator[Client]:
    client = Client(server.url, system="Open edX", retries=0)
    yield client
    client.close()


@pytest.fixture
def get(client: Client) -> Get:
    token = client.ask("POST", "oauth2/access_token/", data={**FORM, "token_type": "JWT"}).json()["access_token"]
    headers = {"Authorization": f"JWT {token}"}
    return lambda path, **options: client.ask("GET", path, headers=headers, **options)


@pytest.mark.parametrize(
    ("arguments", "status", "error"),
    [
        ({"json": FORM}, 400, "unsupported_grant_type"),
        ({"data": {**FORM, "grant_type": "password"}}, 400, "unsupported_grant_type"),
        ({"data": {**FORM, "client_secret": "x"}}, 401, "invalid_client"),
    ],
)
def test_token_request_is_refused(client: Client, arguments: dict[str, Any], status: int, error: str) -> None:
    answer = client.ask("POST", "oauth2/access_token", **arguments)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_opaque_token_without_asking_jwt(client: Client) -> None:
    assert client.ask("POST", "oauth2/access_token", data=FORM).json()["token_type"] == "Bearer"


def test_jwt_as_bearer_is_refused(client: Client) -> None:
    body = client.ask("POST", "oauth2/access_token", data={**FORM, "token_type": "jwt"}).json()
    headers = {"Authorization": f"Bearer {body['access_token']}"}
    answer = client.ask("GET", "api/courses/v1/courses/", headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'JWT realm="api"')


REFUSED = [
    (f"api/certificates/v0/certificates/ingen/courses/{COURSE}/", 404, {"error_code": "no_certificate_for_user"}),
    ("api/certificates/v0/certificates/ingen/courses/a+b+c/", 404, {"error_code": "course_id_not_valid"}),
    ("api/user/v1/accounts/ingen", 404, None),
    ("api/user/v1/accounts?username=ingen", 404, None),
    ("api/user/v1/accounts", 400, {"field_errors": {"username": {"developer_message": "missing"}}}),
    ("api/courses/v1/courses/?page=9", 404, {"developer_message": "Invalid page."}),
    ("api/courses/v1/courses/a+b+c", 404, {"developer_message": "Course not found."}),
    ("api/grades/v1/courses/a+b+c/", 404, {"developer_message": "Requested grade for unknown course a+b+c"}),
]


@pytest.mark.parametrize(("path", "status", "body"), REFUSED)
def test_refusal_has_documented_body(get: Get, path: str, status: int, body: object) -> None:
    answer = get(path)
    assert (answer.status_code, answer.json() if answer.content else None) == (status, body)


@pytest.mark.parametrize(
    ("username", "code"), [("ingen", "user_does_not_exist"), ("mimis-tjänst", "user_not_enrolled")]
)
def test_single_grade_names_the_reason(get: Get, username: str, code: str) -> None:
    answer = get(f"api/grades/v1/courses/{COURSE}/", params={"username": username})
    assert (answer.status_code, answer.json()["error_code"]) == (404, code)


def test_single_grade_is_bare_list(get: Get) -> None:
    (row,) = get(f"api/grades/v1/courses/{COURSE}/", params={"username": "deltagare+7"}).json()
    assert (row["username"], row["email"]) == ("deltagare+7", "")


def test_uncountable_learner_shortens_page(get: Get) -> None:
    page = get(f"api/grades/v1/courses/{COURSE}/", params={"page_size": "2"}).json()
    assert len(page["results"]) == 1
    assert page["next"].startswith("http://127.0.0.1")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"api/grades/v1/courses/{COURSE}/", 403),
        ("api/enrollment/v1/enrollments", 403),
        (f"api/enrollment/v1/enrollment/deltagare%2B7,{COURSE}", 404),
        (f"api/certificates/v0/certificates/deltagare%2B7/courses/{COURSE}/", 403),
        ("api/certificates/v0/certificates/ingen/", 500),
    ],
)
def test_without_staff_is_refused(server: OpenEdxSandbox, get: Get, path: str, status: int) -> None:
    server.staff = False
    assert get(path).status_code == status


def test_stranger_sees_public_fields(server: OpenEdxSandbox, get: Get) -> None:
    server.staff = False
    assert get("api/user/v1/accounts/deltagare%2B7").json().keys() == {"username", "profile_image"}


def test_missing_slash_is_redirected(get: Get) -> None:
    answer = get(f"api/grades/v1/courses/{COURSE}", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"][-1]) == (301, "/")


def test_enrolments_include_all_modes(get: Get) -> None:
    rows = get("api/enrollment/v1/enrollments", params={"course_id": COURSE}).json()["results"]
    assert rows[0]["user"] == UNCOUNTABLE
    assert len(rows) == 4


def test_no_enrolment_is_null(get: Get) -> None:
    assert get(f"api/enrollment/v1/enrollment/mimis-tj%C3%A4nst,{COURSE}").json() is None


def test_certificate_list_is_bare(server: OpenEdxSandbox, get: Get) -> None:
    server.invalidate(COURSE, "deltagare+7")
    rows = get("api/certificates/v0/certificates/deltagare%2B7/").json()
    assert [row["course_id"] for row in rows] == ["Sunderby/Vard1/HT26"]
    assert rows[0]["download_url"].startswith("/certificates/")


def test_unknown_certificate_cannot_be_invalidated(server: OpenEdxSandbox) -> None:
    with pytest.raises(KeyError):
        server.invalidate(COURSE, UNCOUNTABLE)
