"""``mimis rights``: an owner lets another organisation of the installation issue what she owns, and stops it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

import typer

from mimis_core.cli.output import DONE, HERE, PARTLY, Config, Json, emit, note
from mimis_core.errors import NotFoundError
from mimis_core.services import Right, Services, configured
from mimis_core.services.organisations import open_neighbour

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
    with configured(config) as owner, open_neighbour(owner, to) as issuer:
        right = owner.give_right(achievement, to, by, statement)
        taken_up = issuer.take_right(right)
    emit({**right.model_dump(mode="json"), "taken_up": taken_up}, json_)


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
        found = [one for one in services.rights() if one.number == number]
        both = bool(found) and _end_other_half(services, found[0], by)
        services.end_right(number, by)
    emit({"ended": number}, json_)
    raise typer.Exit(DONE if both else PARTLY)


def _end_other_half(services: Services, right: Right, by: str) -> bool:
    """The other's record first, so that an interrupted command has stopped the issuer and can be repeated."""
    other = right.issuer if right.owner == services.organisation else right.owner
    with ExitStack() as stack:
        try:
            stack.enter_context(open_neighbour(services, other)).end_right(right.number, by)
        except NotFoundError as error:
            note(f"mimis: {error}")
            return False
    return True
