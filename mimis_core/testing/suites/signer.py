"""What every key store must do."""

# ruff: noqa: D102  # fixtures are named to be set up; a test's name is its text

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from mimis_core.errors import MimisError
from mimis_core.kinds import Signer
from mimis_core.testing.suites.base import OpenedConformance, check_error, in_threads, overheard, secrets_of

ES_SIZE = {"ES256": 32, "ES384": 48, "ES512": 66}
HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def holds(key: Any, algorithm: str, signature: bytes, data: bytes) -> bool:
    """Whether a signature in the form of JOSE (RFC 7518, section 3; RFC 8037) belongs to the data and the key."""
    digest = HASHES.get(algorithm[2:])
    try:
        if size := ES_SIZE.get(algorithm):
            from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

            assert digest is not None
            r, s = (int.from_bytes(part) for part in (signature[:size], signature[size:]))
            key.verify(encode_dss_signature(r, s), data, ECDSA(digest))
        elif algorithm.startswith("RS"):
            key.verify(signature, data, padding.PKCS1v15(), digest)
        else:
            key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


class SignerConformance(OpenedConformance):
    """For a Signer. Fixture: ``signer`` (open). A key without certificates overrides ``public_key``."""

    adapter_type: ClassVar[type[Signer[Any]]]

    @pytest.fixture
    def adapter(self, signer: Signer[Any]) -> Signer[Any]:
        return signer

    @pytest.fixture
    def public_key(self, signer: Signer[Any]) -> Any:
        return x509.load_der_x509_certificate(signer.chain()[0]).public_key()

    def test_every_algorithm_signs(self, signer: Signer[Any], public_key: Any) -> None:
        assert signer.algorithms
        for algorithm in signer.algorithms:
            assert holds(public_key, algorithm, signer.sign(b"data", algorithm), b"data")
            assert not holds(public_key, algorithm, signer.sign(b"data", algorithm), b"date")

    def test_elliptic_signature_is_raw(self, signer: Signer[Any]) -> None:
        for algorithm in set(signer.algorithms) & set(ES_SIZE):
            assert len(signer.sign(b"data", algorithm)) == 2 * ES_SIZE[algorithm]

    def test_threads_get_their_own_signatures(self, signer: Signer[Any], public_key: Any) -> None:
        algorithm = signer.algorithms[0]
        made = in_threads(lambda number: signer.sign(f"data {number}".encode(), algorithm))
        assert all(holds(public_key, algorithm, one, f"data {number}".encode()) for number, one in enumerate(made))

    def test_large_and_empty_data_are_signed(self, signer: Signer[Any], public_key: Any) -> None:
        algorithm = signer.algorithms[0]
        for data in (b"", bytes(500_000)):
            assert holds(public_key, algorithm, signer.sign(data, algorithm), data)

    @pytest.mark.parametrize("algorithm", ["none", "HS256", ""])
    def test_other_algorithm_is_refused(self, signer: Signer[Any], algorithm: str) -> None:
        with pytest.raises(MimisError) as caught:
            signer.sign(b"data", algorithm)
        check_error(caught.value, secrets_of(signer.settings))

    def test_chain_goes_upwards(self, signer: Signer[Any]) -> None:
        certificates = [x509.load_der_x509_certificate(one) for one in signer.chain()]
        for below, above in pairwise(certificates):
            below.verify_directly_issued_by(above)

    def test_answers_stay_the_same(self, signer: Signer[Any]) -> None:
        first = (signer.algorithms, signer.trial, signer.remote, signer.chain())
        assert first == (signer.algorithms, signer.trial, signer.remote, signer.chain())

    def test_logs_hold_no_secret(self, signer: Signer[Any], caplog: pytest.LogCaptureFixture) -> None:
        with overheard(caplog, secrets_of(signer.settings)):
            signer.sign(b"data", signer.algorithms[0])
