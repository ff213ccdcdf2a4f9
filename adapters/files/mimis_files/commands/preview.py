"""``mimis files preview``: what a list would do."""

from __future__ import annotations

import typer

from mimis_files.answers import load_answers
from mimis_files.commands.common import DONE, FAILED, HERE, Config, File, Json, SourceName, opened, show
from mimis_files.preview import lines, look_at

SYNCED = ("used", "waiting", "unmatched", "awards")
"""What a trial sync adds to the counts: what the catalogue makes of the list."""


def preview(file: File, source: SourceName = None, config: Config = HERE, json_: Json = False) -> None:
    """Show what a list would do: its columns, its rows, what is wrong where, and what differs from what is stored.

    Nothing is written. Exit code 1 when the list lacks columns.
    """
    with opened(config, source, file) as school:
        answers = load_answers(school.mapping_file)
        found = look_at(school.source, file, answers, school.services.known_completions)
        if found.usable:
            report = school.services.sync([school.source.name], dry_run=True)
            found.counts |= {name: getattr(report, name) for name in SYNCED}
    show(found.as_json(), lines(found), json_)
    raise typer.Exit(DONE if found.usable else FAILED)
