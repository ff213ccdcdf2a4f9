"""Our badges before openbadgeslib, which knows nothing of us: it accepts them as they are and refuses changed ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from mimis_openbadges.keys import Ed25519Signer
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from openbadgeslib.ob3.ldp import OB3LdpVerifier

from mimis_core import Document, Sealed
from tests.adapters.openbadges.conftest import UUID, make_signer

Make = Callable[..., Sealed]
LATELY: dict[str, Any] = {
    "issued_at": datetime.now(UTC).replace(microsecond=0) - timedelta(days=1),
    "valid_until": None,
}
"""It judges by the clock on the wall."""


@pytest.fixture
def proved_lately(build: Callable[..., Document], ed25519: Ed25519Signer, did: str) -> Sealed:
    from mimis_openbadges.sealers import DataIntegritySealer
    from mimis_openbadges.settings import DataIntegritySettings

    return DataIntegritySealer("seal", DataIntegritySettings()).seal(build({"issuer": did}, **LATELY), ed25519)


def test_it_accepts_our_proof(proved_lately: Sealed, did: str) -> None:
    found = OB3LdpVerifier.for_issuer_did(did).verify(proved_lately.content)
    assert found.id == f"urn:uuid:{UUID}"


@pytest.mark.parametrize(("old", "new"), [("Åsa", "Eva"), ("Samarbeta", "Leda"), ("Completed", "Failed")])
def test_it_sees_changes_under_our_proof(proved_lately: Sealed, did: str, old: str, new: str) -> None:
    content = proved_lately.content.replace(old.encode(), new.encode())
    assert content != proved_lately.content
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier.for_issuer_did(did).verify(content)


@pytest.mark.parametrize("kind", ["RS256", "ES256"])
def test_it_accepts_our_token(token: Make, kind: str) -> None:
    signer = make_signer(kind)
    key = signer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    content = token(signer=signer, **LATELY).content.decode()
    assert OB3Verifier(key).verify(content).id == f"urn:uuid:{UUID}"


def test_it_accepts_our_token_by_did(token: Make, ed25519: Ed25519Signer, did: str) -> None:
    content = token({"issuer": did}, signer=ed25519, **LATELY).content.decode()
    assert OB3Verifier.for_issuer_did(did).verify(content).id == f"urn:uuid:{UUID}"


def test_it_refuses_a_changed_token(token: Make, ed25519: Ed25519Signer, did: str) -> None:
    header, payload, signature = token({"issuer": did}, signer=ed25519, **LATELY).content.decode().split(".")
    with pytest.raises(OB3VerificationError):
        OB3Verifier.for_issuer_did(did).verify(f"{header}.{payload[:-4]}AAAA.{signature}")


def test_we_accept_its_proof(organisation: Any, verify: Callable[..., Any], keys: Any, did: str) -> None:
    from mimis_openbadges.keys import KEY_FILE
    from openbadgeslib.ob3 import Achievement, Issuer, OpenBadgeCredential
    from openbadgeslib.ob3.ldp import OB3LdpSigner

    credential = OpenBadgeCredential(
        issuer=Issuer(id=did, name="Annan"),
        achievement=Achievement(id="urn:uuid:1", name="N", description="D", criteria_narrative="C", tags=["a", "b"]),
        recipient_id="mailto:a@b.example",
    )
    content = OB3LdpSigner((keys / KEY_FILE).read_bytes()).sign_to_json(credential)
    now = datetime.now(UTC) + timedelta(minutes=1)
    checks = {check.type: check.status for check in verify(content.encode(), now=now).checks}
    assert (checks["format"], checks["seal"]) == ("ok", "ok")
    document = json.loads(content) | {"name": "Changed"}
    assert verify(json.dumps(document).encode(), now=now).verdict == "invalid"
