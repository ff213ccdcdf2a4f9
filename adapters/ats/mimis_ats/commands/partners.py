"""``mimis partners``: employers are registered once, by organisation number and proof of their domain."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from mimis_ats.client_keys import as_text, fetch_keys, read_keys
from mimis_ats.commands.output import Config, Json, show, tell
from mimis_ats.domain_proof import normalise_domain, prove_domain
from mimis_ats.organisation_number import normalise
from mimis_ats.schemas import SCOPES
from mimis_core import UserError
from mimis_core.services import NewPartner, PartnerKeys, configured

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ProofUrl = Annotated[str | None, typer.Option("--proof-url", help="For trials: address on http://127.0.0.1.")]
Jwks = Annotated[Path | None, typer.Option("--jwks", help="Public keys that it signs with, instead of a secret.")]
JwksUrl = Annotated[str | None, typer.Option("--jwks-url", help="The same, read from its own https address.")]
Scope = Annotated[list[str] | None, typer.Option("--scope", help="What it may do; repeat it. Default: everything.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="Id as in the list.")]


@app.command("add")
def add(
    orgnr: Annotated[str, typer.Argument(help="Organisation number, NNNNNN-NNNN.")],
    domain: Annotated[str, typer.Argument(help="The employer's domain.")],
    name: Annotated[str | None, typer.Option("--name", help="Name that learners see; default the domain.")] = None,
    proof_url: ProofUrl = None,
    jwks: Jwks = None,
    jwks_url: JwksUrl = None,
    scope: Scope = None,
    config: Config = Path("."),
    json_: Json = False,
) -> None:
    """Register an employer; shows its secret once, unless it signs with keys of its own.

    Its domain must serve /.well-known/mimis-employer.json with {"registration": "NNNNNN-NNNN"}.
    """
    registration, domain, scopes = normalise(orgnr), normalise_domain(domain), _scopes(scope)
    with configured(config) as services:
        keys = _keys(jwks, jwks_url, services.settings.base_url)
        tell(f"Asking {domain} for its proof.")
        prove_domain(registration, domain, proof_url)
        new = services.add_partner(name or domain, registration, domain, partner_keys=keys, scopes=scopes)
    _show_new(new, json_)


@app.command("rotate")
def rotate(
    partner_id: Id,
    jwks: Jwks = None,
    jwks_url: JwksUrl = None,
    scope: Scope = None,
    overlap_hours: Annotated[
        float, typer.Option("--overlap-hours", min=0, max=720, help="How long the old secret holds beside the new one.")
    ] = 24,
    config: Config = Path("."),
    json_: Json = False,
) -> None:
    """Give an employer a new secret, or other keys; also how it changes from one to the other.

    Keys that are replaced end at once. After a leak: --overlap-hours 0.
    """
    with configured(config) as services:
        keys, scopes = _keys(jwks, jwks_url, services.settings.base_url), _scopes(scope)
        overlap = timedelta(hours=overlap_hours)
        new = services.rotate_partner(partner_id, partner_keys=keys, scopes=scopes, overlap=overlap)
    _show_new(new, json_)


@app.command("list")
def list_(config: Config = Path("."), json_: Json = False) -> None:
    """List the registered employers, and their webhooks that have stopped."""
    with configured(config) as services:
        partners = services.partners()
        stopped = {
            one.id: [hook.url for hook in services.webhooks_of(one.id) if hook.state == "stopped"] for one in partners
        }
    lines = []
    for one in partners:
        lines.append(f"{one.id}  {one.registration}  {one.domain}  {one.name}")
        lines += [f"    told no more at its webhook {url}: ask it to renew the secret there" for url in stopped[one.id]]
    show([{**one.model_dump(), "stopped_webhooks": stopped[one.id]} for one in partners], lines, json_)


@app.command("remove")
def remove(partner_id: Id, config: Config = Path("."), json_: Json = False) -> None:
    """End an employer's access at once."""
    with configured(config) as services:
        services.remove_partner(partner_id)
    show({"removed": partner_id}, [f"removed {partner_id}"], json_)


def _keys(file: Path | None, url: str | None, base_url: str) -> PartnerKeys | None:
    """The keys that are named, read and held to the rules; None when none are."""
    if file is not None and url is not None:
        raise UserError("Keys come from a file or from an address.", mend="Give --jwks or --jwks-url.")
    if url is not None:
        return fetch_keys(url, base_url)
    if file is None:
        return None
    try:
        content = file.read_bytes()
    except OSError:
        raise UserError(f"{file} cannot be read.", mend="Give a file with a JWK Set.") from None
    return PartnerKeys(jwks=as_text(read_keys(content)))


def _scopes(named: list[str] | None) -> list[str] | None:
    if unknown := set(named or ()) - SCOPES.keys():
        raise UserError(f"There is no scope {min(unknown)!r}.", mend=f"Choose of: {', '.join(SCOPES)}")
    return list(dict.fromkeys(named)) if named else None


def _show_new(new: NewPartner, as_json: bool) -> None:
    value: dict[str, Any] = new.partner.model_dump()
    if new.client_secret is not None:
        value["client_secret"] = new.client_secret
        tell("The secret is shown now and never again. Hand it over on a safe way.")
    show(value, [f"{key}: {text}" for key, text in value.items()], as_json)
