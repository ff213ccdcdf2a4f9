"""The verdict on badges: good ones, changed ones, odd ones, strangers', and the official samples."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mimis_openbadges import plugin
from mimis_openbadges.jose import encode, jwk_of
from mimis_openbadges.keys import Ed25519Signer
from mimis_openbadges.multikey import encode_multibase
from mimis_openbadges.proof import hash_data

from mimis_core import ConfigurationError, Sealed, Verdict
from mimis_core.pipeline import verify_file
from mimis_core.plugins import load_plugins
from tests.adapters.openbadges.conftest import NOW, CertifiedSigner, make_signer, reason, results
from tests.adapters.openbadges.test_sealers import parts

Json = dict[str, Any]
Make = Callable[..., Sealed]
Verify = Callable[..., Verdict]
GOOD = {
    "format": "ok", "seal": "ok", "owner": "ok", "accreditation": "skipped", "revocation": "skipped", "expiry": "ok",
}  # fmt: skip


def sign(header: Json, claims: Json, signer: Any) -> bytes:
    text = ".".join(encode(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{encode(signer.sign(text.encode(), signer.algorithms[0]))}".encode()


def resign(sealed: Sealed, signer: CertifiedSigner, header: Json | None = None, **claims: Any) -> bytes:
    """The token with other claims or header, signed again; None removes."""
    first, payload = parts(sealed)
    return sign(merge(first, header or {}), merge(payload, claims), signer)


def merge(one: Json, other: Json) -> Json:
    return {key: value for key, value in {**one, **other}.items() if value is not None}


def reprove(document: Json, signer: Ed25519Signer, **options: Any) -> bytes:
    """The document with its proof made again, over whatever it says now."""
    (proof,) = document["proof"]
    proof = merge({key: value for key, value in proof.items() if key != "proofValue"}, options)
    value = encode_multibase(signer.sign(hash_data(document, proof), "EdDSA"))
    return json.dumps(document | {"proof": [proof | {"proofValue": value}]}).encode()


@pytest.mark.parametrize("kind", ["proved", "token"])
def test_own_badge_is_good_but_unasked(kind: str, request: pytest.FixtureRequest, verify: Verify) -> None:
    verdict = verify(request.getfixturevalue(kind)().content)
    assert (results(verdict), verdict.verdict) == (GOOD, "unknown")
    assert "offline" in reason(verdict, "revocation")


@pytest.mark.parametrize("kind", ["proved", "token"])
def test_unknown_issuer_is_told(kind: str, request: pytest.FixtureRequest, verify: Verify) -> None:
    verdict = verify(request.getfixturevalue(kind)().content, anchors=())
    assert results(verdict)["owner"] == "skipped"
    assert (verdict.verdict, reason(verdict, "owner")[:14]) == ("unknown", "Unknown issuer")


def test_key_may_be_named_by_address(proved: Make, verify: Verify) -> None:
    assert results(verify(proved({"issuer": "https://skolan.example/i"}).content)) == GOOD


def test_token_of_bare_key_is_pinned(token: Make, ed25519: Ed25519Signer, verify: Verify) -> None:
    assert results(verify(token(signer=ed25519).content)) == GOOD


def test_rsa_token_is_good(token: Make, verify: Verify) -> None:
    signer = make_signer("RS256")
    assert results(verify(token(signer=signer).content, anchors=(signer.anchor,))) == GOOD


@pytest.mark.parametrize("days", [-2, 400])
def test_outside_its_time_is_an_error(proved: Make, token: Make, verify: Verify, days: int) -> None:
    for made in (proved, token):
        verdict = verify(made().content, now=NOW + timedelta(days=days))
        assert verdict.verdict == "invalid"


def test_badge_without_end_holds(proved: Make, verify: Verify) -> None:
    assert reason(verify(proved(valid_until=None).content), "expiry") == "The badge has no end date."


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("name",), "Annat"),
        (("credentialSubject", "identifier", 0, "identityHash"), "Björn"),
        (("credentialSubject", "achievement", "name"), "Annat"),
        (("issuer", "name"), "Annan skola"),
        (("validUntil",), "2036-01-01T00:00:00Z"),
        (("credentialStatus", "statusListIndex"), "1"),
        (("proof", 0, "created"), "2026-11-24T09:30:01Z"),
        (("proof", 0, "proofPurpose"), "authentication"),
        (("proof", 0, "proofValue"), "z1"),
        (("proof", 0, "proofValue"), "u1"),
        (("proof", 0, "expires"), "2026-11-24T10:00:00Z"),
    ],
)
def test_changed_badge_is_invalid(proved: Make, verify: Verify, path: tuple[Any, ...], value: str) -> None:
    document = json.loads(proved().content)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    verdict = verify(json.dumps(document).encode())
    assert (verdict.verdict, results(verdict)["seal"]) == ("invalid", "error")


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document | {"color": "blue"},
        lambda document: document | {"proof": document["proof"] * 2},
        lambda document: document | {"proof": [document["proof"][0] | {"cryptosuite": "ecdsa-sd-2023"}]},
        lambda document: document | {"proof": [merge(document["proof"][0], {"created": None})]},
        lambda document: document | {"@context": [*document["@context"], "https://a.example/context"]},
        lambda document: document | {"endorsement": [{"id": document["credentialSubject"]["id"], "name": "x"}]},
    ],
    ids=["unknown term", "two proofs", "other suite", "no time", "other context", "scattered"],
)
def test_what_cannot_be_read_is_unknown(proved: Make, verify: Verify, change: Callable[[Json], Json]) -> None:
    verdict = verify(json.dumps(change(json.loads(proved().content))).encode())
    assert verdict.verdict == "unknown"
    assert any("mimis cannot check this badge" in check.reason for check in verdict.checks)


def test_merged_objects_hide_nothing(proved: Make, verify: Verify) -> None:
    """To RDF two objects with one id are one: what the issuer signed must stay where it stood."""
    document = json.loads(proved().content)
    entries = document["issuer"].pop("otherIdentifier")
    document["credentialSubject"]["achievement"]["creator"] = {"id": document["issuer"]["id"]} | {
        "otherIdentifier": entries
    }
    assert verify(json.dumps(document).encode()).verdict != "valid"


def test_own_key_signs_no_other_did(proved: Make, verify: Verify, ed25519: Ed25519Signer) -> None:
    document = json.loads(proved().content)
    document["issuer"]["id"] = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    verdict = verify(reprove(document, ed25519))
    assert (results(verdict)["seal"], verdict.verdict) == ("error", "invalid")


def test_key_behind_an_address_is_not_fetched(proved: Make, verify: Verify, ed25519: Ed25519Signer) -> None:
    document = json.loads(proved({"issuer": "https://skolan.example/i"}).content)
    content = reprove(document, ed25519, verificationMethod="https://skolan.example/i#key-1")
    assert results(verify(content)) == GOOD
    assert results(verify(content, anchors=()))["seal"] == "skipped"


def test_pinned_key_speaks_for_its_school_only(
    proved: Make, verify: Verify, ed25519: Ed25519Signer, organisation: Any
) -> None:
    other = organisation.model_copy(update={"eidas": "NTRSE-5560000001"})
    verdict = verify(proved(issuer=other).content)
    assert (results(verdict)["owner"], verdict.verdict) == ("error", "invalid")


@pytest.mark.parametrize(
    ("claims", "seal"),
    [
        ({"iss": "https://a.example"}, "error"),
        ({"sub": "urn:uuid:1"}, "error"),
        ({"jti": None}, "error"),
        ({"nbf": 1}, "error"),
        ({"exp": 9999999999}, "error"),
        ({"exp": None}, "error"),
        ({"aud": "x"}, "ok"),
    ],
)
def test_claims_must_repeat_the_badge(
    token: Make, verify: Verify, certified: CertifiedSigner, claims: Json, seal: str
) -> None:
    assert results(verify(resign(token(), certified, **claims)))["seal"] == seal


@pytest.mark.parametrize(
    ("header", "seal"),
    [
        ({"alg": "none"}, "error"),
        ({"alg": "HS256"}, "error"),
        ({"alg": "RS256"}, "error"),
        ({"alg": "EdDSA"}, "error"),
        ({"crit": ["b64"], "b64": False}, "error"),
        ({"jwk": None}, "skipped"),
        ({"jwk": {"kty": "oct", "k": "AAAA"}}, "error"),
        ({"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}, "error"),
        ({"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}}, "error"),
        ({"jwk": 7}, "error"),
        ({"x5c": []}, "error"),
        ({"kid": "https://skolan.example/key"}, "ok"),
        ({"typ": None}, "ok"),
    ],
)
def test_header_tricks_do_not_pass(
    token: Make, verify: Verify, certified: CertifiedSigner, header: Json, seal: str
) -> None:
    assert results(verify(resign(token(), certified, header)))["seal"] == seal


def test_envelope_standard_needs_no_claims(token: Make, verify: Verify, certified: CertifiedSigner) -> None:
    content = resign(token(), certified, {"typ": "vc+jwt"}, iss=None, sub=None, jti=None, nbf=None, exp=None)
    assert results(verify(content)) == GOOD


def test_certificate_must_be_of_the_key(token: Make, verify: Verify, certified: CertifiedSigner) -> None:
    other = make_signer()
    chain = [b64encode(one).decode() for one in certified.chain()[:2]]
    verdict = verify(resign(token(), other, {"jwk": jwk_of(other.key.public_key()) | {"x5c": chain}}))
    assert "another key" in reason(verdict, "seal")


def test_chain_must_reach_the_anchor(token: Make, verify: Verify, certified: CertifiedSigner) -> None:
    jwk = parts(token())[0]["jwk"]
    verdict = verify(resign(token(), certified, {"jwk": jwk | {"x5c": jwk["x5c"][:1]}}))
    assert results(verdict)["owner"] == "skipped"


def test_certificate_must_have_held_then(token: Make, verify: Verify) -> None:
    signer = make_signer(start=NOW - timedelta(days=1))
    content = token(signer=signer, issued_at=NOW - timedelta(days=10)).content
    verdict = verify(content, anchors=(signer.anchor,))
    assert reason(verdict, "owner") == "The certificate was not valid when the badge was signed."


def test_badge_without_identifier_stays_unconfirmed(token: Make, verify: Verify, certified: CertifiedSigner) -> None:
    issuer = merge(parts(token())[1]["issuer"], {"otherIdentifier": None})
    verdict = verify(resign(token(), certified, issuer=issuer))
    assert "does not say that this is its issuer" in reason(verdict, "owner")


@pytest.mark.parametrize("member", ["id", "validFrom", "issuer", "credentialSubject", "@context"])
def test_missing_member_is_a_format_error(badge: Callable[..., Json], verify: Verify, member: str) -> None:
    verdict = verify(json.dumps(merge(badge(), {member: None})).encode())
    assert (results(verdict)["format"], verdict.verdict) == ("error", "invalid")


def test_unsigned_badge_is_invalid(build: Any, verify: Verify) -> None:
    assert reason(verify(build().content), "seal") == "Nobody has signed the badge."


def test_wrong_anchor_is_a_configuration_error(proved: Make, verify: Verify) -> None:
    with pytest.raises(ConfigurationError, match="trust anchor"):
        verify(proved().content, anchors=("no certificate",))


@pytest.mark.official
@pytest.mark.parametrize(
    ("name", "seal"), [("ob30-simple", "ok"), ("ob30-complete", "skipped"), ("ob30-simple-eddsa-2022", "skipped")]
)
def test_official_samples_are_judged(shared: Path, verify: Verify, name: str, seal: str) -> None:
    content = (shared / "standards/openbadges/samples" / f"{name}.json").read_bytes()
    assert plugin.mimis_verifier(content) is not None
    assert results(verify(content))["seal"] == seal


# Which verifier answers ------------------------------------------------------------------------------------------


def answering(content: bytes) -> list[str]:
    return [name for name, found in load_plugins().call("mimis_verifier", content=content) if found is not None]


@pytest.mark.parametrize("kind", ["proved", "token"])
def test_exactly_one_adapter_takes_badge(kind: str, request: pytest.FixtureRequest) -> None:
    assert answering(request.getfixturevalue(kind)().content) == ["openbadges"]


@pytest.mark.official
def test_sealed_credentials_stay_with_the_seals(shared: Path) -> None:
    content = (shared / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes()
    outer = json.loads(content)
    (seal,) = outer["signatures"]
    compact = f"{seal['protected']}.{encode(outer['payload'].encode())}.{seal['signature']}".encode()
    assert [answering(one) for one in (content, compact)] == [["seals"], ["seals"]]


def test_further_checks_leave_badge_alone(proved: Make) -> None:
    from mimis_core import Trust

    verdict = verify_file(load_plugins(), proved().content, Trust(offline=True))
    assert [check.type for check in verdict.checks] == list(GOOD)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"eyJ.e30.AA", b'{"type": "OpenBadgeCredential"', b"\xff\xfe"])
def test_other_files_are_left_to_others(content: bytes) -> None:
    assert plugin.mimis_verifier(content) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255))
@pytest.mark.parametrize("kind", ["proved", "token"])
def test_one_changed_byte_is_never_good(
    request: pytest.FixtureRequest, verify: Verify, kind: str, place: int, byte: int
) -> None:
    content = bytearray(request.getfixturevalue(kind)().content)
    before = bytes(content)
    content[place % len(content)] = byte
    verdict = verify(bytes(content))
    same = kind == "proved" and loads(bytes(content)) == json.loads(before)
    assert bytes(content) == before or same or results(verdict) != GOOD


def loads(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None


MEMBERS = ["@context", "id", "type", "issuer", "credentialSubject", "achievement", "proof", "validFrom"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(MEMBERS), inner),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=ANYTHING)
def test_any_json_gives_a_verdict(badge: Callable[..., Json], verify: Verify, value: Any) -> None:
    document = badge() | (value if isinstance(value, dict) else {"proof": value})
    assert verify(json.dumps(document).encode()).verdict in ("invalid", "unknown")


def holders(value: Any) -> list[tuple[Any, Any]]:
    """Each place in a document: what holds it, and by which key."""
    found = []
    for key, one in list(value.items() if isinstance(value, dict) else enumerate(value)):
        found += [(value, key), *(holders(one) if isinstance(one, dict | list) else [])]
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10**6), value=ANYTHING | st.sampled_from([float("inf"), 10**400, "\ud800", [[]]]))
@pytest.mark.parametrize("kind", ["proved", "token"])
def test_any_member_may_be_anything(
    request: pytest.FixtureRequest, verify: Verify, certified: CertifiedSigner, kind: str, place: int, value: Any
) -> None:
    """Whatever stands in one place, properly signed or not, there is a verdict and no error."""
    sealed = request.getfixturevalue(kind)()
    header, document = parts(sealed) if kind == "token" else ({}, json.loads(sealed.content))
    places = holders({"header": header, "document": document})
    holder, key = places[place % len(places)]
    holder[key] = value
    content = sign(header, document, certified) if kind == "token" else json.dumps(document).encode()
    assert verify(content).verdict in ("invalid", "unknown")


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-24", "x"])
def test_odd_dates_give_a_verdict(token: Make, verify: Verify, certified: CertifiedSigner, start: str) -> None:
    assert verify(resign(token(), certified, {"typ": "vc+jwt"}, validFrom=start, nbf=None)).verdict == "invalid"


@pytest.mark.parametrize("content", [b'{"type":"OpenBadgeCredential","a":' + b"[" * 90_000, b"eyJ" + b"A" * 2_000_000])
def test_huge_and_deep_files_are_left(content: bytes) -> None:
    assert plugin.mimis_verifier(content) is None


def test_deep_badge_is_refused(badge: Callable[..., Json], verify: Verify) -> None:
    inner: Json = {}
    for _ in range(200):
        inner = {"a": inner}
    assert verify(json.dumps(badge() | {"evidence": inner}).encode()).verdict == "invalid"
