"""``mimis credentials`` and ``learners``: what was issued, to whom by opaque id, and taking it back."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.command import Mimis
from tests.school import HandCourier, HandSource, done, page, someone


def test_list_names_learners_by_id(folder: Path, mimis: Mimis, credential: str) -> None:
    ended = mimis("credentials", "list", "--config", folder, "--json")
    (row,) = ended.json["credentials"]
    assert (row["id"], row["achievement"], row["status"]) == (credential, "digitala-arbetsmiljoer@1", "active")
    assert "Öberg" not in ended.out


def test_empty_lists_say_none(folder: Path, mimis: Mimis) -> None:
    for what in ("credentials", "awards", "learners"):
        assert mimis(what, "list", "--config", folder).out == "(none)\n"


def test_sealed_file_is_saved(folder: Path, mimis: Mimis, credential: str, tmp_path: Path) -> None:
    file = tmp_path / "bevis.jsonld"
    ended = mimis("credentials", "show", credential, "--output", file, "--config", folder, "--json")
    assert (ended.code, ended.json["id"]) == (0, credential)
    assert json.loads(file.read_bytes()).keys() == {"payload", "signatures"}


@pytest.mark.parametrize("words", [["show"], ["revoke", "--yes", "--reason", "fel"]])
def test_unknown_credential_is_told(folder: Path, mimis: Mimis, words: list[str]) -> None:
    ended = mimis("credentials", *words, "finns-ej", "--config", folder)
    assert (ended.code, ended.out, "finns-ej" in ended.err) == (2, "", True)


def test_unwritable_output_is_told(folder: Path, mimis: Mimis, credential: str, tmp_path: Path) -> None:
    ended = mimis("credentials", "show", credential, "--output", tmp_path / "no" / "x", "--config", folder)
    assert (ended.code, str(tmp_path / "no" / "x") in ended.err) == (2, True)


def test_revoked_credential_is_told_by_mail(folder: Path, mimis: Mimis, credential: str) -> None:
    command = "credentials", "revoke", credential, "--reason", "Fel person.", "--config", folder, "--json"
    ended = mimis(*command, "--yes")
    assert (ended.code, ended.json["changed"], ended.json["credentials"][0]["status"]) == (0, 1, "revoked")
    assert "gäller inte längre" in HandCourier.parcels[-1].subject
    assert mimis(*command, "--yes").code == 2
    assert len(HandCourier.parcels) == 2


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_revoking_asks_before(
    folder: Path, mimis: Mimis, credential: str, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    ended = mimis("credentials", "revoke", credential, "--reason", "Fel.", "--config", folder)
    assert (ended.code, ended.out.strip()) == (1, "")
    assert mimis("credentials", "show", credential, "--config", folder, "--json").json["status"] == "active"


def test_learners_are_listed_with_identities(folder: Path, mimis: Mimis, learner: str) -> None:
    (row,) = mimis("learners", "list", "--config", folder, "--json").json["learners"]
    assert row == {"id": learner, "name": "Åsa Öberg 1", "identities": "hand:1", "aliases": {}}


def test_pairs_are_proposed_only(folder: Path, mimis: Mimis) -> None:
    twice = [someone(key, full_name="Åsa Öberg", email="asa@demo.example") for key in ("1", "2")]
    HandSource.pages = [page(*(done("course:1", one) for one in twice))]
    mimis("sync", "--config", folder)
    pairs = mimis("learners", "list", "--same-person", "--config", folder, "--json").json["learners"]
    ids = {one["id"] for one in mimis("learners", "list", "--config", folder, "--json").json["learners"]}
    assert [set(pair.values()) for pair in pairs] == [ids]
    assert len(ids) == 2


def test_invitation_is_mailed(folder: Path, mimis: Mimis, learner: str) -> None:
    ended = mimis("learners", "invite", learner, "--config", folder, "--json")
    assert (ended.code, ended.json) == (0, {"mails": 1})
    assert "http://127.0.0.1:9/in/" in HandCourier.parcels[-1].text


def test_slip_shows_code_and_picture(folder: Path, mimis: Mimis, learner: str) -> None:
    plain = mimis("learners", "slip", learner, "--by", "Lärare", "--config", folder)
    data = mimis("learners", "slip", learner, "--by", "Lärare", "--config", folder, "--json")
    assert (plain.code, data.code) == (0, 0)
    assert "▀" in plain.out
    assert data.json["url"] == f"http://127.0.0.1:9/in/{data.json['code']}"


def test_protected_learner_is_left_alone(folder: Path, mimis: Mimis, learner: str) -> None:
    ended = mimis("learners", "protect", learner, "--by", "Rektor", "--config", folder, "--json")
    assert (ended.code, ended.json) == (0, {"id": learner, "protected": True})
    assert "Öberg" not in mimis("learners", "list", "--config", folder).out
    invited = mimis("learners", "invite", learner, "--config", folder)
    assert (invited.code, "mimis learners slip" in invited.err) == (2, True)


def test_protection_can_be_undone(folder: Path, mimis: Mimis, learner: str) -> None:
    mimis("learners", "protect", learner, "--by", "Rektor", "--config", folder)
    ended = mimis("learners", "protect", learner, "--undo", "--by", "Rektor", "--config", folder, "--json")
    assert ended.json["protected"] is False
    assert "Öberg" in mimis("learners", "list", "--config", folder).out


@pytest.mark.parametrize("words", [["invite"], ["slip", "--by", "L"], ["protect", "--by", "L"]])
def test_unknown_learner_is_told(folder: Path, mimis: Mimis, words: list[str]) -> None:
    ended = mimis("learners", *words, "finns-ej", "--config", folder)
    assert (ended.code, "finns-ej" in ended.err) == (2, True)
