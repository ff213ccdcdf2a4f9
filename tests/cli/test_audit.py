"""``mimis audit``, ``mimis appeals`` and what ``mimis learners`` does about the record."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.command import Mimis
from tests.school import HandSource, done, page, someone

BY = ("--by", "Rektor Ek")


@pytest.fixture
def other(learner: str, folder: Path, mimis: Mimis) -> str:
    """Id of a second learner."""
    HandSource.pages = [page(done("course:9", someone("2")))]
    mimis("sync", "--config", folder)
    listed = mimis("learners", "list", "--config", folder, "--json").json["learners"]
    return str(next(one["id"] for one in listed if one["id"] != learner))


def test_whole_audit_ends_with_0(learner: str, folder: Path, mimis: Mimis) -> None:
    ended = mimis("audit", "verify", "--config", folder, "--json")
    assert (ended.code, ended.json["whole"], ended.json["unsealed"]) == (0, True, 0)


def test_changed_audit_ends_with_1_and_says_where(
    learner: str, folder: Path, mimis: Mimis, postgres: str | None
) -> None:
    if postgres is not None:
        pytest.skip("changes SQLite's file")
    database = sqlite3.connect(folder / "mimis.db")
    for statement in ("DROP TRIGGER audit_unchanged", "UPDATE audit SET action = 'x' WHERE seq = 2"):
        database.execute(statement)
    database.commit()
    database.close()
    ended = mimis("audit", "verify", "--config", folder)
    assert (ended.code, "changed" in ended.out, "not whole" in ended.err) == (1, True, True)


def test_export_is_what_a_later_check_is_held_against(learner: str, folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    assert mimis("audit", "export", file, "--config", folder, "--from", "2020-01-01", "--json").json["rows"] > 3
    assert mimis("audit", "verify", "--config", folder, "--against", file).code == 0
    assert json.loads(file.read_text("utf-8").splitlines()[-1])["signed"].count(".") == 2


def test_signature_is_printed(learner: str, folder: Path, mimis: Mimis) -> None:
    assert mimis("audit", "sign", "--config", folder, "--json").json["signed"].count(".") == 2


def test_audit_that_is_the_signed_one_does_not_begin_anew(learner: str, folder: Path, mimis: Mimis) -> None:
    mimis("audit", "sign", "--config", folder)
    asked = ("--cause", "restored", "--decision", "Dnr 2026:14", *BY)
    ended = mimis("audit", "begin-anew", *asked, "--config", folder)
    assert (ended.code, "the one that was signed" in ended.err) == (2, True)


def test_what_was_done_to_a_thing_is_shown(credential: str, folder: Path, mimis: Mimis) -> None:
    rows = mimis("audit", "show", credential, "--config", folder, "--json").json["audit"]
    assert [row["action"] for row in rows] == ["credential.issue"]


def test_learner_is_exported(learner: str, folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    ended = mimis("learners", "export", learner, "--out", tmp_path / "out", *BY, "--config", folder, "--json")
    assert (ended.code, ended.json["files"]) == (0, 3)


def test_learner_is_erased(learner: str, folder: Path, mimis: Mimis) -> None:
    asked = ("learners", "erase", learner, *BY, "--reason", "Begärt", "--config", folder, "--json")
    assert mimis(*asked, "--dry-run").json["erased"]["completion"] == 1
    ended = mimis(*asked, "--yes")
    assert (ended.code, ended.json["scope"]) == (0, "all")
    assert mimis("learners", "readmit", "hand", "1", *BY, "--config", folder).code == 0


def test_record_of_a_public_school_that_stays_ends_with_3(learner: str, folder: Path, mimis: Mimis) -> None:
    config = folder / "mimis.toml"
    config.write_text(config.read_text("utf-8").replace("public_body = false", "public_body = true"), "utf-8")
    ended = mimis("learners", "erase", learner, *BY, "--reason", "Begärt", "--yes", "--config", folder, "--json")
    assert (ended.code, ended.json["scope"]) == (3, "contacts")


def test_learners_are_merged_and_divided(learner: str, other: str, folder: Path, mimis: Mimis) -> None:
    merged = mimis("learners", "merge", learner, other, *BY, "--yes", "--config", folder, "--json").json
    listed = mimis("learners", "merges", "--config", folder, "--json").json["merges"]
    assert [one["id"] for one in listed] == [merged["merge"]]
    ended = mimis("learners", "unmerge", merged["merge"], *BY, "--config", folder, "--json")
    assert (ended.code, ended.json["other"]) == (0, other)


def test_appeals_are_listed_and_decided(credential: str, folder: Path, mimis: Mimis) -> None:
    from mimis_core.services import configured

    with configured(folder) as services:
        (view,) = services.all_credentials()
        first = services.appeal(view.learner_id, "Datumet är fel.", credential_id=credential)
    listed = mimis("appeals", "--config", folder, "--json").json["appeals"]
    assert [(one["id"], one["late"]) for one in listed] == [(first, False)]
    assert mimis("appeals", "keep", first, *BY, "--reason", "Det stämmer.", "--config", folder).code == 0
    again = mimis("appeals", "change", first, *BY, "--reason", "Nej.", "--config", folder)
    assert (again.code, "already" in again.err) == (2, True)
