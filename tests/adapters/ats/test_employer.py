"""The employer's desk: one share or file, against the Teamtailor sandbox."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from mimis_ats.employer import Desk
from mimis_ats.intake import Incoming, IncomingCredential
from mimis_ats.teamtailor.feed import TeamtailorFeed
from mimis_ats.teamtailor.sandbox import TeamtailorSandbox
from mimis_ats.teamtailor.settings import TeamtailorSettings

from mimis_core import Check, Verdict
from mimis_core.testing import Answer

EMAIL, NAME = "amina@example.org", "Amina Öberg"


def verdict(state: Any, *wrong: Any) -> Verdict:
    """A verdict with these checks in error."""
    return Verdict(verdict=state, checks=tuple(Check(type=one, status="error", reason="r") for one in wrong))


VALID, UNKNOWN, REVOKED = verdict("valid"), verdict("unknown"), verdict("invalid", "revocation")
ISSUER = "http://127.0.0.1:8000"
SEALED = b'{"sealed":"urn:credential:1"}'
SHARE = Incoming(
    key=f"{ISSUER}/shares/s1",
    issuer=ISSUER,
    link=f"{ISSUER}/s/token",
    person_name=NAME,
    person_email=EMAIL,
    purpose="Tekniker",
    until=date.today() + timedelta(days=9),
    credentials=(IncomingCredential("urn:credential:1", {"sv": "T"}, {"sv": "I"}, SEALED),),
)


def results(server: TeamtailorSandbox) -> list[dict[str, Any]]:
    """What stands in Teamtailor now."""
    return [json.loads(content) for _, content in server.received()]


def writes(server: TeamtailorSandbox) -> int:
    """Requests that changed Teamtailor or tried to."""
    return len([request for request in server.requests if request.method != "GET"])


# One share -----------------------------------------------------------------------------------------------------------


def test_found_once_is_written(desk: Desk, server: TeamtailorSandbox) -> None:
    taken = desk.take(SHARE)
    assert (taken.share.state, taken.share.reason) == ("written", None)
    assert results(server)[0]["url"] == SHARE.link
    assert results(server)[0]["details"] == {"Batterier för nybörjare": "Malmö folkhögskola"}
    assert [receipt.external_id for receipt in taken.share.receipts] == list(server.results)


def test_taken_twice_is_written_once(desk: Desk, server: TeamtailorSandbox, employer: Any) -> None:
    first, second = desk.take(SHARE), desk.take(SHARE)
    assert (first.changed, second.changed) == (True, False)
    assert (writes(server), employer.saved) == (1, 1)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"person_email": "stranger@example.org"}, "no candidate"),
        ({"person_email": None}, "which application"),
        ({"link": None}, "no share to point to"),
        ({"person_name": "Eli Ström"}, "differ"),
        ({"person_name": None}, "differ"),
        ({"link": "https://evil.example/s/x", "issuer": "https://evil.example"}, "credential's issuer"),
        ({"credentials": ()}, "no credentials"),
        ({"credentials": (replace(SHARE.credentials[0], content=None),)}, "without a name"),
    ],
)
def test_doubt_is_left_to_recruiter(desk: Desk, server: TeamtailorSandbox, changed: dict[str, Any], word: str) -> None:
    share = desk.take(replace(SHARE, **changed)).share
    assert share.state == "ask"
    assert word in str(share.reason)
    assert (writes(server), share.receipts) == (0, ())


def test_several_candidates_are_not_guessed(desk: Desk, server: TeamtailorSandbox) -> None:
    server.add_candidate(EMAIL)
    share = desk.take(SHARE).share
    assert share.state == "ask"
    assert "several" in str(share.reason)
    assert writes(server) == 0


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (verdict("invalid", "seal"), "not right"),
        (verdict("invalid", "seal", "revocation"), "not right"),
        (REVOKED, "revoked"),
        (verdict("invalid", "expiry"), "expired"),
    ],
)
def test_wrong_file_is_refused(
    desk: Desk, employer: Any, server: TeamtailorSandbox, state: Verdict, reason: str
) -> None:
    employer.verdict = state
    share = desk.take(SHARE).share
    assert share.state == "refused"
    assert reason in str(share.reason)
    assert writes(server) == 0


def test_unknown_verdict_is_asked(desk: Desk, employer: Any, server: TeamtailorSandbox) -> None:
    employer.verdict = UNKNOWN
    share = desk.take(SHARE).share
    assert share.state == "ask"
    assert "right now" in str(share.reason)
    assert writes(server) == 0


def test_unreadable_file_is_refused(desk: Desk) -> None:
    rubbish = replace(SHARE.credentials[0], content=b"\xff\xfe rubbish")
    share = desk.take(replace(SHARE, credentials=(rubbish,))).share
    assert share.state == "refused"
    assert desk.recheck(share).share.state == "refused"


def test_recruiter_decides_by_address(desk: Desk, server: TeamtailorSandbox) -> None:
    assert desk.take(replace(SHARE, person_email=None)).share.state == "ask"
    assert desk.take(replace(SHARE, person_email=None), EMAIL).share.state == "written"
    assert desk.take(replace(SHARE, person_email=None)).share.state == "written"
    assert writes(server) == 1


def test_sealed_file_alone_is_asked(desk: Desk, employer: Any) -> None:
    share = desk.take_file(SEALED).share
    assert (share.key, share.state) == ("urn:credential:1", "ask")


def test_without_feeds_only_verified(employer: Any) -> None:
    employer.feeds = []
    assert Desk(employer).take(SHARE).share.state == "verified"


def test_equal_titles_both_stand(desk: Desk, server: TeamtailorSandbox) -> None:
    other = IncomingCredential("urn:credential:2", {}, {}, b'{"sealed":"urn:credential:2"}')
    desk.take(replace(SHARE, credentials=(*SHARE.credentials, other)))
    assert list(results(server)[0]["details"]) == ["Batterier för nybörjare", "Batterier för nybörjare (2)"]
    assert results(server)[0]["summary"].startswith("2 kontrollerade")


def test_one_dead_feed_stops_none(employer: Any, server: TeamtailorSandbox) -> None:
    dead = TeamtailorFeed("dead", TeamtailorSettings(**{**keys(server), "partner_key": "wrong"}))
    employer.feeds = [dead, *employer.feeds]
    taken = Desk(employer).take(SHARE)
    dead.close()
    assert len(taken.errors) == 1
    assert (taken.share.state, len(results(server))) == ("written", 1)
    assert "next time" in str(taken.share.reason)


def keys(server: TeamtailorSandbox) -> dict[str, Any]:
    """Settings without the kind."""
    return {name: value for name, value in server.settings().items() if name != "kind"}


# Known shares --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "mark", "line"),
    [(REVOKED, "revoked", "0 av 1"), (verdict("invalid", "expiry"), "expired", "0 av 1"), (VALID, "", "1 kontr")],
)
def test_new_standing_reaches_ats(
    desk: Desk, employer: Any, server: TeamtailorSandbox, state: Verdict, mark: str, line: str
) -> None:
    known = desk.take(SHARE).share
    employer.verdict = state
    share = desk.recheck(known).share
    assert share.state == "written"
    assert mark in results(server)[0]["details"]["Batterier för nybörjare"]
    assert results(server)[0]["summary"].startswith(line)


def test_lifted_stop_is_valid_again(desk: Desk, employer: Any, server: TeamtailorSandbox) -> None:
    known = desk.take(SHARE).share
    employer.verdict = REVOKED
    stopped = desk.recheck(known).share
    employer.verdict = VALID
    share = desk.recheck(stopped).share
    assert (share.state, share.reason, len(results(server))) == ("written", None, 1)
    assert results(server)[0]["summary"].startswith("1 kontr")


def test_outage_leaves_the_pointer(desk: Desk, employer: Any, server: TeamtailorSandbox) -> None:
    known = desk.take(SHARE).share
    employer.verdict = UNKNOWN
    assert not desk.recheck(known).changed
    assert writes(server) == 1


def test_failed_update_is_tried_again(
    desk: Desk, employer: Any, server: TeamtailorSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = desk.take(SHARE).share
    employer.verdict = REVOKED
    with monkeypatch.context() as broken:
        broken.setattr(server, "_member", lambda request, key: Answer(500))
        failed = desk.recheck(known)
    assert failed.errors
    assert not desk.recheck(failed.share).errors
    assert "revoked" in results(server)[0]["details"]["Batterier för nybörjare"]


def test_taking_back_forgets_the_person(desk: Desk, employer: Any, server: TeamtailorSandbox) -> None:
    known = desk.take(SHARE).share
    share = desk.take_back(known).share
    assert (share.state, results(server)) == ("withdrawn", [])
    kept = employer.kept[SHARE.key].model_dump_json()
    assert not [word for word in (NAME, EMAIL, "sealed") if word in kept]


def test_spelling_of_name_is_no_doubt(desk: Desk) -> None:
    assert desk.take(replace(SHARE, person_name=" AMINA  O\u0308berg")).share.state == "written"


@pytest.mark.parametrize("removable", [True, False])
def test_what_stays_needs_attention(desk: Desk, employer: Any, server: TeamtailorSandbox, removable: bool) -> None:
    known = desk.take(SHARE).share
    server.fail("500", times=4)
    stuck = desk.take_back(known)
    assert (stuck.share.state, len(stuck.share.receipts)) == ("attention", 1)
    if not removable:
        employer.feeds = []
    again = Desk(employer).take_back(stuck.share)
    assert again.share.state == ("withdrawn" if removable else "attention")


# A recruiter's decision ----------------------------------------------------------------------------------------------


def test_recruiter_places_a_share_without_opening_it_again(desk: Desk, server: TeamtailorSandbox) -> None:
    asked = desk.take(replace(SHARE, person_email=None)).share
    assert (asked.state, results(server)) == ("ask", [])
    placed = desk.place(asked, EMAIL)
    assert (placed.share.state, placed.share.person_email, placed.changed) == ("written", EMAIL, True)
    assert len(results(server)) == 1


def test_recruiter_places_nobody_at_an_unknown_address(desk: Desk, server: TeamtailorSandbox) -> None:
    asked = desk.take(replace(SHARE, person_email=None)).share
    assert desk.place(asked, "nobody@example.org").share.state == "ask"
    assert results(server) == []
