"""What each released version left in a database: one row in every table, made once and never changed.

``python -m tests.store.releases`` writes the file of this version anew. Do that as long as the version is not released,
whenever the tables change, and read the difference; after the release the file stays, and migrations add.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, Table

from mimis_core.store.cipher import Cipher
from mimis_core.store.database import Database
from mimis_core.store.every_table import METADATA
from mimis_core.store.rotation import place_of
from mimis_core.store.types import Encrypted, EncryptedBytes, UtcDateTime

FOLDER = Path(__file__).parent
KEY = "bWltaXMgdGVzdCBrZXksIGZvciBub3RoaW5nIGVsc2U="
"""What the files are encrypted with: it opens nothing but them."""
WHEN = datetime(2026, 11, 24, 9, tzinfo=UTC)


def value_of(column: Column[Any]) -> Any:
    """What stands in this column of the one row, before it is encrypted."""
    for key in column.foreign_keys:
        return id_of(key.column.table) if key.column.table is not column.table else None
    name = f"{column.table.name}.{column.name}"
    if column.name in ("id", "organisation"):
        return id_of(column.table) if column.name == "id" else "school"
    if isinstance(column.type, (Encrypted, EncryptedBytes)):
        return f"Åäö {name}" if isinstance(column.type, Encrypted) else f"Åäö {name}".encode()
    if isinstance(column.type, JSON):
        return {"å": name}
    kinds = {int: 7, float: 7.5, bool: True, bytes: f"Åäö {name}".encode(), datetime: WHEN, date: WHEN.date()}
    python = datetime if isinstance(column.type, UtcDateTime) else column.type.python_type
    return kinds.get(python, name[: getattr(column.type, "length", None)])


def id_of(table: Table) -> str:
    """The id of the table's one row: 32 characters, as all are."""
    return table.name.ljust(32, "0")


def write(version: str) -> None:
    """The rows as SQL that both databases take, but for how bytes are written (see :func:`load`)."""
    database = Database("sqlite://", KEY)
    lines = [f"-- mimis {version}, tables of revision {database.version().newest}"]
    for table in METADATA.sorted_tables:
        values = ",\n  ".join(f"{_literal(column, database.cipher)} -- {column.name}" for column in table.columns)
        values = re.sub(r" -- (\w+),\n", r", -- \1\n", values)
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        lines.append(f'INSERT INTO "{table.name}" ({names}) VALUES (\n  {values}\n);')
    (FOLDER / f"{version}.sql").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _literal(column: Column[Any], cipher: Cipher) -> str:
    value = value_of(column)
    if value is None:
        return "NULL"
    if isinstance(column.type, (Encrypted, EncryptedBytes)):
        plain = value if isinstance(value, bytes) else value.encode()
        return f"X'{cipher.encrypt(plain, place_of(column)).hex()}'"
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dict):
        return "'" + str(value).replace("'", '"') + "'"
    if isinstance(value, datetime):
        return f"'{value:%Y-%m-%d %H:%M:%S}.000000'"
    return str(value) if isinstance(value, int) else f"'{value}'"


def statements(version: str, dialect: str) -> list[str]:
    """The statements of a released version in the words of one database."""
    text = re.sub(r"(?m)--.*$", "", (FOLDER / f"{version}.sql").read_text(encoding="utf-8"))
    if dialect == "postgresql":
        text = re.sub(r"X'([0-9a-f]*)'", r"'\\x\1'", text)
    return [one.strip() for one in text.split(";\n") if one.strip()]


def revision(version: str) -> str:
    """The revision of a released version's tables."""
    found = re.search(r"revision (\w+)", (FOLDER / f"{version}.sql").read_text(encoding="utf-8"))
    assert found
    return found[1]
