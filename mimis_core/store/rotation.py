"""Changing the encryption key of a database.

Values are encrypted anew in small transactions beside running services. That may be stopped at any instant and started
again: each value says which key it was written with, so nothing else has to be remembered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, and_, bindparam, func, or_, select, type_coerce, update
from sqlalchemy.orm import Session

from mimis_core.errors import ConfigurationError
from mimis_core.store.cipher import HEADER, PLAIN
from mimis_core.store.database import Database
from mimis_core.store.every_table import METADATA
from mimis_core.store.types import Encrypted, EncryptedBytes

AT_ONCE = 200
"""Rows in one transaction: documents are some 150 kB each, and nobody waits long behind one."""
Progress = Callable[[str, int, int], None]
"""Called with a table's name, how many rows of it are done, and how many there were to do."""


@dataclass(frozen=True)
class Rekeyed:
    """What was encrypted anew: rows by table, and how many values each key still holds, by its id in hexadecimal.

    ``plain`` stands for values that are not encrypted.
    """

    rows: dict[str, int]
    keys: dict[str, int]
    current: str


def key_usage(database: Database, organisation: str) -> dict[str, int]:
    """How many values of an organisation were written with which key, by the key's id; ``plain`` for none."""
    used: Counter[str] = Counter()
    with database.transaction() as session:
        for table, columns in encrypted_columns():
            for column in columns:
                header = func.substr(_raw(column), 1, HEADER, type_=LargeBinary)
                query = select(header, func.count()).where(table.c.organisation == organisation, column.is_not(None))
                for found, count in session.execute(query.group_by(header)):
                    used[_name(found)] += count
    return dict(used)


def rekey(
    database: Database, organisation: str, *, dry_run: bool = False, progress: Progress = lambda *said: None
) -> Rekeyed:
    """Encrypt anew all values of an organisation that another key than the first wrote.

    With ``dry_run`` they are only counted. A value that somebody changes meanwhile is left to the next run, which finds
    nothing to do when all are done: ``keys`` of the answer tells.

    Raises ConfigurationError when no encryption_key is set, or when a value needs a key that is not configured or is
    plain where that is not expected.
    """
    if database.cipher.header is None:
        raise ConfigurationError("No encryption_key is set.", mend="Make one with: mimis db key")
    rows = {
        table.name: _rekey_table(database, organisation, table, columns, dry_run, progress)
        for table, columns in encrypted_columns()
    }
    current = database.cipher.header.hex()
    return Rekeyed({name: count for name, count in rows.items() if count}, key_usage(database, organisation), current)


def encrypted_columns() -> Iterator[tuple[Table, list[Column[Any]]]]:
    """Each table with encrypted columns, and these."""
    for table in METADATA.sorted_tables:
        columns = [one for one in table.columns if isinstance(one.type, (Encrypted, EncryptedBytes))]
        if columns:
            yield table, columns


def _rekey_table(
    database: Database, organisation: str, table: Table, columns: list[Column[Any]], dry_run: bool, progress: Progress
) -> int:
    stale = and_(table.c.organisation == organisation, or_(*(_is_stale(database, one) for one in columns)))
    with database.transaction() as session:
        total = session.scalar(select(func.count()).select_from(table).where(stale)) or 0
    done, last = 0, ""
    while total and not dry_run:
        query = select(table.c.id, *map(_raw, columns)).where(stale, table.c.id > last).order_by(table.c.id)
        with database.transaction() as session:
            rows = session.execute(query.limit(AT_ONCE)).all()
            for row in rows:
                _rekey_row(database, session, table, columns, row)
        if not rows:
            break
        done, last = done + len(rows), rows[-1][0]
        progress(table.name, done, total)
    return total if dry_run else done


def _rekey_row(database: Database, session: Session, table: Table, columns: list[Column[Any]], row: Any) -> None:
    """Encrypt one row's values anew, each on the condition that it still is what was read."""
    for column, stored in zip(columns, row[1:], strict=True):
        if stored is None or (stored[:1] != PLAIN and stored[1:HEADER] == database.cipher.header):
            continue
        place = place_of(column)
        new = database.cipher.encrypt(database.cipher.decrypt(stored, place), place)
        same = table.c.id == row[0], _raw(column) == bindparam("stored", stored, LargeBinary)
        session.connection().execute(update(table).where(*same).values({column: type_coerce(new, LargeBinary)}))


def place_of(column: Column[Any]) -> str:
    """What an encrypted column's values are bound to."""
    place: str = getattr(column.type, "place")  # noqa: B009  # only our types have one
    return place


def _raw(column: Column[Any]) -> Any:
    """The column's stored bytes, not decrypted."""
    return type_coerce(column, LargeBinary)


def _is_stale(database: Database, column: Column[Any]) -> Any:
    key_id = func.substr(_raw(column), 2, HEADER - 1, type_=LargeBinary)
    plain = func.substr(_raw(column), 1, 1, type_=LargeBinary) == bindparam(None, PLAIN, LargeBinary)
    return and_(column.is_not(None), or_(plain, key_id != bindparam(None, database.cipher.header, LargeBinary)))


def _name(header: bytes) -> str:
    return "plain" if header[:1] == PLAIN else header[1:].hex()
