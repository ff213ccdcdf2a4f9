"""The stand-in of a trust service provider: its answers as independent readers see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asn1crypto.x509 import Certificate as Asn1Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp
from mimis_seals.sandboxes.pki import PkiSandbox

from mimis_core.http import Client
from mimis_core.plugins import load_plugins
from tests.adapters.seals.levels_folder import SCHOOL


@pytest.fixture(scope="module")
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def ask(pki: PkiSandbox) -> Iterator[Any]:
    client = Client(pki.url, system="sandbox", retries=0)
    yield lambda path, body=None: client.ask("GET" if body is None else "POST", path, data=body).content
    client.close()


def test_sandboxes_are_registered() -> None:
    names = [name for _, offered in load_plugins().call("mimis_sandboxes") for name, _ in offered]
    assert {"pki", "csc"} <= set(names)


def test_seal_says_that_it_is_qualified(pki: PkiSandbox) -> None:
    der = pki.issue_seal(SCHOOL).certificate.public_bytes(Encoding.DER)
    extensions = {
        one["extn_id"].dotted: one["extn_value"] for one in Asn1Certificate.load(der)["tbs_certificate"]["extensions"]
    }
    statements = extensions["1.3.6.1.5.5.7.1.3"].native.hex()
    assert "060604008e460101" in statements
    assert "060704008e46010602" in statements
    assert extensions["2.5.29.32"].parsed.native[0]["policy_identifier"] == "0.4.0.194112.1.1"


@pytest.mark.parametrize("days", [(1, 730), (400, -2)])
def test_seal_holds_as_long_as_told(pki: PkiSandbox, days: tuple[int, int]) -> None:
    certificate = pki.issue_seal(SCHOOL, days=days).certificate
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == sum(days)
    certificate.verify_directly_issued_by(pki.issuing.certificate)


@pytest.mark.parametrize(
    ("path", "issuer"), [("root.crl", "root"), ("issuing.crl", "issuing"), ("tsa-root.crl", "tsa_root")]
)
def test_lists_are_signed_by_their_issuer(pki: PkiSandbox, ask: Any, path: str, issuer: str) -> None:
    listed = x509.load_der_x509_crl(ask(path))
    key: Any = getattr(pki, issuer).certificate.public_key()
    assert listed.is_signature_valid(key)
    assert listed.next_update_utc is not None


def test_revoked_seal_is_told_everywhere(pki: PkiSandbox, ask: Any) -> None:
    seal = pki.issue_seal(SCHOOL)
    question = ocsp.OCSPRequestBuilder().add_certificate(seal.certificate, pki.issuing.certificate, hashes.SHA1())
    body = question.build().public_bytes(Encoding.DER)
    before = ocsp.load_der_ocsp_response(ask("ocsp", body)).certificate_status
    pki.revoke(seal.serial)
    after = ocsp.load_der_ocsp_response(ask("ocsp", body)).certificate_status
    assert (before.name, after.name) == ("GOOD", "REVOKED")
    assert x509.load_der_x509_crl(ask("issuing.crl")).get_revoked_certificate_by_serial_number(seal.serial)


def test_responder_signs_on_behalf_of_issuer(pki: PkiSandbox, ask: Any) -> None:
    seal = pki.issue_seal(SCHOOL).certificate
    question = ocsp.OCSPRequestBuilder().add_certificate(seal, pki.issuing.certificate, hashes.SHA256())
    answer = ocsp.load_der_ocsp_response(ask("ocsp", question.build().public_bytes(Encoding.DER)))
    (responder,) = answer.certificates
    responder.verify_directly_issued_by(pki.issuing.certificate)
    assert responder.extensions.get_extension_for_class(x509.OCSPNoCheck)
    assert answer.next_update_utc is None


def test_root_comes_in_a_bundle(pki: PkiSandbox, ask: Any) -> None:
    assert pkcs7.load_der_pkcs7_certificates(ask("root.p7c")) == [pki.root.certificate]


@pytest.mark.parametrize(("path", "body"), [("tsa", b"no request"), ("gone", None)])
def test_nonsense_is_refused(ask: Any, path: str, body: bytes | None) -> None:
    assert b"\x30\x03" not in ask(path, body)[:2]


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with PkiSandbox() as pki:
        pki.issue_seal(SCHOOL)
    assert list(tmp_path.iterdir()) == []
