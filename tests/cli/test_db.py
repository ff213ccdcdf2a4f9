"""``mimis db``: what an operator does, also while it is killed half-way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mimis_core.settings import load_settings
from mimis_core.store.cipher import new_key
from mimis_core.store.database import open_database
from mimis_core.store.tables import LearnerRow
from tests.command import Mimis


def rotate(folder: Path) -> None:
    """Give the school a new key and list the old one."""
    old = (folder / "secrets/encryption.key").read_text()
    (folder / "secrets/old.key").write_text(old)
    (folder / "secrets/encryption.key").write_text(new_key())
    config = folder / "mimis.toml"
    listed = 'old_encryption_keys = [{ file = "secrets/old.key" }]\nlookup_key'
    config.write_text(config.read_text("utf-8").replace("lookup_key", listed, 1), "utf-8")


@pytest.fixture
def crowd(folder: Path, mimis: Mimis) -> Path:
    """A school with more learners than one transaction takes."""
    assert mimis("db", "migrate", "--config", folder).code == 0
    database = open_database(load_settings(folder))
    with database.transaction() as session:
        session.add_all(LearnerRow(organisation="school", full_name=f"Åsa {number}") for number in range(1_000))
    database.close()
    return folder


def test_backup_and_restore(mimis: Mimis, folder: Path, credential: str, tmp_path: Path) -> None:
    file = tmp_path / "b.mimis"
    ended = mimis("db", "backup", file, "--config", folder, "--json")
    assert (ended.code, ended.json["rows"]["credential"]) == (0, 1)
    assert "encryption_key" in ended.err
    assert mimis("db", "restore", file, "--config", folder).code == 2
    assert mimis("db", "restore", file, "--config", folder, "--replace").code == 0
    listed = mimis("credentials", "list", "--config", folder, "--json").json["credentials"]
    assert [one["id"] for one in listed] == [credential]


def test_wrong_key_is_told(mimis: Mimis, folder: Path, credential: str, tmp_path: Path) -> None:
    assert mimis("db", "backup", tmp_path / "b.mimis", "--config", folder).code == 0
    (folder / "secrets/encryption.key").write_text(new_key())
    ended = mimis("db", "restore", tmp_path / "b.mimis", "--config", folder, "--replace")
    assert (ended.code, "needs encryption keys" in ended.err) == (2, True)


def test_database_moves_elsewhere(mimis: Mimis, folder: Path, credential: str, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path}/new.db"
    ended = mimis("db", "copy", target, "--config", folder, "--json")
    assert (ended.code, ended.json["rows"]["learner"]) == (0, 1)
    assert mimis("db", "copy", target, "--config", folder).code == 2
    assert mimis("db", "copy", load_settings(folder).database_url, "--config", folder, "--replace").code == 2


def test_migrate_says_where_it_stands(mimis: Mimis, folder: Path) -> None:
    (folder / "mimis.db").unlink()
    assert mimis("db", "migrate", "--check", "--config", folder, "--json").json["state"] == "empty"
    assert mimis("db", "migrate", "--check", "--config", folder).code == 3
    assert mimis("db", "migrate", "--config", folder, "--json").json["state"] == "current"
    assert mimis("db", "migrate", "--check", "--config", folder).code == 0


def test_rekey_killed_half_way_goes_on(mimis: Mimis, crowd: Path) -> None:
    rotate(crowd)
    command = [str(Path(sys.executable).with_name("mimis")), "db", "rekey", "--progress", "--config", str(crowd)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr
        assert "learner: 200 of 1000" in process.stderr.readline()
        os.kill(process.pid, signal.SIGKILL)
    dry = mimis("db", "rekey", "--dry-run", "--config", crowd, "--json")
    assert (dry.code, 0 < dry.json["rows"]["learner"] <= 800) == (3, True)
    done = mimis("db", "rekey", "--config", crowd, "--json")
    assert (done.code, list(done.json["keys"])) == (0, [done.json["current"]])


def test_old_key_may_go_after_a_rekey(mimis: Mimis, folder: Path, credential: str) -> None:
    rotate(folder)
    assert mimis("db", "rekey", "--config", folder).code == 0
    (folder / "secrets/old.key").write_text(new_key())
    assert mimis("learners", "list", "--config", folder).code == 0
    assert mimis("credentials", "show", credential, "--config", folder).code == 0


def test_old_key_cannot_go_without_a_lookup_key(mimis: Mimis, folder: Path, credential: str) -> None:
    rotate(folder)
    config = folder / "mimis.toml"
    config.write_text(config.read_text("utf-8").replace('lookup_key = { file = "secrets/lookup.key" }\n', ""), "utf-8")
    ended = mimis("db", "rekey", "--config", folder)
    assert (ended.code, "rekey --lookup" in ended.err) == (2, True)


def test_new_lookup_key_asks_first(mimis: Mimis, folder: Path, credential: str) -> None:
    (folder / "secrets/lookup.key").write_text(new_key())
    assert "another lookup_key" in mimis("learners", "list", "--config", folder).err
    assert mimis("db", "rekey", "--lookup", "--config", folder).code == 2
    assert mimis("db", "rekey", "--lookup", "--dry-run", "--config", folder, "--json").json["rows"]
    assert mimis("db", "rekey", "--lookup", "--yes", "--config", folder).code == 0
    assert mimis("learners", "list", "--config", folder).code == 0


def test_key_is_one_that_works(mimis: Mimis, folder: Path) -> None:
    made = {mimis("db", "key").out.strip() for _ in range(2)}
    assert len(made) == 2
    (folder / "secrets/encryption.key").write_text(made.pop())
    assert mimis("db", "migrate", "--config", folder).code == 0
