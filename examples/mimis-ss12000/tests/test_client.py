"""The calls: pages, lookups that are too large, tokens, and what a register may answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from mimis_ss12000.client import Register
from mimis_ss12000.records import PersonRecord
from mimis_ss12000.sandbox import SS12000Sandbox
from mimis_ss12000.settings import SS12000Settings

from mimis_core import AuthenticationError, NotFoundError, PermanentError, TemporaryError
from mimis_core.testing import Answer, Request
from mimis_core.testing.conformance import keys_of, pull_all

from .conftest import LOADED, connect


@pytest.fixture
def register(server: SS12000Sandbox) -> Iterator[Register]:
    table = {**server.settings(), "lookup_size": 100}
    table.pop("kind")
    register = Register(SS12000Settings(**table))
    yield register
    register.close()


def answer_with(server: SS12000Sandbox, path: str, answer: Answer) -> None:
    """Let the register give this answer wherever ``path`` ends the address."""
    usual = server.handle

    def handle(request: Request) -> Answer:
        return answer if request.path.endswith(path) else usual(request)

    server.handle = handle  # type: ignore[method-assign]  # an answer in place of the sandbox's own


# Pages ---------------------------------------------------------------------------------------------------------


def test_page_token_stands_with_limit_alone(register: Register, server: SS12000Sandbox) -> None:
    list(register.rows("grades", organisation=None))
    asked = [request.query.keys() for request in server.requests if request.path.endswith("/grades")]
    assert asked[0] == {"limit"}
    assert all(query == {"limit", "pageToken"} for query in asked[1:])
    assert len(asked) > 2


def test_page_token_that_comes_back_is_refused(register: Register, server: SS12000Sandbox) -> None:
    answer_with(server, "/grades", Answer.of({"data": [], "pageToken": "a"}))
    with pytest.raises(TemporaryError, match="circle"):
        list(register.rows("grades"))


@pytest.mark.parametrize("body", [[], {}, {"data": [], "pageToken": 7}, {"pageToken": None}, None])
def test_page_in_no_known_form_is_worth_another_try(register: Register, server: SS12000Sandbox, body: Any) -> None:
    answer_with(server, "/grades", Answer.of(body))
    with pytest.raises(TemporaryError):
        list(register.rows("grades"))


def test_missing_page_token_ends_the_list(register: Register, server: SS12000Sandbox) -> None:
    answer_with(server, "/grades", Answer.of({"data": [1]}))
    assert list(register.rows("grades")) == [[1]]


def test_unknown_filter_is_named(register: Register) -> None:
    with pytest.raises(PermanentError, match=r"filter of /grades.* Check"):
        list(register.rows("grades", colour="blue"))


def test_address_that_is_not_offered_is_named(register: Register, server: SS12000Sandbox) -> None:
    server.absent.add("grades")
    with pytest.raises(NotFoundError, match="does not offer /grades"):
        list(register.rows("grades"))


# Lookups -------------------------------------------------------------------------------------------------------

IDS = sorted({one.learner.key for one in LOADED})


def test_overload_is_met_with_smaller_lookups(register: Register, server: SS12000Sandbox) -> None:
    server.capacity = 1
    assert sorted(register.look_up("persons", PersonRecord, IDS)) == IDS


def test_overload_by_one_is_worth_another_try(register: Register, server: SS12000Sandbox) -> None:
    server.capacity = 0
    with pytest.raises(TemporaryError) as caught:
        register.look_up("persons", PersonRecord, IDS)
    assert caught.value.mend


@pytest.mark.parametrize("odd", [None, 7, "x", {}, {"id": None}, {"id": "190001019801"}])
def test_record_without_id_is_left_out(register: Register, server: SS12000Sandbox, odd: Any) -> None:
    answer_with(server, "/lookup", Answer.of([odd, {"id": IDS[0], "emails": 7, "givenName": {}}]))
    assert list(register.look_up("persons", PersonRecord, IDS)) == IDS[:1]


def test_unknown_id_is_left_out(register: Register) -> None:
    assert sorted(register.look_up("persons", PersonRecord, [*IDS, "nobody"])) == IDS


def test_lookup_may_answer_with_page(register: Register, server: SS12000Sandbox) -> None:
    answer_with(server, "/lookup", Answer.of({"data": [server.tables["persons"][IDS[0]]]}))
    assert list(register.look_up("persons", PersonRecord, IDS)) == IDS[:1]


@pytest.mark.parametrize("body", [{}, "x", None, 7])
def test_lookup_in_no_known_form_is_worth_another_try(register: Register, server: SS12000Sandbox, body: Any) -> None:
    answer_with(server, "/lookup", Answer.of(body))
    with pytest.raises(TemporaryError):
        register.look_up("persons", PersonRecord, IDS)


def test_nothing_to_look_up_asks_nothing(register: Register, server: SS12000Sandbox) -> None:
    assert register.look_up("persons", PersonRecord, []) == {}
    assert server.requests == []


# Deletions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        {"grades": ["g1"], "persons": ["p1"], "rooms": ["r1"]},
        [{"entityType": "grades", "id": "g1"}, {"entityType": "Person", "id": "p1"}, {"entityType": "Room", "id": "r"}],
        {"grades": ["g1", 7, None, "190001019801"], "persons": ["p1"]},
    ],
)
def test_deletions_are_read_in_each_form(register: Register, server: SS12000Sandbox, data: Any) -> None:
    answer_with(server, "/deletedEntities", Answer.of({"data": data, "pageToken": None}))
    assert register.deleted(None) == {"grades": {"g1"}, "persons": {"p1"}}


def test_register_with_other_entity_names_is_asked_for_all(register: Register, server: SS12000Sandbox) -> None:
    usual = server.handle
    server.handle = lambda request: Answer.of({}, 400) if "entities" in request.query else usual(request)  # type: ignore[method-assign]
    server.delete("grades", LOADED[0].key.removeprefix("grade:"))
    assert len(register.deleted(None)["grades"]) == 1


# Tokens --------------------------------------------------------------------------------------------------------


def test_token_is_asked_for_once(server: SS12000Sandbox) -> None:
    with connect(server) as source:
        pull_all(source)
    assert server.count("/token") == 1


def test_refused_token_is_renewed_once(server: SS12000Sandbox) -> None:
    with connect(server) as source:
        expected = keys_of(pull_all(source))
        server.tokens.clear()
        assert keys_of(pull_all(source)) == expected
    assert server.count("/token") == 2


@pytest.mark.parametrize(("life", "several"), [(0, True), (60, False), (3600, False)])
def test_short_token_is_used_for_half_of_its_life(server: SS12000Sandbox, life: int, several: bool) -> None:
    answer_with(server, "/token", Answer.of({"access_token": "sandbox-token", "expires_in": life}))
    with connect(server) as source:
        assert keys_of(pull_all(source))
    assert (server.count("/token") > 1) == several


@pytest.mark.parametrize("login", ["basic", "post"])
def test_secret_goes_where_it_is_wanted(server: SS12000Sandbox, login: str) -> None:
    with connect(server, client_login=login, scope="ss12000") as source:
        assert keys_of(pull_all(source))
    asked = next(request for request in server.requests if request.path == "/token")
    assert (server.client_secret in asked.body.decode()) == (login == "post")
    assert asked.form()["scope"] == ["ss12000"]


def test_fixed_token_is_enough(server: SS12000Sandbox) -> None:
    with connect(server, token="sandbox-token", login_url=None, client_id=None, client_secret=None) as source:
        assert keys_of(pull_all(source))
    assert server.count("/token") == 0


def test_wrong_fixed_token_is_refused(server: SS12000Sandbox) -> None:
    with connect(server, token="old", login_url=None, client_id=None, client_secret=None) as source:
        with pytest.raises(AuthenticationError) as caught:
            pull_all(source)
        assert caught.value.mend


@pytest.mark.parametrize("body", [{}, [], {"access_token": None}, {"access_token": ""}])
def test_answer_without_token_is_worth_another_try(server: SS12000Sandbox, body: Any) -> None:
    answer_with(server, "/token", Answer.of(body))
    with connect(server) as source, pytest.raises(TemporaryError):
        pull_all(source)


@pytest.mark.parametrize("life", [None, "3600", "länge"])
def test_odd_life_is_survived(server: SS12000Sandbox, life: object) -> None:
    answer_with(server, "/token", Answer.of({"access_token": "sandbox-token", "expires_in": life}))
    with connect(server) as source:
        assert keys_of(pull_all(source))
