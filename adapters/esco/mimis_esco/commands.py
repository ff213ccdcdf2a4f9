"""``mimis esco``: take the classification in, and look things up in it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from mimis_core import NotFoundError, UserError
from mimis_core.services import ESCO_ATTRIBUTION, Esco, EscoConcept, EscoImport, EscoKind, configured
from mimis_esco.download import Download, open_download
from mimis_esco.release import REASONS, Odd, Reading

app = typer.Typer(help="The EU's classification of skills and occupations.", no_args_is_help=True)

Config = Annotated[Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder or file of the configuration.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Where = Annotated[Path, typer.Argument(metavar="DIR|ZIP", help="What you downloaded from the ESCO portal.")]
Languages = Annotated[
    list[str] | None, typer.Option("--language", help="Only texts in this language; may be given again.")
]
Version = Annotated[str | None, typer.Option("--version", help="Version, where the download's name does not say it.")]
Force = Annotated[bool, typer.Option("--force", help="Take an older version in the place of a newer one.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")]
Language = Annotated[str, typer.Option("--language", help="Language of the texts, such as sv.")]
DONE, PARTLY = 0, 3
TOLD = 10
"""Rows that are named one by one; the rest is counted."""
STATES = {"new": "is imported", "changed": "is imported", "same": "stood there already: nothing is changed"}


@app.command("import")
def import_(
    download: Where,
    language: Languages = None,
    version: Version = None,
    force: Force = False,
    dry_run: DryRun = False,
    config: Config = Path("."),
    json_: Json = False,
) -> None:
    """Take ESCO's official CSV files in.

    Another language of the same version is added to what stands there; another version takes its place.
    """
    found = open_download(download)
    reading = Reading(found)
    release = reading.release(_version(found, version), language or ())
    with configured(config) as services:
        done = services.import_esco(release, force=force, dry_run=dry_run)
    value = {**asdict(done), "dry_run": dry_run, "set_aside": _counts(reading.odd)}
    _show(value, _lines(done, dry_run), json_)
    for line in _told(reading.odd):
        typer.echo(line, err=True)
    raise typer.Exit(PARTLY if reading.odd else DONE)


@app.command("search")
def search(
    text: Annotated[str, typer.Argument(help="Words, or how they begin.")],
    kind: Annotated[str, typer.Option("--kind", help="skill, group or occupation.")] = "skill",
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most.")] = 20,
    language: Language = "sv",
    config: Config = Path("."),
    json_: Json = False,
) -> None:
    """Find skills, groups or occupations by their labels."""
    with configured(config) as services:
        esco = services.esco().require()
    found = esco.search(text, language, _kind(kind), limit)
    lines = [f"{one.uri}  {_label(one, language)}" for one in found]
    _show([asdict(one) for one in found], lines or ["Nothing is called so."], json_)


@app.command("show")
def show(
    uri: Annotated[str, typer.Argument(help="Address of a concept.")],
    language: Language = "sv",
    config: Config = Path("."),
    json_: Json = False,
) -> None:
    """Show one concept: its labels and description, what is broader and narrower, what an occupation needs."""
    with configured(config) as services:
        esco = services.esco().require()
    concept = esco.concept(uri)
    if concept is None:
        raise NotFoundError(f"ESCO {esco.version} has nothing at {uri}.", mend="Look for it with: mimis esco search")
    value = {
        **asdict(concept),
        "version": esco.version,
        "description": esco.description(uri, language),
        "broader": esco.broader(uri),
        "narrower": esco.narrower(uri),
        "skills": dict(esco.skills_of(uri)),
    }
    _show(value, _about(esco, concept, value, language), json_)


def _version(found: Download, given: str | None) -> str:
    if given and found.version and given != found.version:
        raise UserError(
            f"The download is called {found.version}, not {given}.", mend="Leave --version out, or rename the download."
        )
    if not (given or found.version):
        raise UserError("The download's name does not say its version.", mend="Give it as in: --version 1.2.0")
    return given or found.version


def _kind(text: str) -> EscoKind:
    kinds: dict[str, EscoKind] = {"skill": "skill", "group": "group", "occupation": "occupation"}
    if text not in kinds:
        raise UserError(f"There is no kind {text!r}.", mend=f"Kinds are {', '.join(kinds)}.")
    return kinds[text]


def _label(concept: EscoConcept | None, language: str) -> str:
    labels = concept.labels if concept else {}
    return labels.get(language) or labels.get("en") or next(iter(labels.values()), "(no label)")


def _lines(done: EscoImport, dry_run: bool) -> list[str]:
    state = f"would change from {done.before or 'nothing'}" if dry_run and done.state != "same" else STATES[done.state]
    lines = [f"ESCO {done.version} {state}, in {', '.join(done.languages)}."]
    lines += [f"{name}: {count}" for name, count in done.counts.items()]
    if done.lost:
        lines.append(f"No longer there, to be imported again from this version: {', '.join(done.lost)}")
    return [*lines, ESCO_ATTRIBUTION]


def _counts(odd: list[Odd]) -> dict[str, dict[str, int]]:
    counts = Counter((one.file, one.why) for one in odd)
    files = sorted({file for file, _ in counts})
    return {file: {why: count for (of, why), count in sorted(counts.items()) if of == file} for file in files}


def _told(odd: list[Odd]) -> list[str]:
    lines = [f"Set aside: {one.file}, line {one.line} {REASONS[one.why]}." for one in odd[:TOLD]]
    return lines + ([f"Set aside: {len(odd) - TOLD} more rows."] if len(odd) > TOLD else [])


def _about(esco: Esco, concept: EscoConcept, value: dict[str, Any], language: str) -> list[str]:
    lines = [concept.uri, *(f"{code}: {text}" for code, text in concept.labels.items())]
    lines += [f"{name}: {value[name]}" for name in ("kind", "code", "type", "reuse", "description") if value[name]]
    for name in ("broader", "narrower"):
        lines += [f"{name}: {uri}  {_label(esco.concept(uri), language)}" for uri in value[name]]
    lines += [f"{need}: {uri}  {_label(esco.concept(uri), language)}" for uri, need in value["skills"].items()]
    return [*lines, f"ESCO {esco.version}. {ESCO_ATTRIBUTION}"]


def _show(value: Any, lines: list[str], as_json: bool) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))
