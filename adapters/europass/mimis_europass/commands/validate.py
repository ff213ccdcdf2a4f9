"""``mimis europass validate``: explains what is wrong with credentials, ours or any issuer's."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from mimis_core import DataError
from mimis_europass.document.read import load_object
from mimis_europass.rules.findings import Finding, Report
from mimis_europass.rules.judge import inspect
from mimis_europass.rules.sentences import Language, describe, key_of, say

WORDS: dict[str, dict[Language, str]] = {
    "conforms": {
        "sv": "{file}: följer profilen och bilaga I.",
        "en": "{file}: keeps the profile and Annex I.",
    },
    "shapes": {"sv": "{file}: bryter mot profilen.", "en": "{file}: breaks the profile."},
    "strict": {
        "sv": "{file}: följer profilen, men något återstår.",
        "en": "{file}: keeps the profile, but something remains.",
    },
    "undecided": {"sv": "{file}: kan inte avgöras här.", "en": "{file}: cannot be decided here."},
    "unreadable": {
        "sv": "{file}: är inget europeiskt digitalt bevis som kan läsas.",
        "en": "{file}: is no European Digital Credential that can be read.",
    },
}


class Tongue(StrEnum):
    """The language of the explanations."""

    SV = "sv"
    EN = "en"


def validate(
    files: Annotated[list[Path], typer.Argument(help="Credentials, sealed or not, of any issuer.", metavar="FILE...")],
    language: Annotated[Tongue, typer.Option("--language", help="Language of the explanations.")] = Tongue.SV,
    json_: Annotated[bool, typer.Option("--json", help="Print one line of JSON for each file.")] = False,
) -> None:
    """Hold credentials against the official shapes and what lies beyond, and explain every finding.

    Exit code 0: all conform; 1: some do not; 2: some cannot be read. A damaged file does not stop the others.
    """
    codes = [_validate(file, language.value, json_) for file in files]
    raise typer.Exit(max(codes))


def _validate(file: Path, language: Language, as_json: bool) -> int:
    """Print what is to say about one file, and give its exit code."""
    try:
        report = inspect(load_object(file.read_bytes()))
    except (OSError, DataError):
        text = WORDS["unreadable"][language].format(file=file)
        typer.echo(json.dumps({"file": str(file), "error": text}, ensure_ascii=False) if as_json else text)
        return 2
    typer.echo(_line(file, report, language) if as_json else "\n".join(_lines(file, report, language)))
    return 0 if report.conforms else 1


def _line(file: Path, report: Report, language: Language) -> str:
    shapes: dict[str, Any] = {"conforms": report.shapes.conforms, "properties": report.shapes.properties}
    if trouble := describe(report.shapes, language):
        shapes["reason"] = trouble
    strict = {"conforms": not report.strict, "findings": [_told(finding, language) for finding in report.strict]}
    return json.dumps({"file": str(file), "shapes": shapes, "strict": strict}, ensure_ascii=False)


def _told(finding: Finding, language: Language) -> dict[str, str]:
    """A finding for scripts: its code, the key it is about, and the sentence for people."""
    return {"code": finding.code, "field": key_of(finding.path), "message": say(finding, language)}


def _lines(file: Path, report: Report, language: Language) -> list[str]:
    shapes = report.shapes
    verdict = "undecided" if shapes.conforms is None else "shapes" if not shapes.conforms else "strict"
    first = WORDS["conforms" if report.conforms else verdict][language].format(file=file)
    trouble = describe(shapes, language)
    said = [say(finding, language) for finding in (*shapes.findings, *report.strict)]
    return [first, *(f"- {text}" for text in dict.fromkeys(([trouble] if trouble else []) + said))]
