"""Starting up loads what it needs and nothing else: the small core, and of each adapter its ``plugin.py``."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

HELP = "from mimis_core.cli import main; main(['--help'])"
HEAVY = (
    "requests",
    "structlog",
    "prometheus_client",
    "opentelemetry",
    "flask",
    "sqlalchemy",
    "alembic",
    "huey",
    "yaml",
    "cryptography",
)


def loaded_after(code: str) -> set[str]:
    """Modules that a fresh interpreter holds after running this, also when it ends in SystemExit."""
    program = f"import sys\ntry:\n    {code}\nfinally:\n    print('', *sys.modules, sep='\\nloaded ')"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return {line.removeprefix("loaded ") for line in done.stdout.splitlines() if line.startswith("loaded ")}


@pytest.fixture(scope="module")
def after_import() -> set[str]:
    """What an adapter's imports load."""
    return loaded_after("from mimis_core import Achievement, Source, hookimpl")


@pytest.fixture(scope="module")
def after_help() -> set[str]:
    """What ``mimis --help`` loads."""
    return loaded_after(HELP)


@pytest.mark.parametrize("module", [*HEAVY, "typer", "rich", "mimis_core.settings", "mimis_core.plugins"])
def test_import_of_core_leaves_out(after_import: set[str], module: str) -> None:
    assert "mimis_core.model" in after_import
    assert module not in after_import


@pytest.mark.parametrize("module", [*HEAVY, "rich", "mimis_core.settings", "mimis_core.services", "mimis_core.store"])
def test_help_of_command_leaves_out(after_help: set[str], module: str) -> None:
    assert "mimis_core.plugins" in after_help
    assert module not in after_help


def test_help_loads_plugin_modules_only(after_help: set[str]) -> None:
    ours = {point.value for point in entry_points(group="mimis") if point.value.startswith("mimis_")}
    packages = {value.partition(".")[0] for value in ours}
    loaded = {name for name in after_help if name.partition(".")[0] in packages and "." in name}
    assert loaded == ours
