"""What mimis reads out of a certificate: whom it names, when it holds, and what it may be used for."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from asn1crypto.tsp import IssuerSerial
from asn1crypto.x509 import Certificate as Asn1Certificate
from asn1crypto.x509 import GeneralName
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mimis_seals.keys.qualified import Claims, read_claims

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

TRIAL_MARK = "mimis trial seal"
"""Organisational unit in the certificates of trial keys: anyone who opens the certificate sees it."""

DAMAGE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises, at loading or later, for certificates that are damaged or odd."""


class UnreadableError(ValueError):
    """The bytes are no certificate that a seal can rest on; the text is a sentence for people."""


@dataclass(frozen=True)
class Certificate:
    """The facts of one certificate. ``identifier`` is attribute 2.5.4.97, such as ``NTRSE-8020026509``."""

    der: bytes
    public_key: PublicKey
    organisation: str
    identifier: str | None
    trial: bool
    not_before: datetime
    not_after: datetime
    may_seal: bool
    self_issued: bool
    claims: Claims
    may_timestamp: bool

    def holds_at(self, moment: datetime) -> bool:
        """Whether the certificate was valid at that moment, by its own dates."""
        return self.not_before <= moment <= self.not_after

    @cached_property
    def thumbprint(self) -> str:
        """Value of the JOSE header ``x5t#S256``."""
        return thumbprint(self.der)

    @cached_property
    def issuer_serial(self) -> str:
        """Value of the JOSE header ``kid`` in JAdES: issuer and serial number, as base64 of DER."""
        certificate = Asn1Certificate.load(self.der)
        name = GeneralName(name="directory_name", value=certificate.issuer)
        return b64encode(IssuerSerial({"issuer": [name], "serial_number": certificate.serial_number}).dump()).decode()


@lru_cache(maxsize=256)
def read_certificate(der: bytes) -> Certificate:
    """Read a DER certificate. Raises UnreadableError when it is none, or has a kind of key that seals do not use.

    Remembered by its bytes: files of one issuer carry the same certificates.
    """
    try:
        return _facts(der)
    except UnreadableError:
        raise
    except DAMAGE as error:
        # cryptography reads names and extensions only when asked: each of them can turn out to be damaged
        raise UnreadableError("The seal's certificate cannot be read.") from error


def thumbprint(der: bytes) -> str:
    """Value of the JOSE header ``x5t#S256`` for a certificate that need not be readable."""
    return urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()


def same_organisation(one: str | None, other: str | None) -> bool:
    """Whether two eIDAS identifiers name the same legal person; two missing ones do not."""
    return one is not None and other is not None and _normalised(one) == _normalised(other)


def utc_now() -> datetime:
    """The present moment, with its time zone."""
    return datetime.now(UTC)


def _facts(der: bytes) -> Certificate:
    parsed = x509.load_der_x509_certificate(der)
    key, usage, claims = parsed.public_key(), _key_usage(parsed), read_claims(parsed)
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise UnreadableError("The seal's certificate has a kind of key that seals do not use.")
    return Certificate(
        der=der,
        public_key=key,
        organisation=_first(parsed, NameOID.ORGANIZATION_NAME) or _first(parsed, NameOID.COMMON_NAME) or "nobody",
        identifier=_only(parsed, NameOID.ORGANIZATION_IDENTIFIER),
        trial=_first(parsed, NameOID.ORGANIZATIONAL_UNIT_NAME) == TRIAL_MARK,
        not_before=parsed.not_valid_before_utc,
        not_after=parsed.not_valid_after_utc,
        may_seal=usage is not None and (usage.digital_signature or usage.content_commitment) and not claims.personal,
        self_issued=parsed.subject == parsed.issuer,
        claims=claims,
        may_timestamp=_may_timestamp(parsed),
    )


def _normalised(identifier: str) -> str:
    """Swedish numbers come with and without hyphen, century prefix and VAT suffix: leave the ten digits."""
    match = re.fullmatch(r"([A-Z]{3}[A-Z]{2})-?(.+)", identifier.strip().upper(), re.ASCII)
    if match is None:
        return f"?{identifier}"
    scheme, number = match.group(1), re.sub(r"[\s-]", "", match.group(2))
    if scheme == "VATSE" and re.fullmatch(r"\d{10}01", number, re.ASCII):
        return f"SE:{number[:10]}"
    if scheme == "NTRSE" and re.fullmatch(r"(16)?\d{10}", number, re.ASCII):
        return f"SE:{number[-10:]}"
    return f"{scheme}-{number}"


def _first(certificate: x509.Certificate, attribute: x509.ObjectIdentifier) -> str | None:
    found = certificate.subject.get_attributes_for_oid(attribute)
    return str(found[0].value) if found else None


def _only(certificate: x509.Certificate, attribute: x509.ObjectIdentifier) -> str | None:
    found = certificate.subject.get_attributes_for_oid(attribute)
    return str(found[0].value) if len(found) == 1 else None


def _key_usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def _may_timestamp(certificate: x509.Certificate) -> bool:
    """RFC 3161 section 2.3: the certificate is for time stamping, for nothing else, and says so as critical."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
