"""Tables, types and migrations."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography.fernet import Fernet
from sqlalchemy import inspect, text
from sqlalchemy.exc import StatementError

from mimis_core import ConfigurationError
from mimis_core.store.database import Database
from mimis_core.store.tables import AuditRow, Base, LearnerRow
from mimis_core.store.types import Cipher


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """An empty, encrypted database."""
    made = Database(f"sqlite:///{tmp_path}/test.db", Fernet.generate_key().decode())
    made.migrate()
    return made


def test_migrations_give_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    database.migrate()
    assert inspect(database.engine).has_table("learner")


def test_names_are_not_readable_in_the_file(database: Database) -> None:
    with database.transaction() as session:
        session.add(LearnerRow(organisation="o", full_name="Åsa Öberg"))
    with database.engine.connect() as connection:
        (stored,) = connection.execute(text("select full_name from learner")).one()
    assert "sa" not in stored[:2]
    with database.transaction() as session:
        assert session.query(LearnerRow).one().full_name == "Åsa Öberg"


def test_other_key_is_told_not_guessed(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        session.add(LearnerRow(organisation="o", full_name="Åsa"))
    other = Database(f"sqlite:///{tmp_path}/test.db", Fernet.generate_key().decode())
    with pytest.raises(ConfigurationError, match="another encryption_key"), other.transaction() as session:
        session.query(LearnerRow).one()


def test_wrong_key_form_is_told() -> None:
    with pytest.raises(ConfigurationError, match="Fernet"):
        Cipher("kort")


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


def test_fingerprint_folds_case_and_token_does_not() -> None:
    cipher = Cipher(None)
    assert cipher.fingerprint(" A@b.se") == cipher.fingerprint("a@B.SE")
    assert cipher.token_hash("Ab") != cipher.token_hash("ab")


def test_actor_of_audit_is_not_readable_in_the_file(database: Database) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with database.transaction() as session:
        session.add(AuditRow(organisation="o", at=now, actor="Lärare Lind", action="b", subject="c", details={}))
    with database.engine.connect() as connection:
        (stored,) = connection.execute(text("select actor from audit")).one()
    assert "Lind" not in stored
