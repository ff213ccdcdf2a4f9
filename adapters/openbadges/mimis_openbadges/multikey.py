"""Ed25519 keys as W3C Multikey and as ``did:key``, and the document that an https address shows for a key.

Controlled Identifiers v1.0, sections 2.2.2 (Multikey) and 2.4 (multibase); the did:key method of the W3C CCG.
"""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_ED25519 = b"\xed\x01"
LONGEST = 200
"""Characters that a key or signature in base58 may have here; the time to read one grows with the square."""


def encode_multibase(data: bytes) -> str:
    """Bytes in base58btc with its multibase letter ``z``."""
    number, text = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        text = _DIGITS[digit] + text
    return "z" + _DIGITS[0] * (len(data) - len(data.lstrip(b"\0"))) + text


def decode_multibase(text: object) -> bytes:
    """The bytes of a base58btc text; raises ValueError when it is none, so that each value has one spelling."""
    if not isinstance(text, str) or not text.startswith("z") or len(text) > LONGEST:
        raise ValueError("no base58btc text")
    number = 0
    for letter in text[1:]:
        if letter not in _VALUES:
            raise ValueError("no base58btc text")
        number = number * 58 + _VALUES[letter]
    zeros = len(text[1:]) - len(text[1:].lstrip(_DIGITS[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def multikey(key: Ed25519PublicKey) -> str:
    """The public key as ``publicKeyMultibase``: ``z6Mk...``."""
    return encode_multibase(_ED25519 + key.public_bytes_raw())


def read_multikey(text: object) -> Ed25519PublicKey:
    """The Ed25519 key of a Multikey. Raises ValueError when it is none."""
    data = decode_multibase(text)
    if not data.startswith(_ED25519) or len(data) != 34:
        raise ValueError("no Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(data[2:])


def did_key(key: Ed25519PublicKey) -> str:
    """The key as an identifier of its own: ``did:key:z6Mk...``."""
    return f"did:key:{multikey(key)}"


def controller_document(controller: str, key: Ed25519PublicKey) -> dict[str, Any]:
    """What the school serves at ``controller``, so that verifiers find the key there (Controlled Identifiers v1.0)."""
    method = f"{controller}#{multikey(key)}"
    return {
        "@context": ["https://www.w3.org/ns/cid/v1"],
        "id": controller,
        "verificationMethod": [
            {"id": method, "type": "Multikey", "controller": controller, "publicKeyMultibase": multikey(key)}
        ],
        "assertionMethod": [method],
    }
