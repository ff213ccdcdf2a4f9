"""Column types: encrypted texts and documents, and times that are always aware."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import DateTime, Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

from mimis_core.errors import ConfigurationError


class Cipher:
    """Encrypts columns and makes keyed hashes for exact look-up; without a key it stores texts as they are."""

    def __init__(self, key: str | None) -> None:
        try:
            self._fernet = Fernet(key) if key else None
        except ValueError:
            raise ConfigurationError(
                "encryption_key is not a Fernet key.", mend="Make one with: mimis init, or Fernet.generate_key()."
            ) from None
        self._key = (key or "").encode()

    def encrypt(self, data: bytes) -> bytes:
        """The stored form of ``data``."""
        return self._fernet.encrypt(data) if self._fernet else data

    def decrypt(self, data: bytes) -> bytes:
        """The plain form. Raises ConfigurationError when the key is not the one that encrypted it."""
        if self._fernet is None:
            return data
        try:
            return self._fernet.decrypt(data)
        except InvalidToken:
            raise ConfigurationError(
                "The database was written with another encryption_key.", mend="Set the key that was in use before."
            ) from None

    def fingerprint(self, text: str) -> str:
        """Keyed hash of an address, the same for upper and lower case: found again without being readable."""
        return self.token_hash(text.strip().lower())

    def token_hash(self, token: str) -> str:
        """Keyed hash of a random token, which is never stored itself. Random tokens need no slow hash."""
        return hmac.new(self._key, token.encode(), hashlib.sha256).hexdigest()


class Encrypted(TypeDecorator[str]):
    """A text that is encrypted at rest. The engine's dialect carries the :class:`Cipher` of its database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypt on the way in."""
        return None if value is None else _cipher(dialect).encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Decrypt on the way out."""
        return None if value is None else _cipher(dialect).decrypt(value.encode()).decode()


class EncryptedBytes(TypeDecorator[bytes]):
    """A document that is encrypted at rest."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else _cipher(dialect).encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Decrypt on the way out."""
        return None if value is None else _cipher(dialect).decrypt(value)


class UtcDateTime(TypeDecorator[datetime]):
    """A time stored as UTC and read back aware, also from SQLite, which keeps no zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Naive times are a programming error, so they raise here."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Add the zone again."""
        return None if value is None else value.replace(tzinfo=UTC)


def _cipher(dialect: Dialect) -> Cipher:
    cipher: Any = getattr(dialect, "mimis_cipher", None)
    if not isinstance(cipher, Cipher):
        raise RuntimeError("engines are made by mimis_core.store.database.Database")
    return cipher
