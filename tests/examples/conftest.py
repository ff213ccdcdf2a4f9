"""Fresh virtual environments that find what is installed here, so that a page's commands run without a network."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

import pytest

SCRIPTS = {"mimis": "from mimis_core.cli import main\nmain()\n", "twine": "from twine.__main__ import main\nmain()\n"}
"""What pip would have put beside Python, had it not found the packages installed already."""


class Shell:
    """Runs commands in a folder as a reader would, with this environment's packages in reach of every Python."""

    def __init__(self, folder: Path, helper: Path) -> None:
        self.folder = folder
        helper.mkdir()
        packages = sysconfig.get_path("purelib")
        (helper / "sitecustomize.py").write_text(f"import site\nsite.addsitedir({packages!r})\n", encoding="utf-8")
        self._environment = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
            "HOME": str(helper),
            "PYTHONPATH": str(helper),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it the other way round: no isolation
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "NO_COLOR": "1",
        }

    def run(self, commands: str) -> str:
        """What some lines of shell print; fails with all of it when one of them does."""
        result = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert result.returncode == 0, f"{commands}\n{result.stdout}\n{result.stderr}"
        self._put_scripts()
        return result.stdout

    def _put_scripts(self) -> None:
        places = self.folder / ".venv" / "bin"
        for name, text in SCRIPTS.items() if places.is_dir() else ():
            script = places / name
            if not script.exists():
                script.write_text(f"#!{places / 'python'}\n{text}", encoding="utf-8")
                script.chmod(0o755)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shell in an empty folder; needs what packages are built and checked with."""
    for name in ("hatchling", "twine"):
        if find_spec(name) is None:
            sentence = f"{name} is not installed: packages cannot be built and checked"
            if os.environ.get("CI") == "true":
                pytest.fail(sentence)
            pytest.skip(sentence)
    place = tmp_path_factory.mktemp("shell")
    folder = place / "mimis-ss12000"
    folder.mkdir()
    return Shell(folder, place / "helper")
