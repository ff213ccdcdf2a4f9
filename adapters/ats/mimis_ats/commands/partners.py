"""``mimis partners``: employers are registered once, by organisation number and proof of their domain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mimis_ats.commands.output import Config, Json, show, tell
from mimis_ats.domain_proof import normalise_domain, prove_domain
from mimis_ats.organisation_number import normalise
from mimis_core.services import configured

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ProofUrl = Annotated[str | None, typer.Option("--proof-url", help="For trials: address on http://127.0.0.1.")]


@app.command("add")
def add(
    orgnr: Annotated[str, typer.Argument(help="Organisation number, NNNNNN-NNNN.")],
    domain: Annotated[str, typer.Argument(help="The employer's domain.")],
    name: Annotated[str | None, typer.Option("--name", help="Name that learners see; default the domain.")] = None,
    proof_url: ProofUrl = None,
    config: Config = Path("."),
    json_: Json = False,
) -> None:
    """Register an employer; shows its secret once.

    Its domain must serve /.well-known/mimis-employer.json with {"registration": "NNNNNN-NNNN"}.
    """
    registration, domain = normalise(orgnr), normalise_domain(domain)
    with configured(config) as services:
        tell(f"Asking {domain} for its proof.")
        prove_domain(registration, domain, proof_url)
        new = services.add_partner(name or domain, registration, domain)
    value = {**new.partner.model_dump(), "client_secret": new.client_secret}
    tell("The secret is shown now and never again. Hand it over on a safe way.")
    show(value, [f"{key}: {text}" for key, text in value.items()], json_)


@app.command("list")
def list_(config: Config = Path("."), json_: Json = False) -> None:
    """List the registered employers."""
    with configured(config) as services:
        partners = services.partners()
    lines = [f"{one.id}  {one.registration}  {one.domain}  {one.name}" for one in partners]
    show([one.model_dump() for one in partners], lines, json_)


@app.command("remove")
def remove(
    partner_id: Annotated[str, typer.Argument(metavar="ID", help="Id as in the list.")],
    config: Config = Path("."),
    json_: Json = False,
) -> None:
    """End an employer's access at once."""
    with configured(config) as services:
        services.remove_partner(partner_id)
    show({"removed": partner_id}, [f"removed {partner_id}"], json_)
