"""Recording real traffic: through the proxy, without anybody's data, and played again."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimis_core.http import Client, Response
from mimis_core.testing import Answer, Request, Sandbox
from mimis_core.testing.exchange import Exchange
from mimis_core.testing.parity import differences, send
from mimis_core.testing.pseudonyms import luhn
from mimis_core.testing.record import RECORDED, Recorder, Replay, Rules, Scrubber, read_recording, scrubbed

TOKEN = "s3cr3t-Tok3n"
MAIL, NUMBER = "asa.oberg@skolan.example", "19121212-1212"
PERSON = {"id": 17, "name": "Åsa Öberg", "email": MAIL, "personnummer": NUMBER, "active": True, "score": 7.5}


class Register(Sandbox):
    """A system with people in it, who also stand in its addresses and its texts."""

    name = "register"

    def handle(self, request: Request) -> Answer:
        if TOKEN not in request.headers.get("authorization", "") + str(request.form().get("token")):
            return Answer.of({"errorcode": "bad_key"}, 401)
        if request.path == "/api/users":
            page = int(request.query.get("page", ["1"])[0])
            more = {"next": f"{self.url}/api/users?page={page + 1}"} if page < 2 else {}
            return Answer.of(
                {"items": [PERSON], "text": f"Åsa har skrivit till {MAIL}", **more}, Link=f"<{self.url}/api>"
            )
        if request.path == "/api/users/17":
            return Answer.of({"user": 17, "by_mail": {MAIL: "klar"}, "courseid": 5, "at": "2026-11-24T09:17:05Z"})
        return Answer(404, b"<html>Hej Asa</html>", "text/html")


@pytest.fixture
def real() -> Iterator[Register]:
    with Register() as server:
        yield server


@pytest.fixture
def recorder(real: Register) -> Iterator[Recorder]:
    with Recorder(real.url) as proxy:
        yield proxy


def ask(url: str, path: str, method: str = "GET", **arguments: Any) -> Response:
    client = Client(url, system="test", retries=0, headers={"Authorization": f"Bearer {TOKEN}"})
    try:
        return client.ask(method, path, **arguments)
    finally:
        client.close()


@pytest.fixture
def recording(recorder: Recorder, tmp_path: Path) -> Path:
    """A file with four exchanges."""
    for path in ("api/users", "api/users?page=2", "api/users/17", "api/nothing"):
        ask(recorder.url, path)
    assert recorder.save(tmp_path / "requests.jsonl") == recorder.exchanges == 4
    return tmp_path / "requests.jsonl"


# Through the proxy ---------------------------------------------------------------------------------------------


def test_adapter_sees_the_real_answers(recorder: Recorder, real: Register) -> None:
    answer = ask(recorder.url, "api/users")
    assert answer.json()["items"] == [PERSON]
    assert answer.json()["next"] == f"{recorder.url}/api/users?page=2"
    assert answer.headers["Link"] == f"<{recorder.url}/api>"
    assert real.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_refusals_and_bodies_pass_through(recorder: Recorder, real: Register) -> None:
    answer = ask(recorder.url, "api/form", "POST", data={"token": TOKEN, "text": "å & ä"}, allow_redirects=False)
    assert (answer.status_code, answer.text) == (404, "<html>Hej Asa</html>")
    assert real.requests[0].form() == {"token": [TOKEN], "text": ["å & ä"]}


def test_system_that_is_away_is_bad_gateway(recorder: Recorder, real: Register) -> None:
    real.stop()
    assert ask(recorder.url, "api/users").status_code == 502
    assert recorder.exchanges == 0


def test_nothing_is_written_before_the_end(recorder: Recorder, tmp_path: Path) -> None:
    ask(recorder.url, "api/users")
    assert list(tmp_path.iterdir()) == []


def test_file_is_for_its_owner(recording: Path) -> None:
    assert stat.S_IMODE(recording.stat().st_mode) == 0o600
    assert [file.name for file in recording.parent.iterdir()] == ["requests.jsonl"]


# What is written -----------------------------------------------------------------------------------------------


def test_recording_names_nobody(recording: Path, real: Register) -> None:
    text = recording.read_text("utf-8")
    for word in ("Åsa", "Öberg", "asa", MAIL, NUMBER, TOKEN, "1212", real.url):
        assert word not in text


def test_shape_and_facts_are_kept(recording: Path) -> None:
    users, _, one, _ = read_recording(recording)
    (person,) = users.body["items"]
    assert list(person) == list(PERSON)
    assert (person["active"], person["score"]) == (True, 7.5)
    assert one.body["at"] == "2026-11-24T09:17:05Z"
    assert users.body["next"] == f"{RECORDED}/api/users?page=2"


def test_joins_are_kept(recording: Path) -> None:
    users, again, one, _ = read_recording(recording)
    (person,) = users.body["items"]
    assert again.body["items"] == [person]
    assert one.path == f"/api/users/{person['id']}"
    assert (one.body["user"], list(one.body["by_mail"])) == (person["id"], [person["email"]])
    assert users.body["text"].endswith(person["email"])


def test_pages_are_left_out_but_counted(recording: Path) -> None:
    page = read_recording(recording)[-1]
    assert (page.status, page.content_type, page.body, page.omitted) == (404, "text/html", None, 20)


def test_line_is_read_back() -> None:
    made = Exchange("POST", 200, "/x", {"a": "1"}, {"b": [1]}, "json", "application/json", {"link": "<x>"}, False, 0)
    assert Exchange.read(made.write()) == made


def test_line_of_one_address_is_read() -> None:
    request = {"method": "POST", "wsfunction": "f", "params": {"id": 1}}
    exchange = Exchange.read(json.dumps({"request": request, "response": {"status": 200, "body": []}}))
    assert (exchange.path, exchange.params, exchange.body) == (None, {"wsfunction": "f", "id": 1}, [])


# What counts as personal ---------------------------------------------------------------------------------------


def scrub_one(body: Any, **fields: tuple[str, ...]) -> Any:
    exchange = Exchange("GET", 200, "/x", body=body)
    return next(scrubbed([exchange], Scrubber(Rules().with_fields(**fields), key=b"k"))).body


@pytest.mark.parametrize(
    "body",
    [
        {"errorcode": "invalidtoken", "code": "E-17", "state": "completed", "status": "active"},
        {"created": 1795525669, "when": "1795525669", "day": "2026-11-24", "page": 2, "total": "12"},
        {"functions": [{"name": "core_user_get_users", "version": "2024100706"}], "id": 0, "parentid": -1},
        [True, None, 1.5, "", [], {}],
    ],
)
def test_what_is_nobodys_is_kept(body: Any) -> None:
    assert scrub_one(body) == body


def test_further_fields_can_be_named() -> None:
    body = {"elev": "Åsa Öberg", "biljett": "abcd1234", "fullname": "Cykelservice", "fri": "x"}
    seen = scrub_one(body, name=("elev",), secret=("biljett",), keep=("fullname",), text=("fri",))
    assert seen["fullname"] == "Cykelservice"
    assert not {"Åsa", "Öberg", "abcd1234", "x"} & {*seen["elev"].split(), seen["biljett"], seen["fri"]}


def test_misspelt_kind_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no kind of field is called secrets"):
        Rules().with_fields(secrets=("x",))


def test_full_name_is_still_its_parts() -> None:
    seen = scrub_one({"firstname": "Åsa", "lastname": "Öberg", "fullname": "ÅSA Öberg"})
    assert seen["fullname"] == f"{seen['firstname']} {seen['lastname']}"


def test_same_key_gives_same_pseudonyms() -> None:
    assert scrub_one({"email": MAIL, "id": 4}) == scrub_one({"email": MAIL, "id": 4})
    other = next(scrubbed([Exchange("GET", 200, "/x", body={"email": MAIL})], Scrubber())).body
    assert other != scrub_one({"email": MAIL})


# Nobody survives -----------------------------------------------------------------------------------------------

NAMES = st.from_regex(r"[A-ZÅÄÖ][a-zåäöéü]{3,9}qx", fullmatch=True)
WRITINGS: list[Callable[[str], str]] = [
    str,
    str.upper,
    quote,
    lambda text: f"Hej {text}, välkommen!",
    lambda text: f"https://skolan.example/a?q={quote(text)}",
    lambda text: json.dumps({"inner": text}),
    lambda text: text.encode("ascii", "xmlcharrefreplace").decode(),
]


@st.composite
def personal_numbers(draw: st.DrawFn) -> str:
    day = draw(st.dates().filter(lambda one: one.year > 1900)).strftime("%y%m%d")
    start = f"{day}{draw(st.integers(100, 999))}"
    return start + next(digit for digit in "0123456789" if luhn(start + digit))


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    first, last = draw(NAMES), draw(NAMES)
    return {
        "firstname": first,
        "lastname": last,
        "email": f"{first}.{last}@{draw(NAMES).lower()}.example",
        "personnummer": draw(personal_numbers()),
        "token": draw(st.from_regex(r"[A-Za-z0-9]{3}[-_.][A-Za-z0-9]{8,40}qx", fullmatch=True)),
        "id": draw(st.integers(10**7, 10**9)),
    }


@st.composite
def traffic(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[Exchange]]:
    """People, and exchanges in which each of their values also stands where no rule looks for it."""
    persons = draw(st.lists(people(), min_size=1, max_size=3))
    hidden = [str(person[field]) for person in persons for field in person if field != "id"]
    loose = {f"x{number}": draw(st.sampled_from(WRITINGS))(text) for number, text in enumerate(hidden)}
    keyed = {person["email"]: 1 for person in persons} | {person["personnummer"]: 2 for person in persons}
    number = int(persons[0]["personnummer"])
    asked = Exchange(
        "GET", 200, f"/users/{persons[0]['id']}/{quote(persons[0]['lastname'])}", {"q": hidden[0]}, {"a": hidden},
        body={"loose": loose, "list": hidden, "keyed": keyed, "number": number}, headers={"link": f"<{hidden[2]}>"},
    )  # fmt: skip
    return persons, [asked, Exchange("POST", 200, "/users", body=persons)]


@settings(deadline=None)
@given(traffic())
def test_nobody_survives_recording(drawn: tuple[list[dict[str, Any]], list[Exchange]]) -> None:
    persons, exchanges = drawn
    text = "\n".join(one.write() for one in scrubbed(exchanges, Scrubber(key=b"k"))).casefold()
    for value in (str(one).casefold() for person in persons for one in person.values()):
        assert value not in text
        assert quote(value) not in text
        assert json.dumps(value)[1:-1] not in text


@settings(deadline=None)
@given(traffic())
def test_pseudonyms_keep_joins(drawn: tuple[list[dict[str, Any]], list[Exchange]]) -> None:
    persons, exchanges = drawn
    asked, listed = scrubbed(exchanges, Scrubber(key=b"k"))
    assert str(asked.path).split("/")[2] == str(listed.body[0]["id"])
    assert [one["email"] in asked.body["keyed"] for one in listed.body] == [True] * len(persons)
    assert [one["token"] in asked.params["a"] for one in listed.body] == [True] * len(persons)
    assert len({one["id"] for one in listed.body}) == len({one["id"] for one in persons})


# Played again --------------------------------------------------------------------------------------------------


def test_replay_leads_from_answer_to_answer(recording: Path) -> None:
    with Replay(recording) as sandbox:
        users = ask(sandbox.url, "api/users").json()
        assert ask(sandbox.url, users["next"]).json()["items"] == users["items"]
        assert ask(sandbox.url, f"api/users/{users['items'][0]['id']}").json()["courseid"]


def test_unknown_request_is_told_in_a_sentence(recording: Path) -> None:
    with Replay(recording) as sandbox:
        elsewhere, other = ask(sandbox.url, "api/courses"), ask(sandbox.url, "api/users?page=9")
    assert (elsewhere.status_code, other.status_code) == (501, 501)
    assert "no GET of this path at all" in elsewhere.text
    assert "with these parameters" in other.text


def test_changing_answer_changes_again() -> None:
    changing = [Exchange("GET", 200, "/x", body=number) for number in (1, 2)]
    with Replay(changing) as sandbox:
        assert [ask(sandbox.url, "x").json() for _ in range(3)] == [1, 2, 2]


def test_secret_and_ignored_parameters_are_not_compared() -> None:
    sent = Exchange("POST", 200, None, params={"wstoken": "secret-1", "function": "f", "time": "1"}, body="ok")
    with Replay([sent], ignore=("time",)) as sandbox:
        assert ask(sandbox.url, "any", "POST", data={"wstoken": "mine", "function": "f", "time": "2"}).json() == "ok"
        assert ask(sandbox.url, "any", "POST", data={"wstoken": "mine", "function": "g"}).status_code == 501


def test_recording_agrees_with_its_own_system(recording: Path, real: Register) -> None:
    client = Client(real.url, system="test", retries=0)
    users = read_recording(recording)[0]
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert differences(users, send(client, users, headers=headers)) == []
    assert differences(users, send(client, users))[0] == "status 401 instead of 200"
    client.close()
