"""Backups hold everything of one moment, go into either database, and refuse what they must."""

from __future__ import annotations

import resource
import signal
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from mimis_core import ConfigurationError, UserError
from mimis_core.services import Services
from mimis_core.store.backup import back_up, copy_into, read_backup, restore
from mimis_core.store.cipher import ALSO_PLAIN, new_key
from mimis_core.store.copying import count_rows, is_empty
from mimis_core.store.database import Database, open_database
from mimis_core.store.tables import LearnerRow
from tests.store.conftest import everything


@pytest.fixture
def file(full: Services, tmp_path: Path) -> Path:
    """A backup of the full school."""
    back_up(full.database, tmp_path / "backup.mimis")
    return tmp_path / "backup.mimis"


def quiet(*said: object) -> None:
    """Progress that nobody watches."""


def test_backup_restores_everything(full: Services, file: Path, elsewhere: Database) -> None:
    before = everything(full.database)
    rows = restore(elsewhere, file, "school")
    assert everything(elsewhere) == before
    assert rows == {name: len(found) for name, found in before.items()}


def test_copy_moves_everything_there_and_back(full: Services, elsewhere: Database, tmp_path: Path) -> None:
    before = everything(full.database)
    copy_into(full.database.engine, elsewhere.engine, replace=False, progress=quiet)
    home = open_database(full.settings.model_copy(update={"database": f"sqlite:///{tmp_path}/home.db"}))
    copy_into(elsewhere.engine, home.engine, replace=False, progress=quiet)
    assert everything(elsewhere) == everything(home) == before


def test_restored_school_goes_on(full: Services, file: Path, elsewhere: Database) -> None:
    restore(elsewhere, file, "school")
    full.database = elsewhere
    assert full.sync().used == 1
    assert {view.status.status.value for view in full.all_credentials()} == {"active", "superseded"}


def test_backup_says_what_it_needs(full: Services, file: Path) -> None:
    said = read_backup(file)
    (key,) = full.database.cipher.key_ids
    assert (said.rows["learner"], said.organisations["school"].keys) == (3, [key.hex()])
    assert said.revision == full.database.version().newest


def test_backup_is_for_its_owner_only(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(one.name for one in file.parent.glob("backup*")) == ["backup.mimis"]


def test_names_are_not_readable_in_a_backup(file: Path) -> None:
    content = file.read_bytes()
    assert not [word for word in ("Öberg", "Åsa", "asa1@demo", "Nytt namn") if word.encode() in content]


def test_backup_while_others_write_sees_one_moment(full: Services, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with full.database.transaction() as session:
                session.add_all(LearnerRow(organisation="school", full_name=name) for name in ("En", "Två"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        said = back_up(full.database, tmp_path / "busy.mimis")
    finally:
        stop.set()
        writer.join()
    assert said.rows["learner"] % 2 == 1


def test_database_in_use_is_not_written_over(full: Services, file: Path) -> None:
    with pytest.raises(UserError, match="is in use") as caught:
        restore(full.database, file, "school")
    assert "--replace" in str(caught.value)


def test_replace_takes_the_place_of_what_is_there(full: Services, file: Path) -> None:
    before = everything(full.database)
    full.make_slip(full.learners()[0][0].id, "Rektor")
    restore(full.database, file, "school", replace=True)
    assert everything(full.database) == before


def test_restore_that_fails_leaves_all_as_it_was(full: Services, file: Path) -> None:
    def stop(table: str, done: int, total: int) -> None:
        if table == "award":
            raise OSError("No space left on device")

    before = everything(full.database)
    with pytest.raises(OSError, match="No space"):
        restore(full.database, file, "school", replace=True, progress=stop)
    assert everything(full.database) == before


def test_audit_of_a_restored_database_cannot_be_changed(full: Services, file: Path, elsewhere: Database) -> None:
    from sqlalchemy.exc import DatabaseError

    restore(elsewhere, file, "school")
    with pytest.raises(DatabaseError, match="append-only"), elsewhere.engine.begin() as connection:
        connection.execute(text("delete from audit"))


def test_wrong_key_is_told_before_anything_is_written(full: Services, file: Path, tmp_path: Path) -> None:
    other = Database(f"sqlite:///{tmp_path}/other.db", new_key())
    with pytest.raises(ConfigurationError, match="needs encryption keys"):
        restore(other, file, "school")
    with other.engine.connect() as connection:
        assert is_empty(connection)


def test_wrong_lookup_key_is_told(full: Services, file: Path, tmp_path: Path) -> None:
    key = full.settings.encryption_key
    assert key
    other = Database(f"sqlite:///{tmp_path}/other.db", key.get_secret_value(), lookup_key=new_key())
    with pytest.raises(ConfigurationError, match="another lookup_key"):
        restore(other, file, "school")


def test_backup_of_another_school_is_refused(file: Path, elsewhere: Database) -> None:
    with pytest.raises(UserError, match="nothing of 'another', but school"):
        restore(elsewhere, file, "another")


def test_backup_is_never_written_over(full: Services, file: Path) -> None:
    with pytest.raises(UserError, match="there already"):
        back_up(full.database, file)


def test_failed_backup_leaves_no_file(full: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("mimis_core.store.backup._describe", fail)
    with pytest.raises(UserError, match="No space"):
        back_up(full.database, tmp_path / "new.mimis")
    assert list(tmp_path.glob("new*")) == []


@pytest.mark.parametrize("kind", ["absent", "text", "sqlite", "cut", "format", "counts"])
def test_what_is_no_sound_backup_is_told(kind: str, file: Path, elsewhere: Database) -> None:
    _spoil(file, kind)
    with pytest.raises(UserError):
        restore(elsewhere, file, "school")
    with elsewhere.engine.connect() as connection:
        assert count_rows(connection).get("learner", 0) == 0


def _spoil(file: Path, kind: str) -> None:
    if kind == "absent":
        file.unlink()
    elif kind == "text":
        file.write_text("Bästa läsare")
    elif kind == "cut":
        file.write_bytes(file.read_bytes()[:-8192])
    else:
        statements = {
            "sqlite": "DROP TABLE mimis_backup",
            "format": """UPDATE mimis_backup SET said = '{"format": 2}'""",
            "counts": "DELETE FROM share_credential",
        }
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(statements[kind])


def test_older_backup_is_brought_to_this_version(full: Services, file: Path, elsewhere: Database) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        for name in ("audit_kept", "audit_unchanged"):
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("""UPDATE mimis_backup SET said = replace(said, '"revision":"0002"', '"revision":"0001"')""")
    restore(elsewhere, file, "school")
    assert elsewhere.version().state == "current"
    assert everything(elsewhere) == everything(full.database)


def test_tables_of_a_newer_version_are_not_mixed_with_older(full: Services, file: Path, elsewhere: Database) -> None:
    restore(elsewhere, file, "school")
    with elsewhere.engine.begin() as connection:
        connection.execute(text("CREATE TABLE of_a_newer_version (id INTEGER)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="newer mimis") as caught:
        restore(elsewhere, file, "school", replace=True)
    assert "empty database" in str(caught.value)
    assert elsewhere.version().state == "newer"


def test_restore_takes_nothing_from_another_school(full: Services, file: Path) -> None:
    with full.database.transaction() as session:
        session.add(LearnerRow(organisation="another", full_name="Bo"))
    before = everything(full.database)
    with pytest.raises(UserError, match="another"):
        restore(full.database, file, "school", replace=True)
    assert everything(full.database) == before


def test_plain_values_are_told_before_a_restore(tmp_path: Path) -> None:
    plain = Database(f"sqlite:///{tmp_path}/plain.db")
    plain.migrate()
    with plain.transaction() as session:
        session.add(LearnerRow(organisation="school", full_name="Bo"))
    back_up(plain, tmp_path / "plain.mimis")
    key = new_key()
    with pytest.raises(ConfigurationError, match="plain"):
        restore(Database(f"sqlite:///{tmp_path}/new.db", key), tmp_path / "plain.mimis", "school")
    assert restore(Database(f"sqlite:///{tmp_path}/new.db", key, [ALSO_PLAIN]), tmp_path / "plain.mimis", "school")


@pytest.mark.parametrize("at", ["no such folder", "full disk"])
def test_backup_that_cannot_be_written_is_told(at: str, full: Services, tmp_path: Path) -> None:
    if at == "full disk":
        (tmp_path / "full").mkdir()
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, limits[1]))
    try:
        with pytest.raises(UserError, match="cannot be written"):
            back_up(full.database, tmp_path / "full" / "new.mimis")
    finally:
        if at == "full disk":
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, handler)
    assert list(tmp_path.glob("full/*")) == []
