"""Commands run in this process, as the console script runs them, and sandboxes found as the program finds them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from mimis_core import cli
from mimis_core.cli.demo.stage import append_tables
from mimis_core.plugins import Plugins, load_plugins
from mimis_core.testing import Sandbox
from tests.school import HandPlugin


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its data; fails when anything else stands on stdout."""
        return json.loads(self.out)


class Mimis:
    """``mimis`` for one test: called with arguments, it says how the command ended."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Ended:
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main([str(one) for one in arguments])
        printed = self._capsys.readouterr()
        code = ended.value.code
        return Ended(code if isinstance(code, int) else int(code is not None), printed.out, printed.err)


def plugins_with_hand(disabled: str | None = None) -> Plugins:
    """All adapters, and the source and courier that a test holds in its hand."""
    plugins = load_plugins(disabled)
    plugins.manager.register(HandPlugin(), "hand")
    return plugins


def sandbox(name: str) -> Any:
    """A sandbox by its name, not started yet; typed loosely, since each has controls of its own."""
    offered = dict(pair for _, pairs in load_plugins().call("mimis_sandboxes") for pair in pairs)
    module, _, attribute = offered[name].partition(":")
    made: Sandbox = getattr(import_module(module), attribute)()
    return made


def replace_tables(folder: Path, tables: dict[str, dict[str, Any]]) -> None:
    """Put these tables, sources first, into a test school's configuration in the place of those that it has."""
    file = folder / "mimis.toml"
    file.write_text(file.read_text("utf-8").partition("\n[sources.")[0] + "\n", "utf-8")
    append_tables(folder, tables)
