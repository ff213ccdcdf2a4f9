"""Badges and status lists as compact JSON Web Signatures (RFC 7515), read without leniency.

Open Badges 3.0, section "JSON Web Token Proof Format": the payload is the credential itself with the registered claims
beside its members, and the header carries ``jwk`` or ``kid`` and nothing else. The certificate of the key travels
inside the ``jwk``, as ``x5c`` (RFC 7517 section 4.7), so that the header stays as it is laid down.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from mimis_openbadges.chains import DAMAGE

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | Ed25519PublicKey
Json = dict[str, Any]
ALGORITHMS = ("RS256", "ES256", "EdDSA")
"""What is accepted: public-key methods only, so that neither ``none`` nor a shared secret can pass."""
LARGEST = 1_000_000
"""Bytes of a badge that are looked at."""
_COMPACT = re.compile(r"\s*([A-Za-z0-9_-]{20,})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\s*", re.ASCII)


class FormError(ValueError):
    """The file is not in a form that can be read; the text is a sentence for people."""


class SealError(ValueError):
    """The file can be read but its signature does not hold; the text is a sentence for people."""


@dataclass(frozen=True)
class Token:
    """A compact signature taken apart, nothing checked yet."""

    header: Json
    claims: Json
    signed: bytes
    signature: bytes


def looks_compact(content: bytes) -> bool:
    """Whether a file is three pieces of base64url with points between."""
    return content[:64].lstrip().startswith(b"ey") and _COMPACT.fullmatch(content.decode("latin-1")) is not None


def read_token(content: bytes) -> Token:
    """Take a compact signature apart. Raises FormError."""
    match = _COMPACT.fullmatch(content.decode("latin-1")) if len(content) <= LARGEST else None
    if match is None:
        raise FormError("The file is no signed badge, or too large.")
    header, payload, signature = match.groups()
    return Token(
        read_object(decode(header), "The badge's header"),
        read_object(decode(payload), "The badge"),
        f"{header}.{payload}".encode(),
        decode(signature),
    )


def read_object(content: bytes, what: str) -> Json:
    """Read one JSON object, in which no key stands twice. Raises FormError with ``what`` as its subject."""
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except RecursionError:
        raise FormError(f"{what} is nested too deeply.") from None
    except FormError as error:
        raise FormError(f"{what} {error}") from None
    except ValueError:
        raise FormError(f"{what} is not JSON: it is damaged or of another kind.") from None
    if not isinstance(value, dict):
        raise FormError(f"{what} is not a JSON object.")
    return value


def decode(text: str) -> bytes:
    """Decode base64url without padding; the one spelling of each value is accepted. Raises FormError."""
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        data = b""
    if encode(data) != text:
        raise FormError("The signed badge is damaged.")
    return data


def encode(data: bytes) -> str:
    """Base64url without padding, as JOSE writes it."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def check_signature(token: Token, key: PublicKey) -> None:
    """Verify the signature by the algorithm of the header. Raises SealError when it does not hold."""
    algorithm = token.header.get("alg")
    if "crit" in token.header or algorithm not in ALGORITHMS:
        raise SealError("The badge uses a method of signing that is not accepted.")
    try:
        _verify(str(algorithm), key, token.signature, token.signed)
    except InvalidSignature:
        raise SealError("The signature is broken: the file has been changed after it was signed.") from None


def certificates_of(header: Json) -> tuple[x509.Certificate, ...]:
    """The certificates of ``x5c``, in the header or in its ``jwk``, signer first; none is fine. Raises SealError."""
    jwk = header.get("jwk")
    places = [place["x5c"] for place in (header, jwk) if isinstance(place, dict) and "x5c" in place]
    if not places:
        return ()
    (encoded, *others) = places
    if others or not isinstance(encoded, list) or not 1 <= len(encoded) <= 10:
        raise SealError("The badge does not carry its certificates as it should.")
    try:
        found = tuple(x509.load_der_x509_certificate(b64decode(one, validate=True)) for one in encoded)
    except DAMAGE:
        raise SealError("The certificate of the badge is damaged.") from None
    return found


def key_of(header: Json, chain: tuple[x509.Certificate, ...]) -> PublicKey | None:
    """The key that the header gives by certificate or ``jwk``; None when it only names one. Raises SealError.

    Certificate and ``jwk`` must be of one key, so that no file is checked with one and trusted for the other.
    """
    certified = _usable(chain[0]) if chain else None
    plain = _read_jwk(header["jwk"]) if "jwk" in header else None
    if certified is not None and plain is not None and certified != plain:
        raise SealError("The badge carries a certificate of another key than the one that it names.")
    return certified or plain


def jwk_of(key: PublicKey) -> Json:
    """The public key as a JWK (RFC 7518 section 6, RFC 8037)."""
    if isinstance(key, Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": encode(key.public_bytes_raw())}
    numbers = key.public_numbers()
    if isinstance(numbers, rsa.RSAPublicNumbers):
        size = (numbers.n.bit_length() + 7) // 8
        return {
            "kty": "RSA",
            "n": encode(numbers.n.to_bytes(size)),
            "e": encode(numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8)),
        }
    return {"kty": "EC", "crv": "P-256", "x": encode(numbers.x.to_bytes(32)), "y": encode(numbers.y.to_bytes(32))}


def _usable(certificate: x509.Certificate) -> PublicKey:
    try:
        key = certificate.public_key()
    except DAMAGE:
        raise SealError("The certificate of the badge is damaged.") from None
    return _accepted(key)


def _accepted(key: object) -> PublicKey:
    if isinstance(key, Ed25519PublicKey):
        return key
    if isinstance(key, rsa.RSAPublicKey) and 2048 <= key.key_size <= 8192:
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1":
        return key
    raise SealError("The badge is signed with a kind of key that is not accepted.")


def _read_jwk(jwk: object) -> PublicKey:
    try:
        if not isinstance(jwk, dict) or "d" in jwk:
            raise ValueError
        match jwk.get("kty"), jwk.get("crv"):
            case "OKP", "Ed25519":
                return Ed25519PublicKey.from_public_bytes(decode(jwk["x"]))
            case "EC", "P-256":
                x, y = (int.from_bytes(decode(jwk[name])) for name in "xy")
                return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
            case "RSA", None if len(jwk["n"]) <= 1400:
                e, n = (int.from_bytes(decode(jwk[name])) for name in "en")
                return _accepted(rsa.RSAPublicNumbers(e, n).public_key())
    except SealError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise SealError("The key in the badge is damaged or of a kind that is not accepted.")


def _verify(algorithm: str, key: PublicKey, signature: bytes, data: bytes) -> None:
    if algorithm == "EdDSA" and isinstance(key, Ed25519PublicKey):
        key.verify(signature, data)
    elif algorithm == "RS256" and isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    elif algorithm == "ES256" and isinstance(key, ec.EllipticCurvePublicKey) and len(signature) == 64:
        raw = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
        key.verify(raw, data, ec.ECDSA(hashes.SHA256()))
    else:
        raise SealError("The badge's key does not fit its method of signing.")


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FormError("says the same thing twice, so it can be read in two ways.")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
