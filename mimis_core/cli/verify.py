"""``mimis verify``: check a sealed file of any issuer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mimis_core.cli.output import DONE, FAILED, HERE, PARTLY, Config, Json, emit
from mimis_core.errors import NotFoundError
from mimis_core.model import Trust, Verdict
from mimis_core.pipeline import verify_file
from mimis_core.plugins import load_plugins
from mimis_core.settings import FILENAME, load_settings

app = typer.Typer()

EXITS = {"valid": DONE, "invalid": FAILED, "unknown": PARTLY}


@app.command()
def verify(
    file: Annotated[str, typer.Argument(help="A sealed file, or - for standard input.")],
    config: Config = HERE,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no address; revocation is then unknown.")] = False,
    json_: Json = False,
) -> None:
    """Check format, seal, owner, accreditation, revocation and expiry; exit 0 valid, 1 invalid, 3 unknown.

    Works without a configuration; then no trial anchor is trusted.
    """
    content = sys.stdin.buffer.read() if file == "-" else _read(Path(file))
    configured = not config.is_dir() or (config / FILENAME).is_file()
    trust = load_settings(config).reliance(offline=offline) if configured else Trust(offline=offline)
    verdict = verify_file(load_plugins(), content, trust)
    _show(verdict, json_)
    raise typer.Exit(EXITS[verdict.verdict])


def _show(verdict: Verdict, as_json: bool) -> None:
    rows = [check.model_dump() for check in verdict.checks]
    emit({"verdict": verdict.verdict, "checks": rows}, as_json, rows)
    if not as_json:
        print(f"\nverdict: {verdict.verdict}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise NotFoundError(f"{path} cannot be read.", mend="Give the path of a sealed .jsonld file.") from None
