"""Badges made to deceive: by strangers' keys, by odd JSON-LD, by proofs that say other than they should."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from mimis_openbadges.form import DEEPEST
from mimis_openbadges.jose import LARGEST, encode, jwk_of
from mimis_openbadges.keys import Ed25519Signer

from mimis_core import Sealed, Verdict
from tests.adapters.openbadges.conftest import NOW, CertifiedSigner, certify, make_signer, reason, results
from tests.adapters.openbadges.test_sealers import parts
from tests.adapters.openbadges.test_verifier import merge, reprove, resign, sign

Json = dict[str, Any]
Make = Callable[..., Sealed]
Verify = Callable[..., Verdict]
EVIL = "https://schema.org/email"
OTHER_SCHOOL = "NTRSE-5560000001"


def changed(sealed: Sealed, path: tuple[Any, ...], value: Any) -> Json:
    """The signed document with one member set."""
    document: Json = json.loads(sealed.content)
    holder: Any = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return document


# JSON-LD: each would let a text mean other than it says, so none is read --------------------------------------------

ACHIEVEMENT = ("credentialSubject", "achievement")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("@included",), [{"id": "urn:x:1", "type": "Achievement"}]),
        (("@reverse",), {"issuer": {"id": "urn:x:1"}}),
        (("@graph",), []),
        (("credentialSubject", "@reverse"), {"creator": {"id": "urn:x:1"}}),
        ((*ACHIEVEMENT, "@context"), {"name": EVIL}),
        ((*ACHIEVEMENT, "@context"), [{"Achievement": {"@id": EVIL, "@context": {"name": EVIL}}}]),
        ((*ACHIEVEMENT, "@context"), None),
        (("issuer", "@type"), "Profile"),
        ((*ACHIEVEMENT, "name"), {"@value": "x"}),
        ((*ACHIEVEMENT, "description"), ["a", None]),
        ((*ACHIEVEMENT, "@nest"), {"name": "x"}),
        ((*ACHIEVEMENT, "color"), "blue"),
        (("@context", 2), "https://a.example/more"),
        (("@context", 2), {"name": EVIL}),
        (("@context", 2), {"@vocab": "https://a.example/"}),
    ],
)
def test_json_ld_tricks_are_never_good(proved: Make, verify: Verify, path: tuple[Any, ...], value: Any) -> None:
    sealed = proved()
    if path[0] == "@context":
        path, value = ("@context",), [*json.loads(sealed.content)["@context"], value]
    verdict = verify(json.dumps(changed(sealed, path, value)).encode())
    assert "ok" not in {results(verdict)[one] for one in ("seal", "owner", "revocation")}


@pytest.mark.parametrize("kind", ["proved", "token"])
def test_other_second_vocabulary_is_no_badge(
    kind: str, request: pytest.FixtureRequest, verify: Verify, certified: CertifiedSigner
) -> None:
    sealed = request.getfixturevalue(kind)()
    document = parts(sealed)[1] if kind == "token" else json.loads(sealed.content)
    document["@context"] = [document["@context"][0], "https://a.example/context"]
    content = sign(parts(sealed)[0], document, certified) if kind == "token" else json.dumps(document).encode()
    assert reason(verify(content), "format").endswith("its vocabulary is not Open Badges 3.0.")


# Proofs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"created": (NOW + timedelta(days=9)).isoformat()}, "made in the future"),
        ({"expires": (NOW + timedelta(hours=1)).isoformat()}, "has expired"),
        ({"expires": "no date"}, "has expired, or its end date is damaged"),
    ],
)
def test_signed_but_untimely_proof_is_refused(
    proved: Make, verify: Verify, ed25519: Ed25519Signer, options: Json, words: str
) -> None:
    verdict = verify(reprove(json.loads(proved().content), ed25519, **options))
    assert (verdict.verdict, words in reason(verdict, "seal")) == ("invalid", True)


def test_proof_for_later_end_holds(proved: Make, verify: Verify, ed25519: Ed25519Signer) -> None:
    content = reprove(json.loads(proved().content), ed25519, expires=(NOW + timedelta(days=9)).isoformat())
    assert results(verify(content))["seal"] == "ok"


@pytest.mark.parametrize("issuer", ["did", "https://skolan.example/i"])
@pytest.mark.parametrize(
    "place", ["https://evil.example/i", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"]
)
def test_key_of_another_place_is_refused(
    proved: Make, verify: Verify, ed25519: Ed25519Signer, did: str, issuer: str, place: str
) -> None:
    """The signature holds and the key is pinned; but the proof says that it is somebody else's."""
    document = json.loads(proved({"issuer": did if issuer == "did" else issuer}).content)
    fragment = document["proof"][0]["verificationMethod"].partition("#")[2]
    verdict = verify(reprove(document, ed25519, verificationMethod=f"{place}#{fragment}"))
    assert (verdict.verdict, reason(verdict, "seal")) == ("invalid", "The proof names a key that is not the issuer's.")


@pytest.mark.parametrize("purpose", ["authentication", "keyAgreement", None, ["assertionMethod"]])
def test_proof_for_another_purpose_is_refused(proved: Make, verify: Verify, purpose: Any) -> None:
    verdict = verify(json.dumps(changed(proved(), ("proof", 0, "proofPurpose"), purpose)).encode())
    assert (verdict.verdict, reason(verdict, "seal")) == ("invalid", "The proof was not made to state a credential.")


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-2022", "ecdsa-sd-2023", "", None, ["eddsa-rdfc-2022"]])
def test_other_suite_is_not_checked_as_ours(proved: Make, verify: Verify, suite: Any) -> None:
    verdict = verify(json.dumps(changed(proved(), ("proof", 0, "cryptosuite"), suite)).encode())
    assert (verdict.verdict, results(verdict)["seal"]) == ("unknown", "skipped")


@pytest.mark.parametrize("change", [lambda one: [], lambda one: [one, one], lambda one: [[one]], lambda one: "x"])
def test_proof_is_one_or_nothing_is_said(proved: Make, verify: Verify, change: Any) -> None:
    document = json.loads(proved().content)
    verdict = verify(json.dumps(document | {"proof": change(document["proof"][0])}).encode())
    assert (verdict.verdict, results(verdict)["seal"]) == ("unknown", "skipped")


def test_link_in_a_chain_of_proofs_is_signed_too(proved: Make, verify: Verify, ed25519: Ed25519Signer) -> None:
    document = changed(proved(), ("proof", 0, "previousProof"), "urn:uuid:1")
    assert verify(json.dumps(document).encode()).verdict == "invalid"
    assert results(verify(reprove(document, ed25519)))["seal"] == "ok"


def test_unpinned_did_is_unknown_and_named(proved: Make, verify: Verify, did: str) -> None:
    """Anybody can make a did:key and write a school's number beside it."""
    for offline in (True, False):
        verdict = verify(proved().content, anchors=(), offline=offline)
        assert (verdict.verdict, results(verdict)["owner"]) == ("unknown", "skipped")
        assert reason(verdict, "owner").startswith(f"Unknown issuer: the key {did} signed the badge")


# Tokens ------------------------------------------------------------------------------------------------------------


def test_strangers_key_in_header_is_unknown(token: Make, verify: Verify) -> None:
    """A token that says all that the school's says, signed by a key that the stranger put into it."""
    stranger = make_signer()
    verdict = verify(resign(token(), stranger, {"jwk": jwk_of(stranger.key.public_key())}))
    assert (verdict.verdict, results(verdict)["seal"], results(verdict)["owner"]) == ("unknown", "ok", "skipped")
    assert "a key without a certificate" in reason(verdict, "owner")


def test_trusted_stranger_signs_for_itself_only(token: Make, verify: Verify, anchors: tuple[str, ...]) -> None:
    stranger = make_signer(eidas=OTHER_SCHOOL, name="Annan skola")
    chain = [b64encode(one).decode() for one in stranger.chain()[:2]]
    header = {"jwk": jwk_of(stranger.key.public_key()) | {"x5c": chain}}
    verdict = verify(resign(token(), stranger, header), anchors=(*anchors, stranger.anchor))
    assert (verdict.verdict, results(verdict)["owner"]) == ("invalid", "error")
    assert "names another issuer" in reason(verdict, "owner")


def test_authoritys_own_key_signs_no_badge(token: Make, verify: Verify) -> None:
    """An anchor that may only issue certificates is no seal, though its key is pinned."""
    key = ec.generate_private_key(ec.SECP256R1())
    root = CertifiedSigner(key, [certify(key, None, key, ca=True)])
    verdict = verify(resign(token(), root, {"jwk": jwk_of(key.public_key())}), anchors=(root.anchor,))
    assert (verdict.verdict, results(verdict)["owner"]) == ("unknown", "skipped")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES256", None])
def test_token_without_signature_is_no_badge(token: Make, verify: Verify, algorithm: str | None) -> None:
    header, payload = parts(token())
    pieces = [encode(json.dumps(part).encode()) for part in (merge(header, {"alg": algorithm}), payload)]
    assert verify(f"{'.'.join(pieces)}.".encode()).verdict == "invalid"


# Size --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b" " * (LARGEST + 1), b'{"a":' * 200_000, b"[" * 900_000, b"\xff" * 99])
def test_verifier_itself_bounds_what_it_reads(verify: Verify, content: bytes) -> None:
    assert verify(content).verdict == "invalid"


@pytest.mark.parametrize("depth", [DEEPEST + 1, 300, 900])
def test_alike_deep_objects_are_not_compared(badge: Callable[..., Json], verify: Verify, depth: int) -> None:
    """Two objects with one id are compared; deep ones would end in an error of Python's own."""
    deep = '{"id":"urn:x:1","a":' + '{"a":' * depth + "1" + "}" * depth + "}"
    document = {"evidence": "@@", **badge(), "issuer": "@@"} | {"evidence": "@@"}
    text = json.dumps(document).replace('"@@"', deep)
    assert "nested too deeply" in reason(verify(text.encode()), "format")
