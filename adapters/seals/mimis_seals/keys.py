"""The seal's key in a PKCS#12 file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates, load_pkcs12

from mimis_core import ConfigurationError, Finding, Organisation, Signer
from mimis_seals.certificates import Certificate, UnreadableError, read_certificate, utc_now
from mimis_seals.settings import Pkcs12Settings

RENEW_DAYS = 60
"""``mimis check`` warns this long before the certificate ends: a new order can take weeks."""


@dataclass(frozen=True)
class SealKey:
    """An opened key file: the private key, its certificate, and the chain as DER with that certificate first."""

    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: Certificate
    chain: tuple[bytes, ...]

    @property
    def algorithm(self) -> str:
        """The JOSE name of what this key does."""
        return "RS256" if isinstance(self.private, rsa.RSAPrivateKey) else "ES256"


class Pkcs12Signer(Signer[Pkcs12Settings]):
    """Signs with a key file. The file is opened at first use and kept; signing works from many threads."""

    kind = "pkcs12"
    Settings = Pkcs12Settings

    def __init__(self, name: str, settings: Pkcs12Settings, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(name, settings)
        self._now = now
        self._opened: SealKey | None = None
        self._lock = threading.Lock()

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The one algorithm that the key does: RS256 or ES256."""
        return (self._key.algorithm,)

    @property
    def trial(self) -> bool:
        """Whether the certificate carries the mark of a trial key."""
        return self._key.certificate.trial

    def sign(self, data: bytes, algorithm: str) -> bytes:
        """Sign; raises ConfigurationError when the key cannot do ``algorithm`` or its certificate has expired."""
        key = self._key
        if algorithm != key.algorithm:
            raise ConfigurationError(
                f"{self.settings.file}: this key signs with {key.algorithm}, not {algorithm}.",
                mend=f"Ask for {key.algorithm}, or order a certificate for another kind of key.",
            )
        self._refuse_outside_validity(key.certificate)
        if isinstance(key.private, rsa.RSAPrivateKey):
            return key.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        r, s = decode_dss_signature(key.private.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    def chain(self) -> tuple[bytes, ...]:
        """The signing certificate and those above it that the file holds."""
        return self._key.chain

    def check(self) -> Iterable[Finding]:
        """Say whether the key file opens, whose seal it is, and how long it holds."""
        try:
            certificate = self._key.certificate
            self._refuse_outside_validity(certificate)
        except ConfigurationError as error:
            return (Finding(subject=self.name, status="error", message=error.message, mend=error.mend),)
        days = (certificate.not_after - self._now()).days
        text = f"The seal of {certificate.organisation} ({certificate.identifier}) holds for {days} more days."
        if certificate.trial:
            mend = "Order a certificate before you issue to real learners: docs/sigill.md says how."
            return (Finding(subject=self.name, status="warning", message=f"{text} It is a trial seal.", mend=mend),)
        if days < RENEW_DAYS:
            return (Finding(subject=self.name, status="warning", message=text, mend="Order the next one now."),)
        return (Finding(subject=self.name, status="ok", message=text),)

    @classmethod
    def make_trial(cls, organisation: Organisation, folder: Path) -> dict[str, str]:
        """Write a new trial key for the organisation into ``folder``.

        Returns the ``[signer]`` table of ``mimis.toml`` as plain file names; ``password_file`` and ``anchor`` say
        where the password and the trust anchor went. Raises ConfigurationError rather than write over an earlier key.
        """
        from mimis_seals.trial import make_trial_key, write_trial_key

        return write_trial_key(make_trial_key(organisation, utc_now()), folder)

    @property
    def _key(self) -> SealKey:
        with self._lock:
            if self._opened is None:
                self._opened = open_key(Path(self.settings.file), self.settings.password.get_secret_value())
            return self._opened

    def _refuse_outside_validity(self, certificate: Certificate) -> None:
        if certificate.holds_at(self._now()):
            return
        start, end = certificate.not_before.date(), certificate.not_after.date()
        raise ConfigurationError(
            f"{self.settings.file}: the certificate of the seal holds from {start} to {end}, not now.",
            mend="Order a new certificate and point [signer] file at it; what is sealed already stays sealed.",
        )


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
    chain = _ordered(content)
    try:
        certificate = read_certificate(chain[0])
    except UnreadableError as error:
        raise ConfigurationError(f"{file}: {error}", mend="Ask the provider for a new file.") from None
    if not certificate.may_seal:
        raise ConfigurationError(
            f"{file}: the certificate does not allow sealing.",
            mend="Order an eSeal certificate with key usage digitalSignature or nonRepudiation.",
        )
    return SealKey(private, certificate, chain)


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


def _usable(key: object, file: Path) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp256r1":
        return key
    raise ConfigurationError(
        f"{file}: the key is neither RSA of at least 2048 bits nor EC P-256.",
        mend="Order a certificate for one of these two kinds of key.",
    )


def _ordered(content: PKCS12KeyAndCertificates) -> tuple[bytes, ...]:
    """Signer first, then each certificate's issuer: files hold the rest in any order."""
    if content.cert is None:
        return ()
    chain = [content.cert.certificate]
    rest = [one.certificate for one in content.additional_certs]
    while chain[-1].subject != chain[-1].issuer:
        above = next((one for one in rest if one.subject == chain[-1].issuer), None)
        if above is None or above in chain:
            break
        chain.append(above)
    return tuple(one.public_bytes(Encoding.DER) for one in chain)
