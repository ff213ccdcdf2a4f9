"""``mimis rights``: an owner lets another organisation of the installation issue what she owns, and stops it."""

from __future__ import annotations

from typing import Annotated

import typer

from mimis_core.cli.output import DONE, HERE, PARTLY, Config, Json, emit, note
from mimis_core.services import configured

app = typer.Typer(help="Let another organisation of this installation issue, or stop it.")
By = Annotated[str, typer.Option("--by", help="Who decides; stands in the record and in the credentials.")]


@app.command("list")
def list_rights(config: Config = HERE, json_: Json = False) -> None:
    """List the rights that this organisation has given or been given, ended ones included."""
    with configured(config) as services:
        rights = [one.model_dump(mode="json") for one in services.rights()]
    emit({"rights": rights}, json_, rights)


@app.command()
def grant(
    achievement: Annotated[str, typer.Argument(help="Id of a catalogue entry that this organisation owns.")],
    to: Annotated[str, typer.Option("--to", help="Id of the organisation that may issue it.")],
    by: By,
    statement: Annotated[
        str | None, typer.Option("--statement", help="The decision in words, as it stands in the credentials.")
    ] = None,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Let another organisation issue; its awards that waited for this are taken up. May be repeated."""
    with configured(config) as owner:
        granted = owner.grant_right(achievement, to, by, statement)
    emit({**granted.right.model_dump(mode="json"), "taken_up": granted.taken_up}, json_)


@app.command()
def end(
    number: Annotated[str, typer.Argument(help="Number of the right, from `mimis rights list`.")],
    by: By,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Let nothing more be issued by a right; what was issued stays valid. May be repeated.

    Exit code 3 when the other organisation is not in this installation any more: its own record could not be ended.
    """
    with configured(config) as services:
        both = services.stop_right(number, by)
    if not both:
        note("mimis: The other organisation is not of this installation: its own record could not be ended.")
    emit({"ended": number}, json_)
    raise typer.Exit(DONE if both else PARTLY)
