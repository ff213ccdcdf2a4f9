"""The wallet sandbox's own judgement of seals."""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from mimis_europass.wallet.sandbox import WalletSandbox
from mimis_europass.wallet.seal import SealError, TrustList

from . import wallet_fixtures
from .wallet_fixtures import HOLDER, URN, Certified, certify, credential, deposit, refused, seal

authority, school, server = wallet_fixtures.authority, wallet_fixtures.school, wallet_fixtures.server


@pytest.fixture
def sealed(school: Certified) -> bytes:
    return seal(credential(), school)


def test_sound_seal_is_accepted(server: WalletSandbox, sealed: bytes) -> None:
    view = deposit(server, sealed).json()
    assert view["uuid"] == URN
    assert view["title"] == "Självständig i köket"
    assert view["viewerURL"].endswith(f"/#/view/abc/{URN}")


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())])
def test_both_key_types_are_read(authority: Certified, key: Any) -> None:
    trust = TrustList()
    trust.add(authority.pem)
    opened = trust.open(seal(credential(), certify("Skolan", authority, key=key)))
    assert opened.holder == HOLDER
    assert opened.credential["id"] == URN


def test_trial_key_needs_explicit_trust(server: WalletSandbox) -> None:
    trial = certify("Provnyckel")
    content = seal(credential(), trial)
    assert refused(deposit(server, content)) == (400, "CR-0007")
    server.trust(trial.pem)
    assert deposit(server, content).status_code == 200


def test_fresh_sandbox_trusts_nobody(sealed: bytes) -> None:
    with pytest.raises(SealError, match="not trusted"):
        TrustList().open(sealed)


def test_intermediate_in_chain_is_followed(authority: Certified) -> None:
    trust = TrustList()
    trust.add(authority.pem)
    between = certify("Mellan-CA", authority, ca=True)
    assert trust.open(seal(credential(), certify("Skolan", between))).holder == HOLDER


def test_school_cannot_certify_others(server: WalletSandbox, school: Certified) -> None:
    forged = certify("Annan", school)
    assert refused(deposit(server, seal(credential(), forged))) == (400, "CR-0007")


def test_namesake_authority_is_not_trusted(server: WalletSandbox) -> None:
    forged = certify("Skolan", certify("Prov-CA", ca=True))
    assert refused(deposit(server, seal(credential(), forged))) == (400, "CR-0007")


@pytest.mark.parametrize("days", [-1, -50])
def test_expired_certificate_is_refused(server: WalletSandbox, authority: Certified, days: int) -> None:
    response = deposit(server, seal(credential(), certify("Skolan", authority, days=days)))
    assert response.json()["description"] == "a certificate is not valid now"


@pytest.mark.parametrize(
    "header",
    [
        {"b64": None},
        {"b64": True},
        {"crit": None},
        {"crit": ["sigT"]},
        {"crit": ["b64", "sigT", "unknown"], "unknown": 1},
        {"crit": ["b64", "adoTst"]},
        {"sigT": None, "crit": ["b64"]},
        {"iat": 1780000000},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "RS256"},
        {"alg": "ES384"},
        {"alg": None},
        {"x5c": None},
        {"x5c": []},
        {"x5c": ["AAAA"]},
        {"x5t#S256": "AAAA"},
        {"x5t#S256": None},
    ],
)
def test_wrong_header_is_refused(server: WalletSandbox, school: Certified, header: dict[str, Any]) -> None:
    assert refused(deposit(server, seal(credential(), school, **header))) == (400, "CR-0007")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("köket", "hallen"),
        ('"signature": "', '"signature": "*'),
        ('"signature": "', '"signature": "AAAA'),
        ('"protected": "', '"protected": "!'),
        ('"header": {}', '"header": {}}, {"header": {}'),
        ('{"payload"', '{"first": 1, "payload"'),
        ('"signatures"', '"other"'),
    ],
)
def test_changed_file_is_refused(server: WalletSandbox, sealed: bytes, before: str, after: str) -> None:
    changed = sealed.decode().replace(before, after, 1)
    assert changed.encode() != sealed
    assert refused(deposit(server, changed.encode())) == (400, "CR-0007")


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"payload"', b'{"payload": 1, "signatures": []}'])
def test_garbage_is_refused(server: WalletSandbox, content: bytes) -> None:
    assert refused(deposit(server, content)) == (400, "CR-0007")


@pytest.mark.official
def test_official_seal_is_read(shared: Path) -> None:
    content = (shared / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes()
    header = json.loads(_protected(content))
    certificate = x509.load_der_x509_certificate(_plain64(header["x5c"][0]))
    trust = TrustList()
    trust.add(certificate.public_bytes(Encoding.PEM).decode())
    opened = trust.open(content, now=datetime(2024, 1, 1, tzinfo=UTC))
    assert opened.holder == "VATES-A00000000"
    with pytest.raises(SealError, match="not valid now"):
        trust.open(content)


@pytest.mark.official
@pytest.mark.parametrize("change", [("Generic", "Specific"), ("European", "Eurasian")])
def test_changed_official_file_is_seen(shared: Path, change: tuple[str, str]) -> None:
    content = (shared / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_text(encoding="utf-8")
    with pytest.raises(SealError, match="does not fit"):
        TrustList().open(content.replace(*change, 1).encode())


def _protected(content: bytes) -> bytes:
    text = json.loads(content)["signatures"][0]["protected"]
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _plain64(text: str) -> bytes:
    return b64decode(text)
