"""``mimis credentials`` over a credential's life, ``mimis renewals`` and ``mimis publish``, as a person runs them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.command import Mimis
from tests.school import HandCourier, HandSource, change_entry, done, page, someone

REASONED = "--reason", "Vi kontrollerar.", "--by", "Rektor"


@pytest.fixture
def yearly(folder: Path) -> Path:
    """The folder, with the entry that is awarded by rule valid for one month: reminders are due at once."""
    change_entry(folder, valid_months=1)
    return folder


@pytest.fixture
def ids(yearly: Path, mimis: Mimis) -> list[str]:
    """Ids of three credentials."""
    HandSource.pages = [page(*(done("course:1", someone(key)) for key in "123"))]
    mimis("sync", "--config", yearly)
    listed = mimis("credentials", "list", "--config", yearly, "--json").json["credentials"]
    return [row["id"] for row in listed]


def test_many_are_suspended_and_reinstated(yearly: Path, mimis: Mimis, ids: list[str]) -> None:
    ended = mimis("credentials", "suspend", *ids, *REASONED, "--config", yearly, "--json")
    assert (ended.code, {row["status"] for row in ended.json["credentials"]}) == (0, {"suspended"})
    ended = mimis("credentials", "reinstate", *ids[:2], "--by", "Rektor", "--config", yearly, "--json")
    assert (ended.json["changed"], {row["status"] for row in ended.json["credentials"]}) == (2, {"active"})


def test_one_refusal_stops_no_other(yearly: Path, mimis: Mimis, ids: list[str]) -> None:
    mimis("credentials", "suspend", ids[0], *REASONED, "--config", yearly)
    ended = mimis("credentials", "suspend", *ids, *REASONED, "--config", yearly, "--json")
    assert (ended.code, ended.json["changed"], ids[0] in ended.err) == (3, 2, True)
    again = mimis("credentials", "suspend", *ids, *REASONED, "--config", yearly)
    assert (again.code, again.out) == (2, "")


def test_corrected_one_is_shown_beside_the_old(yearly: Path, mimis: Mimis, ids: list[str]) -> None:
    HandSource.pages = [page(done("course:1", someone("1", full_name="Åsa Ek")))]
    mimis("sync", "--config", yearly)
    ended = mimis("credentials", "reissue", ids[0], "--yes", *REASONED, "--config", yearly, "--json")
    old, new = ended.json["credentials"]
    assert (ended.code, old["status"], old["replaced_by"], new["status"]) == (0, "superseded", new["id"], "active")
    assert "rättat bevis" in HandCourier.parcels[-1].subject


def test_renewed_one_is_shown_beside_the_old(yearly: Path, mimis: Mimis, ids: list[str]) -> None:
    ended = mimis("credentials", "renew", ids[0], "--by", "Rektor", "--config", yearly, "--json")
    assert [row["status"] for row in ended.json["credentials"]] == ["superseded", "active"]
    assert "förnyat" in HandCourier.parcels[-1].subject


@pytest.mark.parametrize(
    "words", [("suspend", *REASONED), ("reissue", *REASONED), ("revoke", *REASONED), ("renew", "--by", "R")]
)
def test_dry_run_changes_nothing(yearly: Path, mimis: Mimis, ids: list[str], words: tuple[str, ...]) -> None:
    ended = mimis("credentials", *words, ids[0], "--dry-run", "--config", yearly, "--json")
    assert (ended.code, ended.json["changed"], ended.json["credentials"][0]["status"]) == (0, 0, "active")
    assert len(HandCourier.parcels) == 3


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_correcting_asks_before(
    yearly: Path, mimis: Mimis, ids: list[str], monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    ended = mimis("credentials", "reissue", ids[0], *REASONED, "--config", yearly)
    assert (ended.code, ended.out.strip()) == (1, "")


@pytest.mark.parametrize("words", [("suspend", *REASONED), ("reinstate", "--by", "R"), ("renew", "--by", "R")])
@pytest.mark.parametrize("mode", [(), ("--dry-run",)])
def test_unknown_id_is_told(folder: Path, mimis: Mimis, words: tuple[str, ...], mode: tuple[str, ...]) -> None:
    ended = mimis("credentials", *words, *mode, "finns-ej", "--config", folder)
    assert (ended.code, ended.out, "finns-ej" in ended.err) == (2, "", True)


def test_renewals_list_what_is_due(yearly: Path, mimis: Mimis, ids: list[str]) -> None:
    due = mimis("renewals", "--config", yearly, "--json").json["renewals"]
    assert ({row["id"] for row in due}, {row["status"] for row in due}) == (set(ids), {"active"})
    assert mimis("renewals", "--days", "3", "--config", yearly, "--json").json == {"renewals": []}


def test_reminding_reports_what_it_did(yearly: Path, mimis: Mimis, ids: list[str]) -> None:
    ended = mimis("renewals", "--remind", "--config", yearly, "--json")
    counts = {name: value for name, value in ended.json.items() if name != "renewals"}
    assert (ended.code, counts) == (0, {"expired": 0, "reminded": 0, "mails": 0})


def test_publishing_reports_its_counts(yearly: Path, mimis: Mimis, ids: list[str], tmp_path: Path) -> None:
    first = mimis("publish", tmp_path / "ut", "--config", yearly, "--json")
    again = mimis("publish", tmp_path / "ut", "--config", yearly, "--json")
    assert first.json == {"credentials": 3, "lists": 2, "written": 8, "kept": 0, "removed": 0}
    assert (again.json["written"], again.json["kept"]) == (0, 8)
    assert json.loads((tmp_path / "ut" / "mimis.json").read_text("utf-8"))["credentials"] == 3


def test_publishing_into_foreign_folder_is_refused(yearly: Path, mimis: Mimis, ids: list[str]) -> None:
    ended = mimis("publish", yearly, "--config", yearly)
    assert (ended.code, ended.out, "empty folder" in ended.err) == (2, "", True)
