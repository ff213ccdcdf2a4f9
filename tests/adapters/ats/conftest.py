"""A school and an employer as small hand-written services, and a Teamtailor that both ends can use."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from mimis_ats.employer import Desk
from mimis_ats.teamtailor.feed import TeamtailorFeed
from mimis_ats.teamtailor.sandbox import TeamtailorSandbox
from mimis_ats.teamtailor.settings import TeamtailorSettings
from werkzeug.serving import make_server

from mimis_core import (
    Achievement,
    AuthenticationError,
    Check,
    CredentialFacts,
    CredentialStatus,
    DataError,
    NotFoundError,
    Organisation,
    Person,
    Sealed,
    TalentFeed,
    Verdict,
)
from mimis_core.services import (
    CredentialView,
    ImportedShare,
    Mark,
    OpenShare,
    Partner,
    SharedCredential,
    ShareView,
    StatusView,
    Trace,
)
from mimis_core.settings import IssuerTable, Settings
from mimis_core.testing import Answer, Request, Sandbox
from mimis_core.web import create_app
from tests.look_ups import names

__all__ = ["names"]

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
UNTIL = date.today() + timedelta(days=30)
EMAIL = "amina@example.org"
NAME = "Amina Öberg"
VALID = Verdict(verdict="valid", checks=(Check(type="seal", status="ok", reason="good"),))

SCHOOL = Organisation(
    id="school", legal_name={"sv": "Malmö folkhögskola"}, registration="802002-6509", eidas="NTRSE-8020026509"
)
ACHIEVEMENT = Achievement.model_validate(
    {
        "id": "battery-basics",
        "title": {"sv": "Batterier för nybörjare", "en": "Battery basics"},
        "owner": "school",
        "outcomes": [{"title": {"sv": "Kan"}, "criteria": {"sv": "Visar"}, "type": "skill"}],
        "workload_hours": 20,
        "assessment": ["practical"],
        "mode": ["onsite"],
        "iscedf": "0713",
        "quality_assurance": {"internal": {"sv": "Rektor"}, "external": {"sv": "Branschråd"}},
    }
)


def settings_for(folder: Path, base_url: str = "http://127.0.0.1:8000", **changed: Any) -> Settings:
    """Settings of a mimis in this folder."""
    table = {"folder": folder, "role": "school", "base_url": base_url, "secret_key": "s" * 40, "organisation": SCHOOL}
    return Settings(**{**table, **changed})


def credential(number: int = 1, name: str = NAME) -> CredentialView:
    """An issued credential."""
    urn = f"urn:credential:{number:08d}-0000-4000-8000-000000000000"
    return CredentialView(
        id=str(number),
        urn=urn,
        public_id=f"p{number}",
        learner_id="l1",
        learner_name=name,
        achievement=ACHIEVEMENT,
        issuer=SCHOOL,
        owner=SCHOOL,
        status=StatusView(urn=urn, status=CredentialStatus.ACTIVE, changed_at=NOW),
        issued_at=NOW,
        completed_at=NOW,
    )


@dataclass
class FakeSchool:
    """The school's services as the partner API uses them."""

    settings: Settings
    partners: dict[str, Partner] = field(default_factory=dict)
    shares: dict[str, OpenShare] = field(default_factory=dict)
    disclosures: list[str] = field(default_factory=list)
    traces: list[tuple[str, str, str]] = field(default_factory=list)
    attempts: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    verdict: Verdict = VALID

    def count_attempt(self, what: str, key: str, seconds: int) -> tuple[int, int]:
        self.attempts[what, key, seconds] += 1
        return self.attempts[what, key, seconds], seconds

    @property
    def plugins(self) -> Any:
        """Only this adapter."""
        return SimpleNamespace(call=lambda hook: [("ats", ("mimis_ats.api:register",))])

    def add_partner(self, name: str, registration: str = "559000-0005", domain: str = "example.org") -> Partner:
        """A registered employer; its secret is ``secret-`` and its name."""
        partner = Partner(id=name, name=name, registration=registration, domain=domain, client_id=f"client-{name}")
        self.partners[partner.client_id] = partner
        return partner

    def share(self, share_id: str, partner: str = "volvo", anonymous: bool = False, email: str | None = EMAIL) -> None:
        """A learner's share for a partner."""
        one = credential(int(share_id.lstrip("s") or 1))
        view = ShareView(
            id=share_id,
            learner_id="l1",
            partner=self.partners[f"client-{partner}"],
            purpose="Tekniker 2026",
            until=UNTIL,
            anonymous=anonymous,
            application_email=email,
            created_at=NOW,
            state="active",
            url=f"{self.settings.base_url}/s/token-{share_id}",
            credentials=(one,),
        )
        content = f'{{"sealed":"{one.urn}"}}'.encode()
        sealed = Sealed(urn=one.urn, format="elm", media_type="application/json", filename="b.json", content=content)
        self.shares[share_id] = OpenShare(
            share=view, learner_name=NAME, credentials=(SharedCredential(view=one, sealed=sealed),)
        )

    def withdraw(self, share_id: str, state: str = "withdrawn") -> None:
        """The learner takes a share back, or its time is over."""
        opened = self.shares[share_id]
        view = opened.share.model_copy(update={"state": state})
        self.shares[share_id] = opened.model_copy(update={"share": view})

    def authenticate_partner(self, client_id: str, client_secret: str) -> Partner:
        partner = self.partners.get(client_id)
        if partner is None or client_secret != f"secret-{partner.name}":
            raise AuthenticationError("wrong")
        return partner

    def partner(self, client_id: str) -> Partner:
        if client_id not in self.partners:
            raise NotFoundError("unknown", code="unknown")
        return self.partners[client_id]

    def shares_for(self, partner_id: str, after: str | None, limit: int) -> tuple[list[ShareView], str | None]:
        views = [one.share for _, one in sorted(self.shares.items())]
        mine = [one for one in views if one.partner and one.partner.id == partner_id and one.state == "active"]
        rest = [one for one in mine if one.id > (after or "")]
        return rest[:limit], rest[limit - 1].id if len(rest) > limit else None

    def share_version(self, partner_id: str, share_id: str) -> str:
        return self.version_of(self._open(partner_id, share_id).share)

    def version_of(self, view: ShareView) -> str:
        return sha256(view.model_dump_json().encode()).hexdigest()

    def open_share_as(self, partner_id: str, share_id: str) -> OpenShare:
        opened = self._open(partner_id, share_id)
        self.disclosures.append(share_id)
        return opened

    def add_trace_as(self, partner_id: str, share_id: str, trace: Trace, mark: Mark | None = None) -> None:
        if share_id not in self.shares:
            raise NotFoundError("unknown", code="unknown")
        self.traces.append((share_id, trace.system, trace.state))

    def _open(self, partner_id: str, share_id: str) -> OpenShare:
        opened = self.shares.get(share_id)
        if opened is None or opened.share.partner is None or opened.share.partner.id != partner_id:
            raise NotFoundError("unknown", code="unknown")
        if opened.share.state != "active":
            raise NotFoundError("gone", code=opened.share.state)
        return opened

    def verify(self, content: bytes, *, offline: bool = False, fresh: bool = False) -> Verdict:
        return self.verdict


@dataclass
class FakeEmployer:
    """The employer's services; ``saved`` counts every write."""

    settings: Settings
    feeds: list[TalentFeed[Any]]
    verdict: Verdict = VALID
    holder: str = NAME
    status_url: str = "http://127.0.0.1:8000/status/p1"
    kept: dict[str, ImportedShare] = field(default_factory=dict)
    saved: int = 0

    def clock(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)

    def open_feeds(self) -> list[TalentFeed[Any]]:
        return self.feeds

    def verify(self, content: bytes, *, offline: bool = False, fresh: bool = False) -> Verdict:
        return self.verdict

    def read(self, content: bytes) -> CredentialFacts:
        """Facts of the fake sealed files; anything else is none."""
        if not content.startswith(b'{"sealed":"'):
            raise DataError("no credential", code="format")
        return CredentialFacts(
            urn=content.decode().split('"')[3],
            format="elm",
            title=ACHIEVEMENT.title,
            issuer_name=SCHOOL.legal_name,
            learner_name=self.holder,
            status_url=self.status_url,
        )

    def imported(self, key: str) -> ImportedShare | None:
        kept = self.kept.get(key)
        return kept and ImportedShare.model_validate_json(kept.model_dump_json())

    def imports(self) -> list[ImportedShare]:
        return list(self.kept.values())

    def save_import(self, share: ImportedShare, by: str = "employer") -> None:
        self.saved += 1
        self.kept[share.key] = share


@pytest.fixture
def school(tmp_path: Path) -> FakeSchool:
    school = FakeSchool(settings_for(tmp_path))
    school.add_partner("volvo")
    school.add_partner("saab")
    return school


@pytest.fixture
def app(school: FakeSchool) -> Flask:
    return create_app(school.settings, school)  # type: ignore[arg-type]  # the fake has what the API uses


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def bearer(client: FlaskClient) -> Callable[..., dict[str, str]]:
    def get(name: str = "volvo", scope: str | None = None) -> dict[str, str]:
        form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
        answer = client.post("/api/partner/v1/token", data=form, auth=(f"client-{name}", f"secret-{name}"))
        return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}

    return get


@pytest.fixture
def server() -> Iterator[TeamtailorSandbox]:
    with TeamtailorSandbox() as sandbox:
        sandbox.add_candidate(EMAIL, NAME)
        yield sandbox


@pytest.fixture
def person() -> Person:
    return Person(email=EMAIL, full_name=NAME)


@pytest.fixture
def stranger() -> Person:
    return Person(email="nobody@example.org")


def connect(
    server: TeamtailorSandbox, wait: Callable[[float], None] = lambda seconds: None, **changed: Any
) -> TeamtailorFeed:
    """A feed on the sandbox with some settings changed; instead of sleeping it calls ``wait``."""
    table = {**server.settings(), **changed}
    return TeamtailorFeed(table.pop("kind"), TeamtailorSettings(**table), wait=wait)


@pytest.fixture
def feed(server: TeamtailorSandbox) -> Iterator[TeamtailorFeed]:
    with connect(server) as feed:
        yield feed


@pytest.fixture
def employer(tmp_path: Path, feed: TeamtailorFeed) -> FakeEmployer:
    return FakeEmployer(settings_for(tmp_path, role="employer"), [feed])


@pytest.fixture
def desk(employer: FakeEmployer) -> Desk:
    return Desk(employer)  # type: ignore[arg-type]  # the fake has what the desk uses


@pytest.fixture
def live(school: FakeSchool, employer: FakeEmployer) -> Iterator[FakeSchool]:
    """The school's API on loopback, configured at the employer."""
    holder: list[Flask] = []
    server = make_server("127.0.0.1", 0, lambda environ, start: holder[0](environ, start), threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    school.settings = school.settings.model_copy(update={"base_url": url})
    holder.append(create_app(school.settings, school))  # type: ignore[arg-type]
    table = IssuerTable(url=url, client_id="client-volvo", client_secret="secret-volvo")
    employer.settings = employer.settings.model_copy(update={"issuers": {"school": table}})
    employer.status_url = f"{url}/status/p1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield school
    server.shutdown()
    server.server_close()
    thread.join()


class WebServer(Sandbox):
    """Answers everything with what a test wants."""

    name = "web"

    def __init__(self) -> None:
        super().__init__()
        self.reply = Answer.of({})

    def handle(self, request: Request) -> Answer:
        return self.reply


@pytest.fixture
def web() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server
