"""``mimis db``: keys, backups and the version of the database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mimis_core.cli.output import DONE, HERE, PARTLY, Config, Json, emit, note
from mimis_core.errors import UserError
from mimis_core.settings import Settings, load_settings
from mimis_core.store.backup import back_up, copy_into, restore
from mimis_core.store.cipher import new_key
from mimis_core.store.copying import Progress
from mimis_core.store.database import Database, make_engine, open_database
from mimis_core.store.rehashing import Rehashed, rehash
from mimis_core.store.rotation import rekey

app = typer.Typer(help="Back up, restore and move the database, bring it to this version, change its keys.")
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
Replace = Annotated[bool, typer.Option("--replace", help="Put it in the place of everything that is there.")]
Watch = Annotated[bool, typer.Option("--progress", help="Say on stderr how far it has come.")]
KEEP = (
    "Keep with it: mimis.toml and {catalogue}. Keep apart from it, or it is open to whoever has both: the secrets that "
    "mimis.toml names, first of all encryption_key, lookup_key and the seal's key."
)


@app.command("key")
def key(json_: Json = False) -> None:
    """Print a new random key, for encryption_key or lookup_key. Nothing is stored."""
    made = new_key()
    if json_:
        emit({"key": made}, True)
    else:
        print(made)


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="Where to; never written over.")],
    config: Config = HERE,
    watch: Watch = False,
    json_: Json = False,
) -> None:
    """Write all rows into one file, while mimis runs. What is encrypted in the database is so in the file."""
    with _opened(config) as (settings, database):
        said = back_up(database, file, _progress(watch))
    emit(said.model_dump(mode="json"), json_, [{"table": name, "rows": count} for name, count in said.rows.items()])
    note(KEEP.format(catalogue=f"{settings.catalogue}/"))


@app.command("restore")
def restore_backup(
    file: Annotated[Path, typer.Argument(help="What `mimis db backup` wrote.")],
    replace: Replace = False,
    config: Config = HERE,
    watch: Watch = False,
    json_: Json = False,
) -> None:
    """Put a backup into the configured database, SQLite or PostgreSQL. Stop mimis first, then run `mimis check`."""
    with _opened(config) as (settings, database):
        rows = restore(database, file, settings.organisation.id, replace=replace, progress=_progress(watch))
    _tell_rows(rows, json_)


@app.command("copy")
def copy(
    target: Annotated[str, typer.Argument(envvar="MIMIS_DB_TARGET", help="SQLAlchemy address of the new database.")],
    replace: Replace = False,
    config: Config = HERE,
    watch: Watch = False,
    json_: Json = False,
) -> None:
    """Copy all rows into another database, such as from SQLite to PostgreSQL. Stop mimis first.

    Then write the new address into mimis.toml. The old database stays as it is.
    """
    with _opened(config) as (_, database):
        other = make_engine(target)
        try:
            if other.url == database.engine.url:
                raise UserError("That is the database itself.", mend="Give the address of another one.")
            rows = copy_into(database.engine, other, replace=replace, progress=_progress(watch))
        finally:
            other.dispose()
    _tell_rows(rows, json_)


@app.command("migrate")
def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 3 when there is something to do.")
    ] = False,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Bring the tables to this version. Commands do that by themselves; this is for whoever wants to choose when."""
    with _opened(config) as (_, database):
        if not check:
            database.migrate()
        standing = database.version()
    emit(asdict(standing), json_)
    sys.exit(DONE if standing.state == "current" else PARTLY)


@app.command("rekey")
def change_keys(
    lookup: Annotated[bool, typer.Option("--lookup", help="Change the lookup key instead. Stop mimis first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --lookup: do not ask.")] = False,
    dry_run: DryRun = False,
    config: Config = HERE,
    watch: Watch = False,
    json_: Json = False,
) -> None:
    """Encrypt everything anew with encryption_key, while mimis runs; what old keys wrote needs old_encryption_keys.

    May be stopped and started again. Exit 0: no value needs an old key any more. 3: some do, or would be done.
    """
    with _opened(config) as (settings, database):
        database.migrate()
        organisation = settings.organisation.id
        if lookup:
            _change_lookup(database, organisation, yes, dry_run, json_)
            return
        if settings.lookup_key is None and settings.old_encryption_keys:
            raise UserError(
                "Without lookup_key, hashes depend on the oldest encryption key, and it could never be taken away.",
                mend="Set lookup_key = { file = ... } to a new key (mimis db key), and run: mimis db rekey --lookup",
            )
        done = rekey(database, organisation, dry_run=dry_run, progress=_progress(watch))
    emit(asdict(done), json_)
    sys.exit(DONE if set(done.keys) <= {done.current} else PARTLY)


def _change_lookup(database: Database, organisation: str, yes: bool, dry_run: bool, json_: bool) -> None:
    planned = rehash(database, organisation, dry_run=True)
    if dry_run:
        _tell_hashes(planned, json_)
        return
    for what, count in planned.lost.items():
        note(f"Lost: {count} {what}.")
    if not yes and not (sys.stdin.isatty() and typer.confirm("Change the lookup key?", err=True)):
        raise UserError("Nothing was changed.", mend="Stop mimis, and say --yes.")
    _tell_hashes(rehash(database, organisation), json_)


def _tell_hashes(said: Rehashed, json_: bool) -> None:
    rows = [{"what": name, "number": count} for name, count in said.rows.items()]
    emit(asdict(said), json_, rows + [{"what": f"lost: {name}", "number": count} for name, count in said.lost.items()])


def _tell_rows(rows: dict[str, int], json_: bool) -> None:
    emit({"rows": rows}, json_, [{"table": name, "rows": count} for name, count in rows.items()])


def _progress(watch: bool) -> Progress:
    def show(table: str, done: int, total: int) -> None:
        if watch:
            note(f"{table}: {done} of {total}")

    return show


@contextmanager
def _opened(config: Path) -> Iterator[tuple[Settings, Database]]:
    """The settings and their database as it stands: not brought to this version, nothing checked."""
    settings = load_settings(config)
    database = open_database(settings)
    try:
        yield settings, database
    finally:
        database.close()
