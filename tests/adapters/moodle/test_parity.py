"""The sandbox against the recordings: the same status, error code, keys and types as a real Moodle gave.

All 218 requests of the recorded pull are sent, and of the single recordings those that the site of that pull can be
brought to, by the state or data named in ``SINGLE``: every error code of which a recording exists, and the oddities of
paging, user fields and the wire. Left out are functions that the adapter never calls (categories, cohorts, groups,
search, users by criteria, competency pages, public badge pages) and texts that only a developer's debug mode adds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mimis_moodle.client import PATH, brackets
from mimis_moodle.sandbox import MoodleSandbox

from mimis_core.http import Client, Response
from mimis_core.testing.exchange import Exchange, read_recording
from mimis_core.testing.parity import codes, differences, send, shape

pytestmark = pytest.mark.official

Setup = Callable[[MoodleSandbox], object]


@pytest.fixture
def sandbox(pull: Path) -> Iterator[MoodleSandbox]:
    with MoodleSandbox() as server:
        server.load_recording(pull)
        yield server


@pytest.fixture
def ask(sandbox: MoodleSandbox) -> Iterator[Callable[..., Response]]:
    http = Client(sandbox.url, system="sandbox", retries=0)

    def send(method: str = "POST", path: str = PATH, **arguments: Any) -> Response:
        return http.ask(method, path, **arguments)

    yield send
    http.close()


@pytest.fixture
def form(sandbox: MoodleSandbox) -> Callable[..., dict[str, str]]:
    def build(function: str | None, params: dict[str, Any], token: str | None = "TOKEN_svc") -> dict[str, str]:
        fields = {"moodlewsrestformat": "json"}
        if function is not None:
            fields["wsfunction"] = function
        if token is not None:
            fields["wstoken"] = sandbox.token if token.startswith("TOKEN_") else token
        return {**fields, **dict(brackets(params))}

    return build


@pytest.fixture(scope="module")
def exchanges(pull: Path) -> list[Exchange]:
    return read_recording(pull / "requests.jsonl")


@pytest.fixture(scope="module")
def ask_loaded(pull: Path) -> Iterator[Callable[[Exchange], Response]]:
    """Sends a recorded request to one sandbox that no test changes."""
    with MoodleSandbox() as server:
        server.load_recording(pull)
        http = Client(server.url, system="sandbox", retries=0)
        fixed = {"wstoken": server.token, "moodlewsrestformat": "json"}
        yield lambda exchange: send(http, exchange, path=PATH, also=fixed)
        http.close()


@pytest.mark.parametrize("number", range(218))
def test_recorded_request_gives_same_shape(
    ask_loaded: Callable[[Exchange], Response], exchanges: list[Exchange], number: int
) -> None:
    response = ask_loaded(exchanges[number])
    assert differences(exchanges[number], response) == []
    assert response.headers["Content-Type"] == exchanges[number].content_type


def test_recording_holds_no_more_requests(exchanges: list[Exchange]) -> None:
    assert len(exchanges) == 218


def well(_: MoodleSandbox) -> None:
    """The site as it was pulled."""


def known(*users: int) -> Setup:
    def add(sandbox: MoodleSandbox) -> None:
        for user in users:
            sandbox.site.users[user] = {"id": user, "fullname": "Örjan Älgmark"}

    return add


def state(name: Any) -> Setup:
    return lambda sandbox: setattr(sandbox, "state", name)


def revoked(*rights: str) -> Setup:
    return lambda sandbox: sandbox.revoke(*rights)


WELL = (
    *("activities_A_suspended_account", "activities_A_u01", "activities_A_u09", "activities_A_u11"),
    *("activities_A_u13", "activities_D", "after_recovery", "badges_u01", "badges_u13", "competencies_course"),
    *("competencies_course_none", "completion_A_expired_enrolment", "completion_A_guest"),
    *("completion_A_suspended_account", "completion_A_suspended_enrolment", "completion_A_teacher"),
    *("completion_A_u01", "completion_A_u05", "completion_A_u06", "completion_A_u09", "completion_A_u10"),
    *("completion_A_u11", "completion_A_u12", "completion_A_u13", "completion_A_u16", "completion_A_u23"),
    *("completion_A_unconfirmed", "completion_B_u15", "completion_C_u03", "completion_C_u05", "completion_D"),
    *("completion_G_groups", "completion_site_course", "courses_by_field_badfield", "courses_by_field_idnumber"),
    *("courses_by_field_none", "enrolled_badfield", "enrolled_limit_negative", "enrolled_limit_text"),
    *("enrolled_missing_course", "enrolled_onlyactive", "enrolled_page_past_end", "enrolled_unknown_option"),
    *("err_empty_token", "err_invalid_token", "err_no_function", "err_no_token", "err_param_empty"),
    *("err_param_missing", "err_param_type", "err_param_unknown", "err_unknown_function", "grade_items_D"),
    *("grade_items_all", "grade_items_u01", "grade_items_u13", "grades_get_grades", "http_lang_sv"),
    *(
        "http_max_input_vars",
        "report_missing",
        "report_sorted_unique_page0",
        "site_info",
        "users_by_field_badfield",
        "users_by_field_email",
    ),
    *("users_by_field_idnumber", "users_by_field_none", "users_by_field_username"),
)
"""Recordings of the site as it was pulled."""

SINGLE: dict[str, Setup] = {
    **dict.fromkeys(WELL, well),
    "badges_disabled": lambda sandbox: sandbox.switch_off("enablebadges"),
    "completion_A_deleted_user": lambda sandbox: sandbox.site.deleted.add(21),
    "completion_A_never_enrolled": known(27),
    "completion_A_unenrolled": known(26),
    "completion_disabled_site": lambda sandbox: sandbox.switch_off("enablecompletion"),
    "database_down": state("database-down"),
    "err_expired_token_again": state("token-expired"),
    "err_hidden_course": revoked("moodle/course:viewhiddencourses"),
    "err_ip_restricted": state("service-disabled"),
    "err_no_progress_capability": revoked("report/progress:view"),
    "err_not_allowed_user": state("service-disabled"),
    "err_weak_completion": revoked("moodle/course:view"),
    "err_weak_enrolled": revoked("moodle/course:view"),
    "grade_items_not_enrolled": known(27),
    "groups_separate_completion": revoked("moodle/site:accessallgroups"),
    "groups_separate_enrolled": revoked("moodle/site:accessallgroups"),
    "groups_separate_grades": revoked("moodle/site:accessallgroups"),
    "hidden_course_by_field": revoked("moodle/course:viewhiddencourses"),
    "maintenance_setting": state("maintenance"),
    "missing_mod_view_activities": revoked("mod/quiz:view", "mod/assign:view"),
    "missing_mod_view_grades": revoked("mod/quiz:view", "mod/assign:view"),
    "upgrade_running": state("upgrade"),
    "weak_users_silent": revoked("moodle/user:viewdetails"),
}
CODES = {
    *("accessdenied", "accessexception", "badgesdisabled", "cannotviewreport", "codingerror", "dbconnectionfailed"),
    *("errorcoursecontextnotvalid", "guestsarenotallowed", "invalidparameter", "invalidrecord", "invalidtoken"),
    *("invaliduserfield", "nopermissions", "notingroup", "requireloginerror", "sitemaintenance", "upgraderunning"),
    *("userdeleted", "usernotconfirmed", "usernotenroled"),
}

ELSEWHERE = ("criteriaerror", "invalidlogin")
"""Codes of the categories function and of login/token.php, neither of which is called."""


def recording(shared: Path, name: str) -> dict[str, Any]:
    text = (shared / "moodle" / f"{name}.json").read_text(encoding="utf-8")
    result: dict[str, Any] = json.loads(text)
    return result


def params_of(request: dict[str, Any]) -> dict[str, Any]:
    if isinstance(request["params"].get("values"), str):  # the recorder wrote long lists in words
        return {"field": "id", "values": [*range(100_000, 105_500), 3]}
    return dict(request["params"])


@pytest.mark.parametrize("name", SINGLE)
def test_single_recording_gives_same_shape(
    shared: Path, sandbox: MoodleSandbox, ask: Callable[..., Response], form: Callable[..., dict[str, str]], name: str
) -> None:
    saved = recording(shared, name)
    fields = form(saved["request"]["wsfunction"], params_of(saved["request"]), saved["request"]["wstoken"])
    SINGLE[name](sandbox)
    answer = ask(data=fields).json()
    if name == "err_expired_token_again":
        assert codes(answer)["errorcode"] == "accessexception"
        answer = ask(data=fields).json()
    assert codes(answer) == codes(saved["response"]["json"])
    assert shape(answer) == shape(saved["response"]["json"])


def code_of(answer: Any) -> str | None:
    code: str | None = codes(answer).get("errorcode")
    return code


def test_single_recordings_cover_all_codes(shared: Path) -> None:
    files = [json.loads(path.read_text(encoding="utf-8")) for path in (shared / "moodle").glob("*.json")]
    everywhere = {code_of(saved["response"].get("json")) for saved in files} - {None, *ELSEWHERE}
    covered = {code_of(recording(shared, name)["response"]["json"]) for name in SINGLE} - {None}
    assert covered == CODES == everywhere


@pytest.mark.parametrize(
    ("name", "condition"), [("maintenance_cli", "maintenance-cli"), ("webservices_disabled", "closed")]
)
def test_closed_site_answers_alike(
    shared: Path,
    sandbox: MoodleSandbox,
    ask: Callable[..., Response],
    form: Callable[..., dict[str, str]],
    name: str,
    condition: Any,
) -> None:
    saved = recording(shared, name)
    sandbox.state = condition
    answer = ask(data=form("core_webservice_get_site_info", {}))
    assert str(answer.status_code) in saved["response"]["status"]
    assert answer.headers["Content-Type"] == saved["response"]["headers"]["Content-type"]
    assert answer.headers.get("Retry-After") == saved["response"]["headers"].get("Retry-After")


@pytest.mark.parametrize("name", ["http_json_body", "http_put", "http_xml_error", "http_double_slash_path"])
def test_odd_wire_gives_same_text(
    shared: Path, ask: Callable[..., Response], form: Callable[..., dict[str, str]], name: str
) -> None:
    saved = recording(shared, name)
    fields = form("core_completion_get_course_completion_status", {"courseid": 5, "userid": 3})
    sent: dict[str, dict[str, Any]] = {
        "http_json_body": {"json": fields},
        "http_put": {"method": "PUT", "data": fields},
        "http_xml_error": {"data": {**fields, "moodlewsrestformat": "JSON"}},
        "http_double_slash_path": {"path": "webservice/rest/no-such.php", "data": fields},
    }
    answer = ask(**sent[name])
    assert str(answer.status_code) in saved["response"]["status"]
    if name != "http_double_slash_path":
        assert answer.text == saved["response"]["text"]


def test_bearer_header_is_not_read(shared: Path, sandbox: MoodleSandbox, ask: Callable[..., Response]) -> None:
    fields = {"wsfunction": "core_webservice_get_site_info", "moodlewsrestformat": "json"}
    answer = ask("GET", params=fields, headers={"Authorization": f"Bearer {sandbox.token}"})
    assert answer.json() == recording(shared, "http_bearer_header")["response"]["json"]


def test_multipart_form_works_too(
    shared: Path, ask: Callable[..., Response], form: Callable[..., dict[str, str]]
) -> None:
    fields = form("core_completion_get_course_completion_status", {"courseid": 2, "userid": 3})
    answer = ask(files={name: (None, value) for name, value in fields.items()})
    assert shape(answer.json()) == shape(recording(shared, "http_multipart")["response"]["json"])


def test_body_wins_over_query(shared: Path, ask: Callable[..., Response], form: Callable[..., dict[str, str]]) -> None:
    fields = form("core_completion_get_course_completion_status", {"courseid": 2, "userid": 17})
    answer = ask(params=fields, data={"courseid": 3})
    assert shape(answer.json()) == shape(recording(shared, "http_post_overrides_get")["response"]["json"])


def test_json_is_escaped_as_php_does(ask: Callable[..., Response], form: Callable[..., dict[str, str]]) -> None:
    content = ask(data=form("core_webservice_get_site_info", {})).content
    assert b"https:\\/\\/moodle.example" in content
    assert content.isascii()


def test_report_in_utc_has_the_recorded_rows(
    shared: Path, ask: Callable[..., Response], form: Callable[..., dict[str, str]]
) -> None:
    saved = recording(shared, "report_sorted_unique_page0")
    answer = ask(data=form(saved["request"]["wsfunction"], saved["request"]["params"])).json()
    assert answer["data"] == saved["response"]["json"]["data"]
