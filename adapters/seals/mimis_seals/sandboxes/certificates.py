"""Certificates of the stand-in for a trust service provider: as its real ones, on addresses of the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from asn1crypto.core import ObjectIdentifier, SequenceOf
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Algorithm = Literal["ES256", "RS256"]

QCP_LEGAL = x509.ObjectIdentifier("0.4.0.194112.1.1")
"""Policy of qualified certificates for legal persons (ETSI EN 319 411-2, section 5.3)."""

QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
QC_COMPLIANCE, QC_TYPE, QC_ESEAL = "0.4.0.1862.1.1", "0.4.0.1862.1.6", "0.4.0.1862.1.6.2"
"""Statements of ETSI EN 319 412-5, sections 4.2.1 and 4.2.3."""


@dataclass(frozen=True)
class Identity:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: PrivateKey


@dataclass(frozen=True)
class Profile:
    """What a certificate says. ``addresses``: OCSP, issuer's certificate and CRL; empty ones are left out."""

    subject: x509.Name
    not_before: datetime
    not_after: datetime
    usage: Sequence[str] = ("digital_signature", "content_commitment")
    authority: bool = False
    addresses: tuple[str, str, str] = ("", "", "")
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = field(default=())


@lru_cache(maxsize=32)
def key_for(role: str, algorithm: Algorithm = "ES256") -> PrivateKey:
    """The key of a role: made once in a process, never stored."""
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def name(common_name: str, organisation: str, identifier: str, country: str = "SE") -> x509.Name:
    """A subject as seal providers write it: with the organisation's identifier in attribute 2.5.4.97."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, identifier),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def certify(profile: Profile, key: PrivateKey, issuer: Identity | None) -> Identity:
    """Issue a certificate; without an issuer it signs itself."""
    above = issuer or Identity(_self_named(profile, key), key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(profile.subject)
        .issuer_name(above.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(profile.not_before)
        .not_valid_after(profile.not_after)
        .add_extension(x509.BasicConstraints(ca=profile.authority, path_length=None), critical=True)
        .add_extension(_usage(profile.usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_authority_key(above), critical=False)
    )
    for value, critical in (*_addresses(profile.addresses), *profile.extensions):
        builder = builder.add_extension(value, critical=critical)
    return Identity(builder.sign(above.key, hashes.SHA256()), key)


def qualified_extensions() -> tuple[tuple[x509.ExtensionType, bool], ...]:
    """What makes a certificate one for qualified seals: QcCompliance, QcType eSeal and the policy QCP-l."""
    return (
        (x509.CertificatePolicies([x509.PolicyInformation(QCP_LEGAL, None)]), False),
        (x509.UnrecognizedExtension(QC_STATEMENTS, _qc_statements()), False),
    )


def responder_extensions() -> tuple[tuple[x509.ExtensionType, bool], ...]:
    """A delegated OCSP responder, which itself is not asked about (RFC 6960, section 4.2.2.2.1)."""
    return (
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False),
        (x509.OCSPNoCheck(), False),
    )


def stamping_extensions() -> tuple[tuple[x509.ExtensionType, bool], ...]:
    """A time-stamping unit: this usage alone, and critical (RFC 3161, section 2.3)."""
    return ((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),)


def period(now: datetime, before: int, after: int) -> tuple[datetime, datetime]:
    """From ``before`` days ago until ``after`` days ahead, in whole seconds."""
    moment = now.replace(microsecond=0)
    return moment - timedelta(days=before), moment + timedelta(days=after)


def _qc_statements() -> bytes:
    kind = SequenceOf([ObjectIdentifier(QC_ESEAL)], spec=ObjectIdentifier)
    statements = [
        _sequence(ObjectIdentifier(QC_COMPLIANCE).dump()),
        _sequence(ObjectIdentifier(QC_TYPE).dump() + kind.dump()),
    ]
    return _sequence(b"".join(statements))


def _sequence(content: bytes) -> bytes:
    """A short DER SEQUENCE around members that are encoded already."""
    return bytes([0x30, len(content)]) + content


def _addresses(addresses: tuple[str, str, str]) -> list[tuple[x509.ExtensionType, bool]]:
    ocsp, issuers, crl = addresses
    methods = ((AuthorityInformationAccessOID.OCSP, ocsp), (AuthorityInformationAccessOID.CA_ISSUERS, issuers))
    access = [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in methods if url]
    found: list[tuple[x509.ExtensionType, bool]] = []
    if access:
        found.append((x509.AuthorityInformationAccess(access), False))
    if crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl)], None, None, None)
        found.append((x509.CRLDistributionPoints([point]), False))
    return found


def _usage(names: Sequence[str]) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{one: one in names for one in every})


def _authority_key(issuer: Identity) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())


def _self_named(profile: Profile, key: PrivateKey) -> x509.Certificate:
    """A certificate that only lends its name, for the issuer field of a root."""
    builder = x509.CertificateBuilder(profile.subject, profile.subject, key.public_key(), 1)
    return builder.not_valid_before(profile.not_before).not_valid_after(profile.not_after).sign(key, hashes.SHA256())
