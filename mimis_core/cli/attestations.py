"""``mimis attestations``: what supervisors and assessors are asked, by links without an account."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from mimis_core.cli.output import HERE, Config, Json, emit
from mimis_core.services import Attestation, AttestationLink, AttestationOrder, Services, configured

app = typer.Typer(help="Ask workplace supervisors and assessors what a learner has shown.")
Id = Annotated[str, typer.Argument(help="Id of the request, from `mimis attestations`.")]
By = Annotated[str, typer.Option("--by", help="The teacher who asks.")]


class Standing(StrEnum):
    """Which requests to list."""

    OPEN = "open"
    ANSWERED = "answered"
    OVER = "over"


class Kind(StrEnum):
    """Who is asked."""

    ATTESTATION = "attestation"
    VALIDATION = "validation"


@app.callback(invoke_without_command=True)
def list_attestations(
    context: typer.Context,
    standing: Annotated[Standing, typer.Option("--state", help="Only requests that stand so.")] = Standing.OPEN,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """List requests, the newest first; whom they are about is named by id."""
    if context.invoked_subcommand is not None:
        return
    with configured(config) as services:
        rows = [_line(one) for one in _all(services, standing)]
    emit({"attestations": rows}, json_, rows)


@app.command()
def ask(
    learner: Annotated[str, typer.Argument(help="Id of the learner, from `mimis learners`.")],
    achievement: Annotated[str, typer.Argument(help="Id of the entry in the catalogue.")],
    name: Annotated[str, typer.Option("--name", help="Who is asked.")],
    workplace: Annotated[str, typer.Option("--workplace", help="Where the learner was seen at work.")],
    first: Annotated[datetime, typer.Option("--first", formats=["%Y-%m-%d"], help="First day there.")],
    last: Annotated[datetime, typer.Option("--last", formats=["%Y-%m-%d"], help="Last day there.")],
    by: By,
    email: Annotated[str | None, typer.Option("--email", help="Where the link is mailed; none: it is shown.")] = None,
    hours: Annotated[float | None, typer.Option("--hours", help="Hours in all.")] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="The teacher's telephone, for questions.")] = None,
    kind: Annotated[Kind, typer.Option("--kind", help="A supervisor, or an assessor of what was known before.")] = (
        Kind.ATTESTATION
    ),
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Ask somebody what a learner has shown; the link is open for 14 days."""
    order = AttestationOrder(
        learner_id=learner,
        achievement_id=achievement,
        kind=kind.value,
        name=name,
        email=email,
        workplace=workplace,
        started_on=first.date(),
        ended_on=last.date(),
        hours=hours,
        phone=phone,
    )
    with configured(config) as services:
        made = services.ask_attestation(order, by)
        services.drain()
    emit(_link(made), json_)


@app.command()
def remind(
    attestation_id: Id,
    by: By,
    hand_over: Annotated[bool, typer.Option("--hand-over", help="Show the link instead of mailing it.")] = False,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Make one more link, open for 14 days from now, and mail it. Earlier ones work on."""
    with configured(config) as services:
        made = services.remind_attestation(attestation_id, by, mail=not hand_over)
        services.drain()
    emit(_link(made), json_)


@app.command()
def withdraw(attestation_id: Id, by: By, config: Config = HERE, json_: Json = False) -> None:
    """Take a request back: its links answer nothing any more."""
    with configured(config) as services:
        services.withdraw_attestation(attestation_id, by)
    emit({"id": attestation_id, "state": "withdrawn"}, json_)


def _all(services: Services, standing: Standing) -> list[Attestation]:
    found: list[Attestation] = []
    page = services.attestation_page(standing.value)
    found += page.attestations
    while page.after is not None:
        page = services.attestation_page(standing.value, after=page.after)
        found += page.attestations
    return found


def _line(one: Attestation) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state,
        "learner": one.learner_id,
        "achievement": one.achievement_id,
        "kind": one.kind,
        "workplace": one.workplace,
        "until": _day(one.until),
        "missing": len(one.missing) if one.answers else None,
    }


def _link(made: AttestationLink) -> dict[str, Any]:
    """A link that was mailed is not shown: who reads the log of a command must not be able to answer."""
    return {
        "id": made.attestation_id,
        "mailed": made.mailed,
        "until": _day(made.until),
        "url": None if made.mailed else made.url,
    }


def _day(day: date) -> str:
    return day.isoformat()
