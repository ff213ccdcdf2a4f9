"""The wire: bracket style, where the token stands, and what each refusal of Moodle's means."""

from __future__ import annotations

import logging
import socket
from typing import Any

import pytest
from mimis_moodle.client import MoodleClient, brackets
from mimis_moodle.errors import mend_for
from pydantic import SecretStr

from mimis_core import (
    AuthenticationError,
    ConfigurationError,
    DataError,
    MimisError,
    PermanentError,
    PermissionDeniedError,
    TemporaryError,
)
from mimis_core.testing import Answer

CODES = {
    "invalidtoken": AuthenticationError,
    "wsaccessusersuspended": AuthenticationError,
    "wsaccessuserunconfirmed": AuthenticationError,
    "accessexception": PermissionDeniedError,
    "nopermissions": PermissionDeniedError,
    "requireloginerror": PermissionDeniedError,
    "errorcoursecontextnotvalid": PermissionDeniedError,
    "notingroup": PermissionDeniedError,
    "badgesdisabled": PermissionDeniedError,
    "sitemaintenance": TemporaryError,
    "upgraderunning": TemporaryError,
    "dbconnectionfailed": TemporaryError,
    "cannotviewreport": DataError,
    "nocriteriaset": DataError,
    "usernotenroled": DataError,
    "userdeleted": DataError,
    "usernotconfirmed": DataError,
    "guestsarenotallowed": DataError,
    "accessdenied": DataError,
    "invaliduser": DataError,
    "invalidrecord": DataError,
    "invalidparameter": PermanentError,
    "codingerror": PermanentError,
    "invaliduserfield": PermanentError,
    "never-heard-of": PermanentError,
}


def refusal(code: str | None, **more: str) -> dict[str, str]:
    body = {"exception": r"core\exception\moodle_exception", "message": "Åsa Öberg may not", **more}
    return body if code is None else {**body, "errorcode": code}


@pytest.mark.parametrize(("code", "kind"), CODES.items())
def test_each_code_says_what_to_do(scripted: Any, client: MoodleClient, code: str, kind: type[MimisError]) -> None:
    scripted.say(refusal(code))
    with pytest.raises(kind) as caught:
        client.course_completion(2, 3)
    assert (caught.value.code, bool(caught.value.mend)) == (code, True)
    assert len(scripted.requests) == 1


@pytest.mark.parametrize("code", ["nopermissions", "dbconnectionfailed", None])
def test_error_text_leaves_out_message(scripted: Any, client: MoodleClient, code: str | None) -> None:
    scripted.say(refusal(code, debuginfo="SELECT Åsa Öberg"))
    with pytest.raises(MimisError) as caught:
        client.courses()
    assert "Öberg" not in str(caught.value)


def test_missing_code_falls_to_class(scripted: Any, client: MoodleClient) -> None:
    scripted.say({"exception": "Error", "message": "Call to a member function"})
    with pytest.raises(PermanentError) as caught:
        client.courses()
    assert caught.value.code == "Error"


def test_older_class_names_are_understood(scripted: Any, client: MoodleClient) -> None:
    scripted.say({"exception": "moodle_exception", "errorcode": "usernotenroled", "message": ""})
    with pytest.raises(DataError):
        client.course_completion(2, 3)


def test_function_not_installed_is_told(scripted: Any, client: MoodleClient) -> None:
    text = "Can't find data record in database table external_functions."
    scripted.say({"exception": "dml_missing_record_exception", "errorcode": "invalidrecord", "message": text})
    with pytest.raises(PermissionDeniedError, match="no function gradereport_user_get_grade_items"):
        client.grades(2)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(403, b"", "text/html"), PermissionDeniedError),
        (Answer(404, b"<html>", "text/html"), ConfigurationError),
        (Answer(301, headers={"Location": "https://moodle.example/webservice?x=1"}), ConfigurationError),
        (Answer(500, b"oops", "text/plain"), TemporaryError),
        (Answer(429, b"{}"), TemporaryError),
        (Answer(413, b"", "text/html"), PermanentError),
        (Answer(200, b"<?xml version='1.0'?><EXCEPTION/>", "application/xml"), TemporaryError),
    ],
)
def test_each_status_says_what_to_do(
    scripted: Any, client: MoodleClient, answer: Answer, kind: type[Exception]
) -> None:
    scripted.script.append(answer)
    with pytest.raises(kind):
        client.site_info()


def test_busy_site_says_when(scripted: Any, client: MoodleClient) -> None:
    scripted.script.append(Answer(503, b"<html>", "text/html", {"Retry-After": "300"}))
    with pytest.raises(TemporaryError) as caught:
        client.site_info()
    assert caught.value.retry_after == 300
    assert len(scripted.requests) == 1  # it said when: asking before is of no use


def test_trouble_slows_down(scripted: Any, client: MoodleClient) -> None:
    before = client.pace.limit
    scripted.script.append(Answer(503, b"<html>", "text/html", {"Retry-After": "0"}))
    scripted.say([])
    client.enrolled_users(2, ("id",), 0, 50)
    assert client.pace.limit == before // 2


@pytest.mark.parametrize("completed", [None, "true", 1, "false"])
def test_odd_completed_is_no_answer(scripted: Any, client: MoodleClient, completed: Any) -> None:
    scripted.say({"completionstatus": {"completed": completed, "completions": []}})
    with pytest.raises(PermanentError):
        client.course_completion(2, 3)


@pytest.mark.parametrize("passing", [b"<html>login</html>", b'{"courses": [{"id"', b""])
def test_passing_nonsense_is_asked_again(scripted: Any, client: MoodleClient, passing: bytes) -> None:
    scripted.script.append(Answer(200, passing, "text/html"))
    scripted.say({"courses": [], "warnings": []})
    assert client.courses() == []
    assert len(scripted.requests) == 2


def test_lasting_nonsense_is_temporary_error(scripted: Any, client: MoodleClient) -> None:
    scripted.script.append(Answer(200, b"<html>", "text/html"))
    with pytest.raises(TemporaryError):
        client.courses()
    assert len(scripted.requests) == 3


def test_silent_address_is_temporary_error(scripted: Any, client: MoodleClient) -> None:
    scripted.stop()
    with pytest.raises(TemporaryError):
        client.courses()


def test_slow_answer_is_temporary_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        client = MoodleClient(url, SecretStr("a-token"), retries=0, timeout=(1, 0.05))
        with pytest.raises(TemporaryError, match="did not answer"):
            client.courses()
        client.close()


@pytest.mark.parametrize("odd", [None, True, 4, [], {"courses": None}, {"courses": [1]}, {"courses": {"0": {}}}])
def test_answer_of_wrong_form_is_refused(scripted: Any, client: MoodleClient, odd: Any) -> None:
    scripted.say(odd)
    with pytest.raises(PermanentError) as caught:
        client.courses()
    assert caught.value.code == "unexpected-answer"


def test_token_stands_only_in_body(scripted: Any, client: MoodleClient) -> None:
    scripted.say([])
    client.enrolled_users(2, ("id", "email"), 0, 50)
    (request,) = scripted.requests
    assert (request.method, request.query) == ("POST", {})
    assert request.form()["wstoken"] == ["a-token"]
    assert not [value for value in request.headers.values() if "a-token" in value]
    assert request.form()["options[2][value]"] == ["50"]


def test_private_key_is_dropped_unlogged(scripted: Any, client: MoodleClient, caplog: pytest.LogCaptureFixture) -> None:
    scripted.say({"sitename": "School", "userprivateaccesskey": "very-private"})
    with caplog.at_level(logging.DEBUG):
        info = client.site_info()
    assert info == {"sitename": "School"}
    assert "very-private" not in caplog.text
    assert "a-token" not in caplog.text


def test_nested_values_become_brackets() -> None:
    given = {"courseid": 2, "options": [{"name": "a", "value": True}], "values": [3, 4], "empty": []}
    assert list(brackets(given)) == [
        ("courseid", "2"),
        ("options[0][name]", "a"),
        ("options[0][value]", "1"),
        ("values[0]", "3"),
        ("values[1]", "4"),
    ]


@pytest.mark.parametrize(("tracked", "word"), [(True, "report/completion:view"), (False, "off in the course")])
def test_look_alike_code_is_told_apart(tracked: bool, word: str) -> None:
    assert word in mend_for("cannotviewreport", tracked=tracked)
