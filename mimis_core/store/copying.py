"""All rows of one database into another, SQLite or PostgreSQL, as they are stored: what is encrypted stays so.

The source is read in one transaction that sees one moment, while services go on writing. The target is written in one
transaction: all is there, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Engine, LargeBinary, MetaData, Table, func, inspect, select, text, update

from mimis_core.errors import ConfigurationError
from mimis_core.store import migrating
from mimis_core.store.every_table import METADATA
from mimis_core.store.types import Encrypted, EncryptedBytes

AT_ONCE = 500
Progress = Callable[[str, int, int], None]
"""Called with a table's name, how many of its rows are copied, and how many there are."""
NOT_DATA = "state"
"""Table that opening a database writes to: it alone does not make one that is in use."""


def copy_all(source: Engine, target: Connection, progress: Progress = lambda *said: None) -> dict[str, int]:
    """Copy every table into an empty, migrated target in the target's transaction; gives the rows by table.

    The counts are held against each other afterwards. Raises ConfigurationError when the source has other tables than
    this mimis knows, or when a count differs.
    """
    with source.connect().execution_options(**_one_moment(source)) as reading:
        standing = migrating.version(reading)
        if standing.state != "current":
            raise ConfigurationError(
                f"The tables of {source.url.render_as_string()} are {standing.state}.", mend="First: mimis db migrate"
            )
        if target.dialect.name == "sqlite":
            # Rows come table by table: what they refer to is looked at when all are there.
            target.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        target.execute(_stored()[0].tables[NOT_DATA].delete())
        counts = {table.name: _copy_table(reading, target, table, progress) for table in _stored()[1]}
        reading.rollback()
    arrived = count_rows(target)
    if arrived != counts:
        raise ConfigurationError("Not all rows arrived in the target.", mend="Nothing was written. Try again.")
    return counts


def count_rows(connection: Connection) -> dict[str, int]:
    """Rows of each table that this mimis knows; a table that is not there is left out."""
    there = set(inspect(connection).get_table_names())
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in _stored()[1]
        if table.name in there
    }


def is_empty(connection: Connection) -> bool:
    """Whether a database holds nothing of mimis but its tables."""
    return not any(count for name, count in count_rows(connection).items() if name != NOT_DATA)


def organisations(connection: Connection) -> list[str]:
    """Ids of the organisations that have rows here."""
    there = set(inspect(connection).get_table_names())
    found: set[str] = set()
    for table in _stored()[1]:
        if table.name in there:
            found.update(connection.scalars(select(table.c.organisation).distinct()))
    return sorted(found)


def drop_all(connection: Connection) -> None:
    """Take away all tables of mimis, whatever is in them and guards them."""
    cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
    if not cascade:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    there = set(inspect(connection).get_table_names())
    for name in (*(table.name for table in reversed(_stored()[1])), "alembic_version"):
        if name in there:
            connection.execute(text(f'DROP TABLE "{name}"{cascade}'))


def _stored() -> tuple[MetaData, list[Table]]:
    """The tables as they are stored, in the order of what refers to what: encrypted columns are bytes."""
    stored = MetaData()
    tables = [
        Table(
            table.name, stored, *(Column(one.name, _stored_type(one), primary_key=one.primary_key) for one in table.c)
        )
        for table in METADATA.sorted_tables
    ]
    return stored, tables


def _stored_type(column: Column[Any]) -> Any:
    return LargeBinary() if isinstance(column.type, (Encrypted, EncryptedBytes)) else column.type


def _one_moment(engine: Engine) -> dict[str, Any]:
    """SQLite's own transactions see one moment; PostgreSQL's have to be told."""
    return (
        {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    )


def _copy_table(reading: Connection, target: Connection, table: Table, progress: Progress) -> int:
    """Copy a table's rows. What refers to a row of its own table is filled in when all are there."""
    total = reading.scalar(select(func.count()).select_from(table)) or 0
    inner = _inner_references(table)
    done, later = 0, []
    for rows in _batches(reading, table):
        later += [{"row_id": row["id"], **{name: row[name] for name in inner}} for row in rows if _refers(row, inner)]
        target.execute(table.insert(), [{**row, **dict.fromkeys(inner)} for row in rows])
        done += len(rows)
        progress(table.name, done, total)
    for values in later:
        row_id = values.pop("row_id")
        target.execute(update(table).where(table.c.id == row_id).values(values))
    return done


def _batches(reading: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    # Closed here, also when what is done with the rows fails: PostgreSQL keeps the place on the server until then.
    with reading.execution_options(yield_per=AT_ONCE).execute(select(table)) as result:
        for rows in result.mappings().partitions():
            yield [dict(row) for row in rows]


def _inner_references(table: Table) -> list[str]:
    columns = METADATA.tables[table.name].columns
    return [one.name for one in columns if any(key.column.table.name == table.name for key in one.foreign_keys)]


def _refers(row: dict[str, Any], inner: list[str]) -> bool:
    return any(row[name] is not None for name in inner)
