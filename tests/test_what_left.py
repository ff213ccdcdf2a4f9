"""All traffic of the four journeys, held against what each learner's own pages say has left, to whom and when."""

from __future__ import annotations

import json
import re
import smtplib
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from mimis_core.cli.demo import cast
from mimis_core.cli.demo.journeys import LearnerVisit
from mimis_core.cli.demo.play import Play
from mimis_core.cli.demo.stage import EMPLOYER, set_stage
from mimis_core.model import SourceLearner
from mimis_core.services import ShareView

FOUR = {"eli": cast.ELI, "amina": cast.AMINA, "saman": cast.SAMAN, "jacob": cast.JACOB}
LINK = "link-system"
"""Who is said to have looked when a program opened a plain link."""
SECOND = timedelta(seconds=1)
WRITES = {"POST": "written", "PUT": "updated", "DELETE": "removed"}


@dataclass(frozen=True)
class Exchange:
    """One request by HTTP and its answer."""

    port: int | None
    method: str
    path: str
    sent: str
    status: int
    answered: str
    at: datetime

    def is_at(self, when: datetime) -> bool:
        """Whether something that is listed is of this moment; what is listed is in whole seconds."""
        return abs(self.at - when) <= 2 * SECOND


@dataclass
class Traffic:
    """What this process, a school and an employer in one, said to anybody."""

    exchanges: list[Exchange] = field(default_factory=list)
    peers: set[tuple[str, int]] = field(default_factory=set)
    mails: int = 0

    def to(self, url: str, path: str = ".*", method: str = "") -> list[Exchange]:
        """Requests to one address that were answered with what they asked for."""
        port, pattern = urlsplit(url).port, re.compile(path)
        return [
            one for one in self.exchanges
            if one.port == port and pattern.fullmatch(one.path) and method in ("", one.method) and one.status < 300
        ]  # fmt: skip


@pytest.fixture(scope="module")
def traffic() -> Iterator[Traffic]:
    """Everything from now on: each connection, each request by HTTP, each mail."""
    heard, patch = Traffic(), pytest.MonkeyPatch()
    connect, send, mail = socket.socket.connect, HTTPAdapter.send, smtplib.SMTP.mail

    def connecting(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            heard.peers.add((address[0], address[1]))
        connect(self, address)

    def sending(self: HTTPAdapter, request: PreparedRequest, *arguments: Any, **named: Any) -> Response:
        at = datetime.now(UTC)
        response = send(self, request, *arguments, **named)
        split, body = urlsplit(request.url or ""), request.body or b""
        sent = unquote(split.query) + (body if isinstance(body, str) else body.decode("utf-8", "replace"))
        answered = response.content.decode("utf-8", "replace")
        heard.exchanges.append(
            Exchange(split.port, request.method or "", split.path, sent, response.status_code, answered, at)
        )
        return response

    def mailing(self: smtplib.SMTP, *arguments: Any, **named: Any) -> Any:
        heard.mails += 1
        return mail(self, *arguments, **named)

    patch.setattr(socket.socket, "connect", connecting)
    patch.setattr(HTTPAdapter, "send", sending)
    patch.setattr(smtplib.SMTP, "mail", mailing)
    yield heard
    patch.undo()


@dataclass(frozen=True)
class Journeys:
    """The four journeys when they are over."""

    play: Play
    traffic: Traffic

    @property
    def school(self) -> str:
        return self.play.stage.school_url

    def url_of(self, sandbox: str) -> str:
        return self.play.stage.sandboxes[sandbox].url

    def learner_id(self, person: SourceLearner) -> str:
        identity = f"{person.source}:{person.key}"
        return next(one.id for one, known in self.play.stage.school.learners() if identity in known)

    @cached_property
    def shares(self) -> dict[str, ShareView]:
        """The one share of each, with its history, as her page is made of it."""
        return {name: self.play.stage.school.shares_of(self.learner_id(one))[0] for name, one in FOUR.items()}

    def page(self, name: str, path: str) -> str:
        """One of her pages, as she sees it."""
        visit = LearnerVisit(self.play.stage, self.learner_id(FOUR[name]))
        with closing(visit):
            visit.sign_in_by_slip("Läraren Maria Demo")
            return visit._visitor.get(path)


@pytest.fixture(scope="module")
def journeys(traffic: Traffic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journeys]:
    with set_stage(tmp_path_factory.mktemp("left")) as stage:
        traffic.peers.clear()  # a sandbox may speak to itself when it starts
        play = Play(stage)
        play.run()
        yield Journeys(play, traffic)


def test_nobody_else_was_spoken_to(journeys: Journeys) -> None:
    known = {urlsplit(journeys.school).port, urlsplit(journeys.play.stage.site.url).port}
    for name in ("moodle", "openedx", "europass", "teamtailor"):
        known.add(urlsplit(journeys.url_of(name)).port)
    known.add(journeys.play.stage.sandboxes["mail"].settings()["port"])
    assert journeys.traffic.peers
    assert journeys.traffic.peers
    assert {host for host, _ in journeys.traffic.peers} <= {"127.0.0.1", "localhost", "::1"}
    assert {port for _, port in journeys.traffic.peers} <= known


def test_mail_went_to_the_learners_themselves_alone(journeys: Journeys) -> None:
    own = {one.email for _, known in journeys.play.stage.school.learners() for one in everybody() if one.email}
    received = [message_from_bytes(one, policy=policy.default) for _, one in mails(journeys)]
    assert received
    assert {str(one["To"]) for one in received} <= own
    assert journeys.traffic.mails == len(received)


def everybody() -> list[SourceLearner]:
    """All who take part."""
    return [*cast.class_of_thirty(), *FOUR.values()]


def mails(journeys: Journeys) -> list[tuple[str, bytes]]:
    """What the mail server was given."""
    return journeys.play.stage.sandboxes["mail"].received()


def names(person: SourceLearner, text: str) -> bool:
    """Whether a text says who she is, or where she is reached."""
    return any(one in text for one in (person.full_name, person.email) if one)


@pytest.mark.parametrize("source", ["moodle", "openedx"])
@pytest.mark.parametrize("name", FOUR)
def test_sources_are_told_nothing_of_her(journeys: Journeys, source: str, name: str) -> None:
    asked = journeys.traffic.to(journeys.url_of(source))
    assert asked
    assert not any(names(FOUR[name], one.sent) for one in asked)


@pytest.mark.parametrize("name", FOUR)
def test_each_file_in_the_wallet_stands_on_her_page(journeys: Journeys, name: str) -> None:
    school, learner_id = journeys.play.stage.school, journeys.learner_id(FOUR[name])
    listed = Counter(one.credential_id for one in school.deliveries_of(learner_id) if one.courier == "europass")
    sent = journeys.traffic.to(journeys.url_of("europass"), method="POST")
    held = school.credentials_of(learner_id)
    assert held
    for credential in held:
        carrying = [one for one in sent if credential.urn in one.sent]
        assert len(carrying) == listed[credential.id] == 1
        page = journeys.page(name, f"me/credentials/{credential.id}")
        assert any(carrying[0].is_at(datetime.fromisoformat(time)) for time in times(page))


def times(page: str) -> list[str]:
    """The moments that a page names."""
    return re.findall(r'<time datetime="([^"]+)"', page)


def shown(journeys: Journeys, share: ShareView) -> list[tuple[str, Exchange]]:
    """Answers of the school that showed a share to others than its learner, and by whom they are said to be seen."""
    token = re.escape(urlsplit(share.url).path)
    by_api = journeys.traffic.to(journeys.school, rf"/api/partner/v1/shares/{share.id}", "GET")
    by_link = journeys.traffic.to(journeys.school, token, "GET")
    return [(EMPLOYER.legal_name["sv"], one) for one in by_api] + [(LINK, one) for one in by_link]


@pytest.mark.parametrize("name", FOUR)
def test_each_look_stands_on_her_page(journeys: Journeys, name: str) -> None:
    share = journeys.shares[name]
    seen, listed = shown(journeys, share), list(share.disclosures)
    assert seen
    assert Counter(viewer for viewer, _ in seen) == Counter(one.viewer for one in listed)
    page = journeys.page(name, "me/shares")
    for look, (_, exchange) in zip(listed, sorted(seen, key=lambda one: one[1].at), strict=True):
        assert exchange.is_at(look.at)
        assert look.at.isoformat() in times(page)


@pytest.mark.parametrize("name", FOUR)
def test_only_what_is_listed_as_a_look_named_her(journeys: Journeys, name: str) -> None:
    """Of what the school answered to others: its pages for herself begin with /me and /in."""
    looks = {id(one) for _, one in shown(journeys, journeys.shares[name])}
    own = re.compile(r"/(me|in)\b.*")
    others = [one for one in journeys.traffic.to(journeys.school) if not own.fullmatch(one.path)]
    naming = {id(one): one.path for one in others if names(FOUR[name], one.answered)}
    assert naming
    assert [path for number, path in naming.items() if number not in looks] == []


@pytest.mark.parametrize("name", FOUR)
def test_each_write_in_recruitment_stands_on_her_page(journeys: Journeys, name: str) -> None:
    share, ats = journeys.shares[name], journeys.url_of("teamtailor")
    made = [one for one in journeys.traffic.to(ats, method="POST") if share.url in one.sent]
    ids = [json.loads(one.answered)["data"]["id"] for one in made]
    later = [one for one in journeys.traffic.to(ats) if one.method != "GET" and one.path.rpartition("/")[2] in ids]
    writes = sorted([*made, *later], key=lambda one: one.at)
    assert [trace.state for trace in share.traces] == [WRITES[one.method] for one in writes]
    page = journeys.page(name, "me/shares")
    for trace, exchange in zip(share.traces, writes, strict=True):
        assert (trace.system, trace.viewer) == ("Teamtailor", EMPLOYER.legal_name["sv"])
        assert exchange.is_at(trace.at)
        assert trace.at.isoformat() in times(page)


@pytest.mark.parametrize("name", FOUR)
def test_recruitment_is_asked_of_her_only_after_a_look(journeys: Journeys, name: str) -> None:
    share, person = journeys.shares[name], FOUR[name]
    about = [one for one in journeys.traffic.to(journeys.url_of("teamtailor")) if names(person, one.sent)]
    looks = [one.at for one in share.disclosures]
    assert all(min(looks) <= one.at for one in about)
    assert bool(about) == (share.application_email is not None)


def test_journeys_leave_something_to_compare(journeys: Journeys) -> None:
    states = {name: [trace.state for trace in share.traces] for name, share in journeys.shares.items()}
    assert states == {"eli": ["written", "removed"], "amina": ["written"], "saman": [], "jacob": []}
    assert {name: len(share.disclosures) for name, share in journeys.shares.items()} == dict.fromkeys(FOUR, 1)
