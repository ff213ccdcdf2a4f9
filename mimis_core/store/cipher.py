"""How values are kept at rest: encrypted with AES-256-GCM, and looked up by keyed hashes.

A stored value begins with a byte for its form:

====  ==========================================================================================================
form  what follows
====  ==========================================================================================================
0     the value as it is: no key is set
1     id of the key (4 bytes), nonce (12 bytes), ciphertext and tag (16 bytes)
2     the same, and the value was deflated (RFC 1951) before it was encrypted
====  ==========================================================================================================

Form, key id and place (``table.column``) are authenticated, so a value that somebody moved into another column is
refused. It is not bound to its row: who may write to the database can still swap two values of one column.
With a key plain values are refused, or whoever may write to the database could make up any: her own address for
somebody else's sign-in links, her own passkey for a member of staff. Listed among the old keys, :data:`ALSO_PLAIN`
has them read until ``mimis db rekey`` has encrypted what is older than the first key.

Two keys, on purpose: an encryption key can be changed at any time (``mimis db rekey``), since each value says which key
it needs. The lookup key makes the hashes that addresses and tokens are found by; a token itself is not kept, so its
hash cannot be made anew, and this key stays.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import zlib
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mimis_core.errors import ConfigurationError

PLAIN, SEALED, PACKED = b"\0", b"\1", b"\2"
ALSO_PLAIN = "plain"
"""In the place of an old key: what was written before there was any."""
HEADER = 5
"""Bytes of form and key id."""
_NONCE, _KEY = 12, 32
_WORTH_PACKING = 256
"""Bytes from which on deflating pays for itself."""
_DOCUMENT = 16_384
"""Bytes from which on a value is taken for a sealed document, which is base64: no words repeat in it, and it shrinks
by a quarter from the frequency of its characters alone, three times as fast."""


def new_key() -> str:
    """A random key as the settings hold it: 32 bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(os.urandom(_KEY)).decode()


class _Key:
    """One encryption key. What encrypts is derived from it, and so is the id, which says nothing about the key."""

    def __init__(self, raw: bytes) -> None:
        self.id = derive(raw, "key id", 4)
        self.aead = AESGCM(derive(raw, "columns"))


class Cipher:
    """Encrypts values and makes keyed hashes for exact look-up; without a key it stores values as they are.

    Arguments:
        key: what encrypts, as :func:`new_key` makes it; None to encrypt nothing.
        old: further keys, newest first, that what was written earlier is read with; also :data:`ALSO_PLAIN`.
        lookup: key of the hashes; None derives it from the oldest of the keys, or from nothing without any.

    Raises ConfigurationError for a key of another form.
    """

    def __init__(self, key: str | None, old: Sequence[str] = (), lookup: str | None = None) -> None:
        listed = [one for one in old if one != ALSO_PLAIN]
        raw = [_decode(one, "encryption_key") for one in (*([key] if key else []), *listed)]
        self.reads_plain = key is None or ALSO_PLAIN in old
        keys = [_Key(one) for one in raw]
        self._first = keys[0] if key else None
        self._keys = {one.id: one for one in keys}
        source = _decode(lookup, "lookup_key") if lookup else raw[-1] if raw else b""
        self._lookup = derive(source, "lookup") if source else b""

    @property
    def header(self) -> bytes | None:
        """Id of the key that encrypts, or None when none does."""
        return self._first.id if self._first else None

    @property
    def key_ids(self) -> frozenset[bytes]:
        """Ids of all keys that can be read with."""
        return frozenset(self._keys)

    def encrypt(self, data: bytes, place: str) -> bytes:
        """The stored form of ``data``, which can be read back for the same ``place`` only."""
        if self._first is None:
            return PLAIN + data
        form, data = _pack(data)
        header, nonce = form + self._first.id, os.urandom(_NONCE)
        return header + nonce + self._first.aead.encrypt(nonce, data, header + place.encode())

    def decrypt(self, stored: bytes, place: str) -> bytes:
        """The plain form.

        Raises ConfigurationError when no configured key is the one that encrypted it, it was changed, or is plain
        although there is a key.
        """
        form, key_id = stored[:1], stored[1:HEADER]
        if form == PLAIN and self.reads_plain:
            return stored[1:]
        if form == PLAIN:
            raise ConfigurationError(
                f"A value of {place} is not encrypted: it is older than encryption_key, or not written by mimis.",
                mend='If you have just set encryption_key: old_encryption_keys = ["plain"], then mimis db rekey.',
            )
        key = self._keys.get(key_id)
        if key is None or form not in (SEALED, PACKED):
            raise ConfigurationError(
                f"The database was written with another encryption_key: {place} needs the one with id {key_id.hex()}.",
                mend="Set the key that was in use before, or list it in old_encryption_keys.",
            )
        try:
            nonce, sealed = stored[HEADER : HEADER + _NONCE], stored[HEADER + _NONCE :]
            data = key.aead.decrypt(nonce, sealed, stored[:HEADER] + place.encode())
        except (InvalidTag, ValueError):
            raise ConfigurationError(
                f"A value of {place} in the database is not as mimis wrote it.",
                mend="Restore a backup from before the database was changed by other means.",
            ) from None
        return zlib.decompress(data, -zlib.MAX_WBITS) if form == PACKED else data

    def fingerprint(self, text: str) -> str:
        """Keyed hash of an address, the same for upper and lower case: found again without being readable."""
        return self.token_hash(text.strip().lower())

    def token_hash(self, token: str) -> str:
        """Keyed hash of a random token, which is never stored itself. Random tokens need no slow hash."""
        return hmac.new(self._lookup, token.encode(), hashlib.sha256).hexdigest()


def derive(key: bytes, purpose: str, length: int = _KEY) -> bytes:
    """A key for one purpose (HKDF, RFC 5869): keys for different purposes say nothing about each other."""
    return HKDF(SHA256(), length, salt=None, info=f"mimis {purpose} 1".encode()).derive(key)


def _pack(data: bytes) -> tuple[bytes, bytes]:
    """The form and the bytes to encrypt: deflated where that makes them smaller."""
    if len(data) < _WORTH_PACKING:
        return SEALED, data
    strategy = zlib.Z_HUFFMAN_ONLY if len(data) >= _DOCUMENT else zlib.Z_DEFAULT_STRATEGY
    packer = zlib.compressobj(1, wbits=-zlib.MAX_WBITS, strategy=strategy)
    packed = packer.compress(data) + packer.flush()
    return (PACKED, packed) if len(packed) < len(data) else (SEALED, data)


def _decode(text: str, setting: str) -> bytes:
    try:
        raw = base64.b64decode(text.strip(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _KEY:
        raise ConfigurationError(
            f"{setting} is not 32 bytes in base64.", mend="mimis init makes keys, and so does: mimis db key"
        )
    return raw
