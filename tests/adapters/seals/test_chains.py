"""Chains: in order by who really signed, whatever else came with the key."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from mimis_seals.keys.chains import certified, ordered, proves, read_pem
from mimis_seals.sandboxes import certificates as made
from mimis_seals.sandboxes.pki import PkiSandbox

from mimis_core import ConfigurationError
from tests.adapters.seals.levels_folder import SCHOOL


@pytest.fixture(scope="module")
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox() as sandbox:
        yield sandbox


def der(identity: Any) -> bytes:
    return bytes(identity.certificate.public_bytes(Encoding.DER))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_order_of_file_does_not_matter(pki: PkiSandbox, order: tuple[int, ...]) -> None:
    seal = pki.issue_seal(SCHOOL).certificate.public_bytes(Encoding.DER)
    rest = [der(pki.issuing), der(pki.root), der(pki.tsa_root)]
    assert ordered(seal, [rest[place] for place in order]) == (seal, rest[0], rest[1])


def test_namesake_of_issuer_is_passed_over(pki: PkiSandbox) -> None:
    profile = made.Profile(pki.issuing.certificate.subject, *made.period(pki.now(), 1, 30), authority=True)
    namesake = made.certify(profile, ec.generate_private_key(ec.SECP256R1()), None)
    seal = pki.issue_seal(SCHOOL).certificate.public_bytes(Encoding.DER)
    assert ordered(seal, [der(namesake), der(pki.issuing), b"no certificate"]) == (seal, der(pki.issuing))


def test_certificate_for_other_use_is_refused(pki: PkiSandbox) -> None:
    seal = pki.issue_seal(SCHOOL, usage=("key_encipherment",)).certificate.public_bytes(Encoding.DER)
    with pytest.raises(ConfigurationError, match="does not allow sealing") as caught:
        certified(seal, [], "the file")
    assert caught.value.mend


@pytest.mark.parametrize(
    "content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----"]
)
def test_file_without_certificates_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.pem").write_bytes(content)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_pem(tmp_path / "x.pem")


@pytest.mark.parametrize("signature", [b"", bytes(64), bytes(63), b"\xff" * 64])
def test_no_signature_proves_nothing(signature: bytes) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert not proves(key, "ES256", signature, b"data")
    assert not proves(key, "RS256", signature, b"data")
