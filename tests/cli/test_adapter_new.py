"""``mimis adapter new``: what is written works as it stands, and nothing is ever overwritten."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mimis_core.testing.scaffold import CATEGORIES, LONGEST_NAME, plan
from tests.command import Mimis

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "my-system"
MIMIS = ("-c", "from mimis_core.cli import main; main()")


@pytest.fixture(scope="module", params=CATEGORIES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def adapter(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new adapter of each kind, with the metadata that installing it would leave."""
    folder = tmp_path_factory.mktemp(kind) / f"mimis-{NAME}"
    python(ROOT, *MIMIS, "adapter", "new", NAME, "--kind", kind, "--out", str(folder))
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    info = folder / "mimis_my_system-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 0.1.0\n", "utf-8")
    points = [f"{name} = {target}\n" for name, target in project["entry-points"]["mimis"].items()]
    (info / "entry_points.txt").write_text(f"[mimis]\n{''.join(points)}", "utf-8")
    return folder


def python(folder: Path, *arguments: str) -> str:
    """What Python printed in a folder that stands on its path as if installed; fails with all of it."""
    paths = os.pathsep.join((str(folder), str(ROOT)))
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PYTHONPATH": paths, "MYPYPATH": paths, "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_its_tests_pass(adapter: Path) -> None:
    assert "passed" in python(adapter, "-m", "pytest", "-q", "-p", "no:cacheprovider")


def test_mimis_finds_it(adapter: Path, kind: str) -> None:
    found = json.loads(python(adapter, *MIMIS, "adapters", "--json", "--strict"))
    (one,) = [one for one in found["adapters"] if one["name"] == NAME]
    assert (one["state"], one["distribution"]) == ("ok", f"mimis-{NAME} 0.1.0")
    assert NAME in found["kinds"][kind]


def test_style_and_types_are_sound(adapter: Path) -> None:
    pytest.importorskip("ruff", reason="ruff and mypy belong to the group lint")
    pytest.importorskip("mypy", reason="ruff and mypy belong to the group lint")
    python(adapter, "-m", "ruff", "check", "--no-cache", ".")
    python(adapter, "-m", "ruff", "format", "--no-cache", "--check", ".")
    python(adapter, "-m", "mypy", "--cache-dir", os.devnull)


def test_nothing_is_left_to_fill_in(adapter: Path) -> None:
    texts = [file.read_text("utf-8") for file in adapter.rglob("*") if file.is_file()]
    assert not [text for text in texts if "${" in text or "$name" in text or "NAME/" in text]


def test_settings_are_told_in_readme(adapter: Path) -> None:
    settings = (adapter / "mimis_my_system" / "settings.py").read_text("utf-8")
    readme = (adapter / "README.md").read_text("utf-8")
    assert [
        name for name in ("url", "key", "page_size") if f"    {name}:" in settings and f"`{name}`" not in readme
    ] == []


def test_dry_run_writes_nothing(mimis: Mimis, tmp_path: Path) -> None:
    ended = mimis("adapter", "new", NAME, "--out", tmp_path / "new", "--dry-run", "--json")
    assert (ended.code, ended.json["written"], list(tmp_path.iterdir())) == (0, False, [])
    assert str(tmp_path / "new" / "mimis_my_system" / "source.py") in [one["file"] for one in ended.json["files"]]


def test_nothing_is_overwritten(mimis: Mimis, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", "utf-8")
    ended = mimis("adapter", "new", NAME, "--out", tmp_path)
    assert (ended.code, [file.name for file in tmp_path.iterdir()]) == (2, ["README.md"])
    assert "is not empty" in ended.err


def test_file_in_the_way_is_told(mimis: Mimis, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    assert mimis("adapter", "new", NAME, "--out", tmp_path / "file").code == 2
    assert mimis("adapter", "new", NAME, "--out", tmp_path / "file" / "below").code == 2


@pytest.mark.parametrize("name", ["My", "1st", "my_system", "a--b", "-a", "a-", "../x", "å", "x" * (LONGEST_NAME + 1)])
def test_odd_name_is_refused(mimis: Mimis, tmp_path: Path, name: str) -> None:
    ended = mimis("adapter", "new", "--out", tmp_path / "new", "--", name)
    assert (ended.code, "such as kursbanken" in ended.err, list(tmp_path.iterdir())) == (2, True, [])


@pytest.mark.parametrize(("words", "told"), [(["moodle"], "already"), (["x", "--kind", "wallet"], "Choose one of")])
def test_taken_name_and_unknown_kind_are_refused(mimis: Mimis, tmp_path: Path, words: list[str], told: str) -> None:
    ended = mimis("adapter", "new", *words, "--out", tmp_path / "new")
    assert (ended.code, told in ended.err) == (2, True)


def test_longest_name_keeps_lines_short() -> None:
    for kind in CATEGORIES:
        lines = [line for text in plan("x" * LONGEST_NAME, kind).files.values() for line in text.splitlines()]
        assert max(map(len, lines)) <= 200
