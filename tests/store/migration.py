"""Writes a migration from what ``tables.py`` has and the newest revision has not.

``python -m tests.store.migration "what it does"`` adds a file to ``versions/``; read it before it is committed.
``python -m tests.store.migration --first`` makes ``0001`` anew, as long as nothing is released.
"""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command

from mimis_core.store.database import Database
from mimis_core.store.migrating import alembic_config

VERSIONS = Path(__file__).parents[2] / "mimis_core" / "store" / "migrations" / "versions"


def write(message: str, revision: str | None = None) -> None:
    """Add a revision. On a database of its own, which only the earlier ones have been at."""
    config = alembic_config()
    with Database("sqlite://").engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        command.revision(config, message=message, autogenerate=True, rev_id=revision)


def write_first() -> None:
    """Make the first revision from all tables; the later ones are put aside meanwhile, and are as they were then."""
    texts = {path: path.read_text("utf-8") for path in VERSIONS.glob("*.py")}
    for path in texts:
        path.unlink()
    try:
        write("tables of the first version", "0001")
    finally:
        for path, text in texts.items():
            if not path.exists():
                path.write_text(text, "utf-8")


if __name__ == "__main__":
    write_first() if sys.argv[1:] == ["--first"] else write(sys.argv[1])
