"""Chains and proofs for long levels: what is believed, how long, and how often somebody is asked."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from mimis_seals.keys.certificates import utc_now
from mimis_seals.sandboxes.pki import PkiSandbox
from mimis_seals.sealing.evidence import Evidence

from mimis_core import ConfigurationError, TemporaryError
from mimis_core.testing import Answer
from tests.adapters.seals.levels_folder import SCHOOL

HOUR = timedelta(hours=1)


@pytest.fixture
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox() as sandbox:
        yield sandbox


def chain_of(certificate: x509.Certificate) -> tuple[bytes, ...]:
    """A seal alone: the rest has to be found."""
    return (certificate.public_bytes(Encoding.DER),)


def asked(pki: PkiSandbox, path: str) -> int:
    return [request.path for request in pki.requests].count(path)


def test_threads_wait_for_one_answer(pki: PkiSandbox) -> None:
    chain, evidence = chain_of(pki.issue_seal(SCHOOL).certificate), Evidence(HOUR)
    with ThreadPoolExecutor(12) as pool:
        found = set(pool.map(lambda _: evidence.collect([chain]), range(24)))
    assert len(found) == 1
    assert max(asked(pki, path) for path in ("/ocsp", "/root.crl", "/issuing.cer", "/root.p7c")) == 1


@pytest.mark.parametrize(("later", "ocsp", "crl"), [(30, 1, 1), (61, 2, 1), (60 * 24 * 7 + 1, 2, 2)])
def test_answers_are_used_until_they_end(pki: PkiSandbox, later: int, ocsp: int, crl: int) -> None:
    start = utc_now()
    moment = [start]

    def clock() -> datetime:
        return moment[0]

    pki.now = clock
    chain, evidence = chain_of(pki.issue_seal(SCHOOL).certificate), Evidence(HOUR, clock)
    evidence.collect([chain])
    moment[0] = start + timedelta(minutes=later)
    evidence.collect([chain])
    assert (asked(pki, "/ocsp"), asked(pki, "/root.crl")) == (ocsp, crl)


def test_answer_of_stranger_is_not_believed(pki: PkiSandbox) -> None:
    chain = chain_of(pki.issue_seal(SCHOOL, crl_address=False).certificate)
    pki.__dict__["responder"] = pki.tsa
    with pytest.raises(TemporaryError, match="no usable answer"):
        Evidence(HOUR).collect([chain])


def test_list_of_stranger_is_not_believed(pki: PkiSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = chain_of(pki.issue_seal(SCHOOL, ocsp_address=False).certificate)
    real = pki._crl
    monkeypatch.setattr(pki, "_crl", lambda issuer: real(pki.tsa_root))
    with pytest.raises(TemporaryError, match="no usable answer"):
        Evidence(HOUR).collect([chain])


def test_enormous_list_is_not_taken(pki: PkiSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = chain_of(pki.issue_seal(SCHOOL, ocsp_address=False).certificate)
    monkeypatch.setattr(pki, "_crl", lambda issuer: Answer(200, bytes(2_100_000), "application/pkix-crl"))
    with pytest.raises(TemporaryError, match="no usable answer"):
        Evidence(HOUR).collect([chain])


def test_missing_issuer_is_told(pki: PkiSandbox) -> None:
    alone = pki._unit("Alone", "alone", pki.issuing, (), ("", "", ""), (1, 30))
    with pytest.raises(ConfigurationError, match="does not say where it is") as caught:
        Evidence(HOUR).collect([chain_of(alone.certificate)])
    assert caught.value.mend


@pytest.mark.parametrize("fault", ["503", "html", "drop"])
def test_issuer_that_is_away_is_asked_again(pki: PkiSandbox, fault: str) -> None:
    chain, evidence = chain_of(pki.issue_seal(SCHOOL).certificate), Evidence(HOUR)
    pki.fail(fault)
    with pytest.raises(TemporaryError, match="is not where the certificate says"):
        evidence.collect([chain])
    assert len(evidence.collect([chain]).certificates) == 4


def test_wrong_issuer_is_not_taken(pki: PkiSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = chain_of(pki.issue_seal(SCHOOL).certificate)
    pki.issuing = pki.tsa_root
    with pytest.raises(TemporaryError, match="is not where the certificate says"):
        Evidence(HOUR).collect([chain])


@pytest.mark.parametrize("fault", ["unknown_serial", "stale", "unauthorized", "truncated"])
def test_doubtful_answer_leads_to_list(pki: PkiSandbox, fault: str) -> None:
    seal = pki.issue_seal(SCHOOL).certificate
    chain = (*chain_of(seal), *chain_of(pki.issuing.certificate), *chain_of(pki.root.certificate))
    pki.fail(fault)
    found: Any = Evidence(HOUR).collect([chain])
    assert (len(found.ocsps), len(found.crls)) == (0, 2)
