"""Signatures over heads of the audit: compact JWS by the seal's key, as :meth:`StatusServices._sign` makes them."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_der_x509_certificate

from mimis_core.errors import DataError

KIND = "mimis-audit+jwt"
"""Type of the token (RFC 8725 section 3.11): what the same key signs otherwise is no head of an audit."""
HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


@dataclass(frozen=True)
class SignedHead:
    """What a signature says, and the certificate (DER) whose key made it."""

    organisation: str
    seq: int
    head: str
    certificate: bytes


def read_signed_head(token: str) -> SignedHead:
    """Check a signature with the certificate that it brings. Raises DataError when it is none or does not fit.

    Whether the certificate is the right one is for the caller to say.
    """
    try:
        header, claims, signature = (_decode(part) for part in token.split("."))
        parts, said = json.loads(header), json.loads(claims)
        if parts["typ"] != KIND:
            raise ValueError("a signature over something else")
        certificate = base64.b64decode(parts["x5c"][0])
        _check(certificate, parts["alg"], token.rpartition(".")[0].encode(), signature)
        return SignedHead(str(said["organisation"]), int(said["seq"]), str(said["head"]), certificate)
    except (ValueError, KeyError, IndexError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise DataError("This is no signed head of an audit, or it was changed.", code="signature") from error


def _check(certificate: bytes, algorithm: str, data: bytes, signature: bytes) -> None:
    key: Any = load_der_x509_certificate(certificate).public_key()
    digest = HASHES[algorithm[2:]]
    if isinstance(key, ec.EllipticCurvePublicKey) and algorithm.startswith("ES"):
        half = len(signature) // 2
        r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
        key.verify(encode_dss_signature(r, s), data, ec.ECDSA(digest))
    elif isinstance(key, rsa.RSAPublicKey) and algorithm.startswith("PS"):
        key.verify(signature, data, padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH), digest)
    elif isinstance(key, rsa.RSAPublicKey) and algorithm.startswith("RS"):
        key.verify(signature, data, padding.PKCS1v15(), digest)
    else:
        raise ValueError("the algorithm is not the key's")


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
