"""What SQLite is told about the tables beforehand, so that it takes the right index from the first row on.

Nearly every index begins with the organisation, and one database has few of these. Without statistics SQLite takes any
first column to leave ten rows, so it would read all rows of an organisation where twenty are asked for by id. It never
gathers statistics by itself; PostgreSQL does. They may be written by hand: https://www.sqlite.org/optoverview.html,
"Manual Control Of Query Plans Using SQLITE_STAT Tables".
"""

from __future__ import annotations

from sqlalchemy import Connection

ROWS, PART = 1_000_000, 10_000
"""How many rows every index is said to have, and a partial one. What counts is that these are many, and fewer."""
FEW = 10
"""Rows that a column leaves which tells them apart, where the index is not unique."""
ALIKE = frozenset({"organisation", "seq"})
"""Columns that have the same value nearly everywhere, or wherever they are asked for: what is not sealed has no seq."""
KINDS = frozenset({"kind", "source", "state", "status", "format", "courier", "destination", "name", "action"})
"""Columns of which a table has a handful of values, each in a tenth of the rows."""


def foretell(connection: Connection) -> None:
    """Write statistics for all indexes that have none, and have this connection use them; later ones do anyway."""
    known = "SELECT idx FROM sqlite_stat1" if _has_statistics(connection) else "SELECT NULL WHERE 0"
    new = connection.exec_driver_sql(
        f"SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND name NOT IN ({known})"
    ).all()
    if not new:
        return
    connection.exec_driver_sql(f"ANALYZE {new[0][0]!r}")  # makes the table of statistics
    for table, index in new:
        row = (table, index, _estimate(connection, table, index))
        connection.exec_driver_sql("DELETE FROM sqlite_stat1 WHERE tbl = ? AND idx = ?", row[:2])
        connection.exec_driver_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", row)
    connection.exec_driver_sql("ANALYZE sqlite_master")  # has them read again


def _has_statistics(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").all())


def _estimate(connection: Connection, table: str, index: str) -> str:
    """Rows of the index, then how many are left once its first column is given, its first two, and so on."""
    columns = [row[2] for row in connection.exec_driver_sql(f"PRAGMA index_info({index!r})")]
    kinds = {row[1]: (row[2], row[4]) for row in connection.exec_driver_sql(f"PRAGMA index_list({table!r})")}
    unique, partial = kinds[index]
    left = PART if partial else ROWS
    estimate = [left]
    for column in columns:
        if column in KINDS:
            left = max(FEW, left // 10)
        elif column not in ALIKE:
            left = FEW
        estimate.append(left)
    if unique and columns[-1] not in ALIKE:
        estimate[-1] = 1
    return " ".join(map(str, estimate))
