"""The engine, its sessions and its migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.orm import Session, sessionmaker

from mimis_core.errors import ConfigurationError
from mimis_core.store.types import Cipher


class Database:
    """One database, SQLite or PostgreSQL.

    Arguments:
        url: SQLAlchemy address.
        encryption_key: Fernet key for encrypted columns, or None to store texts as they are.
    """

    def __init__(self, url: str, encryption_key: str | None = None) -> None:
        self.cipher = Cipher(encryption_key)
        self.engine: Engine = _engine(url)
        self.engine.dialect.mimis_cipher = self.cipher  # type: ignore[attr-defined]  # read by the column types
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_immediately)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end and rolls back on any error."""
        with self._sessions.begin() as session:
            yield session

    def migrate(self) -> None:
        """Bring the tables to this version; nothing happens when they are.

        Raises ConfigurationError when the database cannot be reached or is none.
        """
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        try:
            with self.engine.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except DatabaseError as error:
            reason = next(iter(str(error.orig).splitlines()), type(error).__name__)
            raise ConfigurationError(
                f"The database {self.engine.url.render_as_string()} cannot be used: {reason}.",
                mend="Correct database in mimis.toml, or start the database server and give mimis the right to it.",
            ) from None

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    """The engine; it leaves values out of error texts, since they are names and addresses."""
    try:
        return create_engine(url, hide_parameters=True)
    except (ArgumentError, ImportError) as error:
        lacks = f"needs {error.name}" if isinstance(error, ImportError) else "is not an address that mimis knows"
        raise ConfigurationError(
            f"database in mimis.toml {lacks}.",
            mend="Write sqlite:///FILE, or postgresql+psycopg://... with: pip install 'mimis[postgres]'",
        ) from None


def _prepare_sqlite(connection: Any, record: object) -> None:
    # pysqlite's own transaction handling is switched off so that BEGIN IMMEDIATE below is the only one: two writers
    # then wait for each other instead of failing half-way with "database is locked".
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.close()


def _begin_immediately(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
