"""What a certificate says of itself under eIDAS: a claim, which only a trusted list makes a fact.

ETSI EN 319 412-5 (QcStatements), EN 319 411-2 (policies QCP-l and QCP-l-qscd), and facts/elm-edc.md section 5.2.
"""

from __future__ import annotations

from dataclasses import dataclass

from asn1crypto.core import Any as AnyValue
from asn1crypto.core import ObjectIdentifier, Sequence, SequenceOf
from cryptography import x509
from cryptography.x509.oid import NameOID

STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
COMPLIANCE = "0.4.0.1862.1.1"
QSCD = "0.4.0.1862.1.4"
TYPES = "0.4.0.1862.1.6"
ESEAL = "0.4.0.1862.1.6.2"
PERSONAL = frozenset({NameOID.GIVEN_NAME, NameOID.SURNAME, NameOID.PSEUDONYM})
"""Attributes of a natural person, one of which each such certificate has (ETSI EN 319 412-2 section 4.2.4)."""
POLICIES = frozenset({"0.4.0.194112.1.1", "0.4.0.194112.1.3"})


@dataclass(frozen=True)
class Claims:
    """Whether the certificate calls itself qualified, for seals, by the policy for legal persons, key in a device.

    ``personal``: it is for signatures of a natural person. Such a one may name an employer's identifier too, and is
    still not the employer's seal (eIDAS, articles 3(9) and 3(24)).
    """

    compliance: bool = False
    eseal: bool = False
    policy: bool = False
    qscd: bool = False
    personal: bool = False

    @property
    def qualified(self) -> bool:
        """Whether it calls itself a qualified certificate for electronic seals in every way that it has to."""
        return self.compliance and self.eseal and self.policy


class _Statement(Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [("id", ObjectIdentifier), ("info", AnyValue, {"optional": True})]


class _Statements(SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    _child_spec = _Statement


class _Types(SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    _child_spec = ObjectIdentifier


def read_claims(certificate: x509.Certificate) -> Claims:
    """The claims in a certificate. Raises ValueError or TypeError when its statements are damaged."""
    found: dict[str, _Statement] = {}
    try:
        raw = certificate.extensions.get_extension_for_oid(STATEMENTS).value
    except x509.ExtensionNotFound:
        return Claims(policy=_has_policy(certificate), personal=_is_named(certificate))
    if isinstance(raw, x509.UnrecognizedExtension):
        found = {statement["id"].dotted: statement for statement in _Statements.load(raw.value, strict=True)}
    types = found[TYPES]["info"].parse(_Types) if TYPES in found else ()
    kinds = [kind.dotted for kind in types]
    return Claims(
        compliance=COMPLIANCE in found,
        eseal=ESEAL in kinds,
        policy=_has_policy(certificate),
        qscd=QSCD in found,
        personal=_is_named(certificate) or (bool(kinds) and ESEAL not in kinds),
    )


def _is_named(certificate: x509.Certificate) -> bool:
    return any(attribute.oid in PERSONAL for attribute in certificate.subject)


def _has_policy(certificate: x509.Certificate) -> bool:
    try:
        policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return False
    return any(policy.policy_identifier.dotted_string in POLICIES for policy in policies)
