"""Certificates up to an anchor: what leads there, what does not, and what is wrongly made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from mimis_openbadges.chains import Standing, may_sign, organisation_of, same_organisation, standing

from tests.adapters.openbadges.conftest import NOW, CertifiedSigner, certify, make_signer

TRUSTED, UNKNOWN, REFUSED = Standing.TRUSTED, Standing.UNKNOWN, Standing.REFUSED


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def signer() -> CertifiedSigner:
    return make_signer()


@pytest.mark.parametrize(
    ("chain", "anchors", "found"),
    [
        ((0, 1), (2,), TRUSTED),
        ((0, 1, 2), (2,), TRUSTED),
        ((0, 2, 1), (2,), TRUSTED),
        ((0,), (1,), TRUSTED),
        ((0,), (0,), TRUSTED),
        ((0,), (2,), UNKNOWN),
        ((0, 1), (), UNKNOWN),
        ((0, 1, 2), (), UNKNOWN),
    ],
)
def test_chain_stands_by_what_is_known(
    signer: CertifiedSigner, chain: tuple[int, ...], anchors: tuple[int, ...], found: Standing
) -> None:
    known = signer.certificates
    assert standing([known[one] for one in chain], [known[one] for one in anchors], NOW) is found


@pytest.mark.parametrize("days", [-31, 400])
def test_chain_must_hold_then(signer: CertifiedSigner, days: int) -> None:
    assert standing(signer.certificates[:2], signer.certificates[2:], NOW + timedelta(days=days)) is REFUSED


def test_namesake_of_the_issuer_is_refused(signer: CertifiedSigner) -> None:
    """A certificate that names the anchor as its issuer, but that another key signed."""
    own, root = key(), signer.certificates[-1]
    forged = certify(own, root, key())
    assert standing([forged], [root], NOW) is REFUSED


@pytest.mark.parametrize("turned", [False, True])
def test_authority_may_have_a_new_key(signer: CertifiedSigner, turned: bool) -> None:
    """Its old and its new certificate bear one name; what either issued stands below it."""
    own, new = key(), key()
    root = signer.certificates[-1]
    renewed = certify(new, None, new, ca=True, name="Rot", eidas="NTRSE-1")
    assert renewed.subject == root.subject
    anchors = [root, renewed][:: -1 if turned else 1]
    assert standing([certify(own, renewed, new)], anchors, NOW) is TRUSTED
    assert standing(signer.certificates[:2], anchors, NOW) is TRUSTED
    assert standing([certify(own, renewed, key())], anchors, NOW) is REFUSED


def test_issuer_in_the_file_stands_beside_its_namesake(signer: CertifiedSigner) -> None:
    """The anchors hold the authority's older key, the file the newer one, which the root certified."""
    leaf, middle, root = signer.certificates
    older = certify(key(), None, key(), ca=True, name="Utfärdare", eidas="NTRSE-2")
    assert older.subject == middle.subject
    assert standing([leaf, middle], [older, root], NOW) is TRUSTED


def test_signer_cannot_issue(signer: CertifiedSigner) -> None:
    own = key()
    below = certify(own, signer.certificates[0], signer.key, name="Under")
    assert standing([below, *signer.certificates[:2]], signer.certificates[2:], NOW) is REFUSED


def test_path_length_is_kept() -> None:
    """Root, an authority that allows none below it, an authority below that, and the signer."""
    keys = [key() for _ in range(4)]
    root = certify(keys[0], None, keys[0], ca=True, name="Rot")
    first = certify(keys[1], root, keys[0], ca=True, name="Ett", length=0)
    second = certify(keys[2], first, keys[1], ca=True, name="Två")
    leaf = certify(keys[3], second, keys[2])
    assert standing([leaf, second, first], [root], NOW) is REFUSED


def test_endless_chain_is_refused() -> None:
    keys = [key() for _ in range(12)]
    chain = [certify(keys[0], None, keys[0], ca=True, name="0")]
    for number in range(1, 12):
        chain.append(certify(keys[number], chain[-1], keys[number - 1], ca=True, name=str(number)))
    assert standing(chain[::-1], chain[:1], NOW) is REFUSED


@pytest.mark.parametrize(
    "extension",
    [
        x509.NameConstraints(permitted_subtrees=[x509.DNSName("a.example")], excluded_subtrees=None),
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"),
    ],
)
def test_rules_that_are_not_kept_refuse(extension: Any) -> None:
    root_key, own = key(), key()
    root = certify(root_key, None, root_key, ca=True, name="Rot")
    builder = x509.CertificateBuilder(root.subject, root.subject, own.public_key(), 7)
    builder = builder.not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
    leaf = builder.add_extension(extension, critical=True).sign(root_key, hashes.SHA256())
    assert standing([leaf], [root], NOW) is REFUSED
    assert not may_sign(leaf)


def test_certificate_tells_whose_it_is(signer: CertifiedSigner) -> None:
    assert organisation_of(signer.certificates[0]) == "Exempelbygdens folkhögskola"
    assert [may_sign(one) for one in signer.certificates] == [True, False, False]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("NTRSE-8020026509", "NTRSE-802002-6509", True),
        ("VATSE-802002650901", "NTRSE-8020026509", True),
        ("NTRSE-8020026509", "NTRSE-8020026508", False),
        ("NTRFI-8020026509", "NTRSE-8020026509", False),
        ("8020026509", "NTRSE-8020026509", False),
        (None, None, False),
    ],
)
def test_organisations_match_by_number(one: str | None, other: str | None, same: bool) -> None:
    assert same_organisation(one, other) is same
