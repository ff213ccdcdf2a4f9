"""``mimis employer propose`` and ``proposal``: tell a school what you need, and read its answer."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from mimis_ats.commands.output import Config, Json, show
from mimis_ats.issuer import Issuer
from mimis_ats.proposal_schemas import ProposalRequest
from mimis_ats.proposals import SCOPE
from mimis_core import UserError
from mimis_core.services import Services, configured

Named = Annotated[str, typer.Option("--issuer", metavar="NAME", help="The school, as [issuers.NAME] in mimis.toml.")]


def propose(
    file: Annotated[Path, typer.Argument(help="JSON: title, why and outcomes, as docs/partner-api.md shows.")],
    issuer: Named,
    config: Config = Path("."),
    json_: Json = False,
) -> None:
    """Propose learning outcomes to a school. The same file sent again within a day is the same proposal."""
    body = _read(file)
    with configured(config) as services, closing(_issuer(services, issuer)) as school:
        made = school.propose(body.model_dump(mode="json"))
    show(made, _lines(made), json_)


def proposal(
    proposal_id: Annotated[str, typer.Argument(metavar="ID", help="Id that mimis employer propose has printed.")],
    issuer: Named,
    config: Config = Path("."),
    json_: Json = False,
) -> None:
    """Read what a school answers to a proposal."""
    with configured(config) as services, closing(_issuer(services, issuer)) as school:
        found = school.proposal(proposal_id)
    show(found, _lines(found), json_)


def _issuer(services: Services, name: str) -> Issuer:
    table = services.settings.issuers.get(name)
    if table is None:
        known = ", ".join(services.settings.issuers) or "none yet"
        raise UserError(f"mimis.toml has no [issuers.{name}].", mend=f"Add it, or choose of: {known}.")
    return Issuer(table.url, table.client_id, table.client_secret.get_secret_value(), scope=SCOPE)


def _read(file: Path) -> ProposalRequest:
    try:
        return ProposalRequest.model_validate_json(file.read_bytes())
    except OSError:
        raise UserError(f"{file} cannot be read.", mend="Give a file.") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "file"
        raise UserError(
            f"{file} is no proposal: {where}: {first['msg']}.", mend="docs/partner-api.md shows one."
        ) from None


def _lines(made: dict[str, Any]) -> list[str]:
    lines = [f"{made.get('state')}  {made.get('id')}"]
    return lines + [f"    {made[key]}" for key in ("answer", "entry") if made.get(key)]
