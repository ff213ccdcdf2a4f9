"""Changing keys: what is encrypted, when the old key may go, and what a new lookup key costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mimis_core import ConfigurationError, NotFoundError
from mimis_core.services import Account, Role, Services
from mimis_core.store.cipher import ALSO_PLAIN, new_key
from mimis_core.store.database import Database
from mimis_core.store.rehashing import rehash
from mimis_core.store.rotation import key_usage, rekey
from mimis_core.store.tables import LearnerRow, ShareRow, SourceStateRow
from tests.store.conftest import everything, stored

NEW = new_key()


def with_keys(school: Services, new: str = NEW, lookup: str | None = None) -> Database:
    """The school's database as a process sees it that has a new key and the old one."""
    old, known = school.settings.encryption_key, school.settings.lookup_key
    assert old
    assert known
    return Database(school.settings.database_url, new, [old.get_secret_value()], lookup or known.get_secret_value())


@pytest.fixture
def rotating(full: Services) -> Iterator[Database]:
    database = with_keys(full)
    yield database
    database.close()


def test_after_a_rekey_the_old_key_is_not_needed(full: Services, rotating: Database) -> None:
    before = everything(rotating)
    done = rekey(rotating, "school")
    assert set(done.keys) == {done.current}
    lookup = full.settings.lookup_key
    assert lookup
    alone = Database(full.settings.database_url, NEW, lookup_key=lookup.get_secret_value())
    assert everything(alone) == before
    with pytest.raises(ConfigurationError, match="another encryption_key"):
        full.learners()


def test_second_rekey_finds_nothing_to_do(rotating: Database) -> None:
    assert rekey(rotating, "school").rows["learner"] == 3
    assert rekey(rotating, "school").rows == {}


def test_dry_run_counts_and_changes_nothing(full: Services, rotating: Database) -> None:
    usage = key_usage(rotating, "school")
    assert rekey(rotating, "school", dry_run=True).rows["credential"] == 4
    assert key_usage(rotating, "school") == usage
    assert full.learners()


def test_rows_of_another_organisation_are_left_alone(full: Services, rotating: Database) -> None:
    with full.database.transaction() as session:
        session.add(LearnerRow(organisation="another", full_name="Bo"))
    rekey(rotating, "school")
    (old,) = full.database.cipher.key_ids
    assert key_usage(rotating, "another") == {old.hex(): 1}


def test_rekey_that_is_stopped_goes_on(crowd: Services) -> None:
    rotating = with_keys(crowd)

    def stop(table: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rekey(rotating, "school", progress=stop)
    assert len(key_usage(rotating, "school")) == 2
    assert len(rekey(rotating, "school").keys) == 1
    assert len(everything(rotating)["learner"]) == 450


def test_what_a_service_writes_meanwhile_is_kept(full: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    if full.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets one write at a time: nobody else does between reading and writing.")
    rotating, renamed = with_keys(full), []
    decrypt = rotating.cipher.decrypt

    def decrypt_late(stored: bytes, place: str) -> bytes:
        if place == "learner.full_name" and not renamed:
            renamed.append(_rename_all(full, "Ny Ek"))
        return decrypt(stored, place)

    monkeypatch.setattr(rotating.cipher, "decrypt", decrypt_late)
    rekey(rotating, "school")
    assert len(rekey(rotating, "school").keys) == 1
    assert {row.full_name for row in _rows(rotating, LearnerRow)} == {"Ny Ek"}


def _rename_all(school: Services, name: str) -> None:
    with school.database.transaction() as session:
        for row in session.scalars(select(LearnerRow)):
            row.full_name = name


def test_rekey_without_a_key_is_refused(full: Services) -> None:
    with pytest.raises(ConfigurationError, match="No encryption_key"):
        rekey(Database(full.settings.database_url), "school")


def test_what_was_plain_becomes_encrypted(tmp_path: Path) -> None:
    plain = Database(f"sqlite:///{tmp_path}/plain.db")
    plain.migrate()
    with plain.transaction() as session:
        session.add(LearnerRow(organisation="school", full_name="Åsa"))
    assert key_usage(plain, "school") == {"plain": 1}
    with pytest.raises(ConfigurationError, match="is not encrypted"):
        rekey(Database(f"sqlite:///{tmp_path}/plain.db", NEW), "school")
    done = rekey(Database(f"sqlite:///{tmp_path}/plain.db", NEW, [ALSO_PLAIN]), "school")
    assert done.keys == {done.current: 1}


# The lookup key


def test_new_lookup_key_finds_what_can_be_found(full: Services) -> None:
    (token,) = (row.token for row in _rows(full.database, ShareRow))
    changed = with_keys(full, lookup=new_key())
    assert set(rehash(changed, "school").rows) == {
        "learner.email_key", "delivery.to_key", "share.token_key", "alias.value_key", "actor.name_key",
    }  # fmt: skip
    changed.check_lookup_key("school")
    full.database = changed
    assert full.open_share(token, "Bygg AB").share.state == "active"
    full.send_sign_in_link("ASA1@demo.example")
    assert full.drain().mails == 1
    assert [row.settings_key for row in _rows(changed, SourceStateRow)] == [""]


def test_hashes_after_a_change_are_those_of_a_new_installation(full: Services) -> None:
    changed = with_keys(full, lookup=new_key())
    rehash(changed, "school")
    row = next(row for row in _rows(changed, LearnerRow) if row.email == "asa1@demo.example")
    assert row.email_key == changed.cipher.fingerprint("asa1@demo.example")
    assert rehash(changed, "school").rows == {}


def test_new_lookup_key_says_what_is_lost(full: Services) -> None:
    slip = full.make_slip(full.learners()[0][0].id, "Rektor")
    changed = with_keys(full, lookup=new_key())
    assert rehash(changed, "school").lost == {
        "sign-in links and slips that were not used": 2,
        "secrets of employers": 1,
    }
    full.database = changed
    with pytest.raises(NotFoundError, match="not known"):
        full.redeem_sign_in(slip.code)


def test_staff_get_in_by_their_account_after_a_new_lookup_key(full: Services) -> None:
    account = Account(issuer="https://login.example", subject="77", email="bo@demo.example", email_verified=True)
    full.invite_staff("Bo Ek", "bo@demo.example", (next(iter(Role)),))
    full.sign_in_account(account, "google")
    changed = with_keys(full, lookup=new_key())
    assert rehash(changed, "school").lost["accounts of staff, until the next sign-in binds them again"] == 1
    full.database = changed
    assert full.sign_in_account(account, "google")


def test_half_changed_lookup_key_is_refused_with_either(full: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = with_keys(full, lookup=new_key())
    full.database.check_lookup_key("school")

    def stop(text: str) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(changed.cipher, "fingerprint", stop)
        with pytest.raises(KeyboardInterrupt):
            rehash(changed, "school")
    for database in (full.database, changed):
        with pytest.raises(ConfigurationError, match="rekey --lookup"):
            database.check_lookup_key("school")
    rehash(changed, "school")
    changed.check_lookup_key("school")


def test_dry_run_of_a_new_lookup_key_changes_nothing(full: Services) -> None:
    before = stored(full.database, "select email_key from learner order by id")
    changed = with_keys(full, lookup=new_key())
    assert rehash(changed, "school", dry_run=True).rows["alias.value_key"] == 2
    assert stored(full.database, "select email_key from learner order by id") == before
    with pytest.raises(ConfigurationError, match="another lookup_key"):
        changed.check_lookup_key("school")


def _rows(database: Database, table: type[Any]) -> list[Any]:
    with database.transaction() as session:
        return list(session.scalars(select(table)))
