"""Signing: the forms of Open Badges 3.0, checked against the official schema, joserfc, and each sealer's refusals."""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cryptography import x509
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from mimis_openbadges.badge import BadgeFormat
from mimis_openbadges.keys import Ed25519Signer
from mimis_openbadges.sealers import DataIntegritySealer, JwtSealer
from mimis_openbadges.settings import BadgeSettings, DataIntegritySettings, JwtSettings
from mimis_openbadges.verifier import BadgeVerifier

from mimis_core import ConfigurationError, DataError, Document, IssueOrder, Sealed, Trust
from mimis_core.testing.conformance import FormatConformance, SealerConformance
from tests.adapters.openbadges.conftest import MAIL, NOW, UUID, CertifiedSigner, make_signer

Json = dict[str, Any]
Make = Callable[..., Sealed]


class TestBadgeConformance(FormatConformance):
    adapter_type = BadgeFormat

    @pytest.fixture
    def format(self) -> BadgeFormat:
        return BadgeFormat("badge", BadgeSettings())

    @pytest.fixture
    def misfit(self, order: IssueOrder) -> tuple[IssueOrder, tuple[str, ...]]:
        nobody = order.learner.model_copy(update={"full_name": "  "})
        return order.model_copy(update={"learner": nobody}), ("name nobody",)

    @pytest.fixture
    def order(self, order: Callable[..., IssueOrder]) -> IssueOrder:
        return order()


class BadgeSealing(SealerConformance):
    """Both forms of a badge, verified offline a day later."""

    @pytest.fixture
    def verifier(self) -> BadgeVerifier:
        return BadgeVerifier()

    @pytest.fixture
    def trust(self, anchors: tuple[str, ...]) -> Trust:
        return Trust(anchors=anchors, offline=True, now=NOW + timedelta(days=1))


class TestJwtConformance(BadgeSealing):
    adapter_type = JwtSealer

    @pytest.fixture
    def sealer(self) -> JwtSealer:
        return JwtSealer("seal", JwtSettings(), now=lambda: NOW)

    @pytest.fixture
    def signer(self, certified: CertifiedSigner) -> CertifiedSigner:
        return certified

    @pytest.fixture
    def document(self, build: Callable[..., Document]) -> Document:
        return build()


class TestDataIntegrityConformance(BadgeSealing):
    """The key has no certificate: the file names it by its did:key."""

    adapter_type = DataIntegritySealer

    @pytest.fixture
    def sealer(self) -> DataIntegritySealer:
        return DataIntegritySealer("seal", DataIntegritySettings(), now=lambda: NOW)

    @pytest.fixture
    def signer(self, ed25519: Ed25519Signer) -> Ed25519Signer:
        return ed25519

    @pytest.fixture
    def document(self, build: Callable[..., Document], did: str) -> Document:
        return build({"issuer": did})

    @pytest.fixture
    def mark(self, did: str) -> bytes:
        return did.encode()


class RoomyRegistry(jws.JWSRegistry):
    """joserfc's own limits are made for tokens; a badge carries certificates and a whole document."""

    max_header_length = 100_000
    max_payload_length = 10_000_000


def parts(sealed: Sealed) -> tuple[Json, Json]:
    header, payload, _ = (urlsafe_b64decode(part + b"==") for part in sealed.content.split(b"."))
    return json.loads(header), json.loads(payload)


@pytest.fixture(scope="session")
def schema(shared: Path) -> Callable[[Json, str], None]:
    """Checks a document by one of the two official schemas."""
    folder = shared / "standards" / "openbadges" / "schemas"

    def check(document: Json, name: str) -> None:
        rules = json.loads((folder / f"ob_v3p0_achievementcredential_schema{name}.json").read_text("utf-8"))
        jsonschema.Draft201909Validator(rules, format_checker=jsonschema.FormatChecker()).validate(document)

    return check


@pytest.mark.official
@pytest.mark.parametrize("name", ["", ".compact"])
def test_badges_keep_official_schema(schema: Any, badge: Any, proved: Make, token: Make, name: str) -> None:
    for document in (badge(), json.loads(proved().content), parts(token())[1], badge(status_index=None)):
        schema(document, name)


@pytest.mark.official
def test_schema_has_room_for_one_status(schema: Any, badge: Any) -> None:
    with pytest.raises(jsonschema.ValidationError, match="is not of type 'object'"):
        schema(badge({"status": "both"}), "")


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # Open Badges knows only the older name
@pytest.mark.parametrize("kind", ["RS256", "ES256", "EdDSA"])
def test_independent_library_accepts_token(kind: str, token: Make, ed25519: Ed25519Signer) -> None:
    sealed = token(signer=ed25519 if kind == "EdDSA" else make_signer(kind))
    header, payload = parts(sealed)
    key: Any = {"RS256": RSAKey, "ES256": ECKey, "EdDSA": OKPKey}[kind].import_key(header["jwk"])
    registry = RoomyRegistry(algorithms=[kind])
    found = jws.deserialize_compact(sealed.content.decode(), key, algorithms=[kind], registry=registry)
    assert json.loads(found.payload) == payload


def test_token_header_is_as_laid_down(token: Make, certified: CertifiedSigner) -> None:
    header, _ = parts(token())
    assert set(header) == {"alg", "typ", "jwk"}
    assert header["typ"] == "JWT"
    assert [b64decode(one) for one in header["jwk"]["x5c"]] == list(certified.chain()[:2])
    assert "d" not in header["jwk"]


def test_claims_stand_beside_the_badge(token: Make, badge: Any) -> None:
    _, payload = parts(token())
    claims = {name: payload.pop(name) for name in ("iss", "jti", "sub", "nbf", "exp")}
    assert payload == badge()
    assert claims == {
        "iss": badge()["issuer"]["id"],
        "jti": f"urn:uuid:{UUID}",
        "sub": badge()["credentialSubject"]["id"],
        "nbf": int(NOW.timestamp()),
        "exp": int((NOW + timedelta(days=365)).timestamp()),
    }


def test_badge_without_end_has_no_exp(token: Make) -> None:
    assert "exp" not in parts(token(valid_until=None))[1]


def test_proof_has_form_of_the_suite(proved: Make, did: str) -> None:
    (proof,) = json.loads(proved().content)["proof"]
    value = proof.pop("proofValue")
    assert proof == {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-11-24T09:30:00Z",
        "verificationMethod": f"{did}#{did.removeprefix('did:key:')}",
        "proofPurpose": "assertionMethod",
    }
    assert value.startswith("z")


def test_https_issuer_names_key_in_fragment(proved: Make, did: str) -> None:
    (proof,) = json.loads(proved({"issuer": "https://skolan.example/issuer"}).content)["proof"]
    assert proof["verificationMethod"] == f"https://skolan.example/issuer#{did.removeprefix('did:key:')}"


def test_same_order_gives_same_bytes(proved: Make, build: Callable[..., Document]) -> None:
    assert build() == build()
    assert proved() == proved()


def test_files_are_named_by_uuid(proved: Make, token: Make) -> None:
    assert (proved().filename, token().filename) == (f"{UUID}.json", f"{UUID}.jwt")
    assert (proved().media_type, token().media_type) == ("application/vc", "application/jwt")
    assert proved().urn == f"urn:credential:{UUID}"


def test_mail_address_is_nowhere(proved: Make, token: Make) -> None:
    assert MAIL.encode() not in proved().content
    assert MAIL not in json.dumps(parts(token())[1])


def test_other_organisations_seal_is_refused(token: Make) -> None:
    with pytest.raises(ConfigurationError, match="another organisation") as caught:
        token(signer=make_signer(eidas="NTRSE-5560000001"))
    assert caught.value.mend


def test_expired_seal_is_refused(token: Make) -> None:
    with pytest.raises(ConfigurationError, match="not hold now"):
        token(signer=make_signer(start=NOW - timedelta(days=900)))


@pytest.mark.parametrize(
    "sealer", [JwtSealer("seal", JwtSettings()), DataIntegritySealer("x", DataIntegritySettings())]
)
def test_did_of_another_key_is_refused(sealer: Any, build: Any, ed25519: Ed25519Signer, did: str) -> None:
    with pytest.raises(ConfigurationError, match="another key"):
        sealer.seal(build({"issuer": f"{did}x"}), ed25519)


def test_proof_needs_an_ed25519_key(build: Any, certified: CertifiedSigner) -> None:
    with pytest.raises(ConfigurationError, match="needs an Ed25519 key") as caught:
        DataIntegritySealer("seal", DataIntegritySettings()).seal(build(), certified)
    assert "mimis openbadges key" in str(caught.value)


def test_proof_needs_issuer_with_address(build: Any, organisation: Any, ed25519: Ed25519Signer) -> None:
    school = organisation.model_copy(update={"homepage": None})
    with pytest.raises(ConfigurationError, match="by an address"):
        DataIntegritySealer("seal", DataIntegritySettings()).seal(build(issuer=school), ed25519)


@pytest.mark.parametrize("content", [b"[]", b"{", b"\xff", b'{"a":1,"a":2}', b'{"id":"urn:x:1"}'])
@pytest.mark.parametrize(
    "sealer", [JwtSealer("seal", JwtSettings()), DataIntegritySealer("x", DataIntegritySettings())]
)
def test_what_is_no_badge_is_refused(sealer: Any, build: Any, ed25519: Ed25519Signer, content: bytes) -> None:
    with pytest.raises(DataError, match=UUID):
        sealer.seal(build().model_copy(update={"content": content}), ed25519)


def test_signed_badge_is_not_signed_again(proved: Make, build: Any, ed25519: Ed25519Signer) -> None:
    document = build().model_copy(update={"content": proved().content})
    with pytest.raises(DataError, match="unsigned"):
        DataIntegritySealer("seal", DataIntegritySettings()).seal(document, ed25519)


def test_unknown_member_is_not_signed(build: Any, ed25519: Ed25519Signer, did: str) -> None:
    document = build({"issuer": did})
    content = json.dumps(json.loads(document.content) | {"color": "blue"}).encode()
    with pytest.raises(DataError, match="does not know"):
        DataIntegritySealer("seal", DataIntegritySettings()).seal(
            document.model_copy(update={"content": content}), ed25519
        )


def test_issuer_setting_must_be_an_address() -> None:
    with pytest.raises(ValueError, match="issuer"):
        BadgeSettings(issuer="http://insecure.example")


def test_certificates_are_those_of_the_key(token: Make, certified: CertifiedSigner) -> None:
    header, _ = parts(token())
    certificate = x509.load_der_x509_certificate(b64decode(header["jwk"]["x5c"][0]))
    assert certificate.public_key() == certified.key.public_key()
