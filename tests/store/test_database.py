"""Tables, types and migrations."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import StatementError

from mimis_core import ConfigurationError
from mimis_core.store.cipher import new_key
from mimis_core.store.database import Database
from mimis_core.store.rotation import encrypted_columns, place_of
from mimis_core.store.tables import AuditRow, Base, LearnerRow


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """An empty, encrypted database."""
    made = Database(f"sqlite:///{tmp_path}/test.db", new_key())
    made.migrate()
    return made


def test_migrations_give_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    database.migrate()
    assert inspect(database.engine).has_table("learner")


def test_what_is_committed_outlives_a_power_cut(database: Database) -> None:
    full = 2
    with database.transaction() as session:
        assert session.scalar(text("PRAGMA synchronous")) == full
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"


def test_names_are_not_readable_in_the_file(database: Database) -> None:
    with database.transaction() as session:
        session.add(LearnerRow(organisation="o", full_name="Åsa Öberg"))
    with database.engine.connect() as connection:
        (stored,) = connection.execute(text("select full_name from learner")).one()
    assert b"sa" not in stored
    with database.transaction() as session:
        assert session.query(LearnerRow).one().full_name == "Åsa Öberg"


def test_other_key_is_told_not_guessed(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        session.add(LearnerRow(organisation="o", full_name="Åsa"))
    other = Database(f"sqlite:///{tmp_path}/test.db", new_key())
    with pytest.raises(ConfigurationError, match="another encryption_key"), other.transaction() as session:
        session.query(LearnerRow).one()


def test_naive_time_is_refused(database: Database) -> None:
    row = AuditRow(organisation="o", at=datetime(2026, 1, 1), actor="a", action="b", subject="c", details={})
    with pytest.raises(StatementError, match="aware"), database.transaction() as session:
        session.add(row)


def test_time_comes_back_aware(database: Database) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with database.transaction() as session:
        session.add(AuditRow(organisation="o", at=now, actor="a", action="b", subject="c", details={}))
    with database.transaction() as session:
        assert session.query(AuditRow).one().at == now


def test_every_table_has_an_organisation() -> None:
    assert [table.name for table in Base.metadata.sorted_tables if "organisation" not in table.columns] == []


def test_other_lookup_key_is_told(tmp_path: Path) -> None:
    key, url = new_key(), f"sqlite:///{tmp_path}/test.db"
    first = Database(url, key, lookup_key=new_key())
    first.migrate()
    first.check_lookup_key("school")
    first.check_lookup_key("school")
    with pytest.raises(ConfigurationError, match="another lookup_key"):
        Database(url, key, lookup_key=new_key()).check_lookup_key("school")
    Database(url, key, lookup_key=new_key()).check_lookup_key("another")


def test_value_moved_to_another_column_is_refused(database: Database) -> None:
    with database.transaction() as session:
        session.add(LearnerRow(organisation="o", full_name="Åsa", email="a@b.example"))
    with database.engine.begin() as connection:
        connection.execute(text("update learner set full_name = email"))
    with pytest.raises(ConfigurationError, match=r"learner\.full_name"), database.transaction() as session:
        session.query(LearnerRow).one()


def test_every_encrypted_column_is_bound_to_its_place() -> None:
    for table, columns in encrypted_columns():
        assert [place_of(one) for one in columns] == [f"{table.name}.{one.name}" for one in columns]


def test_newer_database_is_told(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    assert database.version().state == "newer"
    with pytest.raises(ConfigurationError, match="newer mimis"):
        database.migrate()
