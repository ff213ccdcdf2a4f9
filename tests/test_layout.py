"""The house stands as it is drawn: what is shipped, how large it is, and who imports what."""

from __future__ import annotations

import ast
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "mimis_core"
ADAPTERS = sorted(path.name for path in (ROOT / "adapters").iterdir() if path.is_dir())
PACKAGES = [CORE, *(ROOT / "adapters" / name / f"mimis_{name}" for name in ADAPTERS)]
SMALL_CORE = sorted(str(path.relative_to(CORE)) for path in (*CORE.glob("*.py"), *CORE.glob("model/*.py")))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LONGEST = 500
PLACES = ("mimis_core", "adapters", "examples", "tests")


def python_files() -> list[Path]:
    return sorted(path for place in PLACES for path in (ROOT / place).rglob("*.py"))


def lines_of(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def imports_of(path: Path) -> set[str]:
    """Top-level packages that a file imports, anywhere in it."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in plain | named}


@pytest.mark.parametrize("name", ADAPTERS)
def test_adapter_is_shipped_and_registered(name: str) -> None:
    assert f"adapters/{name}/mimis_{name}" in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert PROJECT["project"]["entry-points"]["mimis"][name] == f"mimis_{name}.plugin"
    assert name in PROJECT["project"]["optional-dependencies"]


def test_nothing_else_is_registered() -> None:
    assert sorted(PROJECT["project"]["entry-points"]["mimis"]) == ADAPTERS
    assert len(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == len(PACKAGES)


def test_extra_all_holds_every_adapter() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    (everything,) = extras["all"]
    named = everything.partition("[")[2].rstrip("]").split(",")
    assert set(ADAPTERS) <= set(named) <= set(extras)


@pytest.mark.parametrize("name", ADAPTERS)
def test_adapter_has_readme_and_tests(name: str) -> None:
    assert len((ROOT / "adapters" / name / "README.md").read_text("utf-8")) > 500
    assert list((ROOT / "tests" / "adapters" / name).glob("test_*.py"))


def test_tests_mirror_adapters() -> None:
    tested = sorted(path.name for path in (ROOT / "tests" / "adapters").iterdir() if path.name != "__pycache__")
    assert tested == ADAPTERS


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_package_says_that_it_is_typed(package: Path) -> None:
    assert (package / "py.typed").is_file()


@pytest.mark.parametrize("package", PACKAGES[1:], ids=lambda path: path.name)
def test_plugin_module_imports_nothing_heavy(package: Path) -> None:
    tree = ast.parse((package / "plugin.py").read_text("utf-8"))
    plain = [node for node in tree.body if isinstance(node, ast.Import)]
    named = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert (plain, named - {"__future__", "typing", "collections.abc"}) == ([], {"mimis_core"})


def test_core_stays_small() -> None:
    assert sum(lines_of(CORE / name) for name in SMALL_CORE) < 2500


@pytest.mark.parametrize("name", SMALL_CORE)
def test_core_imports_pydantic_and_pluggy_only(name: str) -> None:
    allowed = {"pydantic", "pluggy", "mimis_core"} | ({"requests", "urllib3"} if name == "http.py" else set())
    assert {one for one in imports_of(CORE / name) if one not in sys.stdlib_module_names} <= allowed


def test_no_file_is_too_long() -> None:
    # Alembic writes the migrations: a table's columns are listed there one by one.
    written = [path for path in python_files() if path.parent.name != "versions"]
    assert {str(path.relative_to(ROOT)): lines_of(path) for path in written if lines_of(path) > LONGEST} == {}


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "X" + "XX", "/wo" + "rk/"])
def test_nothing_is_left_for_later(word: str) -> None:
    assert [str(path.relative_to(ROOT)) for path in python_files() if word in path.read_text("utf-8")] == []


def test_every_module_says_what_for() -> None:
    silent = [
        path for path in python_files() if lines_of(path) and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []
