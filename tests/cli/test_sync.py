"""``mimis sync``, ``awards`` and ``retry``: the main job as an administrator runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mimis_core import PermanentError, SetAside, TemporaryError
from tests.command import Mimis
from tests.school import NOW, HandCourier, HandSource, done, page, someone


def change(folder: Path, old: str, new: str) -> None:
    file = folder / "mimis.toml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


@pytest.fixture
def waiting(folder: Path, mimis: Mimis) -> str:
    """Id of an award that waits for a teacher."""
    HandSource.pages = [page(done("course:2"), done("course:3"))]
    mimis("sync", "--config", folder)
    (award,) = mimis("awards", "list", "--state", "proposed", "--config", folder, "--json").json["awards"]
    return str(award["id"])


def test_sync_reports_what_it_did(folder: Path, mimis: Mimis) -> None:
    HandSource.pages = [page(done("course:1"), done("course:9", someone("2")))]
    ended = mimis("sync", "--config", folder, "--json")
    assert (ended.code, ended.err) == (0, "")
    expected = {"pulled": 2, "used": 1, "unmatched": 1, "awards": 1, "credentials": 1, "mails": 1}
    assert ended.json.items() >= expected.items()


def test_second_sync_says_zero(folder: Path, mimis: Mimis, credential: str) -> None:
    again = mimis("sync", "--config", folder, "--json").json
    assert again["pulled"] == 1
    assert {again[name] for name in ("awards", "credentials", "deliveries", "mails")} == {0}


def test_full_asks_about_everything(folder: Path, mimis: Mimis) -> None:
    HandSource.pages = [page(cursor="c1", as_of=NOW)]
    ended = [mimis("sync", *words, "--config", folder, "--json").json for words in ([], [], ["--full"])]
    assert HandSource.cursors == [None, "c1", None]
    assert [(one["full"], one["as_of"]) for one in ended] == [
        (["hand"], {"hand": "2026-11-24T09:00:00Z"}),
        ([], {"hand": "2026-11-24T09:00:00Z"}),
        (["hand"], {"hand": "2026-11-24T09:00:00Z"}),
    ]
    assert "hand as of 2026-11-24T09:00:00+00:00" in " ".join(mimis("sync", "--config", folder).out.split())


def test_source_whose_code_is_wrong_is_named(folder: Path, mimis: Mimis, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> None:
        raise KeyError("Åsa Öberg")

    monkeypatch.setattr(HandSource, "pull", wrong)
    ended = mimis("sync", "--config", folder, "--json")
    assert (ended.code, ended.json["errors"]) == (3, ["hand: An unforeseen error stopped it (KeyError). See the log."])
    assert "builtins.KeyError" in ended.err
    assert "test_sync.py" in ended.err
    assert "Öberg" not in ended.err + ended.out


def test_sync_without_privacy_stops(folder: Path, mimis: Mimis) -> None:
    HandSource.pages = [page(done("course:1"))]
    change(folder, 'protected = "none-enrolled"', "")
    ended = mimis("sync", "--config", folder)
    assert (ended.code, ended.out) == (2, "")
    assert "Answer with [privacy] protected" in ended.err
    assert mimis("learners", "list", "--config", folder, "--json").json == {"learners": []}


def test_failing_source_is_partly_done(folder: Path, mimis: Mimis) -> None:
    HandSource.pages = [page(done("course:1")), TemporaryError("The LMS is closed.", mend="Try later.")]
    ended = mimis("sync", "--config", folder, "--json")
    assert (ended.code, ended.json["credentials"]) == (3, 1)
    assert ended.json["errors"] == ["hand: The LMS is closed. Try later."]
    assert "mimis: hand: The LMS is closed. Try later." in ended.err


def test_set_aside_is_told_once_and_listed(folder: Path, mimis: Mimis) -> None:
    items = [SetAside(source="hand", key=f"course:2/user:{n}", reason="left", message="Enrol her.") for n in (3, 4)]
    HandSource.pages = [page(set_aside=tuple(items))]
    ended = mimis("sync", "--config", folder, "--json")
    assert (ended.code, ended.json["set_aside"]) == (0, 2)
    assert ended.err == "hand: 2 set aside (left), such as course:2/user:3: Enrol her.\n"
    listed = mimis("set-aside", "--config", folder, "--json").json["set_aside"]
    assert [(one["record"], one["message"]) for one in listed] == [(item.key, item.message) for item in items]


def test_protected_learner_is_listed_without_name(folder: Path, mimis: Mimis) -> None:
    HandSource.pages = [page(done("course:1", someone("7", protected=True)))]
    assert mimis("sync", "--config", folder, "--json").json["set_aside"] == 1
    ended = mimis("set-aside", "--config", folder)
    assert (ended.code, "protected" in ended.out) == (0, True)
    assert "Öberg" not in ended.out


def test_unreadable_catalogue_pulls_nothing(folder: Path, mimis: Mimis) -> None:
    HandSource.pages = [page(done("course:1"))]
    (folder / "catalogue" / "ny.yaml").write_text("id: ny", "utf-8")
    ended = mimis("sync", "--config", folder)
    assert (ended.code, ended.out) == (2, "")
    assert "ny.yaml:1: title" in ended.err
    assert mimis("learners", "list", "--config", folder, "--json").json == {"learners": []}


def test_unknown_source_is_usage_error(folder: Path, mimis: Mimis) -> None:
    ended = mimis("sync", "moodel", "--config", folder)
    assert (ended.code, "Configured are: hand" in ended.err) == (2, True)


def test_dry_run_leaves_no_trace(folder: Path, mimis: Mimis) -> None:
    HandSource.pages = [page(done("course:1"))]
    ended = mimis("sync", "--dry-run", "--config", folder, "--json")
    assert (ended.code, ended.json["awards"], ended.json["credentials"]) == (0, 1, 0)
    assert mimis("awards", "list", "--config", folder, "--json").json == {"awards": []}
    assert HandCourier.parcels == []


def test_table_names_no_person(folder: Path, mimis: Mimis) -> None:
    HandSource.pages = [page(done("course:1"))]
    ended = mimis("sync", "--config", folder)
    assert "Öberg" not in ended.out + ended.err
    assert "demo.example" not in ended.out + ended.err


def test_teacher_approves_and_it_is_issued(folder: Path, mimis: Mimis, waiting: str) -> None:
    ended = mimis("awards", "approve", waiting, "--by", "Lärare Test", "--config", folder, "--json")
    assert (ended.code, ended.json["approved"], ended.json["credentials"]) == (0, 1, 1)


def test_teacher_rejects_and_nothing_is_issued(folder: Path, mimis: Mimis, waiting: str) -> None:
    ended = mimis("awards", "reject", waiting, "--by", "L", "--reason", "saknas", "--config", folder, "--json")
    assert (ended.code, ended.json) == (0, {"rejected": 1, "mails": 1})
    assert mimis("sync", "--config", folder, "--json").json["credentials"] == 0


@pytest.mark.parametrize("words", [["approve"], ["reject", "--reason", "x"]])
def test_unknown_award_is_told(folder: Path, mimis: Mimis, words: list[str]) -> None:
    ended = mimis("awards", *words, "finns-ej", "--by", "L", "--config", folder)
    assert (ended.code, "finns-ej" in ended.err) == (2, True)


def test_half_known_ids_approve_the_known(folder: Path, mimis: Mimis, waiting: str) -> None:
    ended = mimis("awards", "approve", waiting, "finns-ej", "--by", "L", "--config", folder, "--json")
    assert (ended.code, ended.json["approved"], ended.json["credentials"]) == (3, 1, 1)
    assert "finns-ej" in ended.err


def test_stopped_work_is_named_and_retried(folder: Path, mimis: Mimis) -> None:
    HandSource.pages, HandCourier.errors = [page(done("course:1"))], [PermanentError("No such box.", mend="Ask.")]
    ended = mimis("sync", "--config", folder, "--json")
    assert (ended.code, "No such box. Ask." in ended.err) == (3, True)
    again = mimis("retry", "--config", folder, "--json")
    assert (again.code, again.json["queued"], again.json["mails"]) == (0, 1, 1)
    assert len(HandCourier.parcels) == 1


def test_retry_that_stops_again_is_partly_done(folder: Path, mimis: Mimis) -> None:
    HandSource.pages, HandCourier.errors = [page(done("course:1"))], [PermanentError("No.") for _ in range(2)]
    mimis("sync", "--config", folder)
    assert mimis("retry", "--config", folder).code == 3
