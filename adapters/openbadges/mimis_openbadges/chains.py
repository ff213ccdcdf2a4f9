"""Whose certificate it is, and whether it leads up to one of the trust anchors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from mimis_core import ConfigurationError

LONGEST_CHAIN = 8
DAMAGE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises, at the first look at a part, for certificates that are damaged or odd."""


class Standing(Enum):
    """How a certificate stands to the anchors: below one of them, below none, or wrongly made."""

    TRUSTED = "trusted"
    UNKNOWN = "unknown"
    REFUSED = "refused"


def read_anchors(anchors: Sequence[str]) -> tuple[x509.Certificate, ...]:
    """The certificates in some PEM texts. Raises ConfigurationError when one holds none."""
    return tuple(one for text in anchors for one in _read_anchor(text))


def standing(chain: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], moment: datetime) -> Standing:
    """Where a chain (signer first) stands at a moment, by RFC 5280 section 6 without policies and name constraints.

    A certificate that has such constraints is refused. Whether a certificate was revoked is not asked.
    """
    try:
        return _climb(chain, anchors, moment)
    except (InvalidSignature, *DAMAGE):
        return Standing.REFUSED


def holds_at(certificate: x509.Certificate, moment: datetime) -> bool:
    """Whether the certificate was valid at that moment, by its own dates."""
    try:
        return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc
    except DAMAGE:
        return False


def may_sign(certificate: x509.Certificate) -> bool:
    """Whether the key usage allows signatures or seals; without one it does not."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, *DAMAGE):
        return False
    return usage.digital_signature or usage.content_commitment


def identifier_of(certificate: x509.Certificate) -> str | None:
    """The organization identifier (attribute 2.5.4.97); None when there is none, or more than one."""
    found = _attributes(certificate, NameOID.ORGANIZATION_IDENTIFIER)
    return found[0] if len(found) == 1 else None


def organisation_of(certificate: x509.Certificate) -> str:
    """The name of the organisation, for people."""
    names = (*_attributes(certificate, NameOID.ORGANIZATION_NAME), *_attributes(certificate, NameOID.COMMON_NAME))
    return next(iter(names), "nobody")


def same_organisation(one: str | None, other: str | None) -> bool:
    """Whether two eIDAS identifiers name the same legal person; two missing ones do not."""
    return one is not None and other is not None and _normalised(one) == _normalised(other)


def _climb(chain: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], moment: datetime) -> Standing:
    current, rest = chain[0], list(chain[1:])
    for below in range(LONGEST_CHAIN):
        if not _sound(current) or not holds_at(current, moment):
            return Standing.REFUSED
        if current in anchors:
            return Standing.TRUSTED
        above = _issuer(current, [*anchors, *rest])
        if above is None:
            return Standing.UNKNOWN
        if not _may_issue(above, below):
            return Standing.REFUSED
        rest = [one for one in rest if one != above]
        current = above
    return Standing.REFUSED


def _issuer(certificate: x509.Certificate, among: Sequence[x509.Certificate]) -> x509.Certificate | None:
    """The certificate that issued it: an authority with a new key keeps its name, so that alone does not say which.

    Raises what cryptography raises when there are some of that name, but none of them did.
    """
    named = [one for one in among if one.subject == certificate.issuer and one != certificate]
    for one in named:
        try:
            certificate.verify_directly_issued_by(one)
        except (InvalidSignature, *DAMAGE):
            if one is named[-1]:
                raise
            continue
        return one
    return None


def _sound(certificate: x509.Certificate) -> bool:
    """No critical rule that is not kept here."""
    unkept = (x509.UnrecognizedExtension, x509.NameConstraints, x509.PolicyConstraints, x509.InhibitAnyPolicy)
    return not any(one.critical and isinstance(one.value, unkept) for one in certificate.extensions)


def _may_issue(certificate: x509.Certificate, below: int) -> bool:
    """A certification authority, with no more authorities below it than it allows (RFC 5280 section 4.2.1.9)."""
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return basic.ca and usage.key_cert_sign and (basic.path_length is None or below <= basic.path_length)


@lru_cache(maxsize=32)
def _read_anchor(text: str) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(text.encode()))
    except DAMAGE:
        raise ConfigurationError(
            "A trust anchor is not a certificate in PEM form.",
            mend="Correct [trust] anchors in mimis.toml: each file starts with BEGIN CERTIFICATE.",
        ) from None


def _attributes(certificate: x509.Certificate, kind: x509.ObjectIdentifier) -> list[str]:
    try:
        return [str(one.value) for one in certificate.subject.get_attributes_for_oid(kind)]
    except DAMAGE:
        return []


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
