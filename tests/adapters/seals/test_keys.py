"""Key files: what opens, what does not, and what the administrator is told."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from mimis_seals.keys.pkcs12 import Pkcs12Signer
from mimis_seals.settings import Pkcs12Settings

from mimis_core import ConfigurationError
from mimis_core.testing.conformance import SignerConformance
from tests.adapters.seals.conftest import NOW


class TestPkcs12Conformance(SignerConformance):
    adapter_type = Pkcs12Signer

    @pytest.fixture(params=["signer", "rsa_signer"])
    def signer(self, request: pytest.FixtureRequest, tmp_path: Path) -> Pkcs12Signer:
        held: Pkcs12Signer = request.getfixturevalue(request.param)
        file = Path(shutil.copy(held.settings.file, tmp_path / "seal.p12"))
        return Pkcs12Signer("signer", held.settings.model_copy(update={"file": str(file)}), now=lambda: NOW)


def opened(file: Path, password: str = "secret") -> Pkcs12Signer:
    return Pkcs12Signer("signer", Pkcs12Settings.model_validate({"file": str(file), "password": password}))


def written(file: Path, key: Any, certificate: Any = None) -> Pkcs12Signer:
    content = pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, BestAvailableEncryption(b"secret"))
    file.write_bytes(content)
    return opened(file)


@pytest.mark.parametrize(("name", "algorithm", "size"), [("signer", "ES256", 64), ("rsa_signer", "RS256", 384)])
def test_algorithm_follows_the_key(request: pytest.FixtureRequest, name: str, algorithm: str, size: int) -> None:
    signer = request.getfixturevalue(name)
    assert signer.algorithms == (algorithm,)
    assert len(signer.sign(b"data", algorithm)) == size


def test_trial_mark_is_read(signer: Pkcs12Signer) -> None:
    assert signer.trial


def test_chain_starts_with_signer(signer: Pkcs12Signer) -> None:
    chain = signer.chain()
    assert len(chain) == 2
    assert signer._chain.certificate.der == chain[0]


def test_missing_file_names_mend(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read") as caught:
        opened(tmp_path / "none.p12").chain()
    assert "mimis seals trial" in str(caught.value.mend)


def test_wrong_password_is_configuration_error(signer: Pkcs12Signer) -> None:
    with pytest.raises(ConfigurationError, match="password does not open") as caught:
        opened(Path(signer.settings.file), "wrong-one").chain()
    assert caught.value.mend
    assert "wrong-one" not in str(caught.value)


def test_other_file_is_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "text.p12").write_text("no key")
    with pytest.raises(ConfigurationError, match="not a PKCS#12 file"):
        opened(tmp_path / "text.p12").chain()


def test_file_without_key_is_refused(tmp_path: Path, signer: Pkcs12Signer) -> None:
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(signer.chain()[0])
    with pytest.raises(ConfigurationError, match="no private key"):
        written(tmp_path / "x.p12", None, certificate).chain()


def test_file_without_certificate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no certificate that belongs"):
        written(tmp_path / "x.p12", ec.generate_private_key(ec.SECP256R1())).chain()


@pytest.mark.parametrize(
    "make",
    [
        lambda: ec.generate_private_key(ec.SECP384R1()),
        lambda: ed25519.Ed25519PrivateKey.generate(),
        lambda: rsa.generate_private_key(public_exponent=65537, key_size=1024),
    ],
    ids=["p384", "ed25519", "rsa1024"],
)
def test_unfit_key_is_refused(tmp_path: Path, make: Any) -> None:
    from mimis_seals.keys.pkcs12 import _usable

    with pytest.raises(ConfigurationError, match="neither RSA") as caught:
        _usable(make(), tmp_path)
    assert caught.value.mend


def test_certificate_without_usage_is_refused(tmp_path: Path, trial_key: Any) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID
    from mimis_seals.keys.certificates import utc_now

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TLS")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, utc_now(), utc_now() + timedelta(1))
    with pytest.raises(ConfigurationError, match="does not allow sealing"):
        written(tmp_path / "x.p12", key, builder.sign(key, hashes.SHA256())).chain()


def test_algorithm_of_other_key_is_refused(signer: Pkcs12Signer) -> None:
    with pytest.raises(ConfigurationError, match="signs with ES256, not RS256"):
        signer.sign(b"data", "RS256")


def test_expired_certificate_signs_nothing(keys: Any, trial_key: Any, trust: Any) -> None:
    late = keys.open(trial_key, now=trust.now + timedelta(days=800))
    with pytest.raises(ConfigurationError, match="not now") as caught:
        late.sign(b"data", "ES256")
    assert caught.value.mend


@pytest.mark.parametrize(("days", "status"), [(1, "warning"), (800, "error")])
def test_check_tells_state_of_key(keys: Any, trial_key: Any, trust: Any, days: int, status: str) -> None:
    (finding,) = keys.open(trial_key, now=trust.now + timedelta(days=days)).check()
    assert finding.status == status
    assert finding.mend


def test_check_names_missing_file(tmp_path: Path) -> None:
    (finding,) = opened(tmp_path / "none.p12").check()
    assert (finding.status, finding.subject) == ("error", "signer")


@pytest.mark.parametrize(("left", "status"), [(300, "ok"), (10, "warning")])
def test_check_warns_before_real_seal_ends(
    monkeypatch: pytest.MonkeyPatch, keys: Any, trial_key: Any, trust: Any, left: int, status: str
) -> None:
    import dataclasses

    signer = keys.open(trial_key, now=trust.now + timedelta(days=730 - left))
    real = dataclasses.replace(signer._chain, certificate=dataclasses.replace(signer._chain.certificate, trial=False))
    monkeypatch.setattr(signer, "_opened", real)
    assert [finding.status for finding in signer.check()] == [status]
