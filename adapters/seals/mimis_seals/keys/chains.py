"""What every kind of seal key is held to: order of its certificates, kind of key, and what it may be used for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from mimis_core import ConfigurationError
from mimis_seals.keys.certificates import DAMAGE, Certificate, UnreadableError, read_certificate


@dataclass(frozen=True)
class Chain:
    """A seal's certificate and those above it, as DER with the seal's own first; ``algorithm`` is its JOSE name."""

    certificate: Certificate
    ders: tuple[bytes, ...]
    algorithm: str


def certified(first: bytes, rest: Iterable[bytes], where: str) -> Chain:
    """Put a seal's certificates in order and refuse those that no seal can rest on.

    ``where`` says what the certificates came from. Raises ConfigurationError with what mends it.
    """
    try:
        certificate = read_certificate(first)
    except UnreadableError as error:
        raise ConfigurationError(f"{where}: {error}", mend="Ask the provider for a new file.") from None
    algorithm = algorithm_of(certificate.public_key, where)
    if not certificate.may_seal:
        raise ConfigurationError(
            f"{where}: the certificate does not allow sealing.",
            mend="Order an eSeal certificate with key usage digitalSignature or nonRepudiation.",
        )
    return Chain(certificate, ordered(first, rest), algorithm)


def algorithm_of(key: object, where: str) -> str:
    """The JOSE name of what a public key does. Raises ConfigurationError for kinds and sizes that seals do not use."""
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
        return "RS256"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1":
        return "ES256"
    raise ConfigurationError(
        f"{where}: the key is neither RSA of at least 2048 bits nor EC P-256.",
        mend="Order a certificate for one of these two kinds of key.",
    )


def ordered(first: bytes, rest: Iterable[bytes]) -> tuple[bytes, ...]:
    """The chain upwards from ``first``: files, tokens and services hold the others in any order, and more than those.

    An issuer is one that really signed, not only one of that name: authorities renew their certificates. Raises
    ValueError when ``first`` is no certificate; others that are none are passed over.
    """
    chain = [x509.load_der_x509_certificate(first)]
    others = [one for one in map(_loaded, rest) if one is not None]
    while (above := next((one for one in others if one not in chain and issued(chain[-1], one)), None)) is not None:
        chain.append(above)
    return tuple(one.public_bytes(Encoding.DER) for one in chain)


def proves(key: object, algorithm: str, signature: bytes, data: bytes) -> bool:
    """Whether a signature in JOSE's form holds. For keys elsewhere: a wrong certificate or a fault would go unseen."""
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm == "RS256":
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm == "ES256" and len(signature) == 64:
            r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
            key.verify(encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))
            return True
    except InvalidSignature:
        return False
    return False


def read_pem(file: Path) -> tuple[bytes, ...]:
    """Certificates of a PEM file as DER, the first as it stands first. Raises ConfigurationError."""
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError):
        raise ConfigurationError(
            f"{file}: the seal's certificates cannot be read.",
            mend="Correct [signer] file in mimis.toml: a file in PEM form, the seal's certificate first.",
        ) from None
    return tuple(one.public_bytes(Encoding.DER) for one in found)


def issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether ``issuer`` signed ``certificate``."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *DAMAGE):
        return False
    return True


def _loaded(der: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        return None
