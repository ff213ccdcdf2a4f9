"""``mimis credentials``: what was issued, and taking it back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mimis_core.cli.output import HERE, Config, Json, emit
from mimis_core.errors import NotFoundError, UserError
from mimis_core.services import CredentialView, Services, configured

app = typer.Typer(help="List, show and revoke issued credentials.")
Id = Annotated[str, typer.Argument(help="Id of the credential, from `mimis credentials list`.")]


@app.command("list")
def list_credentials(config: Config = HERE, json_: Json = False) -> None:
    """List issued credentials; learners by their opaque ids."""
    with configured(config) as services:
        rows = [_summary(view) for view in services.all_credentials()]
    emit({"credentials": rows}, json_, rows)


@app.command()
def show(
    credential_id: Id,
    config: Config = HERE,
    output: Annotated[Path | None, typer.Option("--output", help="Write the sealed file here.")] = None,
    json_: Json = False,
) -> None:
    """Show one credential and, with --output, save its sealed file."""
    with configured(config) as services:
        view = _find(services, credential_id)
        if output is not None:
            _write(output, services.sealed(view.learner_id, view.id).content)
    emit(_summary(view), json_)


@app.command()
def revoke(
    credential_id: Id,
    reason: Annotated[str, typer.Option("--reason", help="Why; the learner gets it by mail.")],
    by: Annotated[str, typer.Option("--by", help="Who revokes.")] = "administrator",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Revoke for good. The status changes at once, the learner is told by mail."""
    if not yes:
        typer.confirm("Vill du återkalla beviset? Det går inte att ångra.", abort=True, err=True)
    with configured(config) as services:
        services.revoke_credential(credential_id, reason, by)
        services.drain()
        view = _find(services, credential_id)
    emit(_summary(view), json_)


def _find(services: Services, credential_id: str) -> CredentialView:
    for view in services.all_credentials():
        if view.id == credential_id:
            return view
    raise NotFoundError(f"There is no credential {credential_id!r}.", mend="See: mimis credentials list")


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.", mend="Give another --output.") from None


def _summary(view: CredentialView) -> dict[str, Any]:
    return {
        "id": view.id,
        "learner": view.learner_id,
        "achievement": view.achievement.ref,
        "status": view.status.status.value,
        "issued": view.issued_at.isoformat(),
        "page": f"/c/{view.public_id}",
    }
