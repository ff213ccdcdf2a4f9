"""The portal on a hand-written stand-in of the services."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from pydantic import SecretStr

from mimis_core import (
    Achievement,
    Check,
    CredentialFacts,
    CredentialStatus,
    DataError,
    Learner,
    Level,
    NotFoundError,
    Organisation,
    Outcome,
    QualityAssurance,
    Sealed,
    UserError,
    Verdict,
)
from mimis_core.services import (
    Contacts,
    CredentialView,
    DeliveryView,
    DisclosureView,
    Goal,
    OpenShare,
    Partner,
    PublicCredential,
    RevealView,
    SharedCredential,
    ShareOrder,
    ShareView,
    StatusView,
    nameless,
)
from mimis_core.settings import Settings
from mimis_core.web import create_app

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
NAME = "Amina Warsame"
SCHOOL = Organisation(
    id="skolan",
    legal_name={"sv": "Storsjö folkhögskola", "en": "Storsjö Folk High School"},
    registration="802002-6509",
    eidas="NTRSE-8020026509",
    email="bevis@skolan.example",
)
OWNER = Organisation(
    id="agaren", legal_name={"sv": "Vårdens kompetensråd"}, registration="802000-0000", eidas="NTRSE-8020000000"
)
ACHIEVEMENT = Achievement(
    id="yrkessvenska",
    title={"sv": "Yrkessvenska i vården: rapportera", "en": "Vocational Swedish in care: report"},
    owner="agaren",
    outcomes=(
        Outcome(
            title={"sv": "Rapportera muntligt vid skiftbyte vad som har hänt med tre brukare."},
            criteria={"sv": "Nämner vem, vad, när och vad som behöver göras."},
            type="skill",
        ),
        Outcome(
            title={"sv": "Förklara 60 vanliga ord och förkortningar i vård och omsorg."},
            criteria={"sv": "Förklarar minst 48 av 60 med egna ord."},
            type="knowledge",
        ),
    ),
    workload_hours=40,
    level=Level(value=3, state="self_assessed"),
    assessment=("http://data.europa.eu/snb/assessment/d30284d7df", "http://data.europa.eu/snb/assessment/6e6cb2cc78"),
    mode=("http://data.europa.eu/snb/learning-assessment/e92d221e4d",),
    iscedf="0231",
    quality_assurance=QualityAssurance(
        internal={"sv": "En sfi-lärare och en undersköterska bedömer tillsammans."},
        external={"sv": "Vård- och omsorgscollege granskar kriterierna."},
    ),
)
PARTNER = Partner(id="p1", name="Region Storsjön", registration="232100-0001", domain="region.example", client_id="c1")
SEALED = Sealed(
    urn="urn:credential:1",
    format="elm",
    media_type="application/jose+json",
    filename="bevis.json",
    content=b'{"p": 1}',
)
CHECKS = ("format", "seal", "owner", "accreditation", "revocation", "expiry")


def status_of(status: CredentialStatus) -> StatusView:
    return StatusView(urn="urn:credential:1", status=status, changed_at=NOW)


@dataclass
class FakeServices:
    """The services as the portal knows them, with one learner who has one credential."""

    settings: Settings
    plugins: Any
    links: dict[str, str] = field(default_factory=lambda: {"good-token": "fresh", "ABCD-EFGH-JKMN": "fresh"})
    mails: list[str] = field(default_factory=list)
    deliveries: list[DeliveryView] = field(default_factory=list)
    permissions: list[tuple[str, ...]] = field(default_factory=list)
    shares: list[ShareView] = field(default_factory=list)
    looks: list[DisclosureView] = field(default_factory=list)
    history: dict[str, Any] = field(default_factory=dict)
    status: CredentialStatus = CredentialStatus.ACTIVE
    reason: str | None = None
    replaced_by: str | None = None
    protected: bool = False
    empty: bool = False
    verdict: Any = None
    attempts: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def count_attempt(self, what: str, key: str, seconds: int) -> tuple[int, int]:
        self.attempts[what, key, seconds] += 1
        return self.attempts[what, key, seconds], seconds

    def view(self) -> CredentialView:
        return CredentialView(
            id="cred-1", urn="urn:credential:1", public_id="pub-1", learner_id="amina", learner_name=NAME,
            achievement=ACHIEVEMENT, issuer=SCHOOL, owner=OWNER, replaced_by=self.replaced_by,
            status=status_of(self.status).model_copy(update={"reason": self.reason}),
            issued_at=NOW, completed_at=NOW, assessed_by="Karin Ek", kinds=("course", "validation"),
        )  # fmt: skip

    def send_sign_in_link(self, email: str) -> None:
        self.mails.append(email)

    def redeem_sign_in(self, token_or_code: str) -> str:
        state = self.links.get(token_or_code, "unknown")
        if state != "fresh":
            raise NotFoundError("No.", code=state)
        self.links[token_or_code] = "used"
        return "amina"

    def learner(self, learner_id: str) -> Learner:
        if learner_id != "amina":
            raise NotFoundError("No.", code="unknown")
        return Learner(id="amina", full_name=NAME, email="amina@exempel.se", protected=self.protected)

    def mail_address(self, learner_id: str) -> str | None:
        return self.learner(learner_id).email

    def contacts_of(self, learner_id: str) -> Contacts:
        address = self.mail_address(learner_id)
        return Contacts(school=address, main=address, private=(), accounts=(), look_mails=True)

    def path_of(self, learner_id: str) -> tuple[Goal, ...]:
        return ()

    def endorsement_file(self, endorsement_id: str) -> Sealed:
        if endorsement_id != "end-1":
            raise NotFoundError("No.", code="unknown")
        return SEALED.model_copy(update={"media_type": "application/jwt", "filename": "endorsement.jwt"})

    def takes_parts(self) -> bool:
        return False

    def credentials_of(self, learner_id: str) -> list[CredentialView]:
        return [] if self.empty else [self.view()]

    def credential(self, learner_id: str, credential_id: str) -> CredentialView:
        if (learner_id, credential_id) != ("amina", "cred-1"):
            raise NotFoundError("No.", code="unknown")
        return self.view()

    def sealed(self, learner_id: str, credential_id: str) -> Sealed:
        self.credential(learner_id, credential_id)
        return SEALED

    can_print = True

    def printed(self, learner_id: str, credential_id: str) -> Sealed:
        self.credential(learner_id, credential_id)
        return SEALED.model_copy(
            update={"content": b"%PDF-1.7", "filename": "bevis.pdf", "media_type": "application/pdf"}
        )

    def renditions(self) -> list[str]:
        return list(self.settings.formats)

    def rendition(self, learner_id: str, credential_id: str, format_name: str) -> Sealed:
        self.credential(learner_id, credential_id)
        return SEALED.model_copy(update={"content": format_name.encode(), "filename": "badge.jwt"})

    def couriers(self) -> list[str]:
        return list(self.settings.couriers)

    def request_delivery(self, *order: str) -> None:
        self.permissions.append(order)

    def deliveries_of(self, learner_id: str) -> list[DeliveryView]:
        return self.deliveries

    def partners(self) -> list[Partner]:
        return [PARTNER]

    def create_share(self, learner_id: str, order: ShareOrder) -> ShareView:
        partner = PARTNER if order.partner_id else None
        made = ShareView(
            id=f"share-{len(self.shares) + 1}", learner_id=learner_id, partner=partner, purpose=order.purpose,
            until=order.until, anonymous=order.anonymous, application_email=order.application_email, created_at=NOW,
            state="active", url="http://localhost/s/tok", credentials=(self.view(),),
        )  # fmt: skip
        self.shares.append(made)
        return made

    def shares_of(self, learner_id: str) -> list[ShareView]:
        looked = {"disclosures": tuple(self.looks), **self.history}
        return [one.model_copy(update=looked) for one in self.shares]

    def withdraw_share(self, learner_id: str, share_id: str) -> None:
        self._index(share_id)
        self._set_state(share_id, "withdrawn")

    def ask_to_reveal(self, token: str, reason: str) -> RevealView:
        if token != "tok" or self.shares[-1].state != "active":
            raise NotFoundError("No.", code="unknown" if token != "tok" else self.shares[-1].state)
        if not self.shares[-1].anonymous:
            raise UserError("No.", code="named")
        wish = RevealView.model_validate({"viewer": "link", "reason": reason, "at": NOW})
        self.shares[-1] = self.shares[-1].model_copy(update={"reveal": self.shares[-1].reveal or wish})
        return self.shares[-1].reveal or wish

    def reveal_share(self, learner_id: str, share_id: str) -> None:
        index = self._index(share_id)
        self.shares[index] = self.shares[index].model_copy(update={"anonymous": False})

    def decline_reveal(self, learner_id: str, share_id: str) -> None:
        index, no = self._index(share_id), {"answer": "declined", "answered_at": NOW}
        wish = self.shares[index].reveal
        self.shares[index] = self.shares[index].model_copy(update={"reveal": wish and wish.model_copy(update=no)})

    def open_share(self, token: str, viewer: str) -> OpenShare:
        if token != "tok" or not self.shares:
            raise NotFoundError("No.", code="unknown")
        share = self.shares[-1]
        if share.state != "active":
            raise NotFoundError("No.", code=share.state)
        self.looks.append(DisclosureView(at=NOW, viewer=viewer))
        view, sealed = (nameless(self.view(), "n1"), None) if share.anonymous else (self.view(), SEALED)
        credentials = (SharedCredential(view=view, sealed=sealed),)
        return OpenShare(share=share, learner_name=None if share.anonymous else NAME, credentials=credentials)

    def check_shared(self, shared: SharedCredential) -> Verdict | None:
        return verdict_with("valid") if shared.sealed else None

    def share_state(self, token: str) -> str:
        if token != "tok" or not self.shares:
            raise NotFoundError("No.", code="unknown")
        return str(self.shares[-1].state)

    def public_credential(self, public_id: str) -> PublicCredential:
        if public_id != "pub-1":
            raise NotFoundError("No.", code="unknown")
        return PublicCredential(achievement=ACHIEVEMENT, issuer=SCHOOL, owner=OWNER, status=status_of(self.status))

    def signed_status_list(self, list_no: int, purpose: str) -> bytes:
        if (list_no, purpose) != (1, "revocation"):
            raise NotFoundError("No.", code="unknown")
        return b"header.list.signature"

    def signed_status(self, public_id: str) -> bytes:
        self.public_credential(public_id)
        return b"header.claims.signature"

    def verify(self, content: bytes, *, offline: bool = False, fresh: bool = False) -> Verdict:
        if self.verdict is None:
            raise DataError("Not a credential.")
        if isinstance(self.verdict, Exception):
            raise self.verdict
        found: Verdict = self.verdict
        return found

    def read(self, content: bytes) -> CredentialFacts:
        return CredentialFacts(
            urn="urn:credential:1", format="elm", title=ACHIEVEMENT.title, issuer_name=SCHOOL.legal_name,
            learner_name=NAME, outcomes=ACHIEVEMENT.outcomes, issued_at=NOW, level=3,
        )  # fmt: skip

    def _index(self, share_id: str) -> int:
        ids = [one.id for one in self.shares]
        if share_id not in ids:
            raise NotFoundError("No.", code="unknown")
        return ids.index(share_id)

    def _set_state(self, share_id: str, state: str) -> None:
        index = self._index(share_id)
        self.shares[index] = self.shares[index].model_copy(update={"state": state, "withdrawn_at": NOW})


def verdict_with(verdict: str, **statuses: str) -> Verdict:
    checks = [Check(type=one, status=statuses.get(one, "ok"), reason="because") for one in CHECKS]
    return Verdict(verdict=verdict, checks=tuple(checks))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    couriers = {"europass": {"kind": "europass"}, "mail": {"kind": "mail"}}
    return Settings(
        folder=tmp_path, role="school", base_url="http://localhost", organisation=SCHOOL, owners=(OWNER,),
        secret_key=SecretStr("s" * 40), couriers=couriers,
    )  # fmt: skip


@pytest.fixture
def make_verdict() -> Callable[..., Verdict]:
    return verdict_with


@pytest.fixture
def services(settings: Settings) -> FakeServices:
    pages = [("portal", ("mimis_portal.pages:register",))]
    return FakeServices(settings, SimpleNamespace(call=lambda hook, **arguments: pages))


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for all tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, services: Any, compiled: FileSystemBytecodeCache) -> Flask:
    made = create_app(settings, services)
    made.jinja_env.bytecode_cache = compiled
    assert made.extensions["mimis"].failures == []
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's browser whose forms need no token; test_safety.py looks at the tokens."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.fixture
def amina(client: FlaskClient) -> FlaskClient:
    """The browser of the learner, signed in."""
    client.post("/in/good-token")
    return client


@pytest.fixture
def open_share(services: FakeServices) -> Callable[..., ShareView]:
    """Makes a share of the learner's, open at ``/s/tok``."""

    def make(**changes: Any) -> ShareView:
        order = {"credential_ids": ("cred-1",), "purpose": "Undersköterska", "until": date(2027, 1, 31), **changes}
        return services.create_share("amina", ShareOrder(**order))

    return make
