"""JSON Web Signatures (RFC 7515, 7797) as credentials and status answers carry them, read without leniency.

A seal must mean one thing to every reader: keys that stand twice, sloppy base64 and unknown critical headers are
refused.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from mimis_seals.form.limits import (
    LARGEST_CERTIFICATE,
    LARGEST_FILE,
    LARGEST_HEADER,
    MOST_BRACKETS,
    MOST_CERTIFICATES,
    MOST_COMMAS,
    STRONGEST_RSA,
    WEAKEST_RSA,
)
from mimis_seals.keys.certificates import PublicKey

KNOWN_CRITICAL = frozenset({"b64", "sigT", "iat", "adoTst", "sigD", "sigX5ts", "sigPId", "srCms", "srAts"})
"""Names that may stand in ``crit``: those of RFC 7797 and JAdES."""

HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
CURVES = {"ES256": ("secp256r1", 32), "ES384": ("secp384r1", 48), "ES512": ("secp521r1", 66)}
ALGORITHMS = frozenset({f"{family}{size}" for family in ("RS", "PS", "ES") for size in HASHES})
"""Algorithms that are accepted: public-key ones only, so that neither ``none`` nor a shared secret can pass."""

_COMPACT = re.compile(rb"\s*[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\s*", re.ASCII)


class FormError(ValueError):
    """The file is not in a form that can be read; the text is a sentence for people."""


class SealError(ValueError):
    """The file can be read but its seal does not hold; the text is a sentence for people."""


@dataclass(frozen=True)
class Envelope:
    """A signature taken apart, nothing checked yet. ``payload`` is as written: JSON text, or that in base64url."""

    payload: str
    protected: str
    signature: str
    unprotected: dict[str, Any]

    @property
    def plain(self) -> bool:
        """Whether the content stands as JSON text: base64url never starts with a brace."""
        return self.payload.lstrip().startswith("{")

    @cached_property
    def signed(self) -> bytes:
        """The octets that the signature is over. Raises FormError when they are no text."""
        try:
            return f"{self.protected}.{self.payload}".encode()
        except UnicodeError:
            raise FormError("The sealed content is damaged.") from None

    def content(self) -> str:
        """The sealed text. Raises FormError when it is damaged."""
        if self.plain:
            return self.signed.partition(b".")[2].decode("utf-8")
        try:
            return decode(self.payload, "The sealed content").decode("utf-8")
        except (SealError, UnicodeError):
            raise FormError("The sealed content is damaged.") from None


def looks_sealed(content: bytes) -> bool:
    """Whether a file is, or once was, a JSON Web Signature with its content inside."""
    start = content[:4096].lstrip()
    if start.startswith(b"{"):
        return start[1:].lstrip().startswith(b'"payload"') or (b'"payload"' in content and b'"protected"' in content)
    return start.startswith(b"ey") and _COMPACT.fullmatch(content) is not None


def read_envelope(content: bytes) -> Envelope:
    """Take a file apart, in whichever of the three serialisations. Raises FormError."""
    if len(content) > LARGEST_FILE:
        raise FormError(f"The file is larger than {LARGEST_FILE // 1_000_000} MB.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise FormError("The file is not text in UTF-8.") from None
    if _COMPACT.fullmatch(content):
        protected, payload, signature = text.strip().split(".")
        return Envelope(payload, protected, signature, {})
    outer = read_object(text, "The file")
    return _envelope_of(outer, _signature_of(outer))


def read_object(text: str, what: str) -> dict[str, Any]:
    """Read one JSON object, in which no key stands twice. Raises FormError with ``what`` as its subject."""
    if len(text) > MOST_BRACKETS and _has_too_many_parts(text):
        raise FormError(f"{what} has far more parts than a credential.")
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise FormError(f"{what} is nested too deeply.") from None
    except FormError as error:
        raise FormError(f"{what} {error}") from None
    except ValueError:
        raise FormError(f"{what} is not JSON: it is damaged or of another kind.") from None
    if not isinstance(value, dict):
        raise FormError(f"{what} is not a JSON object.")
    return value


def _has_too_many_parts(text: str) -> bool:
    return text.count("{") + text.count("[") > MOST_BRACKETS or text.count(",") > MOST_COMMAS


def decode(text: str, what: str) -> bytes:
    """Decode base64url without padding; the one spelling of each value is accepted. Raises SealError."""
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        data = b""
    if not data or encode(data) != text:
        raise SealError(f"{what} is damaged.")
    return data


def encode(data: bytes) -> str:
    """Base64url without padding, as JOSE writes it."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def read_header(envelope: Envelope) -> dict[str, Any]:
    """Read the protected header and hold it to the rules on critical names. Raises SealError."""
    if len(envelope.protected) > LARGEST_HEADER:
        raise SealError("The seal's header is far larger than that of a seal.")
    try:
        header = read_object(decode(envelope.protected, "The seal's header").decode("utf-8"), "The seal's header")
    except (FormError, UnicodeDecodeError):
        raise SealError("The seal's header is damaged.") from None
    if set(header) & set(envelope.unprotected):
        raise SealError("The seal says the same thing twice, protected and unprotected.")
    if not isinstance(header.get("alg"), str) or header["alg"] not in ALGORITHMS:
        raise SealError("The seal uses a method of signing that is not accepted.")
    _check_critical(header, envelope.unprotected)
    if header.get("b64", True) is envelope.plain:
        raise SealError("The seal does not say clearly how its content is written.")
    return header


def certificates_of(header: dict[str, Any]) -> tuple[bytes, ...]:
    """The certificates in ``x5c`` as DER, signer first. Raises SealError."""
    encoded = header.get("x5c")
    if not isinstance(encoded, list) or not 1 <= len(encoded) <= MOST_CERTIFICATES:
        raise SealError("The seal does not carry its certificate.")
    try:
        chain = tuple(b64decode(one, validate=True) for one in encoded)
    except (TypeError, ValueError, binascii.Error):
        raise SealError("The seal's certificate is damaged.") from None
    if max(map(len, chain)) > LARGEST_CERTIFICATE:
        raise SealError("The seal carries a certificate of absurd size.")
    return chain


def check_signature(envelope: Envelope, algorithm: str, key: PublicKey) -> None:
    """Verify the signature over header and content as they are written. Raises SealError when it does not hold."""
    signature = decode(envelope.signature, "The seal's signature")
    try:
        _VERIFY[algorithm[:2]](key, algorithm, signature, envelope.signed)
    except InvalidSignature:
        raise SealError("The seal is broken: the file has been changed after it was sealed.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FormError("says the same thing twice, so it can be read in two ways.")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)


def _signature_of(outer: dict[str, Any]) -> dict[str, Any]:
    if "signatures" not in outer:
        return outer
    signatures = outer["signatures"]
    if "signature" in outer or not isinstance(signatures, list) or len(signatures) != 1:
        raise FormError("The file must carry exactly one seal.")
    if not isinstance(signatures[0], dict):
        raise FormError("The seal is damaged.")
    return signatures[0]


def _envelope_of(outer: dict[str, Any], signature: dict[str, Any]) -> Envelope:
    payload, protected, value = outer.get("payload"), signature.get("protected"), signature.get("signature")
    unprotected = signature.get("header", {})
    if not (isinstance(payload, str) and isinstance(protected, str) and isinstance(value, str)):
        raise FormError("The file lacks its content or its seal.")
    if not isinstance(unprotected, dict):
        raise FormError("The seal is damaged.")
    return Envelope(payload, protected, value, unprotected)


def _check_critical(header: dict[str, Any], unprotected: dict[str, Any]) -> None:
    critical = header.get("crit", [])
    if "crit" in unprotected or not isinstance(critical, list) or not all(isinstance(name, str) for name in critical):
        raise SealError("The seal's list of critical parts is damaged.")
    if not set(critical) <= KNOWN_CRITICAL & set(header) or len(set(critical)) != len(critical):
        raise SealError("The seal relies on something that mimis does not know.")
    if "crit" in header and not critical:
        raise SealError("The seal's list of critical parts is empty.")
    if "sigD" in header:
        raise SealError("The seal belongs to another file than this one.")
    if "b64" in header and ("b64" not in critical or not isinstance(header["b64"], bool)):
        raise SealError("The seal does not say clearly how its content is written.")


def _verify_rsa(pad: Callable[[hashes.HashAlgorithm], padding.AsymmetricPadding]) -> Callable[..., None]:
    def verify(key: PublicKey, algorithm: str, signature: bytes, data: bytes) -> None:
        if not isinstance(key, rsa.RSAPublicKey) or not WEAKEST_RSA <= key.key_size <= STRONGEST_RSA:
            raise SealError("The seal's key does not fit its method of signing, or is of an unsafe size.")
        digest = HASHES[algorithm[2:]]
        key.verify(signature, data, pad(digest), digest)

    return verify


def _verify_ec(key: PublicKey, algorithm: str, signature: bytes, data: bytes) -> None:
    curve, size = CURVES[algorithm]
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != curve:
        raise SealError("The seal's key does not fit its method of signing.")
    if len(signature) != 2 * size:
        raise InvalidSignature
    r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
    key.verify(encode_dss_signature(r, s), data, ec.ECDSA(HASHES[algorithm[2:]]))


_VERIFY: dict[str, Callable[[PublicKey, str, bytes, bytes], None]] = {
    "RS": _verify_rsa(lambda digest: padding.PKCS1v15()),
    "PS": _verify_rsa(lambda digest: padding.PSS(padding.MGF1(digest), digest.digest_size)),
    "ES": _verify_ec,
}
