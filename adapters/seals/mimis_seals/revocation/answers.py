"""Reads what authorities say about revoked certificates, and believes only what they signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from mimis_seals.keys.certificates import DAMAGE

OCSP_HASHES = (hashes.SHA1, hashes.SHA256, hashes.SHA384, hashes.SHA512)
"""Of the issuer's name and key in an answer; SHA-1 only finds the issuer there, it proves nothing (RFC 5019)."""


WEAK = (hashes.SHA1, hashes.MD5)
"""Digests with which nobody's signature proves anything any more (ETSI TS 119 312)."""


@dataclass(frozen=True)
class Answer:
    """What an authority said of one certificate: revoked when, given when, and in force until when (if it says so)."""

    revoked_at: datetime | None
    given_at: datetime
    next_at: datetime | None


def ocsp_request(certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """The question to an OCSP responder, in DER. Without a nonce: many responders give prepared answers (RFC 5019)."""
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())
    return builder.build().public_bytes(Encoding.DER)


def ocsp_answer(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> Answer | None:
    """What an OCSP response says of a certificate; None when it is damaged, unsigned by the issuer or about others."""
    try:
        response = _ocsp(der)
        if response is None or not _signed_by(response, issuer):
            return None
        return next((_of_single(one) for one in response.responses if _is_about(one, certificate, issuer)), None)
    except DAMAGE:
        return None


def crl_answer(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> Answer | None:
    """What a CRL says of a certificate; None when it is damaged, of another issuer, or tells only of a part."""
    try:
        revoked = _crl(der)
        if revoked is None or revoked.issuer != issuer.subject or certificate.issuer != issuer.subject:
            return None
        if not _is_whole(revoked) or not _crl_signed(der, issuer):
            return None
        entry = revoked.get_revoked_certificate_by_serial_number(certificate.serial_number)
        when = entry.revocation_date_utc if entry is not None else None
        return Answer(when, revoked.last_update_utc, revoked.next_update_utc)
    except DAMAGE:
        return None


@lru_cache(maxsize=64)
def _ocsp(der: bytes) -> ocsp.OCSPResponse | None:
    try:
        response = ocsp.load_der_ocsp_response(der)
    except DAMAGE:
        return None
    return response if response.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL else None


@lru_cache(maxsize=16)
def _crl(der: bytes) -> x509.CertificateRevocationList | None:
    try:
        return x509.load_der_x509_crl(der)
    except DAMAGE:
        return None


@lru_cache(maxsize=64)
def _crl_signed(der: bytes, issuer: x509.Certificate) -> bool:
    revoked = _crl(der)
    key = issuer.public_key()
    if revoked is None or not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return False
    if isinstance(revoked.signature_hash_algorithm, WEAK):
        return False
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return revoked.is_signature_valid(key)
    return usage.crl_sign and revoked.is_signature_valid(key)


def _is_whole(revoked: x509.CertificateRevocationList) -> bool:
    """Neither a delta nor one for some certificates or reasons only, nor with critical parts that we do not know."""
    for extension in revoked.extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint):
            parts = (value.only_contains_user_certs, value.only_contains_ca_certs, value.indirect_crl)
            if any(parts) or value.only_some_reasons or value.only_contains_attribute_certs:
                return False
        elif extension.critical:
            return False
    return True


def _of_single(single: ocsp.OCSPSingleResponse) -> Answer | None:
    if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        return None
    return Answer(single.revocation_time_utc, single.this_update_utc, single.next_update_utc)


def _is_about(single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if single.serial_number != certificate.serial_number or not isinstance(single.hash_algorithm, OCSP_HASHES):
        return False
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, single.hash_algorithm).build()
    return (asked.issuer_name_hash, asked.issuer_key_hash) == (single.issuer_name_hash, single.issuer_key_hash)


def _signed_by(response: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """RFC 6960 section 4.2.2.2: by the issuer itself, or by whom it certified for this and nothing else above."""
    if _holds(response, issuer):
        return True
    return any(_is_delegate(one, issuer, response.produced_at_utc) and _holds(response, one)
               for one in response.certificates[:4])  # fmt: skip


def _is_delegate(candidate: x509.Certificate, issuer: x509.Certificate, moment: datetime) -> bool:
    try:
        candidate.verify_directly_issued_by(issuer)
        usage = candidate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (InvalidSignature, x509.ExtensionNotFound, ValueError, TypeError):
        return False
    held = candidate.not_valid_before_utc <= moment <= candidate.not_valid_after_utc
    return held and ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _holds(response: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, digest = signer.public_key(), response.signature_hash_algorithm
    if digest is None or isinstance(digest, WEAK):
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(digest))
        else:
            return False
    except InvalidSignature:
        return False
    return True
