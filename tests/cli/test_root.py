"""The root: which commands there are, what they have in common, and how errors come out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from mimis_core import PermanentError, cli
from mimis_core.services import open_services
from mimis_core.settings import load_settings
from tests.command import Mimis


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its whole name."""
    context = typer.Context(command)
    if not hasattr(command, "list_commands"):
        yield " ".join(path), command
        return
    for name in command.list_commands(context):
        yield from leaves(command.get_command(context, name), (*path, name))


COMMANDS = dict(leaves(typer.main.get_command(cli.app)))
ADAPTERS = {"employer import", "employer pull", "employer list", "partners add", "partners list", "partners remove",
            "files template", "seals trial"}  # fmt: skip


def options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


def test_commands_of_adapters_are_there() -> None:
    assert set(COMMANDS) >= ADAPTERS | {"init", "check", "sync", "verify", "serve", "awards approve", "learners slip"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_speaks_json(name: str) -> None:
    assert "--json" in options(COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, mimis: Mimis) -> None:
    ended = mimis(*name.split(), "--help")
    assert (ended.code, ended.err) == (0, "")
    assert "--json" in ended.out


FILES_ALONE = {"files template", "europass upload", "europass convert", "europass validate", "elm compile", "elm codes",
               "adapter new", "adapter record", "db key"}  # fmt: skip
"""Commands that work on files and need no school."""


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - FILES_ALONE - {"init", "adapters", "demo"}))
def test_every_command_finds_configuration(name: str) -> None:
    assert "--config" in options(COMMANDS[name])


def test_help_lists_all_commands(mimis: Mimis) -> None:
    ended = mimis("--help")
    assert {name.split()[0] for name in COMMANDS} <= set(ended.out.split())


@pytest.mark.parametrize("words", [["synk"], ["awards", "aprove"], ["sync", "--jason"], ["awards", "approve"]])
def test_wrong_usage_exits_two(mimis: Mimis, words: list[str]) -> None:
    ended = mimis(*words)
    assert (ended.code, ended.out) == (2, "")
    assert "Usage: mimis" in ended.err


@pytest.mark.parametrize("name", ["check", "sync", "awards list", "learners list", "catalogue check", "retry", "serve"])
def test_missing_configuration_is_told(mimis: Mimis, tmp_path: Any, name: str) -> None:
    ended = mimis(*name.split(), "--config", tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "Make one with: mimis init --role school" in ended.err


def test_other_errors_exit_one(mimis: Mimis, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: object) -> None:
        raise PermanentError("The disk is full.", mend="Make room.")

    monkeypatch.setattr("mimis_core.cli.check.load_settings", refuse)
    ended = mimis("check")
    assert (ended.code, ended.err) == (1, "mimis: The disk is full. Make room.\n")


@pytest.mark.parametrize("name", ["sync", "awards list", "learners list", "retry", "serve"])
def test_unusable_database_is_told(folder: Path, mimis: Mimis, name: str) -> None:
    (folder / "mimis.db").write_text("ingen databas", "utf-8")
    ended = mimis(*name.split(), "--config", folder)
    assert (ended.code, ended.out, "Traceback" in ended.err) == (2, "", False)
    assert "Correct database in mimis.toml" in ended.err


def test_database_error_hides_values(folder: Path) -> None:
    statement = text("INSERT INTO learner (full_name) VALUES (:name)").bindparams(name="Åsa Öberg")
    with (
        open_services(load_settings(folder)) as services,
        pytest.raises(IntegrityError) as caught,
        services.database.transaction() as session,
    ):
        session.execute(statement)
    assert "Öberg" not in str(caught.value)
