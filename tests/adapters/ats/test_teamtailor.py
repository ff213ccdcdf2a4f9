"""The Teamtailor feed against its sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from mimis_ats.teamtailor.client import TeamtailorApi
from mimis_ats.teamtailor.feed import TeamtailorFeed
from mimis_ats.teamtailor.mapping import partner_result, shorten
from mimis_ats.teamtailor.sandbox import PUBLIC_KEY, TeamtailorSandbox

from mimis_core import (
    AuthenticationError,
    Candidate,
    DataError,
    MimisError,
    PermanentError,
    PermissionDeniedError,
    Person,
    TalentEntry,
    TemporaryError,
)
from mimis_core.testing.conformance import TalentFeedConformance
from tests.adapters.ats.conftest import EMAIL
from tests.adapters.ats.conftest import connect as opened
from tests.adapters.ats.connecting import connecting

ENTRY = TalentEntry(
    key="k1",
    candidate=Candidate(id="50001"),
    summary="1 kontrollerad mikromerit / 1 verified micro-credential",
    url="https://school.example/s/token",
    details={"Batterier för nybörjare": "Malmö folkhögskola"},
)


@pytest.fixture
def entry() -> TalentEntry:
    return ENTRY


class TestConformance(TalentFeedConformance):
    adapter_type = TeamtailorFeed

    @pytest.fixture
    def locked_out(self, connect: Callable[..., TeamtailorFeed]) -> TeamtailorFeed:
        return connect(api_key="not-the-customers-key", partner_key="not-the-partners-key")


@pytest.fixture
def connect(server: TeamtailorSandbox) -> Iterator[Callable[..., TeamtailorFeed]]:
    with connecting(partial(opened, server)) as connect:
        yield connect


def connected_partner(feed: TeamtailorFeed) -> TeamtailorApi:
    assert feed._partner is not None
    return feed._partner


def stored(server: TeamtailorSandbox) -> list[dict[str, Any]]:
    return [json.loads(content) for _, content in server.received()]


def test_result_stands_on_candidate(feed: TeamtailorFeed, server: TeamtailorSandbox) -> None:
    receipt = feed.put(ENTRY, None)
    assert server.received()[0][0] == f"{receipt.external_id}.json"
    assert stored(server)[0]["candidate-id"] == 50001
    assert stored(server)[0]["details"] == ENTRY.details
    assert "assessment" not in stored(server)[0]


@pytest.mark.parametrize(("job", "expected"), [(None, None), (12, 12)])
def test_job_is_named_if_configured(
    connect: Callable[..., TeamtailorFeed], server: TeamtailorSandbox, job: int | None, expected: int | None
) -> None:
    connect(job_id=job).put(ENTRY, None)
    assert stored(server)[0].get("job-id") == expected


def test_address_in_other_case_found(feed: TeamtailorFeed) -> None:
    assert [one.id for one in feed.find(Person(email="Amina@Example.ORG"))] == ["50001"]


def test_plus_sign_survives_the_query(feed: TeamtailorFeed, server: TeamtailorSandbox) -> None:
    server.add_candidate("a+b@example.org")
    assert len(feed.find(Person(email="a+b@example.org"))) == 1
    assert "filter[email]" in server.requests[-1].query


def test_ignored_filter_finds_nobody_else(
    feed: TeamtailorFeed, server: TeamtailorSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add_candidate("other@example.org")
    search = server._search
    monkeypatch.setattr(server, "_search", lambda request: search(ignoring_filter(request)))
    assert [one.email for one in feed.find(Person(email=EMAIL))] == [EMAIL]


def ignoring_filter(request: Any) -> Any:
    request.query.pop("filter[email]")
    return request


def test_more_than_one_page_is_refused(feed: TeamtailorFeed, server: TeamtailorSandbox) -> None:
    for _ in range(31):
        server.add_candidate(EMAIL)
    with pytest.raises(DataError):
        feed.find(Person(email=EMAIL))


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"api_key": "wrong"}, AuthenticationError),
        ({"api_key": PUBLIC_KEY}, PermissionDeniedError),
        ({"api_version": ""}, PermanentError),
        ({"url": "http://127.0.0.1:9"}, TemporaryError),
    ],
)
def test_search_refusal_becomes_our_error(
    connect: Callable[..., TeamtailorFeed], changed: dict[str, str], error: type[MimisError]
) -> None:
    with pytest.raises(error) as caught:
        connect(**changed).find(Person(email=EMAIL))
    assert EMAIL not in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"partner_key": "wrong"}, AuthenticationError),
        ({"authorization_prefix": "Basic"}, AuthenticationError),
        ({"partner_api_version": "latest"}, PermanentError),
    ],
)
def test_write_refusal_becomes_our_error(
    connect: Callable[..., TeamtailorFeed], changed: dict[str, str], error: type[MimisError]
) -> None:
    with pytest.raises(error):
        connect(**changed).put(ENTRY, None)


@pytest.mark.parametrize("fault", ["500", "503", "429", "html", "truncated"])
def test_faults_at_write_double_nothing(feed: TeamtailorFeed, server: TeamtailorSandbox, fault: str) -> None:
    feed.put(ENTRY, None)
    server.fail(fault)
    other = ENTRY.model_copy(update={"url": "https://school.example/s/other"})
    for _ in range(2):
        try:
            feed.put(other, None)
        except TemporaryError:
            continue
    assert len(server.received()) == 2


def test_lost_answer_is_found_again(connect: Callable[..., TeamtailorFeed], server: TeamtailorSandbox) -> None:
    feed = connect()
    feed.put(ENTRY.model_copy(update={"url": "https://school.example/s/first"}), None)
    server.fail("drop", path="POST")
    server.fail("500", times=10, path="GET /partner")
    with pytest.raises(TemporaryError):
        feed.put(ENTRY, None)
    server._faults.clear()
    receipts = [connect().put(ENTRY, None), feed.put(ENTRY, None)]
    assert len(server.received()) == 2
    assert receipts[0] == receipts[1]


def test_lost_answer_is_found_on_last_page(feed: TeamtailorFeed, server: TeamtailorSandbox) -> None:
    server.results = {str(n): {"candidate-id": n, "url": "https://x.example", "status": "sent"} for n in range(65)}
    server.results["mine"] = {"candidate-id": 50001, "url": ENTRY.url, "status": "sent"}
    assert feed.put(ENTRY, None).external_id == "mine"
    assert server.results["mine"]["status"] == "completed"


def test_result_removed_by_hand_is_remade(feed: TeamtailorFeed, server: TeamtailorSandbox) -> None:
    first = feed.put(ENTRY, None)
    server.results.clear()
    second = feed.put(ENTRY, first)
    assert list(server.results) == [second.external_id]


def test_other_candidate_moves_the_result(feed: TeamtailorFeed, server: TeamtailorSandbox) -> None:
    server.add_candidate("other@example.org")
    first = feed.put(ENTRY, None)
    feed.put(ENTRY.model_copy(update={"candidate": Candidate(id="50002")}), first)
    assert [one["candidate-id"] for one in stored(server)] == [50002]


def test_refused_field_is_named(feed: TeamtailorFeed, server: TeamtailorSandbox) -> None:
    receipt = feed.put(ENTRY, None)
    server.results[receipt.external_id]["status"] = "unheard of"
    broken = {"data": {"type": "partner-results", "attributes": {"summary": "x"}}}
    with pytest.raises(PermanentError) as caught:
        connected_partner(feed).call("PUT", f"partner/v1/partner-results/{receipt.external_id}", json=broken)
    assert caught.value.code == "invalid /data/attributes/status"


def test_rate_limit_is_waited_for(connect: Callable[..., TeamtailorFeed], server: TeamtailorSandbox) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        server.limit = 1000

    feed = connect(wait=wait)
    server.limit = 1
    feed.find(Person(email=EMAIL))
    feed.find(Person(email=EMAIL))
    assert len(waits) == 1
    assert 0 < waits[0] <= 10


def test_post_is_repeated_after_limit(connect: Callable[..., TeamtailorFeed], server: TeamtailorSandbox) -> None:
    server.limit = 3
    feed = connect(wait=lambda seconds: setattr(server, "limit", 1000))
    for number in range(4):
        feed.put(ENTRY.model_copy(update={"url": f"https://school.example/s/{number}"}), None)
    assert len(server.received()) == 4


def test_both_keys_are_checked(connect: Callable[..., TeamtailorFeed]) -> None:
    assert [finding.status for finding in connect().check()] == ["ok", "ok"]
    wrong = list(connect(api_key="x", partner_key="x").check())
    assert [finding.status for finding in wrong] == ["error", "error"]
    assert all(finding.mend for finding in wrong)


@pytest.mark.parametrize("identity", ["abc", "", "٣", "-1"])
def test_odd_candidate_id_is_refused(identity: str) -> None:
    with pytest.raises(DataError):
        partner_result(ENTRY.model_copy(update={"candidate": Candidate(id=identity)}), None)


@pytest.mark.parametrize("text", ["kort", "å" * 150, "ord " * 60, "x" * 300])
def test_summary_fits_the_card(text: str) -> None:
    assert len(shorten(text)) <= 150
    assert shorten(text)[:4] == text[:4]


@pytest.mark.parametrize(
    ("method", "path", "version", "status"),
    [
        ("GET", "/v1/jobs", "20240904", 404),
        ("GET", "/v1/candidates", None, 406),
        ("PATCH", "/v1/candidates", "20240904", 404),
    ],
)
def test_sandbox_answers_in_json_api(
    server: TeamtailorSandbox, method: str, path: str, version: str | None, status: int
) -> None:
    from mimis_core.http import Client

    headers = {"Authorization": "Token token=customer-admin-key", **({"X-Api-Version": version} if version else {})}
    client = Client(server.url, system="sandbox", headers=headers)
    answer = client.ask(method, path)
    client.close()
    assert answer.status_code == status
    assert answer.json()["errors"][0]["status"] == str(status)
