"""A software authenticator (W3C Web Authentication): makes passkeys and answers with them, rightly or as told."""

from __future__ import annotations

import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def unpacked(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


@dataclass
class Authenticator:
    """One passkey. ``origin`` is what the browser says that the page is; None for the one that its options are for.

    ``uses`` counts up from what it is; None for an authenticator without a counter. ``verifies``: it asks for a finger
    or a code.
    """

    origin: str
    uses: int | None = 0
    verifies: bool = True
    host: str | None = None
    key_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any]) -> str:
        """What ``navigator.credentials.create`` gives, as the page sends it."""
        client = self._client("webauthn.create", options["challenge"])
        attested = b"\0" * 16 + struct.pack(">H", len(self.key_id)) + self.key_id + self._public()
        data = self._data(options["rp"]["id"], ATTESTED) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(statement)})

    def get(self, options: dict[str, Any]) -> str:
        """What ``navigator.credentials.get`` gives, as the page sends it."""
        client = self._client("webauthn.get", options["challenge"])
        data = self._data(options["rpId"], 0)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature)}
        )

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, host: str, more: int) -> bytes:
        if self.uses is not None:
            self.uses += 1
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return sha256((self.host or host).encode()).digest() + struct.pack(">BI", flags, self.uses or 0)

    def _public(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return cbor2.dumps({1: 2, 3: -7, -1: 1, **point})

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps(
            {"id": text(self.key_id), "rawId": text(self.key_id), "type": "public-key", "response": response}
        )
