"""The steps from one version of the tables to the next, and where a database stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, text

from mimis_core.errors import ConfigurationError
from mimis_core.store.statistics import foretell

if TYPE_CHECKING:
    from alembic.config import Config

TURN = 0x6D696D6973
"""Number of the advisory lock that PostgreSQL hands to one migrating process at a time: "mimis" in ASCII."""


@dataclass(frozen=True)
class Version:
    """Where a database stands. ``revision`` is None when it is empty; ``newest`` is what this mimis knows."""

    revision: str | None
    newest: str
    state: Literal["empty", "behind", "current", "newer"]


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision, the newest when left out, in the transaction of ``connection``.

    Raises ConfigurationError when a newer mimis has written them.
    """
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
    standing = version(connection)
    if standing.state == "newer":
        raise ConfigurationError(
            "The database was written by a newer mimis.",
            mend="Install that version, or restore a backup from before into a new, empty database.",
        )
    if standing.state == "current":
        return
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    if connection.dialect.name == "sqlite":
        foretell(connection)


def version(connection: Connection) -> Version:
    """Where the tables stand that this connection sees."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(alembic_config())
    newest = scripts.get_current_head() or ""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        return Version(None, newest, "empty")
    if revision == newest:
        return Version(revision, newest, "current")
    known = {script.revision for script in scripts.walk_revisions()}
    return Version(revision, newest, "behind" if revision in known else "newer")


def alembic_config() -> Config:
    """Where Alembic finds the migrations; a connection is added under ``attributes["connection"]``."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
