"""How the wallet sandbox judges a seal: its own reading of the EDC form, written apart from the sealer it judges."""

from __future__ import annotations

import json
import re
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_STARTS_SEALED = re.compile(rb'\s*\{\s*"payload"')
_CONTEXT = re.compile(r'"@context"\s*:')
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_UNDERSTOOD = {"b64", "sigT", "iat", "adoTst", "sigD", "sigX5ts", "sigPId", "srCms", "srAts"}
_HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_CURVES = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}


class SealError(Exception):
    """The seal does not hold; the text says why."""


@dataclass(frozen=True)
class Opened:
    """A sealed file whose seal holds: the credential in it and the certificate that sealed it."""

    text: str
    certificate: x509.Certificate

    @property
    def credential(self) -> dict[str, Any]:
        """The credential; empty when the text is no JSON object."""
        return _credential(self.text)

    @property
    def readable(self) -> bool:
        """Whether EDC finds the context, which it looks for in a single line."""
        return "\n" not in self.text and "\r" not in self.text and _CONTEXT.search(self.text) is not None

    @property
    def holder(self) -> str | None:
        """The certificate's organizationIdentifier (2.5.4.97)."""
        found = self.certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_IDENTIFIER)
        return str(found[0].value) if found else None


class TrustList:
    """The certificates that a wallet accepts seals from. Empty at first: it trusts nobody."""

    def __init__(self) -> None:
        self._anchors: list[x509.Certificate] = []

    def add(self, pem: str) -> None:
        """Trust all certificates of a PEM text, as issuers and themselves. Raises ValueError when there is none."""
        self._anchors.extend(x509.load_pem_x509_certificates(pem.encode()))

    def open(self, content: bytes, now: datetime | None = None) -> Opened:
        """Read a sealed file. Raises SealError unless its one signature is good and its certificate trusted."""
        payload, protected, signature = _parts(content)
        header = _header(protected)
        chain = _chain(header)
        _verify(header.get("alg"), chain[0], signature, f"{protected}.{payload}".encode())
        self._require_trust(chain, now or datetime.now(UTC))
        return Opened(payload, chain[0])

    def read(self, content: bytes) -> dict[str, Any]:
        """The credential in a sealed file, without judging the seal."""
        return _credential(_parts(content)[0])

    def _require_trust(self, chain: list[x509.Certificate], now: datetime) -> None:
        for position, certificate in enumerate(chain):
            if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
                raise SealError("a certificate is not valid now")
            if certificate in self._anchors or any(_issued(certificate, anchor) for anchor in self._anchors):
                return
            if position + 1 == len(chain) or not _issued(certificate, chain[position + 1]):
                break
        raise SealError("the certificate is not trusted here")


def _parts(content: bytes) -> tuple[str, str, bytes]:
    if not _STARTS_SEALED.match(content):
        raise SealError("the file is not sealed")
    try:
        sealed = json.loads(content)
        (entry,) = sealed["signatures"]
        payload, protected, signature = sealed["payload"], entry["protected"], _decode(entry["signature"])
    except (ValueError, KeyError, TypeError):
        raise SealError("the file is no JWS with one signature") from None
    if not isinstance(payload, str) or not isinstance(protected, str):
        raise SealError("payload and protected header must be texts")
    return payload, protected, signature


def _header(protected: str) -> dict[str, Any]:
    try:
        header = json.loads(_decode(protected))
    except ValueError:
        raise SealError("the protected header cannot be read") from None
    if not isinstance(header, dict) or header.get("b64") is not False:
        raise SealError("the payload must stand as plain text (b64 false)")
    critical = header.get("crit")
    if not isinstance(critical, list) or "b64" not in critical or not set(critical) <= _UNDERSTOOD & set(header):
        raise SealError("crit must name b64 and only what is present and understood")
    if ("sigT" in header) == ("iat" in header):
        raise SealError("the header must hold one signing time, sigT or iat")
    return header


def _chain(header: dict[str, Any]) -> list[x509.Certificate]:
    try:
        chain = [x509.load_der_x509_certificate(b64decode(item, validate=True)) for item in header["x5c"]]
        printed = _decode(header["x5t#S256"])
    except (ValueError, KeyError, TypeError):
        raise SealError("the header holds no certificate") from None
    if not chain or chain[0].fingerprint(hashes.SHA256()) != printed:
        raise SealError("the certificate is not the one that the header names")
    return chain


def _verify(algorithm: object, certificate: x509.Certificate, signature: bytes, signed: bytes) -> None:
    family, size = str(algorithm)[:2], str(algorithm)[2:]
    check = _CHECKS.get(family)
    if check is None or size not in _HASHES:
        raise SealError("the signature algorithm is not accepted")
    try:
        check(certificate, signature, signed, size)
    except InvalidSignature:
        raise SealError("the signature does not fit the content") from None


def _verify_rsa(certificate: x509.Certificate, signature: bytes, signed: bytes, size: str) -> None:
    _rsa_key(certificate).verify(signature, signed, padding.PKCS1v15(), _HASHES[size])


def _verify_pss(certificate: x509.Certificate, signature: bytes, signed: bytes, size: str) -> None:
    digest = _HASHES[size]
    _rsa_key(certificate).verify(signature, signed, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)


def _verify_ecdsa(certificate: x509.Certificate, signature: bytes, signed: bytes, size: str) -> None:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != _CURVES[f"ES{size}"]:
        raise SealError("the key does not fit the signature algorithm")
    half = (key.curve.key_size + 7) // 8
    if len(signature) != 2 * half:
        raise InvalidSignature
    pair = (int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
    key.verify(encode_dss_signature(*pair), signed, ec.ECDSA(_HASHES[size]))


_CHECKS: dict[str, Callable[[x509.Certificate, bytes, bytes, str], None]] = {
    "RS": _verify_rsa,
    "PS": _verify_pss,
    "ES": _verify_ecdsa,
}


def _rsa_key(certificate: x509.Certificate) -> rsa.RSAPublicKey:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise SealError("the key does not fit the signature algorithm")
    return key


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, InvalidSignature, ValueError, TypeError):
        return False
    return constraints.ca


def _credential(payload: str) -> dict[str, Any]:
    try:
        credential = json.loads(payload)
    except ValueError:
        return {}
    return credential if isinstance(credential, dict) else {}


def _decode(text: str) -> bytes:
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
