"""``mimis seals trust``: fetch the EU's trusted lists, and show the copy that is here."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mimis_core import ConfigurationError

app = typer.Typer(help="Fetch and show the EU's trusted lists.", no_args_is_help=True)

Config = Annotated[Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder of mimis.toml")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per list")]

NOT_SET = 'Write the folder in mimis.toml: [trust] lists = "lists"'


@app.command()
def update(config: Config = Path("."), json_: Json = False) -> None:
    """Fetch the list of lists and every national one, check their signatures, keep a copy; exit 3 if one failed."""
    from mimis_core.services import configured
    from mimis_seals.keys.certificates import utc_now
    from mimis_seals.lists.update import update as fetch_lists
    from mimis_seals.verifying.trust import read_anchors

    with configured(config) as services:
        settings = services.settings
    folder = settings.reliance().lists
    if folder is None:
        raise ConfigurationError("No folder for the trusted lists is configured.", mend=NOT_SET)
    pinned = [_read(settings.folder / path) for path in settings.trust.lotl_certificates]
    signers = tuple(der for text in pinned for der in read_anchors(text))
    if not signers:
        raise ConfigurationError(
            "Nothing says who may sign the EU's list of trusted lists.",
            mend="Pin the certificates that the Official Journal of the EU names: [trust] lotl_certificates.",
        )
    failed = False
    for outcome in fetch_lists(settings.trust.lotl, signers, folder, utc_now()):
        failed = failed or outcome.failure is not None
        if outcome.failure is not None:
            stays = "the earlier copy stays" if outcome.kept else "nobody there is trusted until it can be had"
            sys.stderr.write(f"{outcome.territory}: {outcome.failure}; {stays}.\n")
        if outcome.found is not None:
            _print(_row(outcome.found, utc_now()), json_)
    raise typer.Exit(3 if failed else 0)


@app.command()
def show(config: Config = Path("."), json_: Json = False) -> None:
    """Show each list of the copy: its number, when it was fetched, and when a newer one was due."""
    from mimis_core.services import configured
    from mimis_seals.keys.certificates import utc_now
    from mimis_seals.lists.copy import load_lists

    with configured(config) as services:
        folder = services.settings.reliance().lists
    lists = load_lists(folder)
    if lists is None:
        mend = NOT_SET if folder is None else "Fetch them: mimis seals trust update"
        raise ConfigurationError("There is no copy of the EU's trusted lists here.", mend=mend)
    for one in (lists.lotl, *lists.national):
        _print(_row(one, utc_now()), json_)


def _row(one: Any, now: datetime) -> dict[str, Any]:
    return {
        "territory": one.territory,
        "sequence": one.sequence,
        "services": len(one.services),
        "issued": one.issued.isoformat(),
        "next_update": one.next_update.isoformat() if one.next_update else None,
        "fetched": one.fetched.isoformat(),
        "old": one.is_old(now),
    }


def _print(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        sys.stdout.write(f"{json.dumps(row)}\n")
        return
    due = row["next_update"] or "closed"
    mark = "  OUT OF DATE" if row["old"] else ""
    sys.stdout.write(
        f"{row['territory']:3} no. {row['sequence']:<6} {row['services']:4} services  fetched {row['fetched'][:10]}  "
        f"due {due[:10]}{mark}\n"
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{path} cannot be read.", mend="Correct [trust] lotl_certificates.") from None
