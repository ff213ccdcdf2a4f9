"""What an attacker who knows the rules would try: it earns no trust, and takes none from honest files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from mimis_seals.keys.certificates import read_certificate
from mimis_seals.keys.pkcs12 import Pkcs12Signer
from mimis_seals.lists.update import update
from mimis_seals.revocation import proofs
from mimis_seals.revocation.answers import ocsp_answer
from mimis_seals.revocation.fetching import is_public
from mimis_seals.revocation.proofs import Inquiry, check_path
from mimis_seals.sandboxes.certificates import Profile, certify, key_for, name, period, qualified_extensions
from mimis_seals.sandboxes.lists import TrustListSandbox
from mimis_seals.sandboxes.pki import PkiSandbox
from mimis_seals.settings import Pkcs12Settings
from mimis_seals.verifying.trust import read_anchors
from mimis_seals.verifying.verifier import JadesVerifier

from mimis_core import Check, Document, Organisation, Sealed, Trust
from tests.adapters.seals.conftest import NOW

DAY = timedelta(days=1)
Make = Callable[..., tuple[int, bytes]]


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "_memory", proofs._Memory())


@pytest.fixture
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox(now=lambda: NOW) as sandbox:
        yield sandbox


@pytest.fixture
def make(
    pki: PkiSandbox, organisation: Organisation, document: Document, tmp_path: Path, seal: Callable[..., Sealed]
) -> Make:
    """A file sealed below the sandbox's root, with the serial number of its certificate."""

    def make(level: str = "B", **certificate: Any) -> tuple[int, bytes]:
        key = pki.issue_seal(organisation, **certificate)
        (tmp_path / "seal.p12").write_bytes(key.pkcs12)
        table = {"file": str(tmp_path / "seal.p12"), "password": key.password}
        signer = Pkcs12Signer("signer", Pkcs12Settings.model_validate(table), now=lambda: NOW)
        settings = {} if level == "B" else {"tsa": {"url": pki.tsa_url}}
        return key.serial, seal(document, signer, level=level, **settings).content

    return make


def owner(content: bytes, *anchors: str, now: Any = NOW) -> Check:
    return JadesVerifier().verify(content, Trust(anchors=anchors, now=now)).checks[2]


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize("first", [True, False], ids=["namesake-first", "namesake-last"])
def test_namesake_among_anchors_takes_no_trust_away(pki: PkiSandbox, make: Make, first: bool) -> None:
    profile = Profile(pki.root.certificate.subject, *period(NOW, 365, 7300), ("key_cert_sign", "crl_sign"), True)
    namesake = pem(certify(profile, key_for("tsa-root"), None).certificate)
    anchors = (namesake, pki.anchor_pem) if first else (pki.anchor_pem, namesake)
    _, content = make()
    assert owner(content, *anchors).status == "ok"
    assert owner(content, namesake).status != "ok"


@pytest.mark.parametrize("level", ["T", "LT", "LTA"])
def test_unknown_timestamp_rescues_no_revoked_seal(pki: PkiSandbox, make: Make, level: str) -> None:
    serial, content = make(level)
    pki.revoke(serial, NOW + DAY)
    check = owner(content, pki.anchor_pem, now=NOW + 2 * DAY)
    assert (check.status, "was revoked on 2026-11-25" in check.reason) == ("error", True)
    assert owner(content, pki.anchor_pem, pki.tsa_anchor_pem, now=NOW + 2 * DAY).status == "ok"


def test_revocation_before_timestamp_is_not_rescued(pki: PkiSandbox, make: Make) -> None:
    serial, content = make("LT")
    pki.revoke(serial, NOW - timedelta(hours=1))
    assert owner(content, pki.anchor_pem, pki.tsa_anchor_pem, now=NOW + DAY).status == "error"


def test_answer_about_another_certificate_says_nothing(pki: PkiSandbox, organisation: Organisation) -> None:
    ours, theirs = pki.issue_seal(organisation), pki.issue_seal(organisation)
    answers = [
        ocsp_answer(asked(pki, one.certificate), ours.certificate, pki.issuing.certificate) for one in (ours, theirs)
    ]
    assert [answer is None for answer in answers] == [False, True]


def test_seal_holder_cannot_answer_for_its_authority(
    pki: PkiSandbox, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = pki.issue_seal(organisation, crl_address=False)
    profile = Profile(
        name("Stranger", "Sandbox Trust AB", "NTRSE-5560000001"), *period(NOW, 1, 30), ("digital_signature",)
    )
    monkeypatch.setitem(vars(pki), "responder", certify(profile, key_for("seal"), pki.issuing))
    path = [der(seal.certificate), der(pki.issuing.certificate)]
    assert check_path(path, Inquiry(moment=NOW, now=NOW)).state == "unknown"


@pytest.mark.parametrize("way", ["given name", "QcType"])
def test_signature_of_a_person_is_no_seal(pki: PkiSandbox, organisation: Organisation, way: str) -> None:
    subject = name("Åsa Ek", "Ekbackens folkhögskola", organisation.eidas)
    extensions = qualified_extensions()
    if way == "given name":
        subject = x509.Name([*subject, x509.NameAttribute(NameOID.GIVEN_NAME, "Åsa")])
    else:
        oid, raw = extensions[1][0].oid, extensions[1][0].public_bytes()
        extensions = (extensions[0], (x509.UnrecognizedExtension(oid, raw[:-1] + b"\x01"), False))
    profile = Profile(subject, *period(NOW, 1, 30), ("digital_signature",), extensions=extensions)
    read = read_certificate(der(certify(profile, key_for("seal"), pki.issuing).certificate))
    assert (read.identifier, read.may_seal, read.claims.qualified) == (organisation.eidas, False, way == "given name")


@pytest.mark.parametrize("vouched", ["lists", "anchor"])
def test_listed_stranger_cannot_send_us_to_our_neighbours(
    pki: PkiSandbox, make: Make, tmp_path: Path, status: Any, vouched: str
) -> None:
    anchors, folder = (pki.anchor_pem,), None
    if vouched == "lists":
        anchors, folder = (), str(tmp_path)
        with TrustListSandbox(now=lambda: NOW) as lists:
            lists.grant("SE", der(pki.issuing.certificate))
            list(update(lists.lotl_url, read_anchors(lists.signer_pem), folder, NOW))
    checks = JadesVerifier().verify(make()[1], Trust(anchors=anchors, lists=folder, now=NOW)).checks
    assert checks[2].status == "ok"
    assert ("inside a private network" in checks[4].reason) == (vouched == "lists")
    assert len(status.requests) == (vouched == "anchor")


@pytest.mark.parametrize(
    ("host", "public"),
    [("127.0.0.1", False), ("169.254.169.254", False), ("[::1]", False), ("10.1.2.3", False), ("2130706433", False),
     ("[::ffff:10.0.0.1]", False), ("localhost", False), ("193.10.0.1", True)],
)  # fmt: skip
def test_private_addresses_are_known_in_every_spelling(host: str, public: bool) -> None:
    assert is_public(f"http://{host}/status") == public


def asked(pki: PkiSandbox, certificate: x509.Certificate) -> bytes:
    """The responder's answer about a certificate."""
    from mimis_seals.revocation.answers import ocsp_request

    from mimis_core.testing import Request

    return pki.handle(Request("POST", "/ocsp", {}, {}, ocsp_request(certificate, pki.issuing.certificate))).body
