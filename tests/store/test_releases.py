"""A database of each released version, with data, comes up to this one on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from mimis_core.store import migrating
from mimis_core.store.database import Database
from mimis_core.store.every_table import METADATA
from tests.postgres import make_schema
from tests.store.releases import FOLDER, KEY, id_of, revision, statements, value_of

RELEASED = sorted(file.stem for file in FOLDER.glob("*.sql"))
RENEW = "the tables have changed since: run `python -m tests.store.releases` and read what it changes"


@pytest.fixture(params=RELEASED)
def released(request: pytest.FixtureRequest, postgres: str | None) -> Database:
    """A database as this version left it."""
    database = Database(make_schema(postgres) if postgres else "sqlite://", KEY)
    with database.engine.begin() as connection:
        migrating.upgrade(connection, revision(request.param))
        for statement in statements(request.param, connection.dialect.name):
            connection.exec_driver_sql(statement)
    return database


def test_first_version_is_held() -> None:
    assert "0.1.0" in RELEASED


@pytest.mark.parametrize("version", RELEASED)
def test_dump_holds_a_row_of_every_table(version: str) -> None:
    told = {statement.split('"')[1] for statement in statements(version, "sqlite")}
    assert told == {table.name for table in METADATA.sorted_tables}, RENEW


def test_released_database_comes_up_with_its_data(released: Database) -> None:
    released.migrate()
    with released.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    with released.transaction() as session:
        for table in METADATA.sorted_tables:
            (row,) = session.execute(select(table)).all()
            assert row._mapping["id"] == id_of(table)
            assert dict(row._mapping) == {column.name: value_of(column) for column in table.columns}, RENEW


def test_coming_up_twice_changes_nothing(released: Database) -> None:
    released.migrate()
    released.migrate()
    assert released.version().state == "current"
