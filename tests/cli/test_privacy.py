"""``mimis privacy papers``: files for people to go on with."""

from __future__ import annotations

from pathlib import Path

from tests.command import Mimis


def test_papers_are_written_and_counted(mimis: Mimis, folder: Path, tmp_path: Path) -> None:
    ended = mimis("privacy", "papers", "--out", tmp_path / "ut", "--config", folder, "--json")
    assert (ended.code, len(ended.json["files"])) == (0, 8)
    assert sorted(one.name for one in (tmp_path / "ut").iterdir()) == ended.json["files"]
    assert min(ended.json["to_fill_in"].values()) > 0
    assert "jurist" in ended.err


def test_edited_papers_are_not_written_over(mimis: Mimis, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "information.md").write_text("vår egen text")
    ended = mimis("privacy", "papers", "--out", tmp_path, "--config", folder)
    assert ended.code == 2
    assert (tmp_path / "information.md").read_text() == "vår egen text"
    assert mimis("privacy", "papers", "--out", tmp_path, "--config", folder, "--replace").code == 0
    assert "$" not in (tmp_path / "information.md").read_text("utf-8")


def test_folder_that_cannot_be_made_is_told(mimis: Mimis, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = mimis("privacy", "papers", "--out", tmp_path / "file" / "x", "--config", folder)
    assert (ended.code, "cannot be written" in ended.err) == (2, True)
