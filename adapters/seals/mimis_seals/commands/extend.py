"""``mimis seals extend``: raise files that were sealed earlier, or keep archived ones alive."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

LEVELS = ("T", "LT", "LTA")


def extend(
    files: Annotated[list[Path], typer.Argument(help="Sealed files (.jsonld); each is written anew in its place")],
    level: Annotated[str, typer.Option("--level", help="Level to reach: T, LT or LTA")] = "LTA",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the files and say what would be done")] = False,
    config: Annotated[Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder of mimis.toml")] = Path("."),
    json_: Annotated[bool, typer.Option("--json", help="Print a line of JSON per file")] = False,
) -> None:
    """Raise sealed files to a level, or add one more archive timestamp before the last one ages.

    What was sealed is not touched. A file whose seal or timestamps do not hold is left as it is.
    """
    from mimis_core.services import configured

    if level not in LEVELS:
        raise typer.BadParameter(f"{level} is none of {', '.join(LEVELS)}", param_hint="--level")
    with configured(config) as services:
        table = {"kind": "jades", **services.settings.sealer}
        with services.plugins.open("sealer", "jades", table) as sealer:
            results = [_extend(file, level, sealer, dry_run) for file in files]
    for result in results:
        _show(result, json_)
    failed = sum(not result["done"] for result in results)
    if failed:
        raise typer.Exit(1 if failed == len(results) else 3)


def _extend(file: Path, level: str, sealer: Any, dry_run: bool) -> dict[str, Any]:
    """What came of one file; another's fault does not stop the rest."""
    from mimis_core import MimisError

    try:
        content = file.read_bytes()
        found = sealer.level_of(content, level)
        if not dry_run:
            _replace(file, sealer.extend(content, level))
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
        Path(name).chmod(file.stat().st_mode & 0o777)
        os.replace(name, file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _show(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        sys.stdout.write(f"{json.dumps(result, ensure_ascii=False)}\n")
    elif not result["done"]:
        sys.stderr.write(f"{result['file']}: {result['reason']}\n")
    else:
        verb = "would be raised" if result["dry_run"] else "raised"
        again = " again" if result["before"] == result["after"] else ""
        sys.stdout.write(f"{result['file']}: {verb} from {result['before']} to {result['after']}{again}\n")
