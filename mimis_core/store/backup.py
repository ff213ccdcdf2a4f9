"""Backups: one SQLite file that holds every row as it is stored, whichever database it came from.

It is written while services run and sees one moment. What was encrypted stays so: the file is as safe as the database,
and as useless without the keys. It can be restored into SQLite and PostgreSQL alike.
"""

from __future__ import annotations

import glob
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from mimis_core.errors import ConfigurationError, UserError
from mimis_core.store import migrating
from mimis_core.store.cipher import ALSO_PLAIN
from mimis_core.store.copying import Progress, copy_all, count_rows, drop_all, is_empty, organisations
from mimis_core.store.database import LOOKUP_CHECK, Database, make_engine
from mimis_core.store.revisions import state_of
from mimis_core.store.rotation import key_usage

FORMAT = 1
_NOTE = "mimis_backup"
"""Table with what :class:`Backup` says, in one row of JSON."""


class Needs(BaseModel):
    """What one organisation's rows need: ids of encryption keys, and a hash of a known word under its lookup key."""

    model_config = ConfigDict(frozen=True)

    keys: list[str]
    lookup: str | None


class Backup(BaseModel):
    """What a backup file says about itself: when, of which tables, how many rows, and which keys it needs."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    at: datetime
    revision: str
    rows: dict[str, int]
    organisations: dict[str, Needs]


def back_up(database: Database, file: Path, progress: Progress = lambda *said: None) -> Backup:
    """Write a backup; the file is there when it is complete, and not before.

    Raises UserError when the file exists or cannot be written, and ConfigurationError when the tables are not of this
    version.
    """
    if file.exists():
        raise UserError(f"{file} is there already.", mend="A backup is never written over: choose another name.")
    standing = database.version()
    if standing.state != "current":
        raise ConfigurationError(f"The tables are {standing.state}.", mend="First: mimis db migrate")
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        _write(database.engine, part, progress)
        said = _describe(database, part)
        os.replace(part, file)
    except (OSError, sqlite3.Error, DatabaseError) as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise UserError(
            f"{file} cannot be written: {reason}.", mend="Make room, or choose another folder; nothing was left there."
        ) from None
    finally:
        for left in part.parent.glob(f"{glob.escape(part.name)}*"):
            left.unlink()
    return said


def read_backup(file: Path) -> Backup:
    """What a backup says about itself, after SQLite has checked the file.

    Raises UserError when it is no backup, is damaged, or was made by a newer mimis.
    """
    if not file.is_file():
        raise UserError(f"There is no file {file}.", mend="Correct the name.")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
            (text,) = connection.execute(f"SELECT said FROM {_NOTE}").fetchone()
    except (sqlite3.Error, TypeError):
        raise UserError(f"{file} is no backup of mimis, or it is damaged.", mend="Take another one.") from None
    if sound != "ok":
        raise UserError(f"{file} is damaged.", mend="Take another one.")
    if json.loads(text)["format"] != FORMAT:
        raise UserError(f"{file} was made by a newer mimis.", mend="Install that version, and restore with it.")
    return Backup.model_validate_json(text)


def restore(
    database: Database,
    file: Path,
    organisation: str,
    *,
    replace: bool = False,
    progress: Progress = lambda *said: None,
) -> dict[str, int]:
    """Put a backup into a database, all or nothing, and bring it to this version; gives the rows by table.

    Raises UserError when the database is in use and ``replace`` is false, the file is no sound backup or holds nothing
    of this organisation, and ConfigurationError when the keys of the configuration do not open what is its.
    """
    said = read_backup(file)
    require_keys(database, said, organisation)
    with _unpacked(file) as source:
        with source.connect() as reading:
            if migrating.version(reading).revision != said.revision or count_rows(reading) != said.rows:
                raise UserError(f"{file} does not hold what it says.", mend="Take another one.")
        with source.begin() as bringing:
            migrating.upgrade(bringing)
        return copy_into(source, database.engine, replace=replace, progress=progress)


def copy_into(source: Engine, target: Engine, *, replace: bool, progress: Progress) -> dict[str, int]:
    """Copy all of one database into another.

    Raises UserError when that is in use and ``replace`` is false, or holds an organisation that the other has not;
    ConfigurationError when a newer mimis wrote it, whose further tables would be left among the older.
    """
    with target.begin() as writing, source.connect() as reading:
        if migrating.version(writing).state == "newer":
            raise ConfigurationError(
                "The database was written by a newer mimis.",
                mend="Name a new, empty database in mimis.toml, and restore into that.",
            )
        if others := set(organisations(writing)) - set(organisations(reading)):
            raise UserError(
                f"The database also holds {', '.join(sorted(others))}, and this has nothing of it.",
                mend="Name a new, empty database in mimis.toml, and use that.",
            )
        reading.rollback()
        if not is_empty(writing):
            if not replace:
                raise UserError(
                    f"{target.url.render_as_string()} is in use.",
                    mend="--replace puts this in the place of all it holds.",
                )
            drop_all(writing)
        migrating.upgrade(writing)
        return copy_all(source, writing, progress)


def require_keys(database: Database, said: Backup, organisation: str) -> None:
    """Refuse a backup that the keys of this organisation do not open.

    Raises UserError when it holds nothing of the organisation, ConfigurationError with the ids of missing keys.
    """
    needs = said.organisations.get(organisation)
    if needs is None:
        held = ", ".join(said.organisations) or "nothing"
        raise UserError(
            f"The backup holds nothing of {organisation!r}, but {held}.", mend="Choose another, or correct mimis.toml."
        )
    missing = set(needs.keys) - {one.hex() for one in database.cipher.key_ids}
    if database.cipher.reads_plain:
        missing.discard(ALSO_PLAIN)
    if missing:
        raise ConfigurationError(
            f"The backup needs encryption keys that mimis.toml does not have, with ids {', '.join(sorted(missing))}.",
            mend="Set the key that was in use then, or list it in old_encryption_keys.",
        )
    if needs.lookup not in (None, database.cipher.token_hash(LOOKUP_CHECK)):
        raise ConfigurationError(
            "The backup was made with another lookup_key.", mend="Set the one that was in use then."
        )


def _write(engine: Engine, part: Path, progress: Progress) -> None:
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as source, closing(sqlite3.connect(part)) as target:
            # All pages in one step: then no writer can make it begin again.
            source.driver_connection.backup(target)  # type: ignore[union-attr]  # a connection of sqlite3
        return
    copy = make_engine(f"sqlite:///{part}")
    try:
        with copy.begin() as writing:
            migrating.upgrade(writing)
            copy_all(engine, writing, progress)
    finally:
        copy.dispose()


def _describe(database: Database, part: Path) -> Backup:
    """Write into the file what it holds, counted in the file itself."""
    copy = Database(f"sqlite:///{part}")
    try:
        with copy.engine.connect() as reading:
            rows, names = count_rows(reading), organisations(reading)
            revision = migrating.version(reading).revision or ""
        with copy.transaction() as session:
            checks = {name: state_of(session, name, LOOKUP_CHECK) for name in names}
        needs = {name: Needs(keys=sorted(key_usage(copy, name)), lookup=checks[name]) for name in names}
    finally:
        copy.close()
    said = Backup(at=datetime.now(UTC), revision=revision, rows=rows, organisations=needs)
    with closing(sqlite3.connect(part)) as connection, connection:
        # Else the file would need two others beside it.
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute(f"CREATE TABLE {_NOTE} (said TEXT NOT NULL)")
        connection.execute(f"INSERT INTO {_NOTE} VALUES (?)", (said.model_dump_json(),))
    return said


@contextmanager
def _unpacked(file: Path) -> Iterator[Engine]:
    """A copy of the backup that may be brought to this version; the backup itself is never changed."""
    with tempfile.TemporaryDirectory(prefix="mimis-restore-") as folder:
        copy = Path(folder) / "backup.db"
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute(f"DROP TABLE {_NOTE}")
        engine = make_engine(f"sqlite:///{copy}")
        try:
            yield engine
        finally:
            engine.dispose()
