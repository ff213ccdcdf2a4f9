"""Trial keys: a seal for practice that works like a bought one, and says in its certificate that it is none."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from mimis_core import ConfigurationError, Organisation
from mimis_seals.keys.certificates import TRIAL_MARK

TRIAL_DAYS = 730
KEY_FILE, PASSWORD_FILE, ANCHOR_FILE = "trial-seal.p12", "trial-seal.password", "trial-anchor.pem"

NO_REVOCATION = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.56"), b"\x05\x00")
"""noRevAvail (RFC 9608): nobody keeps a list of revoked trial seals. Without it a verifier must call them unknown."""

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class TrialKey:
    """A new trial seal: the key file, the password that opens it, and the anchor that a verifier must be told of."""

    pkcs12: bytes
    password: str
    anchor_pem: str


def make_trial_key(
    organisation: Organisation,
    now: datetime,
    algorithm: Literal["RS256", "ES256"] = "RS256",
    days: int = TRIAL_DAYS,
) -> TrialKey:
    """Make a small certificate authority, let it issue one seal to the organisation, and forget its key.

    RS256 is the default because Europass itself seals so. Raises ConfigurationError when ``eidas`` is not an
    identifier that a seal certificate can carry.
    """
    country = _country(organisation)
    ca_key, key = _new_key(algorithm), _new_key(algorithm)
    ca_name = _name(country, organisation, "Trial anchor of mimis")
    ends = now + timedelta(days=days)
    anchor = _sign(_anchor(ca_name, ca_key, now, ends), ca_key)
    title = next(iter(_names(organisation)))
    subject = _name(country, organisation, f"Övningssigill {title}")
    seal = _sign(_seal(subject, key, anchor, now, ends), ca_key)
    password = secrets.token_urlsafe(24)
    content = pkcs12.serialize_key_and_certificates(
        title.encode(), key, seal, [anchor], BestAvailableEncryption(password.encode())
    )
    return TrialKey(content, password, anchor.public_bytes(Encoding.PEM).decode())


def write_trial_key(key: TrialKey, folder: Path) -> dict[str, str]:
    """Write the three files, readable by their owner alone, and return the table that names them.

    Raises ConfigurationError when one of them is there already: an earlier key is never written over.
    """
    contents = {KEY_FILE: key.pkcs12, PASSWORD_FILE: key.password.encode(), ANCHOR_FILE: key.anchor_pem.encode()}
    for name in contents:
        if (folder / name).exists():
            raise ConfigurationError(
                f"{folder / name}: there is a trial key already.",
                mend="Keep using it, or move the three trial files away first.",
            )
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    return {"kind": "pkcs12", "file": KEY_FILE, "password_file": PASSWORD_FILE, "anchor": ANCHOR_FILE}


def _country(organisation: Organisation) -> str:
    match = re.fullmatch(r"[A-Z]{3}([A-Z]{2})-\S+", organisation.eidas, re.ASCII)
    if match is None:
        raise ConfigurationError(
            f"organisation {organisation.id}: eidas is no identifier of an organisation.",
            mend="Write it as NTRSE- and the ten digits of the organisation number.",
        )
    return match.group(1)


def _names(organisation: Organisation) -> tuple[str, ...]:
    """The Swedish name first: it is the registered one."""
    names = organisation.legal_name
    return tuple(names[language] for language in sorted(names, key=lambda one: (one != "sv", one)))


def _new_key(algorithm: str) -> PrivateKey:
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


def _name(country: str, organisation: Organisation, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _names(organisation)[0]),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, organisation.eidas),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, TRIAL_MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, _cut(common_name)),
        ]
    )


def _cut(text: str) -> str:
    """At most 64 bytes: X.509 holds a common name to that."""
    return text.encode()[:64].decode(errors="ignore")


def _builder(subject: x509.Name, key: PrivateKey, now: datetime, ends: datetime) -> x509.CertificateBuilder:
    # A day's margin at the start: the clock of whoever checks may be behind.
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _anchor(name: x509.Name, key: PrivateKey, now: datetime, ends: datetime) -> x509.CertificateBuilder:
    return (
        _builder(name, key, now, ends)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
    )


def _seal(
    subject: x509.Name, key: PrivateKey, anchor: x509.Certificate, now: datetime, ends: datetime
) -> x509.CertificateBuilder:
    authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
        anchor.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    )
    return (
        _builder(subject, key, now, ends)
        .issuer_name(anchor.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(authority, critical=False)
        .add_extension(NO_REVOCATION, critical=False)
    )


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _sign(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256())
