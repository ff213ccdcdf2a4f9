"""The ``mimis`` command: one module per sub-command, imported only when it runs."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import typer
import typer.core
import typer.main

from mimis_core.errors import MimisError, UserError
from mimis_core.observe import configure, tell_crash
from mimis_core.plugins import load_plugins

BUILT_IN = (
    ("init", "Set up a school or an employer in a new folder.", "mimis_core.cli.init:app"),
    ("check", "Look at everything that must work, and say what mends it.", "mimis_core.cli.check:app"),
    ("adapters", "List adapters and what went wrong with which.", "mimis_core.cli.adapters:app"),
    ("adapter", "Write a new adapter, or record a system for one.", "mimis_core.cli.adapter:app"),
    ("catalogue", "Check the catalogue against the six principles.", "mimis_core.cli.catalogue:app"),
    ("sync", "Pull completions, award, issue and deliver.", "mimis_core.cli.sync:app"),
    ("set-aside", "Show the records that could not be used, and why.", "mimis_core.cli.set_aside:app"),
    ("awards", "List decisions, approve and reject.", "mimis_core.cli.awards:app"),
    ("attestations", "Ask supervisors and assessors, without an account.", "mimis_core.cli.attestations:app"),
    ("reviews", "Decide what follows when a source corrects or takes back.", "mimis_core.cli.reviews:app"),
    ("appeals", "Decide what learners ask to have reconsidered.", "mimis_core.cli.appeals:app"),
    ("credentials", "List, correct, renew and revoke issued credentials.", "mimis_core.cli.credentials:app"),
    ("renewals", "Show what expires soon, and remind of it.", "mimis_core.cli.renewals:app"),
    ("publish", "Write signed answers and pages for a static host.", "mimis_core.cli.publish:app"),
    ("learners", "List, invite, protect, merge, export and erase learners.", "mimis_core.cli.learners:app"),
    ("admin", "Invite staff, change their roles, end their access.", "mimis_core.cli.admin:app"),
    ("lti", "Connect a learning platform that opens mimis by LTI 1.3.", "mimis_core.cli.lti:app"),
    ("organisations", "List the organisations of an installation.", "mimis_core.cli.organisations:app"),
    ("rights", "Let another organisation of this installation issue, or stop it.", "mimis_core.cli.rights:app"),
    ("audit", "Check, show and export the record of decisions.", "mimis_core.cli.audit:app"),
    ("verify", "Check a sealed file of any issuer.", "mimis_core.cli.verify:app"),
    ("serve", "Serve the pages and do the queued work.", "mimis_core.cli.serve:app"),
    ("db", "Back up, restore, move and migrate the database; change its keys.", "mimis_core.cli.db:app"),
    ("privacy", "Write the papers that data protection asks for.", "mimis_core.cli.privacy:app"),
    ("worker", "Do queued work and what is scheduled, without pages.", "mimis_core.cli.worker:app"),
    ("jobs", "Show what waits, is under way, or has stopped, and why.", "mimis_core.cli.jobs:app"),
    ("stats", "Count what was issued, delivered, shared and revoked, without persons.", "mimis_core.cli.stats:app"),
    ("participants", "Report the participants of a project, by ids alone.", "mimis_core.cli.participants:app"),
    ("retry", "Try stopped work again.", "mimis_core.cli.retry:app"),
    ("demo", "Run the whole main job against sandboxes.", "mimis_core.cli.demo:app"),
)
"""Name, help and ``module:app`` of our own commands; adapters add theirs through ``mimis_commands``."""


class LazyGroup(typer.core.TyperGroup):
    """Lists commands from their names alone and imports one when it is called."""

    _table: dict[str, tuple[str, str]] | None = None

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the order of the help."""
        return list(self._commands())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, imported now."""
        if cmd_name not in self._commands():
            return None
        module, _, attribute = self._commands()[cmd_name][1].partition(":")
        app: typer.Typer = getattr(importlib.import_module(module), attribute)
        # Plain help everywhere, whatever an adapter's own app says, and completion only at the root.
        app.rich_markup_mode = None
        app._add_completion = False
        return typer.main.get_command(app)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write names and one-line helps without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (text, _) in self._commands().items()])

    def _commands(self) -> dict[str, tuple[str, str]]:
        if self._table is None:
            self._table = {name: (text, target) for name, text, target in BUILT_IN}
            for _, commands in load_plugins().call("mimis_commands"):
                for name, text, target in commands:
                    self._table.setdefault(name, (text, target))
        return self._table


app = typer.Typer(
    cls=LazyGroup,
    name="mimis",
    help="Micro-credentials from the learning platform to Europass and recruitment.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def root() -> None:
    """Micro-credentials from the learning platform to Europass and recruitment."""
    configure()


def main(arguments: list[str] | None = None) -> None:
    """Entry point of the console script: errors become one clear text and an exit code.

    0 done, 1 failed, 2 usage or configuration, 3 partly done.
    """
    command: Any = typer.main.get_command(app)
    try:
        command(args=arguments, prog_name="mimis")
    except MimisError as error:
        print(f"mimis: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, UserError) else 1)
    except Exception as error:  # Python would print its text, which may hold what it was about
        tell_crash(error)
        sys.exit(1)
