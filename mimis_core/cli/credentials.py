"""``mimis credentials``: what was issued, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from mimis_core.cli.download import download, find, save, unknown
from mimis_core.cli.output import DONE, HERE, PARTLY, Config, Json, decide_each, emit
from mimis_core.services import CredentialView, Services, configured

app = typer.Typer(help="List and show issued credentials; suspend, reinstate, correct, renew and revoke them.")
Id = Annotated[str, typer.Argument(help="Id of the credential, from `mimis credentials list`.")]
Ids = Annotated[list[str], typer.Argument(help="Ids of credentials, from `mimis credentials list`.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; the learner gets it by mail.")]
By = Annotated[str, typer.Option("--by", help="Who decides; stands in the record.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show how they stand, and change nothing.")]

app.command()(download)


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
        view = find(services, credential_id)
        if output is not None:
            save(output, services.sealed(view.learner_id, view.id).content)
    emit(_summary(view), json_)


@app.command()
def suspend(
    ids: Ids, reason: Reason, by: By, config: Config = HERE, dry_run: DryRun = False, json_: Json = False
) -> None:
    """Stop one or many for now, while something is checked. The learner is told by mail."""
    with configured(config) as services:
        _change(services, ids, lambda one: services.suspend_credential(one, reason, by), dry_run, json_)


@app.command()
def reinstate(ids: Ids, by: By, config: Config = HERE, dry_run: DryRun = False, json_: Json = False) -> None:
    """Let suspended ones hold again."""
    with configured(config) as services:
        _change(services, ids, lambda one: services.reinstate_credential(one, by), dry_run, json_)


@app.command()
def revoke(
    ids: Ids,
    reason: Reason,
    by: By = "administrator",
    yes: Yes = False,
    config: Config = HERE,
    dry_run: DryRun = False,
    json_: Json = False,
) -> None:
    """Revoke for good. The status changes at once, the learner is told by mail."""
    if not (yes or dry_run):
        typer.confirm("Vill du återkalla beviset? Det går inte att ångra.", abort=True, err=True)
    with configured(config) as services:
        _change(services, ids, lambda one: services.revoke_credential(one, reason, by), dry_run, json_)


@app.command()
def reissue(
    ids: Ids,
    reason: Reason,
    by: By,
    yes: Yes = False,
    config: Config = HERE,
    dry_run: DryRun = False,
    json_: Json = False,
) -> None:
    """Issue corrected ones from the names and texts of today; the old ones are superseded.

    Correct the name in the source and run `mimis sync`, or the text in the catalogue, before this.
    """
    if not (yes or dry_run):
        typer.confirm("Vill du ersätta beviset med ett rättat? Det går inte att ångra.", abort=True, err=True)
    with configured(config) as services:
        _change(services, ids, lambda one: services.reissue_credential(one, reason, by), dry_run, json_)


@app.command()
def renew(ids: Ids, by: By, config: Config = HERE, dry_run: DryRun = False, json_: Json = False) -> None:
    """Renew one or many from today, such as those that `mimis renewals` lists; the old ones are superseded."""
    with configured(config) as services:
        _change(services, ids, lambda one: services.renew_credential(one, by), dry_run, json_)


def _change(services: Services, ids: list[str], act: Callable[[str], object], dry_run: bool, as_json: bool) -> None:
    """Do it to each and show how they stand then; one that cannot be changed stops no other.

    Raises the first refusal when none could be changed, and ends with 3 when some could not.
    """
    wanted = list(dict.fromkeys(ids))
    changed = 0
    if not dry_run:
        changed = decide_each(wanted, act)
        services.drain()
    rows = [_summary(view) for view in _with_successors(services, wanted)]
    emit({"changed": changed, "credentials": rows}, as_json, rows)
    raise typer.Exit(DONE if dry_run or changed == len(wanted) else PARTLY)


def _with_successors(services: Services, ids: list[str]) -> list[CredentialView]:
    """These credentials as they stand, each followed by what replaced it. Raises NotFoundError when none is known."""
    known = {view.id: view for view in services.all_credentials()}
    found = [known[one] for one in ids if one in known]
    if not found:
        raise unknown(ids[0])
    chains = [(view, known.get(view.replaced_by or "")) for view in found]
    return [view for chain in chains for view in chain if view is not None]


def _summary(view: CredentialView) -> dict[str, Any]:
    return {
        "id": view.id,
        "learner": view.learner_id,
        "achievement": view.achievement.ref,
        "status": view.status.status.value,
        "issued": view.issued_at.isoformat(),
        "valid_until": view.valid_until.isoformat() if view.valid_until else None,
        "replaced_by": view.replaced_by,
        "page": f"/c/{view.public_id}",
    }
