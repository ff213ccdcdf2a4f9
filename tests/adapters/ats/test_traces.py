"""What became of a share in the employer's systems is told to its issuer, and holds nothing up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from mimis_ats.employer import Desk
from mimis_ats.records import is_for_staff
from mimis_ats.teamtailor.sandbox import TeamtailorSandbox
from mimis_ats.telling import LONGEST_WAIT, tell_now

from mimis_core import NotFoundError
from mimis_core.services import ImportedShare
from mimis_core.testing import Answer
from tests.adapters.ats.conftest import FakeEmployer, FakeSchool, WebServer
from tests.adapters.ats.test_employer import REVOKED, SHARE
from tests.adapters.ats.test_pull import pull


def states(share: ImportedShare) -> list[str]:
    """What is still to be told of a share."""
    return [trace.state for trace in share.untold]


@pytest.fixture
def written(desk: Desk) -> ImportedShare:
    return desk.take(SHARE).share


# What is noted -------------------------------------------------------------------------------------------------------


def test_each_change_in_the_system_leaves_one_trace(desk: Desk, employer: FakeEmployer, written: ImportedShare) -> None:
    assert [(trace.system, trace.state) for trace in written.untold] == [("Teamtailor", "written")]
    assert states(desk.recheck(written).share) == ["written"]
    employer.verdict = REVOKED
    revoked = desk.recheck(written).share
    assert states(desk.recheck(revoked).share) == ["written", "updated"]
    assert states(desk.take_back(revoked).share) == ["written", "updated", "removed"]


def test_what_cannot_be_removed_is_noted_once_and_its_removal_later(
    desk: Desk, server: TeamtailorSandbox, written: ImportedShare
) -> None:
    server.fail("500", times=20)
    left = desk.take_back(desk.take_back(written).share).share
    assert (left.state, states(left)) == ("attention", ["written", "not_removed"])
    server.heal()
    assert states(desk.take_back(left).share) == ["written", "not_removed", "removed"]


def test_feed_that_is_not_configured_any_more_is_named(employer: FakeEmployer, written: ImportedShare) -> None:
    employer.feeds = []
    left = Desk(employer).take_back(written).share  # type: ignore[arg-type]  # the fake has what the desk uses
    assert [(trace.system, trace.state) for trace in left.untold[1:]] == [("teamtailor", "not_removed")]


@pytest.mark.parametrize("end", ["delete_candidate", "anonymise_candidate"])
def test_candidate_who_is_gone_takes_the_link_along(
    desk: Desk, employer: FakeEmployer, server: TeamtailorSandbox, written: ImportedShare, end: str
) -> None:
    getattr(server, end)("50001")
    employer.verdict = REVOKED
    gone = desk.recheck(written)
    assert (gone.share.receipts, gone.errors, server.received()) == ((), (), [])
    assert states(gone.share) == ["written", "removed"]
    employer.verdict = written.credentials[0].verdict
    asked = desk.recheck(gone.share)
    assert (asked.share.state, asked.share.receipts) == ("ask", ())
    assert states(desk.take_back(asked.share).share) == ["written", "removed"]


def test_wrong_address_of_the_system_drops_no_link(
    desk: Desk, employer: FakeEmployer, written: ImportedShare, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> None:
        raise NotFoundError("404")

    monkeypatch.setattr(employer.feeds[0], "put", lost)
    employer.verdict = REVOKED
    taken = desk.recheck(written)
    assert (taken.share.receipts, len(taken.errors)) == (written.receipts, 1)


# What a share is for -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("purpose", "expected"),
    [
        ("Personalakt", True), ("personalakt: kort", True), ("Employee record.", True), (" Employee  record", True),
        ("Personalaktivist", False), ("Ansökan", False), ("", False), (None, False),
    ],
    ids=str,
)  # fmt: skip
def test_purpose_says_what_a_share_is_for(purpose: str | None, expected: bool) -> None:
    assert is_for_staff(purpose) is expected


def test_share_for_the_staff_record_is_kept_out_of_recruitment(desk: Desk, server: TeamtailorSandbox) -> None:
    taken = desk.take(replace(SHARE, purpose="Personalakt")).share
    assert (taken.state, taken.receipts, server.requests) == ("verified", (), [])
    assert "No system is set up" in str(taken.reason)


# Telling -------------------------------------------------------------------------------------------------------------


def test_round_tells_the_issuer_and_repeats_nothing(live: FakeSchool, employer: FakeEmployer) -> None:
    live.share("s1")
    pull(employer)
    assert live.traces == [("s1", "Teamtailor", "written")]
    pull(employer)
    live.withdraw("s1")
    pull(employer)
    assert live.traces[1:] == [("s1", "Teamtailor", "removed")]


def test_issuer_that_takes_no_traces_holds_nothing_up(
    live: FakeSchool, employer: FakeEmployer, server: TeamtailorSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.share("s1")
    pull(employer)
    monkeypatch.setattr(live, "add_trace_as", lambda *_: 1 / 0)
    live.withdraw("s1")
    report = pull(employer)
    assert (server.received(), dict(report.states), len(report.failures)) == ([], {"withdrawn": 1}, 1)
    monkeypatch.undo()
    assert pull(employer).failures == []
    assert [state for _, _, state in live.traces] == ["written", "removed"]


@pytest.mark.parametrize(
    ("reply", "left", "errors"),
    [
        (Answer(204), 0, 0),
        (Answer(404, b'{"code": "unknown"}', "application/problem+json"), 0, 0),
        (Answer(422, b'{"code": "at"}', "application/problem+json"), 0, 1),
        (Answer(404, b"<html>", "text/html"), 1, 1),
        (Answer(500), 1, 1),
    ],
    ids=["kept", "unknown", "refused", "proxy", "broken"],
)
def test_link_is_told_at_its_own_page(
    desk: Desk, employer: Any, web: WebServer, reply: Answer, left: int, errors: int
) -> None:
    employer.status_url = f"{web.url}/status/p1"
    share = desk.take(replace(SHARE, issuer=web.url, link=f"{web.url}/s/token")).share
    web.reply = reply
    told, failed = tell_now(employer, share)
    assert (len(told.untold), len(failed)) == (left, errors)
    assert web.requests[0].path == "/s/token/traces"
    assert employer.kept[share.key] == told


def test_issuer_that_never_answers_is_given_up(
    desk: Desk, employer: Any, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    employer.status_url = f"{web.url}/status/p1"
    share = desk.take(replace(SHARE, issuer=web.url, link=f"{web.url}/s/token")).share
    now = employer.clock()
    monkeypatch.setattr(employer, "clock", lambda: now + LONGEST_WAIT + timedelta(seconds=1))
    web.reply = Answer(500)
    assert tell_now(employer, share)[0].untold == ()
