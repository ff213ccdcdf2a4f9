"""An employer's rounds, against a school's API on loopback and the Teamtailor sandbox."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from mimis_ats.employer import Desk
from mimis_ats.intake import Incoming, IncomingCredential
from mimis_ats.issuer import open_link
from mimis_ats.pull import PullReport, _opened, pull_all, pull_one
from mimis_ats.teamtailor.sandbox import TeamtailorSandbox

from mimis_core import Check, CredentialStatus, NotFoundError, Verdict
from mimis_core.services import ImportedShare, SharedCredential
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


def pull(employer: Any) -> PullReport:
    """One round."""
    return pull_all(employer, Desk(employer))


def results(server: TeamtailorSandbox) -> list[dict[str, Any]]:
    """What stands in Teamtailor now."""
    return [json.loads(content) for _, content in server.received()]


def writes(server: TeamtailorSandbox) -> int:
    """Requests that changed Teamtailor or tried to."""
    return len([request for request in server.requests if request.method != "GET"])


# Rounds --------------------------------------------------------------------------------------------------------------


def test_round_takes_new_shares_in(live: Any, employer: Any, server: TeamtailorSandbox) -> None:
    live.share("s1")
    live.share("s2", email=None)
    report = pull(employer)
    assert dict(report.states) == {"written": 1, "ask": 1}
    assert (report.changed, report.failures) == (2, [])
    assert results(server)[0]["url"] == f"{live.settings.base_url}/s/token-s1"


def test_repeated_round_writes_nothing(live: Any, employer: Any, server: TeamtailorSandbox) -> None:
    for number in range(1, 4):
        live.share(f"s{number}")
    pull(employer)
    before = (writes(server), employer.saved, list(live.disclosures))
    report = pull(employer)
    assert (report.seen, report.changed) == (3, 0)
    assert (writes(server), employer.saved, live.disclosures) == before


@pytest.mark.parametrize("state", ["withdrawn", "expired"])
def test_round_removes_taken_back(live: Any, employer: Any, server: TeamtailorSandbox, state: str) -> None:
    live.share("s1")
    pull(employer)
    live.withdraw("s1", state)
    report = pull(employer)
    assert (dict(report.states), results(server)) == ({"withdrawn": 1}, [])
    assert pull(employer).seen == 0


def test_round_corrects_revoked_credential(live: Any, employer: Any, server: TeamtailorSandbox) -> None:
    live.share("s1")
    pull(employer)
    employer.verdict = REVOKED
    assert pull(employer).changed == 1
    assert pull(employer).changed == 0
    assert results(server)[0]["summary"].startswith("0 av 1")
    assert live.disclosures == ["s1"]


def stand(school: Any, status: str, number: int = 1) -> None:
    """Let the school say this of the share's credential, or put another one in its place."""
    opened = school.shares["s1"]
    (shown,) = opened.credentials
    told = shown.view.status.model_copy(update={"status": CredentialStatus(status)})
    view = shown.view.model_copy(update={"urn": f"urn:credential:{number}", "status": told})
    sealed = shown.sealed.model_copy(update={"urn": view.urn, "content": f'{{"sealed":"{view.urn}"}}'.encode()})
    share = opened.share.model_copy(update={"credentials": (view,)})
    school.shares["s1"] = opened.model_copy(
        update={"share": share, "credentials": (SharedCredential(view=view, sealed=sealed),)}
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [("suspended", "tillfälligt stoppat"), ("superseded", "ersatt av ett nyare"), ("revoked", "återkallat")],
)
def test_round_says_how_it_was_taken_back(
    live: Any, employer: Any, server: TeamtailorSandbox, status: str, words: str
) -> None:
    live.share("s1")
    stand(live, "active")
    pull(employer)
    stand(live, status)
    employer.verdict = REVOKED
    assert (pull(employer).changed, pull(employer).changed) == (1, 0)
    (result,) = results(server)
    assert words in json.dumps(result, ensure_ascii=False)
    assert live.disclosures == ["s1"]


def test_round_lets_reinstated_hold_again(live: Any, employer: Any, server: TeamtailorSandbox) -> None:
    live.share("s1")
    stand(live, "active")
    pull(employer)
    for status, verdict_, start in (("suspended", REVOKED, "0 av 1"), ("active", VALID, "1 kontrollerad")):
        stand(live, status)
        employer.verdict = verdict_
        pull(employer)
        assert results(server)[0]["summary"].startswith(start)


def test_round_takes_corrected_credential(live: Any, employer: Any, server: TeamtailorSandbox) -> None:
    """One entry stands before and after, updated once; the look at the corrected file is recorded."""
    live.share("s1")
    pull(employer)
    stand(live, "active", number=2)
    assert (pull(employer).changed, pull(employer).changed) == (1, 0)
    (kept,) = employer.kept.values()
    assert [one.urn for one in kept.credentials] == ["urn:credential:2"]
    assert (len(results(server)), live.disclosures) == (1, ["s1", "s1"])


def test_late_candidate_is_found_later(live: Any, employer: Any, server: TeamtailorSandbox) -> None:
    live.share("s1", email="late@example.org")
    assert pull(employer).states["ask"] == 1
    server.add_candidate("late@example.org")
    assert pull(employer).states["written"] == 1
    assert live.disclosures == ["s1"]


def test_stuck_removal_is_repeated(live: Any, employer: Any, server: TeamtailorSandbox) -> None:
    live.share("s1")
    pull(employer)
    live.withdraw("s1")
    server.fail("500", times=4)
    report = pull(employer)
    assert (report.states["attention"], len(report.failures)) == (1, 1)
    assert pull(employer).states["withdrawn"] == 1
    assert results(server) == []


def test_silent_issuer_stops_no_other(live: Any, employer: Any, server: TeamtailorSandbox) -> None:
    live.share("s1")
    sound = employer.settings.issuers["school"]
    wrong = sound.model_copy(update={"client_id": "nobody"})
    employer.settings = employer.settings.model_copy(update={"issuers": {"wrong": wrong, "school": sound}})
    report = pull(employer)
    assert (report.states["written"], len(report.failures)) == (1, 1)
    assert report.failures[0].startswith("wrong: ")


def test_silence_removes_nothing(live: Any, employer: Any, server: TeamtailorSandbox) -> None:
    live.share("s1")
    pull(employer)
    del live.partners["client-volvo"]
    assert len(pull(employer).failures) == 1
    assert len(results(server)) == 1


def test_file_ends_by_its_date(employer: Any) -> None:
    ended = replace(SHARE, key="file/shares/s1", issuer="file", link=None, until=date.today() - timedelta(days=1))
    Desk(employer).take(ended)
    assert dict(pull(employer).states) == {"withdrawn": 1}
    assert pull(employer).seen == 0


# Links ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def linked(desk: Desk, employer: Any, web: Any) -> ImportedShare:
    """A share that was taken in by its link."""
    employer.status_url = f"{web.url}/status/p1"
    one = {"urn": "urn:credential:1", "title": {"sv": "T"}, "issuer": {"sv": "I"}, "sealed": SEALED.decode()}
    head = {"id": "s1", "purpose": "Tekniker", "until": None, "application_email": EMAIL}
    web.reply = Answer.of({"share": head, "learner_name": NAME, "credentials": [one]})
    return desk.take(open_link(f"{web.url}/s/token")).share


def test_link_is_followed_each_round(linked: ImportedShare, employer: Any, server: TeamtailorSandbox) -> None:
    assert linked.state == "written"
    report = pull(employer)
    assert (report.seen, report.changed, report.failures) == (1, 0, [])
    assert writes(server) == 1


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        (Answer.of({}, 410), 0),
        (Answer(404, b'{"code": "unknown"}', "application/problem+json"), 0),
        (Answer(404, b"<html>", "text/html"), 1),
        (Answer(302, headers={"Location": "/login"}), 1),
        (Answer(200, b"<html>", "text/html"), 1),
        (Answer(500), 1),
    ],
)
def test_only_issuers_word_removes(
    linked: ImportedShare, employer: Any, server: TeamtailorSandbox, web: Any, reply: Answer, left: int
) -> None:
    web.reply = reply
    report = pull(employer)
    assert len(results(server)) == left
    assert len(report.failures) == left


@pytest.mark.parametrize(("reply", "state"), [(None, "written"), (Answer.of({}, 410), "withdrawn")])
def test_plain_link_is_asked_itself(
    linked: ImportedShare, desk: Desk, web: Any, reply: Answer | None, state: str
) -> None:
    def refuse(share_id: str) -> None:
        raise NotFoundError("not addressed to us", code="unknown")

    web.reply = reply or web.reply
    step = _opened(desk, SimpleNamespace(open=refuse), "s1", linked)  # type: ignore[arg-type]  # only asked to open
    assert step().share.state == state


def test_open_link_is_followed_without_look(
    linked: ImportedShare, employer: Any, server: TeamtailorSandbox, web: Any
) -> None:
    web.reply = Answer(200, headers={"Mimis-Share": "active"})
    report = pull(employer)
    assert (report.changed, report.failures) == (0, [])
    assert "GET" not in [request.method for request in web.requests[1:] if request.path.startswith("/s/")]


def test_corrected_link_is_opened_once_more(
    linked: ImportedShare, employer: Any, server: TeamtailorSandbox, web: Any
) -> None:
    """A link has no list: what its issuer took back may have been corrected, and only the page says so."""
    web.reply = replace(web.reply, headers={"Mimis-Share": "active"})
    web.reply = replace(web.reply, body=web.reply.body.replace(b"urn:credential:1", b"urn:credential:2"))
    employer.verdict = REVOKED
    pull(employer)
    (kept,) = employer.kept.values()
    assert [one.urn for one in kept.credentials] == ["urn:credential:2"]
    opened = len(web.requests)
    assert pull(employer).changed == 0
    assert "GET" not in [request.method for request in web.requests[opened:]]


# One share -----------------------------------------------------------------------------------------------------------


def test_one_share_of_an_issuer_is_asked_about_alone(live: Any, employer: Any, server: TeamtailorSandbox) -> None:
    for number in (1, 2):
        live.share(f"s{number}")
    pull(employer)
    first, second = employer.imports()
    live.withdraw("s1", "withdrawn")
    live.withdraw("s2", "withdrawn")
    assert pull_one(employer, Desk(employer), first).share.state == "withdrawn"
    assert employer.imported(second.key).state == "written"
    assert len(results(server)) == 1


def test_one_link_is_asked_itself(linked: ImportedShare, employer: Any, server: TeamtailorSandbox, web: Any) -> None:
    web.reply = Answer.of({}, 410)
    assert pull_one(employer, Desk(employer), linked).share.state == "withdrawn"
    assert results(server) == []


def test_one_file_is_checked_again(desk: Desk, employer: Any) -> None:
    known = desk.take_file(SEALED).share
    employer.verdict = REVOKED
    assert pull_one(employer, desk, known).share.state == "refused"
