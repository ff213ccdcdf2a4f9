"""Column types: encrypted texts and documents, and times that are always aware."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, LargeBinary, Table, event
from sqlalchemy.types import TypeDecorator

from mimis_core.store.cipher import Cipher


class Encrypted(TypeDecorator[str]):
    """A text that is encrypted at rest. The engine's dialect carries the :class:`Cipher` of its database.

    Arguments:
        place: what its values are bound to; the column's own ``table.column`` when left out. A column that is renamed
            goes on naming its old place here, or what it holds could not be read any more.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str = "") -> None:
        super().__init__()
        self.place = place

    def __repr__(self) -> str:
        # Read by Alembic, whose migrations need no place: they move stored values as they are.
        return f"{type(self).__name__}()"

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else _cipher(dialect).encrypt(value.encode(), self.place)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypt on the way out."""
        return None if value is None else _cipher(dialect).decrypt(value, self.place).decode()


class EncryptedBytes(TypeDecorator[bytes]):
    """A document that is encrypted at rest; ``place`` as in :class:`Encrypted`."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str = "") -> None:
        super().__init__()
        self.place = place

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else _cipher(dialect).encrypt(value, self.place)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Decrypt on the way out."""
        return None if value is None else _cipher(dialect).decrypt(value, self.place)


@event.listens_for(Column, "after_parent_attach")
def _bind_to_place(column: Column[Any], table: object) -> None:
    """A column's values are bound to its place as soon as it has one."""
    if isinstance(column.type, (Encrypted, EncryptedBytes)) and not column.type.place and isinstance(table, Table):
        column.type = type(column.type)(f"{table.name}.{column.name}")


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
