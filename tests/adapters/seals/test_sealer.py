"""Sealing: the form that Europass reads, checked by an independent JOSE library."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto.tsp import IssuerSerial
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey, RSAKey
from joserfc.registry import HeaderParameter
from mimis_seals.form.jws import encode
from mimis_seals.keys.certificates import read_certificate
from mimis_seals.keys.pkcs12 import Pkcs12Signer
from mimis_seals.sandboxes.pki import PkiSandbox
from mimis_seals.sealing.sealer import JadesSealer
from mimis_seals.verifying.verifier import JadesVerifier

from mimis_core import ConfigurationError, DataError, Document, Sealed, Trust
from mimis_core.testing.conformance import SealerConformance
from tests.adapters.seals.levels_folder import SCHOOL, open_key, open_sealer, small_document

Seal = Callable[..., Sealed]


@pytest.fixture(scope="module")
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox() as sandbox:
        yield sandbox


class TestJadesConformance(SealerConformance):
    """At level T; the file is raised to LTA with what the sandbox's authorities say."""

    adapter_type = JadesSealer
    level = "LTA"

    @pytest.fixture
    def sealer(self, pki: PkiSandbox) -> Iterator[JadesSealer]:
        with open_sealer(pki, level="T") as opened:
            yield opened

    @pytest.fixture
    def signer(self, pki: PkiSandbox, tmp_path: Path) -> Pkcs12Signer:
        return open_key(pki.issue_seal(SCHOOL), tmp_path)

    @pytest.fixture
    def document(self) -> Document:
        return small_document()

    @pytest.fixture
    def verifier(self) -> JadesVerifier:
        return JadesVerifier()

    @pytest.fixture
    def trust(self, pki: PkiSandbox) -> Trust:
        return Trust(anchors=(pki.anchor_pem, pki.tsa_anchor_pem), offline=True)


class RoomyRegistry(jws.JWSRegistry):
    """joserfc's own limits are made for tokens; a seal carries certificates and a whole document."""

    max_header_length = 100_000
    max_payload_length = 10_000_000
    max_signature_length = 10_000


HEADERS: dict[str, Any] = {"sigT": "str", "iat": "int", "adoTst": lambda value: None}

REGISTRY = RoomyRegistry(
    header_registry={name: HeaderParameter(name, kind) for name, kind in HEADERS.items()},
    algorithms=["RS256", "ES256"],
    strict_check_header=False,
)


def public_key(header: dict[str, Any]) -> Any:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_der_x509_certificate(b64decode(header["x5c"][0])).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return ECKey.import_key(pem) if header["alg"] == "ES256" else RSAKey.import_key(pem)


def header_of(content: bytes) -> dict[str, Any]:
    from base64 import urlsafe_b64decode

    return dict(json.loads(urlsafe_b64decode(json.loads(content)["signatures"][0]["protected"] + "==")))


@pytest.mark.parametrize("key", ["signer", "rsa_signer"])
@pytest.mark.parametrize("time", ["sigT", "iat"])
def test_independent_library_accepts_seal(
    request: pytest.FixtureRequest, seal: Seal, document: Document, key: str, time: str
) -> None:
    content = seal(document, request.getfixturevalue(key), time=time).content
    read = jws.deserialize_json(json.loads(content), public_key(header_of(content)), registry=REGISTRY)
    assert read.payload == document.content


def test_independent_library_sees_a_change(seal: Seal, document: Document, signer: Pkcs12Signer) -> None:
    value = json.loads(seal(document, signer).content)
    value["payload"] = value["payload"].replace("Ek", "Ep", 1)
    with pytest.raises(BadSignatureError):
        jws.deserialize_json(value, public_key(header_of(json.dumps(value).encode())), registry=REGISTRY)


@pytest.mark.official
def test_independent_library_accepts_official_sample(shared: Any) -> None:
    content = (shared / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes()
    read = jws.deserialize_json(json.loads(content), public_key(header_of(content)), registry=REGISTRY)
    assert len(read.payload) == 113061


@pytest.mark.official
def test_header_has_order_of_official_sample(shared: Any, sealed: Sealed) -> None:
    sample = header_of((shared / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes())
    ours = header_of(sealed.content)
    assert list(ours) == [name for name in sample if name != "adoTst"]
    assert {name: ours[name] for name in ("cty", "typ", "b64")} == {
        name: sample[name] for name in ("cty", "typ", "b64")
    }
    assert ours["crit"] == [name for name in sample["crit"] if name != "adoTst"]


def test_payload_comes_first_and_compact(sealed: Sealed, document: Document) -> None:
    assert sealed.content.startswith(b'{"payload":"{\\"id\\":')
    assert re.search(rb'"}\]}$', sealed.content)
    assert b"\n" not in sealed.content
    assert json.loads(sealed.content)["payload"].encode() == document.content


def test_file_is_named_by_uuid(sealed: Sealed) -> None:
    assert sealed.filename == "1018d05f-21d5-4555-b7f0-8fabfd22ca75.jsonld"


def test_kid_names_issuer_and_serial(sealed: Sealed, signer: Pkcs12Signer) -> None:
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(signer.chain()[0])
    read = IssuerSerial.load(b64decode(header_of(sealed.content)["kid"]))
    assert read["serial_number"].native == certificate.serial_number
    assert read["issuer"][0].chosen.untag().dump() == certificate.issuer.public_bytes()


@pytest.mark.official
def test_kid_equals_that_of_official_sample(shared: Any) -> None:
    header = header_of((shared / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes())
    certificate = read_certificate(b64decode(header["x5c"][0]))
    assert certificate.issuer_serial == header["kid"]
    assert (certificate.organisation, certificate.may_seal) == ("ORGANIZACION TEST", True)


def test_thumbprint_is_of_first_certificate(sealed: Sealed) -> None:
    header = header_of(sealed.content)
    assert header["x5t#S256"] == encode(hashlib.sha256(b64decode(header["x5c"][0])).digest())


@pytest.mark.parametrize("certificates", ["signer", "chain"])
def test_anchor_stays_out_of_seal(seal: Seal, document: Document, signer: Pkcs12Signer, certificates: str) -> None:
    header = header_of(seal(document, signer, certificates=certificates).content)
    assert [b64decode(one) for one in header["x5c"]] == [signer.chain()[0]]


@pytest.mark.parametrize(("time", "value"), [("sigT", "2026-11-24T12:00:00Z"), ("iat", 1795521600)])
def test_time_stands_only_once(seal: Seal, document: Document, signer: Pkcs12Signer, time: str, value: Any) -> None:
    header = header_of(seal(document, signer, time=time).content)
    assert header[time] == value
    assert len({"sigT", "iat"} & set(header)) == 1
    assert header["crit"] == ["b64", time]


def test_rsa_seal_is_deterministic(seal: Seal, document: Document, rsa_signer: Pkcs12Signer) -> None:
    assert seal(document, rsa_signer) == seal(document, rsa_signer)


@pytest.mark.parametrize("days", [-30, 800])
def test_certificate_must_hold_now(seal: Seal, document: Document, signer: Pkcs12Signer, trust: Any, days: int) -> None:
    with pytest.raises(ConfigurationError, match="not now") as caught:
        seal(document, signer, trust.now + timedelta(days=days))
    assert caught.value.mend


@pytest.mark.parametrize("notation", ["NTRSE-2120001124", "", None, 17])
def test_other_issuer_is_refused(seal: Seal, document: Document, signer: Pkcs12Signer, notation: Any) -> None:
    content = json.loads(document.content)
    content["issuer"]["eIDASIdentifier"]["notation"] = notation
    other = document.model_copy(update={"content": json.dumps(content).encode()})
    with pytest.raises(ConfigurationError, match="The seal belongs to NTRSE-8020026509"):
        seal(other, signer)


@pytest.mark.parametrize("content", [b"\xff", b"[]", b"{", b'{"a":1,"a":2}'])
def test_unreadable_document_is_data_error(
    seal: Seal, document: Document, signer: Pkcs12Signer, content: bytes
) -> None:
    with pytest.raises(DataError, match=document.urn):
        seal(document.model_copy(update={"content": content}), signer)


def test_document_on_many_lines_is_refused(seal: Seal, document: Document, signer: Pkcs12Signer) -> None:
    spread = json.dumps(json.loads(document.content), indent=1).encode()
    with pytest.raises(DataError, match="one line"):
        seal(document.model_copy(update={"content": spread}), signer)
