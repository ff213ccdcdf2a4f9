"""Orders, keys and a status service for the tests of badges."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID
from mimis_openbadges.badge import BadgeFormat
from mimis_openbadges.keys import ANCHOR_FILE, KEY_FILE, Ed25519Signer, write_key
from mimis_openbadges.multikey import did_key
from mimis_openbadges.sealers import DataIntegritySealer, JwtSealer
from mimis_openbadges.settings import BadgeSettings, DataIntegritySettings, Ed25519Settings, JwtSettings
from mimis_openbadges.verifier import BadgeVerifier

from mimis_core import (
    Achievement,
    AdapterSettings,
    Award,
    Completion,
    Concept,
    Credit,
    Document,
    Grade,
    IssueOrder,
    Learner,
    Level,
    Organisation,
    Outcome,
    QualityAssurance,
    Sealed,
    Signer,
    SourceLearner,
    Trust,
    Verdict,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
UUID = "1018d05f-21d5-4555-b7f0-8fabfd22ca75"
MAIL = "asa.oberg@example.org"
ESCO = "http://data.europa.eu/esco/skill/"


class NoSettings(AdapterSettings):
    """No settings."""


class CertifiedSigner(Signer[NoSettings]):
    """A key in memory with a certificate chain, as any adapter's signer may be."""

    kind = "certified"
    Settings = NoSettings
    trial = True

    def __init__(self, key: Any, chain: list[x509.Certificate]) -> None:
        super().__init__("certified", NoSettings())
        self.key, self.certificates = key, chain

    @property
    def algorithms(self) -> tuple[str, ...]:
        return ("RS256",) if isinstance(self.key, rsa.RSAPrivateKey) else ("ES256",)

    def sign(self, data: bytes, algorithm: str) -> bytes:
        assert algorithm in self.algorithms
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        r, s = decode_dss_signature(self.key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    def chain(self) -> tuple[bytes, ...]:
        return tuple(one.public_bytes(serialization.Encoding.DER) for one in self.certificates)

    @property
    def anchor(self) -> str:
        """The last certificate of the chain as PEM."""
        return self.certificates[-1].public_bytes(serialization.Encoding.PEM).decode()


def certify(
    key: Any, issuer: x509.Certificate | None, by: Any, *, ca: bool = False, eidas: str = "NTRSE-8020026509",
    name: str = "Exempelbygdens folkhögskola", start: datetime = NOW - timedelta(days=30), length: int | None = None,
) -> x509.Certificate:  # fmt: skip
    """A certificate for a key, signed by another."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, eidas),
        ]
    )
    usage = x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False)
    builder = x509.CertificateBuilder(
        issuer.subject if issuer else subject, subject, key.public_key(), x509.random_serial_number()
    )
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=400))
    builder = builder.add_extension(x509.BasicConstraints(ca, length), critical=True)
    return builder.add_extension(usage, critical=True).sign(by, hashes.SHA256())


def make_signer(kind: str = "ES256", **changes: Any) -> CertifiedSigner:
    """A signer under a root and an issuing authority."""
    root_key, middle_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    key: Any = rsa.generate_private_key(65537, 2048) if kind == "RS256" else ec.generate_private_key(ec.SECP256R1())
    root = certify(root_key, None, root_key, ca=True, name="Rot", eidas="NTRSE-1")
    middle = certify(middle_key, root, root_key, ca=True, name="Utfärdare", eidas="NTRSE-2", length=0)
    return CertifiedSigner(key, [certify(key, middle, middle_key, **changes), middle, root])


def both(swedish: str, english: str) -> dict[str, str]:
    return {"sv": swedish, "en": english}


def make_outcome(number: int) -> Outcome:
    return Outcome(
        title=both(f"Planera pass {number}.", f"Plan session {number}."),
        criteria=both("Planen följs.", "The plan is followed."),
        type="skill",
        esco=(Concept(uri=f"{ESCO}{number:08d}", label={"en": f"plan sessions {number}"}),),
    )


def make_achievement(**changes: Any) -> Achievement:
    values: dict[str, Any] = {
        "id": "samarbete", "title": both("Samarbeta", "Working together"), "owner": "exempel", "workload_hours": 20,
        "outcomes": (make_outcome(1), make_outcome(2)), "assessment": ("practical",), "mode": ("present",),
        "iscedf": "0031", "level": Level(value=4, state="decided", decision="MYH 2026/1"),
        "quality_assurance": QualityAssurance(internal=both("Två lärare.", "Two."), external=both("Annan.", "Other.")),
        "credit": Credit(points=1.5),
    }  # fmt: skip
    return Achievement(**{**values, **changes})


@pytest.fixture(scope="session")
def organisation() -> Organisation:
    return Organisation(
        id="exempel",
        legal_name=both("Exempelbygdens folkhögskola", "Exempelbygden Folk High School"),
        registration="802002-6509",
        eidas="NTRSE-8020026509",
        homepage="https://folkhogskola.example",
    )


def make_completion(**changes: Any) -> Completion:
    person = SourceLearner(source="moodle", key="7", full_name="Åsa Öberg", email=MAIL)
    values: dict[str, Any] = {
        "source": "moodle", "key": "course:2/user:7", "learner": person, "module": "course:2", "title": "Kurs",
        "completed_at": NOW, "by": "Karin Lärare", "grade": Grade(value=80, minimum=0, maximum=100),
    }  # fmt: skip
    return Completion(**{**values, **changes})


@pytest.fixture
def order(organisation: Organisation) -> Callable[..., IssueOrder]:
    """Makes an order; ``achievement``, ``name`` and ``evidence`` are shortcuts, the rest are its own fields."""

    def make(**changes: Any) -> IssueOrder:
        achievement = changes.pop("achievement", None) or make_achievement()
        evidence = changes.pop("evidence", (make_completion(),))
        award = Award(
            id="a1", learner_id="l1", achievement_id=achievement.id, achievement_version=1, state="approved",
            completed_at=NOW, decided_at=NOW, decided_by="Karin Lärare", evidence=evidence,
        )  # fmt: skip
        name = changes.pop("name", "Åsa Öberg")
        learner = Learner(id="l-4711", full_name=name, email=MAIL, birth_date=date(1999, 10, 2))
        values: dict[str, Any] = {
            "urn": f"urn:credential:{UUID}", "award": award, "achievement": achievement, "learner": learner,
            "issuer": organisation, "owner": organisation, "issued_at": NOW,
            "valid_until": NOW + timedelta(days=365), "status_url": "https://mimis.example/status/abc",
            "public_url": "https://mimis.example/c/abc", "status_list_url": "https://mimis.example/status/list/1",
            "status_index": 94567,
        }  # fmt: skip
        return IssueOrder(**{**values, **changes})

    return make


@pytest.fixture
def build(order: Callable[..., IssueOrder]) -> Callable[..., Document]:
    """Builds the badge of an order; ``settings`` are the format's."""

    def make(settings: dict[str, Any] | None = None, **changes: Any) -> Document:
        return BadgeFormat("badge", BadgeSettings(**(settings or {}))).build(order(**changes))

    return make


@pytest.fixture
def badge(build: Callable[..., Document]) -> Callable[..., dict[str, Any]]:
    """The same, parsed."""

    def make(settings: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(build(settings, **changes).content)
        return document

    return make


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory, organisation: Organisation) -> Path:
    """A folder with an Ed25519 key and its anchor."""
    folder = tmp_path_factory.mktemp("keys")
    write_key(organisation, folder / KEY_FILE, folder / ANCHOR_FILE, NOW)
    return folder


@pytest.fixture(scope="session")
def ed25519(keys: Path) -> Ed25519Signer:
    return Ed25519Signer("signer", Ed25519Settings(file=str(keys / KEY_FILE)))


@pytest.fixture(scope="session")
def did(ed25519: Ed25519Signer) -> str:
    return did_key(ed25519.public_key)


@pytest.fixture(scope="session")
def certified() -> CertifiedSigner:
    return make_signer()


@pytest.fixture
def proved(build: Callable[..., Document], ed25519: Ed25519Signer, did: str) -> Callable[..., Sealed]:
    """A badge with a Data Integrity proof, named by its did:key unless told otherwise."""

    def make(settings: dict[str, Any] | None = None, **changes: Any) -> Sealed:
        document = build({"issuer": did, **(settings or {})}, **changes)
        return DataIntegritySealer("seal", DataIntegritySettings(), now=lambda: NOW).seal(document, ed25519)

    return make


@pytest.fixture
def token(build: Callable[..., Document], certified: CertifiedSigner) -> Callable[..., Sealed]:
    """A badge as a token; ``signer`` is the certified one unless told otherwise."""

    def make(settings: dict[str, Any] | None = None, signer: Signer[Any] = certified, **changes: Any) -> Sealed:
        return JwtSealer("seal", JwtSettings(), now=lambda: NOW).seal(build(settings, **changes), signer)

    return make


@pytest.fixture(scope="session")
def anchors(keys: Path, certified: CertifiedSigner) -> tuple[str, ...]:
    """The Ed25519 key's certificate and the root of the other."""
    return ((keys / ANCHOR_FILE).read_text("ascii"), certified.anchor)


@pytest.fixture
def verify(anchors: tuple[str, ...]) -> Callable[..., Verdict]:
    """Verifies offline, a day later, with both anchors; changes are those of the trust."""

    def run(content: bytes, **changes: Any) -> Verdict:
        values: dict[str, Any] = {"anchors": anchors, "offline": True, "now": NOW + timedelta(days=1)}
        return BadgeVerifier().verify(content, Trust(**{**values, **changes}))

    return run


def results(verdict: Verdict) -> dict[str, str]:
    """Status by check."""
    return {check.type: check.status for check in verdict.checks}


def reason(verdict: Verdict, kind: str) -> str:
    """Why a check ended as it did."""
    return next(check.reason for check in verdict.checks if check.type == kind)
