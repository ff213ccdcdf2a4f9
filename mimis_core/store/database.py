"""The engine, its sessions and its migrations."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from mimis_core.errors import ConfigurationError
from mimis_core.settings import Settings
from mimis_core.store import migrating
from mimis_core.store.cipher import Cipher
from mimis_core.store.revisions import count_revisions, keep_first

AWAY = (OperationalError, InterfaceError)
"""What a database that is away or full raises: nothing can be noted then, and all is done again later."""
LOOKUP_CHECK = "lookup"
"""Name of the state that holds a hash of this word: another lookup key gives another hash."""


class Database:
    """One database, SQLite or PostgreSQL.

    Arguments:
        url: SQLAlchemy address.
        encryption_key: what encrypts values, as :func:`mimis_core.store.cipher.new_key` makes it; None for nothing.
        old_keys: further keys that what was written earlier is read with.
        lookup_key: key of the hashes; None derives it from the oldest of the others.
    """

    def __init__(
        self,
        url: str,
        encryption_key: str | None = None,
        old_keys: Sequence[str] = (),
        lookup_key: str | None = None,
    ) -> None:
        self.cipher = Cipher(encryption_key, old_keys, lookup_key)
        self.engine: Engine = make_engine(url)
        self.engine.dialect.mimis_cipher = self.cipher  # type: ignore[attr-defined]  # read by the column types
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        # SQLite has one writer, and lets another wait by looking again after longer and longer sleeps: threads of one
        # process would sleep most of the time. It is theirs in turn, at once.
        sqlite = self.engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[Any] = threading.RLock() if sqlite else nullcontext()
        count_revisions(self._sessions)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end and rolls back on any error."""
        with self._turn, self._sessions.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for questions that may take long: on SQLite it holds up nobody who writes."""
        with Session(self.engine.execution_options(mimis_reading=True)) as session:
            yield session

    def migrate(self) -> None:
        """Bring the tables to this version; nothing happens when they are. Processes that start together take turns.

        Raises ConfigurationError when the database cannot be reached, is none, or was written by a newer mimis.
        """
        with self._explained(), self.engine.begin() as connection:
            migrating.upgrade(connection)

    def version(self) -> migrating.Version:
        """How the tables stand against this version of mimis. Raises as :meth:`migrate`."""
        with self._explained(), self.engine.connect() as connection:
            return migrating.version(connection)

    def check_lookup_key(self, organisation: str) -> None:
        """Hold the lookup key against the one that this organisation's hashes were made with; the first is recorded.

        With another, no address and no link would be found, and what was sent would be sent again.
        Raises ConfigurationError then.
        """
        wanted = self.cipher.token_hash(LOOKUP_CHECK)
        with self.transaction() as session:
            known = keep_first(session, organisation, LOOKUP_CHECK, wanted)
        if known != wanted:
            raise ConfigurationError(
                "The database was written with another lookup_key (or, without one, with other encryption keys).",
                mend="Set the one that was in use before; or, to change it on purpose: mimis db rekey --lookup",
            )

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What a database says, as an error that names the database and the mend."""
        try:
            yield
        except DatabaseError as error:
            reason = next(iter(str(error.orig).splitlines()), type(error).__name__)
            raise ConfigurationError(
                f"The database {self.engine.url.render_as_string()} cannot be used: {reason}.",
                mend="Correct database in mimis.toml, or start the database server and give mimis the right to it.",
            ) from None


def open_database(settings: Settings) -> Database:
    """The database of these settings with its keys. Raises ConfigurationError for an address or key of wrong form."""
    key, lookup = settings.encryption_key, settings.lookup_key
    return Database(
        settings.database_url,
        key.get_secret_value() if key else None,
        [one.get_secret_value() for one in settings.old_encryption_keys],
        lookup.get_secret_value() if lookup else None,
    )


def make_engine(url: str) -> Engine:
    """An engine for this address. Its error texts leave values out, since they are names and addresses.

    Raises ConfigurationError when the address is none, or its driver is not installed.
    """
    try:
        # Pinged before use: a server that was started anew has closed what waits in the pool.
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=not url.startswith("sqlite"))
    except (ArgumentError, ImportError) as error:
        lacks = f"needs {error.name}" if isinstance(error, ImportError) else "is not an address that mimis knows"
        raise ConfigurationError(
            f"database in mimis.toml {lacks}.",
            mend="Write sqlite:///FILE, or postgresql+psycopg://... with: pip install 'mimis[postgres]'",
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediately)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    # pysqlite's own transaction handling is switched off so that BEGIN IMMEDIATE below is the only one: two writers
    # then wait for each other instead of failing half-way with "database is locked".
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # NORMAL loses the last commits when the power fails: that a parcel has left the house, and then it leaves again.
    # FULL costs two writes through to the disk for a credential that is issued and delivered.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.close()


def _begin_immediately(connection: Any) -> None:
    reading = connection.get_execution_options().get("mimis_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
