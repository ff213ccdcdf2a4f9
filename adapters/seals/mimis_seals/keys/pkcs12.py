"""The seal's key in a PKCS#12 file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates, load_pkcs12

from mimis_core import ConfigurationError, Organisation
from mimis_seals.keys.certificates import utc_now
from mimis_seals.keys.chains import Chain, algorithm_of, certified
from mimis_seals.keys.signers import SealSigner
from mimis_seals.settings import Pkcs12Settings

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class SealKey(Chain):
    """An opened key file: the certificates and the private key."""

    private: PrivateKey


class Pkcs12Signer(SealSigner[Pkcs12Settings]):
    """Signs with a key file. The file is opened at first use and kept; signing works from many threads."""

    kind = "pkcs12"
    proven = "real system: PKCS#12 files; its seals are judged by the Commission's DSS 6.4"
    Settings = Pkcs12Settings

    @property
    def where(self) -> str:
        """The key file."""
        return self.settings.file

    def _open(self) -> Chain:
        return open_key(Path(self.settings.file), self.settings.password.get_secret_value())

    def _sign(self, data: bytes) -> bytes:
        key = self._chain
        assert isinstance(key, SealKey)  # what _open gave
        if isinstance(key.private, rsa.RSAPrivateKey):
            return key.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return jose_form(key.private.sign(data, ec.ECDSA(hashes.SHA256())))

    @classmethod
    def make_trial(cls, organisation: Organisation, folder: Path) -> dict[str, str]:
        """Write a new trial key for the organisation into ``folder``.

        Returns the ``[signer]`` table of ``mimis.toml`` as plain file names; ``password_file`` and ``anchor`` say
        where the password and the trust anchor went. Raises ConfigurationError rather than write over an earlier key.
        """
        from mimis_seals.keys.trial import make_trial_key, write_trial_key

        return write_trial_key(make_trial_key(organisation, utc_now()), folder)


def open_key(file: Path, password: str) -> SealKey:
    """Open a PKCS#12 file. Raises ConfigurationError saying what is wrong with it and what mends that."""
    content = _load(file, password)
    if content.key is None or content.cert is None:
        missing = "private key" if content.key is None else "certificate that belongs to its key"
        raise ConfigurationError(
            f"{file}: there is no {missing} in the file.",
            mend="Export the seal again from where it was made, with key and certificate together.",
        )
    private = _usable(content.key, file)
    first, *rest = (one.certificate.public_bytes(Encoding.DER) for one in (content.cert, *content.additional_certs))
    chain = certified(first, rest, str(file))
    return SealKey(chain.certificate, chain.ders, chain.algorithm, private)


def jose_form(der: bytes) -> bytes:
    """An ES256 signature as JOSE writes it: both numbers, 32 bytes each. Raises ValueError for what is none."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(32) + s.to_bytes(32)


def _load(file: Path, password: str) -> PKCS12KeyAndCertificates:
    try:
        content = file.read_bytes()
    except OSError:
        raise ConfigurationError(
            f"{file}: the seal's key file cannot be read.",
            mend="Correct [signer] file in mimis.toml, or make a trial key with: mimis seals trial DIR",
        ) from None
    try:
        return load_pkcs12(content, password.encode())
    except ValueError:
        raise ConfigurationError(
            f"{file}: the password does not open the file, or it is not a PKCS#12 file.",
            mend="Correct [signer] password in mimis.toml; the provider gave it together with the file.",
        ) from None


def _usable(key: object, file: Path) -> PrivateKey:
    if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        algorithm_of(key.public_key(), str(file))
        return key
    raise ConfigurationError(
        f"{file}: the key is neither RSA of at least 2048 bits nor EC P-256.",
        mend="Order a certificate for one of these two kinds of key.",
    )
