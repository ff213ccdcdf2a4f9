"""Starting up: whole processes, ours against one that imports the same libraries and nothing of ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench.measure import Result, Size, duration, in_turn

IMPORT = "from mimis_core import Achievement, Source, hookimpl"
LIBRARIES = "import pydantic, pluggy"
MODEL = """\
import pluggy
from pydantic import BaseModel, Field

class One(BaseModel, defer_build=True):
    text: str = Field(min_length=1)
"""
HELP = "from mimis_core.cli import main; main(['--help'])"
LISTING = (
    "import typer, pydantic, pluggy; from importlib.metadata import entry_points; "
    "list(entry_points(group='mimis')); import mimis_core"
)
HEAVY = ("requests", "flask", "sqlalchemy", "typer")


def measure(size: Size) -> Iterator[Result]:
    """The public names, and the help of the command with all adapters installed."""
    if extra := sorted(loaded_after(IMPORT).intersection(HEAVY)):
        raise RuntimeError(f"importing mimis_core loads {', '.join(extra)}")
    if extra := adapter_modules(loaded_after(HELP)):
        raise RuntimeError(f"the help loads more of the adapters than their plugin.py: {', '.join(extra)}")
    ours, bare, model = in_turn(size.starts, _python(IMPORT), _python(LIBRARIES), _python(MODEL))
    count = f"median of {size.starts} processes"
    # pydantic itself loads most of its code when the first model is defined, so this is as low as one can get.
    yield duration("start.import", ours, bare, f"{count}; baseline: {LIBRARIES}")
    yield duration("start.import.model", ours, model, f"{count}; baseline: pluggy and one pydantic model")
    ours, bare = in_turn(size.starts, _command, _python(LISTING))
    yield duration("start.help", ours, bare, f"{count}; baseline: typer, pydantic, pluggy, entry points, mimis_core")


def loaded_after(code: str) -> set[str]:
    """Names of the modules that a fresh interpreter holds when it has run this and would end."""
    program = f"import sys\ntry:\n    {code}\nfinally:\n    print('', *sys.modules, sep='\\nmodule ')"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return {line.removeprefix("module ") for line in done.stdout.splitlines() if line.startswith("module ")}


def adapter_modules(loaded: set[str]) -> list[str]:
    """Modules of adapters that are neither a package's ``__init__`` nor its ``plugin``."""
    ours = (name for name in loaded if name.startswith("mimis_") and not name.startswith("mimis_core"))
    return sorted(name for name in ours if "." in name and not name.endswith(".plugin"))


def _python(code: str) -> Callable[[], object]:
    return partial(subprocess.run, [sys.executable, "-c", code], check=True)


def _command() -> None:
    script = Path(sys.executable).with_name("mimis")
    subprocess.run([script, "--help"], check=True, stdout=subprocess.DEVNULL)
