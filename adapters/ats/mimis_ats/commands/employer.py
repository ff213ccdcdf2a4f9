"""``mimis employer``: take shares in, follow them, and see where they stand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mimis_ats.commands import proposing
from mimis_ats.commands.output import DONE, FAILED, PARTLY, Config, Json, show, tell
from mimis_ats.employer import Desk, Taken
from mimis_ats.intake import read_share_file
from mimis_ats.issuer import open_link
from mimis_ats.pull import PullReport, pull_all
from mimis_ats.standing import pick, standing
from mimis_ats.telling import tell_now
from mimis_core import UserError
from mimis_core.services import ImportedShare, configured

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.command("propose")(proposing.propose)
app.command("proposal")(proposing.proposal)

EXIT = {"written": DONE, "verified": DONE, "ask": PARTLY, "attention": PARTLY, "refused": FAILED, "withdrawn": FAILED}
"""Exit code of an import by what became of it; ``ask`` is half done, the rest is a recruiter's."""


@app.command("import")
def import_(
    what: Annotated[str, typer.Argument(metavar="FILE|LINK|-", help="Sealed file, saved share, share link, or -.")],
    candidate_email: Annotated[
        str | None,
        typer.Option("--candidate-email", help="Address of the candidate, when you have decided who it is."),
    ] = None,
    config: Config = Path("."),
    json_: Json = False,
) -> None:
    """Take one share or file in: verify it and write a pointer where its candidate is found."""
    with configured(config) as services:
        taken = _take(Desk(services), what, candidate_email)
        share, untold = tell_now(services, taken.share)
    errors = (*taken.errors, *untold)
    show({**_row(share), "changed": taken.changed, "errors": errors}, _lines(share), json_)
    for error in errors:
        tell(error)
    raise typer.Exit(PARTLY if errors else EXIT[share.state])


@app.command("pull")
def pull(config: Config = Path("."), json_: Json = False) -> None:
    """Ask all issuers: take in new shares, remove those taken back, correct what was revoked."""
    with configured(config) as services:
        report = pull_all(services, Desk(services), tell)
    for failure in report.failures:
        tell(failure)
    value = {
        "seen": report.seen,
        "changed": report.changed,
        "states": dict(sorted(report.states.items())),
        "failures": report.failures,
    }
    lines = [f"{report.seen} shares, {report.changed} changed"]
    show(value, lines + [f"{state}: {count}" for state, count in sorted(report.states.items())], json_)
    raise typer.Exit(_exit(report))


@app.command("list")
def list_(config: Config = Path("."), json_: Json = False) -> None:
    """List what was taken in and where it stands."""
    with configured(config) as services:
        shares = services.imports()
    show([_row(share) for share in shares], [line for share in shares for line in _lines(share)], json_)


def _take(desk: Desk, what: str, candidate_email: str | None) -> Taken:
    if what.startswith(("https://", "http://")):
        return desk.take(open_link(what), candidate_email)
    try:
        content = sys.stdin.buffer.read() if what == "-" else Path(what).read_bytes()
    except OSError:
        raise UserError(f"{what} cannot be read.", mend="Give a file, a share link, or - for standard input.") from None
    share = read_share_file(content)
    return desk.take(share, candidate_email) if share else desk.take_file(content)


def _exit(report: PullReport) -> int:
    if not report.failures:
        return DONE
    return PARTLY if report.states else FAILED


def _row(share: ImportedShare) -> dict[str, Any]:
    row = share.model_dump(mode="json", exclude={"credentials", "untold"})
    row["credentials"] = [
        {"urn": one.urn, "title": one.title, "issuer": one.issuer_name, "standing": standing(one.verdict)}
        for one in share.credentials
    ]
    return row


def _lines(share: ImportedShare) -> list[str]:
    lines = [f"{share.state}  {share.key}  {share.person_name or '-'}"]
    lines += [f"    {pick(one.title)}: {standing(one.verdict)}" for one in share.credentials]
    return lines + ([f"    {share.reason}"] if share.reason else [])
