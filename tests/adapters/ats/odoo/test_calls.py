"""How each version of Odoo is talked to, whom it finds, and what its refusals mean."""

from __future__ import annotations

from typing import Any

import pytest
from mimis_ats.odoo.feed import OdooFeed
from mimis_ats.odoo.sandbox import API_KEY, OdooSandbox

from mimis_core import ConfigurationError, DataError, MimisError, PermanentError, PermissionDeniedError, Person
from mimis_core.testing.suites.base import overheard
from tests.adapters.ats.odoo.conftest import EMAIL, ENTRY, Connect, each_version


@pytest.mark.parametrize(("version", "path"), [(17, "/jsonrpc"), (18, "/jsonrpc"), (19, "/json/2/")])
def test_version_decides_how_to_talk(server: OdooSandbox, feed: OdooFeed, version: int, path: str) -> None:
    feed.put(ENTRY, None)
    asked, *calls = [request.path for request in server.requests]
    assert asked == "/jsonrpc"
    assert calls
    assert all(call.startswith(path) for call in calls)


def test_protocol_can_be_said(server: OdooSandbox, connect: Connect) -> None:
    connect(protocol="json-rpc").put(ENTRY, None)
    assert server.count("common|version") == 0


@pytest.mark.parametrize("version", [19])
def test_odoo_without_json_rpc_is_understood(
    server: OdooSandbox, feed: OdooFeed, person: Person, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    handle = server.handle
    gone = server.handle(server_request("GET", "/jsonrpc"))
    monkeypatch.setattr(server, "handle", lambda one: gone if one.path == "/jsonrpc" else handle(one))
    assert len(feed.find(person)) == 1


def server_request(method: str, path: str) -> Any:
    from mimis_core.testing import Request

    return Request(method, path, {}, {}, b"")


def test_login_is_missed_where_it_is_needed(connect: Connect, person: Person) -> None:
    with pytest.raises(ConfigurationError):
        connect(login=None).find(person)


@each_version
def test_unknown_database_is_told(connect: Connect, person: Person, version: int) -> None:
    feed = connect(database="another")
    with pytest.raises(MimisError) as caught:
        feed.find(person)
    assert EMAIL not in str(caught.value)
    (finding,) = feed.check()
    assert (finding.status, "database" in str(finding.mend)) == ("error", True)


@each_version
def test_missing_right_is_told(server: OdooSandbox, feed: OdooFeed, person: Person, version: int) -> None:
    server.models.refused.add(server.person)
    with pytest.raises(PermissionDeniedError) as caught:
        feed.find(person)
    assert "Officer" in str(caught.value.mend)


@each_version
def test_refusal_is_final_and_tells_no_traceback(
    feed: OdooFeed, version: int, caplog: pytest.LogCaptureFixture
) -> None:
    with overheard(caplog, ["Traceback", "ingen_sadan", API_KEY]), pytest.raises(PermanentError) as caught:
        feed._api.read("hr.applicant", [], ["ingen_sadan"], 1)
    assert caught.value.code == "ValueError"
    assert "ingen_sadan" not in str(caught.value)


@pytest.mark.parametrize(("dropped", "records"), [("hr.applicant", "recruitment"), ("hr.employee", "employees")])
@pytest.mark.parametrize("version", [17, 19])
def test_missing_app_is_named(
    server: OdooSandbox, feed: OdooFeed, person: Person, version: int, dropped: str, records: str
) -> None:
    server.models.drop(dropped)
    with pytest.raises(ConfigurationError) as caught:
        feed.find(person)
    assert records in str(caught.value)
    assert [finding.status for finding in feed.check()] == ["error"]


def test_wildcard_in_an_address_finds_nobody_else(server: OdooSandbox, feed: OdooFeed, person: Person) -> None:
    server.add_candidate("amina_ek@example.org.invalid")
    server.add_candidate("aminaxek@example.org")
    assert [one.id for one in feed.find(person)] == ["41"]


@pytest.mark.parametrize("version", [17, 19])
def test_second_application_of_one_contact_is_one_candidate(
    server: OdooSandbox, feed: OdooFeed, person: Person, version: int
) -> None:
    server.models.rows["hr.applicant"][41]["partner_id"] = 5
    again = server.models.add("hr.applicant", email_from=EMAIL, email_normalized=EMAIL, partner_id=5)
    assert [one.id for one in feed.find(person)] == [str(again)]


@pytest.mark.parametrize("records", ["employees"])
def test_private_address_of_an_employee_counts(server: OdooSandbox, feed: OdooFeed, records: str) -> None:
    server.models.rows["hr.employee"][41]["private_email"] = "hemma@example.org"
    assert [one.email for one in feed.find(Person(email="hemma@example.org"))] == ["hemma@example.org"]


def test_ignored_filter_is_no_list_of_everybody(server: OdooSandbox, feed: OdooFeed) -> None:
    for number in range(60):
        server.add_candidate(f"person{number}@example.org")
    with pytest.raises(DataError):
        feed.find(Person(email="example.org"))
