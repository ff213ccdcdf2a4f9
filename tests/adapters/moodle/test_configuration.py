"""Tables into a configuration that is there already: nothing that stands in it is lost."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_moodle.configuration import Configuration, toml_table

from mimis_core import ConfigurationError, UserError

START = """\
# Skolans egna ord
role = "school"

[organisation]
id = "skolan"

[privacy]  # måste besvaras
# protected = "role"

[sources.listor]
kind = "files"
"""
SOURCE = {"kind": "moodle", "url": "https://m.example", "token": {"env": "T"}, "courses": [2, 3], "sections": True}
GROUP = {"protected": "group", "values": ['Skyddade "uppgifter"']}


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    (tmp_path / "mimis.toml").write_text(START, encoding="utf-8")
    return Configuration.read(tmp_path)


def test_source_is_appended(configuration: Configuration) -> None:
    text = configuration.with_source("moodle", SOURCE).text
    assert text.startswith(START.rstrip())
    assert tomllib.loads(text)["sources"] == {"listor": {"kind": "files"}, "moodle": SOURCE}


def test_present_source_is_refused_with_what_to_paste(configuration: Configuration) -> None:
    with pytest.raises(UserError) as caught:
        configuration.with_source("listor", SOURCE)
    assert toml_table("sources.listor", SOURCE) in str(caught.value.mend)


@pytest.mark.parametrize("name", ["", "två ord", "a.b", "[x]"])
def test_source_needs_a_plain_name(configuration: Configuration, name: str) -> None:
    with pytest.raises(UserError):
        configuration.with_source(name, SOURCE)


def test_empty_privacy_is_filled_where_it_stands(configuration: Configuration) -> None:
    changed = configuration.with_privacy(GROUP)
    assert changed.data["privacy"] == GROUP
    assert "# måste besvaras\nprotected =" in changed.text
    assert [line for line in START.splitlines() if line not in changed.text.splitlines()] == []


@pytest.mark.parametrize("end", ["[privacy]", "[privacy]\n", "[ privacy ] # sist"])
def test_privacy_may_stand_last(tmp_path: Path, end: str) -> None:
    (tmp_path / "mimis.toml").write_text(f'role = "school"\n{end}', encoding="utf-8")
    assert Configuration.read(tmp_path).with_privacy(GROUP).data["privacy"] == GROUP


def test_missing_privacy_is_appended(tmp_path: Path) -> None:
    (tmp_path / "mimis.toml").write_text('role = "school"\n', encoding="utf-8")
    assert Configuration.read(tmp_path).with_privacy(GROUP).data["privacy"] == GROUP


def test_other_answer_is_refused(configuration: Configuration) -> None:
    answered = configuration.with_privacy(GROUP)
    with pytest.raises(UserError, match="privacy"):
        answered.with_privacy({"protected": "list"})
    assert answered.with_privacy(GROUP) is answered


@pytest.mark.parametrize("odd", ['text = """\n[privacy]\n"""\n', 'sources = { a = { kind = "files" } }\n'])
def test_odd_toml_is_left_to_a_person(tmp_path: Path, odd: str) -> None:
    (tmp_path / "mimis.toml").write_text(odd, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        Configuration.read(tmp_path).with_privacy(GROUP).with_source("moodle", SOURCE)
    assert "Add:" in str(caught.value.mend)


def test_places_come_from_the_file(configuration: Configuration, tmp_path: Path) -> None:
    assert (configuration.owner, configuration.protected) == ("skolan", None)
    assert configuration.catalogue == tmp_path.resolve() / "catalogue"


def test_write_keeps_the_files_rights(configuration: Configuration) -> None:
    configuration.file.chmod(0o600)
    configuration.with_source("moodle", SOURCE).write()
    assert configuration.file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in configuration.folder.iterdir()] == ["mimis.toml"]


@pytest.mark.parametrize("content", [b"role = ", b"\xff"])
def test_unreadable_configuration_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mimis.toml").write_bytes(content)
    with pytest.raises(ConfigurationError):
        Configuration.read(tmp_path)


def test_absent_configuration_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Configuration.read(tmp_path)
    assert "mimis init" in str(caught.value.mend)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=3))
def test_any_text_comes_back_as_it_was(values: list[str]) -> None:
    table: dict[str, Any] = {"values": values, "token": {"file": values[0] if values else ""}}
    assert tomllib.loads(toml_table("privacy", table)) == {"privacy": table}


# Writing ----------------------------------------------------------------------------------------------------------


def test_written_file_keeps_its_rights(configuration: Configuration) -> None:
    configuration.file.chmod(0o660)
    before = os.umask(0o077)
    try:
        configuration.with_source("moodle", SOURCE).write()
    finally:
        os.umask(before)
    assert configuration.file.stat().st_mode & 0o777 == 0o660


def test_written_file_keeps_its_owner(configuration: Configuration, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = configuration.file.stat()
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "fchown", lambda file, user, group: given.append((user, group)))
    configuration.with_source("moodle", SOURCE).write()
    assert given == [(owner.st_uid, owner.st_gid)]


def test_link_stays_a_link(configuration: Configuration, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    target = configuration.file.rename(real / "skolan.toml")
    configuration.file.symlink_to(target)
    Configuration.read(tmp_path).with_source("moodle", SOURCE).write()
    assert configuration.file.is_symlink()
    assert "moodle" in tomllib.loads(target.read_text("utf-8"))["sources"]


def test_what_somebody_wrote_meanwhile_is_not_lost(configuration: Configuration) -> None:
    changed = configuration.with_source("moodle", SOURCE)
    meanwhile = START + "\n[sync]\n"
    configuration.file.write_text(meanwhile, "utf-8")
    with pytest.raises(UserError) as caught:
        changed.write()
    assert "again" in str(caught.value.mend)
    assert configuration.file.read_text("utf-8") == meanwhile


def test_line_ends_stay_as_they_are(configuration: Configuration, tmp_path: Path) -> None:
    configuration.file.write_bytes(START.replace("\n", "\r\n").encode())
    Configuration.read(tmp_path).with_source("moodle", SOURCE).write()
    written = configuration.file.read_bytes()
    assert written.startswith(START.rstrip().replace("\n", "\r\n").encode())
    assert tomllib.loads(written.decode())["sources"]["moodle"] == SOURCE


def test_failed_write_leaves_nothing_behind(configuration: Configuration, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(UserError):
        configuration.with_source("moodle", SOURCE).write()
    assert [one.name for one in configuration.folder.iterdir()] == ["mimis.toml"]
    assert configuration.file.read_text("utf-8") == START
