"""Whether the certificate of a seal was revoked: asked of its authority, and believed only under its signature."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from mimis_seals.revocation import proofs as revocation
from mimis_seals.revocation.answers import crl_answer, ocsp_answer
from mimis_seals.revocation.proofs import Finding, Inquiry, check_path
from mimis_seals.sandboxes.pki import PkiSandbox, SandboxSeal

from mimis_core import Organisation

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocation, "_memory", revocation._Memory())


@pytest.fixture
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox(now=lambda: NOW) as sandbox:
        yield sandbox


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def path(pki: PkiSandbox, seal: SandboxSeal) -> list[bytes]:
    return [der(seal.certificate), der(pki.issuing.certificate), der(pki.root.certificate)]


def ask(pki: PkiSandbox, seal: SandboxSeal, **changes: Any) -> Finding:
    return check_path(path(pki, seal), Inquiry(**{"moment": NOW, "now": NOW, **changes}))


@pytest.mark.parametrize("way", [{}, {"ocsp_address": False}, {"crl_address": False}], ids=["both", "crl", "ocsp"])
def test_good_certificate_is_told_by_either_way(pki: PkiSandbox, organisation: Organisation, way: Any) -> None:
    assert ask(pki, pki.issue_seal(organisation, **way)).state == "good"


@pytest.mark.parametrize("way", [{}, {"ocsp_address": False}], ids=["ocsp", "crl"])
def test_revoked_certificate_is_told_with_day(pki: PkiSandbox, organisation: Organisation, way: Any) -> None:
    seal = pki.issue_seal(organisation, **way)
    pki.revoke(seal.serial, NOW - 3 * DAY)
    assert ask(pki, seal) == Finding("revoked", "The certificate was revoked on 2026-11-21.")


@pytest.mark.parametrize(
    ("proven", "strict", "when", "state"),
    [
        (True, False, NOW + DAY, "good"),
        (True, True, NOW + DAY, "revoked"),
        (True, False, NOW - DAY, "revoked"),
        (False, False, NOW + DAY, "revoked"),
    ],
)
def test_later_revocation_spares_proved_seal(
    pki: PkiSandbox, organisation: Organisation, proven: bool, strict: bool, when: datetime, state: str
) -> None:
    seal = pki.issue_seal(organisation)
    pki.revoke(seal.serial, when)
    assert ask(pki, seal, proven=proven, strict=strict, now=NOW + 2 * DAY).state == state


def test_certificate_without_addresses_is_unpublished(pki: PkiSandbox, organisation: Organisation) -> None:
    seal = pki.issue_seal(organisation, ocsp_address=False, crl_address=False)
    found = check_path([der(seal.certificate), der(pki.issuing.certificate)], Inquiry(NOW, NOW))
    assert found.state == "unpublished"


def test_root_alone_has_nothing_to_ask(pki: PkiSandbox) -> None:
    assert check_path([der(pki.root.certificate)], Inquiry(NOW, NOW)).state == "unpublished"


def test_offline_check_is_unknown(pki: PkiSandbox, organisation: Organisation) -> None:
    found = ask(pki, pki.issue_seal(organisation), offline=True)
    assert (found.state, "offline" in found.reason, pki.requests) == ("unknown", True, [])


@pytest.mark.parametrize("fault", ["500", "html", "truncated", "drop"])
def test_silent_authority_is_unknown(pki: PkiSandbox, organisation: Organisation, fault: str) -> None:
    seal = pki.issue_seal(organisation)
    pki.fail(fault, 5)
    assert ask(pki, seal).state == "unknown"


@pytest.mark.parametrize("fault", ["try_later", "unauthorized", "unknown_serial", "stale"])
def test_useless_ocsp_answer_leads_to_crl(pki: PkiSandbox, organisation: Organisation, fault: str) -> None:
    seal = pki.issue_seal(organisation)
    pki.fail(fault)
    assert ask(pki, seal).state == "good"
    assert "/issuing.crl" in [request.path for request in pki.requests]
    pki.fail(fault)
    assert ask(pki, pki.issue_seal(organisation, crl_address=False)).state == "unknown"


def test_answers_are_asked_once(pki: PkiSandbox, organisation: Organisation) -> None:
    seal = pki.issue_seal(organisation)
    for _ in range(3):
        assert ask(pki, seal).state == "good"
    assert len(pki.requests) == 2
    ask(pki, seal, now=NOW + timedelta(minutes=4), moment=NOW + timedelta(minutes=4))
    assert len(pki.requests) == 3


def test_embedded_answers_suffice_offline(pki: PkiSandbox, organisation: Organisation) -> None:
    seal = pki.issue_seal(organisation, ocsp_address=False)
    values = tuple(fetched(pki, name) for name in ("/issuing.crl", "/root.crl"))
    assert ask(pki, seal, crls=values, offline=True).state == "good"
    assert ask(pki, seal, crls=values[:1], offline=True).state == "unknown"
    assert ask(pki, seal, crls=values, offline=True, moment=NOW + 8 * DAY, now=NOW + 8 * DAY).state == "unknown"


def test_embedded_revocation_is_not_outshone(pki: PkiSandbox, organisation: Organisation) -> None:
    seal = pki.issue_seal(organisation, ocsp_address=False)
    clean = fetched(pki, "/issuing.crl")
    pki.revoke(seal.serial, NOW - DAY)
    assert ask(pki, seal, crls=(clean, fetched(pki, "/issuing.crl"))).state == "revoked"


@pytest.mark.parametrize(("proven", "lag"), [(False, 0), (True, 1)], ids=["unproved", "stamped-late"])
def test_clean_answer_from_before_hides_no_revocation(
    pki: PkiSandbox, organisation: Organisation, proven: bool, lag: int
) -> None:
    seal = pki.issue_seal(organisation)
    clean = tuple(fetched(pki, name) for name in ("/issuing.crl", "/root.crl"))
    pki.revoke(seal.serial, NOW - timedelta(minutes=1))
    moment = NOW + lag * DAY
    assert ask(pki, seal, crls=clean, moment=moment, now=moment, proven=proven).state == "revoked"
    pki.fail("drop", 5)
    revocation._memory = revocation._Memory()
    assert ask(pki, seal, crls=clean, moment=moment, now=moment, proven=proven).state == "good"


def test_list_of_other_authority_says_nothing(pki: PkiSandbox, organisation: Organisation) -> None:
    seal = pki.issue_seal(organisation)
    for name in ("/root.crl", "/tsa-root.crl"):
        assert crl_answer(fetched(pki, name), seal.certificate, pki.issuing.certificate) is None


@pytest.mark.parametrize("read", [ocsp_answer, crl_answer])
@pytest.mark.parametrize("content", [b"", b"\x30\x80" * 5000, b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x0a\x01\x00"])
def test_damaged_answers_say_nothing(
    pki: PkiSandbox, organisation: Organisation, read: Callable[..., Any], content: bytes
) -> None:
    seal = pki.issue_seal(organisation)
    assert read(content, seal.certificate, pki.issuing.certificate) is None


def test_changed_list_says_nothing(pki: PkiSandbox, organisation: Organisation) -> None:
    seal = pki.issue_seal(organisation)
    content = bytearray(fetched(pki, "/issuing.crl"))
    for position in range(0, len(content), 7):
        content[position] ^= 1
        assert crl_answer(bytes(content), seal.certificate, pki.issuing.certificate) is None
        content[position] ^= 1


def fetched(pki: PkiSandbox, name: str) -> bytes:
    from mimis_core.testing import Request

    return pki.handle(Request("GET", name, {}, {}, b"")).body
