"""``mimis admin``: who works here, and in which roles. Whoever may run it on the server is its administrator."""

from __future__ import annotations

from typing import Annotated

import typer

from mimis_core.cli.output import HERE, Config, Json, emit, note
from mimis_core.services import Invitation, Role, configured
from mimis_core.services.roles import read_roles

app = typer.Typer(help="Invite staff, change their roles, end their access.")
Id = Annotated[str, typer.Argument(metavar="STAFF", help="Id of the member of staff, from `mimis admin list`.")]
Roles = Annotated[list[Role], typer.Option("--role", help="What she may do; may be given several times.")]


@app.command()
def invite(
    name: Annotated[str, typer.Argument(help="Her name.")],
    email: Annotated[str, typer.Option("--email", help="Her e-mail address; her account is known by it.")],
    role: Roles,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Take somebody on: prints a link that works once, for 72 hours, and mails it where mail is configured."""
    with configured(config) as services:
        made = services.invite_staff(name, email, read_roles(role))
    _show(made, json_)


@app.command("list")
def list_staff(config: Config = HERE, json_: Json = False) -> None:
    """List staff with their roles."""
    with configured(config) as services:
        people = [one.model_dump(mode="json") for one in services.staff()]
    emit({"staff": people}, json_, [{**one, "roles": ", ".join(one["roles"])} for one in people])


@app.command()
def roles(staff: Id, role: Roles, config: Config = HERE, json_: Json = False) -> None:
    """Give somebody these roles and no others."""
    wanted = read_roles(role)
    with configured(config) as services:
        services.change_roles(staff, wanted)
    emit({"staff": staff, "roles": list(wanted)}, json_)


@app.command()
def remove(staff: Id, config: Config = HERE, json_: Json = False) -> None:
    """End somebody's access at once, in all her sessions. The last owner stays."""
    with configured(config) as services:
        services.remove_staff(staff)
    emit({"removed": staff}, json_)


@app.command()
def reset(staff: Id, config: Config = HERE, json_: Json = False) -> None:
    """Forget somebody's passkeys and account, end her sessions, and print a new link."""
    with configured(config) as services:
        made = services.reset_staff(staff)
    _show(made, json_)


@app.command("sign-out")
def sign_out(staff: Id, config: Config = HERE, json_: Json = False) -> None:
    """End all sessions of somebody."""
    with configured(config) as services:
        ended = services.sign_out_staff(staff)
    emit({"sessions": ended}, json_)


def _show(made: Invitation, as_json: bool) -> None:
    emit(made.model_dump(mode="json"), as_json)
    if not made.mailed:
        note("mimis: the link was not mailed; give it to her yourself")
