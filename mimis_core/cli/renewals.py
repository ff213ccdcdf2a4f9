"""``mimis renewals``: what expires soon, and what the calendar asks for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from mimis_core.cli.output import HERE, Config, Json, emit
from mimis_core.services import CredentialView, configured

app = typer.Typer()


@app.command()
def renewals(
    config: Config = HERE,
    remind: Annotated[
        bool, typer.Option("--remind", help="Also expire what is past its day, and mail reminders; once each.")
    ] = False,
    days: Annotated[
        int | None, typer.Option("--days", min=1, help="How far ahead; the longest of [renewal] remind_days.")
    ] = None,
    json_: Json = False,
) -> None:
    """List credentials that expire soon or have expired lately and are not renewed.

    Workers run this with --remind every hour; where there is none, let a timer do it daily.
    """
    done: dict[str, int] = {}
    with configured(config) as services:
        if remind:
            done = {**asdict(services.look_at_calendar()), "mails": services.drain().mails}
        rows = [_summary(view) for view in services.due_renewals(days)]
    emit({**done, "renewals": rows}, json_, rows)


def _summary(view: CredentialView) -> dict[str, Any]:
    return {
        "id": view.id,
        "learner": view.learner_id,
        "achievement": view.achievement.ref,
        "status": view.status.status.value,
        "valid_until": view.valid_until.isoformat() if view.valid_until else None,
    }
