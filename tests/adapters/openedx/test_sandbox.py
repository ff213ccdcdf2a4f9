"""The sandbox answers as the documentation of Open edX says, oddities included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mimis_openedx.sandbox import UNCOUNTABLE, OpenEdxSandbox
from mimis_openedx.sandbox_tokens import Restricted

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
    ("api/user/v1/accounts?lms_user_id=99", 404, None),
    ("api/user/v1/accounts?lms_user_id=eva", 400, None),
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
        ("api/user/v1/accounts?lms_user_id=7", 403),
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


def test_account_is_found_by_number(server: OpenEdxSandbox, get: Get) -> None:
    number = {"lms_user_id": str(server.people["deltagare+7"].id)}
    assert [one["username"] for one in get("api/user/v1/accounts", params=number).json()] == ["deltagare+7"]
    server.by_number = False
    assert [one["username"] for one in get("api/user/v1/accounts", params=number).json()] == [server.service_user]


def test_retirement_keeps_the_number(server: OpenEdxSandbox, get: Get) -> None:
    name = server.pseudonymise("deltagare+7")
    assert get(f"api/user/v1/accounts/{name}").json()["id"] == 7
    assert get("api/user/v1/accounts/deltagare%2B7").status_code == 404
    assert "deltagare+7" not in get(f"api/grades/v1/courses/{COURSE}/").text


def test_opaque_token_of_restricted_application_has_expired(server: OpenEdxSandbox, client: Client) -> None:
    server.tokens.restricted = Restricted(("KTH",))
    body = client.ask("POST", "oauth2/access_token", data=FORM).json()
    assert body["expires_in"] < 0
    headers = {"Authorization": f"Bearer {body['access_token']}"}
    assert client.ask("GET", f"api/grades/v1/courses/{COURSE}/", headers=headers).status_code == 401


def test_limited_token_endpoint_answers_forbidden(server: OpenEdxSandbox, client: Client) -> None:
    server.tokens.limited = 1
    answers = [client.ask("POST", "oauth2/access_token", data=FORM).status_code for _ in range(2)]
    assert answers == [403, 200]


@pytest.mark.parametrize(("flat", "keys"), [(True, {"num_pages", "results"}), (False, {"pagination", "results"})])
def test_completion_has_the_envelope_of_its_version(
    server: OpenEdxSandbox, get: Get, flat: bool, keys: set[str]
) -> None:
    server.aggregator, server.flat = "api/completion", flat
    server.complete(COURSE, "eva", "Eva Lind", 1, 2)
    body = get(f"api/completion/v1/course/{COURSE}/").json()
    assert keys <= body.keys()
    assert body["results"][0]["completion"]["ratio" if flat else "percent"] == 0.5
    assert get(f"completion-aggregator/v1/course/{COURSE}/").status_code == 404


@pytest.mark.parametrize(("told", "header"), [("9", "9"), (None, None)])
def test_throttle_may_say_how_long(server: OpenEdxSandbox, get: Get, told: str | None, header: str | None) -> None:
    server.throttled, server.retry_after = 1, told
    answer = get("api/courses/v1/courses/")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, header)


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
