"""The example distribution: its own tests, its way into mimis, its settings page, and the package that it makes."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.docs_pages import ROOT, blocks

from .conftest import Shell

EXAMPLE = ROOT / "examples" / "mimis-ss12000"
README = EXAMPLE / "README.md"
MODULES = sorted((EXAMPLE / "mimis_ss12000").glob("*.py"))
PUBLIC = {"mimis_core", "mimis_core.http", "mimis_core.paging", "mimis_core.testing", "pydantic"}

PULL = """
import json
from datetime import date
from mimis_core.plugins import load_plugins
from mimis_ss12000.sandbox import SS12000Sandbox
plugins = load_plugins()
(found,) = [one for one in plugins.loaded if one.name == "ss12000"]
with SS12000Sandbox() as sandbox, plugins.open("source", "register", sandbox.settings()) as source:
    sandbox.add_grade(next(iter(sandbox.tables["persons"])), "PRV01", "A", date(2026, 6, 10))
    modules = [one.module for page in source.pull(None) for one in page.completions]
print(json.dumps([found.distribution, found.failure, list(found.hooks), modules]))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package and the metadata that installing it would leave."""
    folder = tmp_path_factory.mktemp("installed")
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    info = folder / f"mimis_ss12000-{project['version']}.dist-info"
    info.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(metadata, "utf-8")
    points = [f"{name} = {target}" for name, target in project["entry-points"]["mimis"].items()]
    (info / "entry_points.txt").write_text("\n".join(["[mimis]", *points, ""]), "utf-8")
    (folder / "mimis_ss12000").symlink_to(EXAMPLE / "mimis_ss12000")
    return folder


def python(installed: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=installed,
        env={"PYTHONPATH": str(installed), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_its_own_tests_pass(installed: Path) -> None:
    options = ["-q", "-p", "no:cacheprovider", "-W", "error", "--rootdir", EXAMPLE, "-c", EXAMPLE / "pyproject.toml"]
    result = python(installed, "-m", "pytest", *options, EXAMPLE / "tests")
    assert result.returncode == 0, result.stdout + result.stderr


def test_mimis_finds_and_opens_it(installed: Path) -> None:
    result = python(installed, "-c", PULL)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == [
        "mimis-ss12000",
        None,
        ["mimis_sandboxes", "mimis_sources"],
        ["syllabus:PRV01"],
    ]


def test_help_does_not_load_it(installed: Path) -> None:
    code = "import sys; from mimis_core.plugins import load_plugins; load_plugins(); print(*sys.modules)"
    loaded = python(installed, "-c", code).stdout.split()
    assert "mimis_ss12000.plugin" in loaded
    assert {"mimis_ss12000.source", "requests"} & set(loaded) == set()


def imports_of(path: Path) -> set[str]:
    """Modules that a file imports, anywhere in it."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_it_imports_what_any_adapter_may(path: Path) -> None:
    others = {one for one in imports_of(path) if one.partition(".")[0] not in sys.stdlib_module_names}
    assert {one for one in others if not one.startswith("mimis_ss12000")} <= PUBLIC


SETTINGS = """
import sys, tomllib
from mimis_ss12000.settings import SS12000Settings
table = tomllib.loads(sys.argv[1])["sources"]["register"]
SS12000Settings(**{name: value for name, value in table.items() if name != "kind"} | {"client_secret": "s"})
print(*SS12000Settings.model_fields)
"""


def test_readme_has_sound_table_and_every_setting(installed: Path) -> None:
    (block,) = blocks(README, "toml")
    result = python(installed, "-c", SETTINGS, block.text)
    assert result.returncode == 0, result.stderr
    text = README.read_text("utf-8")
    assert [name for name in result.stdout.split() if f"`{name}`" not in text] == []


def test_readme_explains_every_reason() -> None:
    mapping, text = (EXAMPLE / "mimis_ss12000" / "mapping.py").read_text("utf-8"), README.read_text("utf-8")
    told = {"unknown-grade", "adapted-study-plan", "syllabus-missing", "person-missing", "syllabus-without-code"}
    assert [reason for reason in sorted(told) if f'"{reason}"' not in mapping or f"`{reason}`" not in text] == []


def test_package_can_be_built_and_checked(shell: Shell) -> None:
    shutil.copytree(EXAMPLE, shell.folder / "copy", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    shell.run("cd copy && python -m pip wheel --quiet --no-deps --wheel-dir ../wheels .")
    assert "PASSED" in shell.run("python -m twine check --strict wheels/*.whl")
    (wheel,) = (shell.folder / "wheels").glob("*.whl")
    names = ZipFile(wheel).namelist()
    assert "mimis_ss12000/py.typed" in names
    assert [name for name in names if "tests" in name] == []
