"""``mimis seals extend``: raise what was sealed earlier, files or the database, or keep it alive."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mimis_core.services import Services

LEVELS = ("T", "LT", "LTA")


AHEAD_DAYS = 60
"""A stored archive timestamp that ends sooner is followed by another; ``mimis check`` warns as early of a seal."""


def extend(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Sealed files (.jsonld); each is written anew in its place")
    ] = None,
    stored: Annotated[
        bool, typer.Option("--stored", help="Instead of files: every credential in force in the database")
    ] = False,
    level: Annotated[str, typer.Option("--level", help="Level to reach: T, LT or LTA")] = "LTA",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the files and say what would be done")] = False,
    config: Annotated[Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder of mimis.toml")] = Path("."),
    json_: Annotated[bool, typer.Option("--json", help="Print a line of JSON per file")] = False,
) -> None:
    """Raise sealed files to a level, or add one more archive timestamp before the last one ages.

    What was sealed is not touched. A file whose seal or timestamps do not hold is left as it is.

    With --stored, credentials that have the level are passed over, so it may be repeated, by a timer too; at LTA those
    whose last timestamp ends within 60 days get another. Files that wallets, mailboxes and employers have got already
    stay as they were: the learner can fetch the newer one from her page.
    """
    from mimis_core.services import configured

    if level not in LEVELS:
        raise typer.BadParameter(f"{level} is none of {', '.join(LEVELS)}", param_hint="--level")
    if stored == bool(files):
        raise typer.BadParameter("give files, or --stored", param_hint="FILES")
    with configured(config) as services:
        if stored:
            results = _extend_stored(services, level, dry_run)
        else:
            results = _extend_files(services, files or [], level, dry_run)
        done = [_show(result, json_) for result in results]
    if stored:
        sys.stderr.write(f"{sum(done)} of {len(done)} that lack it {'would be ' if dry_run else ''}raised to {level}\n")
    if not all(done):
        raise typer.Exit(3 if any(done) else 1)


def _extend_files(services: Services, files: list[Path], level: str, dry_run: bool) -> Iterator[dict[str, Any]]:
    table = {"kind": "jades", **services.settings.sealer}
    with services.plugins.open("sealer", "jades", table) as sealer:
        anchors = services.settings.anchors()
        for file in files:
            yield _extend(file, level, sealer, anchors, dry_run)


def _extend_stored(services: Services, level: str, dry_run: bool) -> Iterator[dict[str, Any]]:
    """Told as they come: thousands take a while."""
    for one in services.raise_stored(level, ahead=timedelta(days=AHEAD_DAYS), dry_run=dry_run):
        told = {"after": level, "dry_run": dry_run} if one.done else {"reason": one.reason}
        yield {"credential": one.credential_id, "done": one.done, **told}


def _extend(file: Path, level: str, sealer: Any, anchors: Sequence[str], dry_run: bool) -> dict[str, Any]:
    """What came of one file; another's fault does not stop the rest."""
    from mimis_core import MimisError

    try:
        content = file.read_bytes()
        found = sealer.level_of(content, level)
        if not dry_run:
            _replace(file, sealer.extend(content, level, anchors))
    except OSError:
        return {"file": str(file), "done": False, "reason": "The file cannot be read or written."}
    except MimisError as error:
        return {"file": str(file), "done": False, "reason": str(error)}
    return {"file": str(file), "done": True, "before": found, "after": level, "dry_run": dry_run}


def _replace(file: Path, content: bytes) -> None:
    """Write the whole file or nothing: it may be the only copy."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as draft:
            draft.write(content)
            draft.flush()
            os.fsync(handle)
        Path(name).chmod(file.stat().st_mode & 0o777)
        os.replace(name, file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _show(result: dict[str, Any], as_json: bool) -> bool:
    """Print what came of one; True when it was done."""
    name = result.get("credential") or result.get("file")
    if as_json:
        sys.stdout.write(f"{json.dumps(result, ensure_ascii=False)}\n")
    elif not result["done"]:
        sys.stderr.write(f"{name}: {result['reason']}\n")
    else:
        verb = "would be raised" if result["dry_run"] else "raised"
        before = f" from {result['before']}" if "before" in result else ""
        again = " again" if result.get("before") == result["after"] else ""
        sys.stdout.write(f"{name}: {verb}{before} to {result['after']}{again}\n")
    return bool(result["done"])
