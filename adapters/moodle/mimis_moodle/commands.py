"""``mimis moodle``: connect a site in an afternoon, and see what its courses offer."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from mimis_core import ConfigurationError, Finding, UserError
from mimis_core.services import Services, configured
from mimis_moodle.client import MoodleClient
from mimis_moodle.configuration import Configuration
from mimis_moodle.connect import Plan, Site, Token, look, plan
from mimis_moodle.mapping import course_of
from mimis_moodle.settings import MoodleSettings
from mimis_moodle.survey import CourseSummary, course_records, references, summaries

app = typer.Typer(help="Connect a Moodle site, and see what its courses offer.", no_args_is_help=True)
Config = Annotated[Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder or file of the configuration.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
FAILED, PARTLY = 1, 3
_HERE = Path(".")
_TOKEN = "MIMIS_MOODLE_TOKEN"
_PROTECTED_QUESTION = """\
Hur hålls personer med skyddade personuppgifter utanför? (How are learners with protected identity kept out?)
  role            de har en egen roll i Moodle
  group           de är med i en egen grupp i Moodle
  list            vi skriver upp dem i mimis.toml
  none-enrolled   de finns aldrig i Moodle"""


class Part(StrEnum):
    """What else than whole courses can be pulled."""

    ACTIVITIES = "activities"
    SECTIONS = "sections"
    GRADES = "grades"
    COMPETENCIES = "competencies"
    BADGES = "badges"


class Protected(StrEnum):
    """How learners with protected identity are kept out of the automatic flow."""

    ROLE = "role"
    GROUP = "group"
    LIST = "list"
    NONE_ENROLLED = "none-enrolled"


@app.callback()
def main() -> None:
    """Connect a Moodle site, and see what its courses offer."""


@app.command()
def connect(
    url: Annotated[str, typer.Argument(help="The site's address, such as https://moodle.example.se")],
    name: Annotated[str, typer.Option("--name", help="Name of the source in mimis.toml.")] = "moodle",
    token_env: Annotated[str | None, typer.Option("--token-env", help="Environment variable with the token.")] = None,
    token_file: Annotated[Path | None, typer.Option("--token-file", help="File with the token.")] = None,
    course: Annotated[list[int] | None, typer.Option("--course", help="A course to pull; may be repeated.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every course with completion tracking and criteria.")] = False,
    earn: Annotated[list[Part] | None, typer.Option("--earn", help="What else to pull; may be repeated.")] = None,
    protected: Annotated[
        Protected | None, typer.Option("--protected", help="How protected identities are kept out.")
    ] = None,
    value: Annotated[
        list[str] | None, typer.Option("--protected-value", help="Name of the role or group; may be repeated.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; without --course take --all.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print all that would be written, and write nothing.")
    ] = False,
    config: Config = _HERE,
    json_: Json = False,
) -> None:
    """Try a site, name what is missing and where it is mended, draft catalogue entries and write the configuration.

    Nothing that stands in the configuration or the catalogue is written over. Exit code 1 when the site cannot be
    reached, 3 when something is left to mend in Moodle.
    """
    configuration = Configuration.read(config)
    ask = not yes and sys.stdin.isatty()
    token = _token(configuration, name, token_env, token_file, ask=ask)
    privacy = _privacy(configuration, protected, value or [], ask=ask)
    settings = _settings(url, token.text, earn or [], privacy or configuration.data.get("privacy") or {})
    with closing(MoodleClient(settings.url, settings.token)) as client:
        site = look(client, settings)
        if ask or not json_:
            _show_site(site, err=json_)
        if not site.open:
            _finish(site, None, [], json_)
        chosen = _chosen(site, course or [], all_=all_, ask=ask)
        made = plan(client, settings, site, configuration, name=name, token=token, chosen=chosen, privacy=privacy)
    written = [] if dry_run else made.write()
    if dry_run and not json_:
        typer.echo(made.text())
    _finish(site, made, written, json_)


@app.command()
def courses(
    source: Annotated[str | None, typer.Argument(help="Name of the source; may be left out with one.")] = None,
    parts: Annotated[bool, typer.Option("--parts", help="Everything in them that an entry can ask for.")] = False,
    config: Config = _HERE,
    json_: Json = False,
) -> None:
    """List the courses of a connected site: participants, criteria and custom fields, or with --parts references."""
    with configured(config) as services:
        settings = _configured(services, source)
    with closing(MoodleClient(settings.url, settings.token)) as client:
        wanted = [
            record
            for number, record in course_records(client).items()
            if not settings.courses or number in settings.courses
        ]
        if parts:
            found = [one for record in wanted for one in references(client, settings, course_of(record))]
            rows = [{"module": one.module, "name": one.name} for one in found]
            _show({"references": rows}, [f"{row['module']}  {row['name']}" for row in rows], json_)
        else:
            listed = list(summaries(client, settings, wanted))
            _show({"courses": [one.as_json() for one in listed]}, [_line(one) for one in listed], json_)


# Asking -----------------------------------------------------------------------------------------------------------


def _token(configuration: Configuration, name: str, variable: str | None, file: Path | None, *, ask: bool) -> Token:
    """The token: from a file, from the environment, or typed by whoever sits at the terminal."""
    if variable and file:
        raise UserError("--token-env and --token-file were both given.", mend="Choose one of them.")
    if file is not None:
        place = file.resolve()
        inside = place.is_relative_to(configuration.folder)
        path = place.relative_to(configuration.folder) if inside else place
        return Token(_read(file), {"file": path.as_posix()})
    if variable is None and _TOKEN not in os.environ and ask:
        return _typed(configuration, name)
    found = os.environ.get(variable or _TOKEN, "").strip()
    if not found:
        raise UserError(
            f"The environment variable {variable or _TOKEN} holds no token.",
            mend="Set it, name another with --token-env, or give a file with --token-file.",
        )
    return Token(found, {"env": variable or _TOKEN})


def _typed(configuration: Configuration, name: str) -> Token:
    place = configuration.folder / "secrets" / f"{name}.token"
    if place.exists():
        raise UserError(f"{place} is there already.", mend=f"Use it with --token-file {place}, or remove it.")
    text = str(typer.prompt("Token", hide_input=True, err=True)).strip()
    return Token(text, {"file": f"secrets/{place.name}"}, place)


def _read(file: Path) -> str:
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        token = ""
    if not token:
        raise UserError(f"{file} holds no token.", mend="Write the token into it, and nothing else.")
    return token


def _privacy(
    configuration: Configuration, answer: Protected | None, values: list[str], *, ask: bool
) -> dict[str, Any] | None:
    """The table ``[privacy]`` to write; None when the answer that stands there is kept."""
    if answer is None and configuration.protected is not None:
        return None
    if answer is None:
        if not ask:
            raise UserError(
                "How protected identities are kept out is not answered.",
                mend="Answer with --protected role, group, list or none-enrolled.",
            )
        typer.echo(_PROTECTED_QUESTION, err=True)
        answer = Protected(typer.prompt("Svar", err=True, type=_choice()))
    if answer in (Protected.ROLE, Protected.GROUP) and not values:
        if not ask:
            raise UserError(
                f"Which {answer.value} they have is not said.", mend="Name it with --protected-value, as Moodle has it."
            )
        values = [typer.prompt("Rollens kortnamn" if answer is Protected.ROLE else "Gruppens namn", err=True)]
    return {"protected": answer.value, **({"values": values} if values else {})}


def _choice() -> Any:
    import click

    return click.Choice([one.value for one in Protected])


def _settings(url: str, token: str, earn: Sequence[Part], privacy: Mapping[str, Any]) -> MoodleSettings:
    from pydantic import ValidationError

    kept_out = f"excluded_{privacy.get('protected')}s"
    fields: dict[str, Any] = {"url": url, "token": token, "skip_untracked": True, **{part.value: True for part in earn}}
    if kept_out in MoodleSettings.model_fields:
        fields[kept_out] = tuple(privacy.get("values") or ())
    try:
        return MoodleSettings(**fields)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise UserError(f"{first['loc'][0]}: {first['msg']}.", mend="Correct it and run the command again.") from None


def _chosen(site: Site, wanted: Sequence[int], *, all_: bool, ask: bool) -> list[int]:
    ready = [course.id for course in site.courses if course.ready]
    if wanted:
        return list(dict.fromkeys(wanted))
    if all_ or not ask:
        return ready
    answer = typer.prompt("Course numbers, with blanks between (Enter: all that are ready)", default="", err=True)
    numbers = str(answer).replace(",", " ").split()
    if not all(number.isdecimal() for number in numbers):
        raise UserError("A course is chosen by its number.", mend="Write numbers of the list, such as: 2 3 4")
    return [int(number) for number in numbers] or ready


def _configured(services: Services, name: str | None) -> MoodleSettings:
    sources = services.settings.sources
    found = {key: table for key, table in sources.items() if table.get("kind", key) == "moodle"}
    if name is None and len(found) == 1:
        name = next(iter(found))
    if name is None or name not in found:
        names = ", ".join(found) or "none"
        raise ConfigurationError(
            "Which Moodle site is not clear.", mend=f"Name a source of the kind moodle; mimis.toml has: {names}."
        )
    opened: Any = services.plugins.open("source", name, found[name])
    with opened:
        return cast(MoodleSettings, opened.settings)


# Showing ----------------------------------------------------------------------------------------------------------


def _show_site(site: Site, *, err: bool) -> None:
    for line in (*_findings(site.findings), "", *map(_line, site.courses)):
        typer.echo(line, err=err)


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    for one in findings:
        yield f"{one.status:8} {one.subject}: {one.message}"
        if one.mend:
            yield f"         {one.mend}"


def _line(course: CourseSummary) -> str:
    if not course.tracked:
        return f"course:{course.id}  {course.name}  (completion tracking is off)"
    people = "participants do not show" if course.participants is None else f"{course.participants} participants"
    criteria = "criteria not known" if course.criteria is None else f"criteria: {', '.join(course.criteria) or 'none'}"
    return f"course:{course.id}  {course.name}  ({people}; {criteria})"


def _finish(site: Site, made: Plan | None, written: list[str], json_: bool) -> None:
    kept = [str(path) for path in made.kept] if made else []
    if json_:
        value = {
            "findings": [one.model_dump() for one in site.findings],
            "courses": [one.as_json() for one in site.courses],
            "report": site.report,
            "configuration": made.tables if made else {},
            "drafts": [{"file": draft.file, "text": draft.text} for draft in made.drafts] if made else [],
            "written": written,
            "kept": kept,
        }
        typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
    else:
        for path in kept:
            typer.echo(f"kept     {path} (is there already)")
        for path in written:
            typer.echo(f"written  {path}")
        if written:
            typer.echo("Nästa steg: fyll i utkasten, och kör sedan mimis catalogue check och mimis sync.", err=True)
    raise typer.Exit(FAILED if not site.open else 0 if site.sound else PARTLY)


def _show(value: Any, lines: Sequence[str], json_: bool) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2) if json_ else "\n".join(lines))
