"""``mimis init``: a folder that works at once, and nothing of anybody's written over."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest

from mimis_core.settings import load_settings
from tests.command import Mimis


class Terminal(io.StringIO):
    """A terminal at which somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return tmp_path / "ny"


@pytest.fixture
def made(new: Path, mimis: Mimis) -> Path:
    assert mimis("init", new, "--role", "school", "--protected", "role").code == 0
    return new


def test_new_school_passes_check(made: Path, mimis: Mimis) -> None:
    assert load_settings(made).privacy.protected == "role"
    assert mimis("check", "--config", made).code == 0


def test_what_was_written_is_listed(new: Path, mimis: Mimis) -> None:
    ended = mimis("init", new, "--role", "school", "--protected", "list", "--json")
    assert {"mimis.toml", "secrets/encryption.key", "secrets/trial-seal.p12"} <= set(ended.json["written"])
    assert ended.json["folder"] == str(new)
    assert f"mimis check --config {new}" in ended.err


def test_secrets_are_read_by_owner_only(made: Path) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (made / "secrets").iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((made / "secrets").stat().st_mode) == 0o700


def test_second_init_changes_nothing(made: Path, mimis: Mimis) -> None:
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    ended = mimis("init", made, "--role", "school", "--protected", "group")
    assert (ended.code, "Choose another folder" in ended.err) == (2, True)
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["session.key", "encryption.key", "trial-seal.p12"])
def test_key_without_configuration_is_kept(new: Path, mimis: Mimis, name: str) -> None:
    (new / "secrets").mkdir(parents=True)
    (new / "secrets" / name).write_text("min nyckel", "utf-8")
    ended = mimis("init", new, "--role", "school", "--protected", "role")
    assert (new / "secrets" / name).read_text("utf-8") == "min nyckel"
    assert (ended.code, name in ended.err) == (2, True)
    assert not (new / "mimis.toml").exists()


def test_own_catalogue_file_is_kept(new: Path, mimis: Mimis) -> None:
    (new / "catalogue").mkdir(parents=True)
    (new / "catalogue" / "verktygsvana.yaml").write_text("id: vår-egen", "utf-8")
    ended = mimis("init", new, "--role", "school", "--protected", "role", "--json")
    assert (new / "catalogue" / "verktygsvana.yaml").read_text("utf-8") == "id: vår-egen"
    assert "catalogue/verktygsvana.yaml" not in ended.json["written"]


def test_terminal_is_asked_about_protected(new: Path, mimis: Mimis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("group\n"))
    ended = mimis("init", new, "--role", "school")
    assert "skyddade personuppgifter" in ended.err
    assert load_settings(new).privacy.protected == "group"


def test_unasked_question_stops_sync(new: Path, mimis: Mimis) -> None:
    assert mimis("init", new, "--role", "school").code == 0
    ended = mimis("sync", "--config", new)
    assert (ended.code, "[privacy] protected" in ended.err) == (2, True)


def test_unknown_answer_writes_nothing(new: Path, mimis: Mimis) -> None:
    ended = mimis("init", new, "--role", "school", "--protected", "kanske")
    assert (ended.code, "none-enrolled" in ended.err) == (2, True)
    assert not new.exists()


def test_employer_has_no_catalogue_or_seal(new: Path, mimis: Mimis) -> None:
    assert mimis("init", new, "--role", "employer", "--name", "Omsorg AB").code == 0
    settings = load_settings(new)
    assert (settings.role, settings.signer, settings.organisation.legal_name["sv"]) == ("employer", None, "Omsorg AB")
    assert not (new / "catalogue").exists()
    assert mimis("check", "--config", new).code == 0


def test_name_with_quotes_is_kept(new: Path, mimis: Mimis) -> None:
    name = 'Skolan "Ängen" \\ c/o Å'
    mimis("init", new, "--role", "school", "--protected", "role", "--name", name)
    assert load_settings(new).organisation.legal_name["sv"] == name


@pytest.mark.parametrize("number", ["abc", "8020026509", "811218-9876", "19811218-9876", ""])
def test_other_numbers_are_no_registration(new: Path, mimis: Mimis, number: str) -> None:
    ended = mimis("init", new, "--role", "employer", "--registration", number)
    assert (ended.code, "NNNNNN-NNNN" in ended.err) == (2, True)
    assert not new.exists()


def test_file_in_the_way_is_told(new: Path, mimis: Mimis) -> None:
    new.write_text("en fil", "utf-8")
    ended = mimis("init", new, "--role", "employer")
    assert (ended.code, ended.err) == (
        2,
        f"mimis: {new} cannot be written: Not a directory. Choose another folder.\n",
    )
