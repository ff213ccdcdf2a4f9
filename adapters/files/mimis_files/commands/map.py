"""``mimis files map``: say once what headings and courses mean."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer

from mimis_core import ConfigurationError
from mimis_core.services import Services
from mimis_files.answers import Answers, course_meaning, heading_meaning, load_answers, save_answers
from mimis_files.columns import LEFT_OUT, SWEDISH, column_name, known_headings, plain
from mimis_files.commands.common import DONE, HERE, PARTLY, Config, File, Json, SourceName, opened, show, tell
from mimis_files.personal import looks_personal
from mimis_files.preview import Unknown, find_unknown

Sets = Annotated[
    list[str] | None,
    typer.Option("--set", help='Say what a heading means: "Kursnamn=titel"; "Diagnos=-" leaves it out. Repeatable.'),
]
Courses = Annotated[
    list[str] | None,
    typer.Option("--course", help='Say which entry a course is: "Kurs A=cykelservice-grund". Repeatable.'),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be saved, and write nothing.")]


def map_(
    file: File,
    set_: Sets = None,
    course: Courses = None,
    source: SourceName = None,
    dry_run: DryRun = False,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Save what the headings and courses of a list mean, for this and every later list.

    Asks at a terminal; --set and --course answer without. Nothing is taken for granted: a proposal that nobody has
    answered is not saved. Exit code 3 when something has no answer still.
    """
    with opened(config, source, file) as school:
        before = load_answers(school.mapping_file)
        answers = before.also(_pairs(set_, "--set", heading_meaning), _pairs(course, "--course", course_meaning))
        entries = _entries(school.services)
        _refuse_unknown_entries(answers.courses.values(), entries)
        left = find_unknown(school.source, file, answers)
        if _at_terminal() and not (set_ or course or json_):
            answers = answers.also(_ask_headings(left.headings), {})
            left = find_unknown(school.source, file, answers)
            answers = answers.also({}, _ask_courses(left.courses, entries))
            left = find_unknown(school.source, file, answers)
        if not dry_run and answers != before:
            save_answers(school.mapping_file, answers)
            tell(f"Saved in {school.mapping_file}.")
    show(*_told(answers, left, entries), json_)
    raise typer.Exit(PARTLY if left.headings or left.courses else DONE)


def _pairs(given: list[str] | None, option: str, meaning: Any) -> dict[str, str]:
    pairs = {}
    for pair in given or ():
        text, sign, told = pair.rpartition("=")
        if not sign or not text.strip() or looks_personal(text):
            raise ConfigurationError(f"{option} needs a text, = and what it means.", mend='Such as "Kursnamn=titel".')
        pairs[text.strip()] = meaning(text.strip(), told.strip())
    return pairs


def _entries(services: Services) -> dict[str, tuple[str, ...]]:
    """Ids of the catalogue with their titles."""
    return {entry.id: tuple(entry.title.values()) for entry in services.catalogue.latest()}


def _refuse_unknown_entries(used: Iterable[str], entries: Mapping[str, Any]) -> None:
    for entry in used:
        if entry != LEFT_OUT and entry not in entries:
            raise ConfigurationError(
                f"The catalogue has no entry {entry!r}.", mend=f"It has: {', '.join(entries) or 'none'}."
            )


def propose_heading(heading: str) -> str | None:
    """The known column whose headings come closest to this one; only ever a proposal."""
    known = known_headings()
    close = difflib.get_close_matches(plain(heading), known, n=1, cutoff=0.7)
    inside = [one for one in known if len(one) > 4 and one in plain(heading)]
    best = close or sorted(inside, key=len)[-1:]
    return known[best[0]] if best else None


def propose_entry(course: str, entries: Mapping[str, tuple[str, ...]]) -> str | None:
    """The entry whose title or id comes closest to a course's name; only ever a proposal."""
    known = {plain(text): entry for entry, titles in entries.items() for text in (entry, *titles)}
    close = difflib.get_close_matches(plain(course), known, n=1, cutoff=0.6)
    return known[close[0]] if close else None


def _ask_headings(headings: tuple[str, ...]) -> dict[str, str]:
    tell(f"Columns: {', '.join(SWEDISH.values())}. Write {LEFT_OUT} to leave one out, ? to decide later.")
    asked = {}
    for heading in headings:
        proposal = SWEDISH.get(propose_heading(heading) or "", LEFT_OUT)
        answer = typer.prompt(f"What does the heading {heading!r} mean?", default=proposal, err=True)
        while answer != "?" and column_name(answer) is None:
            answer = typer.prompt("There is no such column. What does it mean?", default=proposal, err=True)
        if answer != "?":
            asked[heading] = column_name(answer) or LEFT_OUT
    return asked


def _ask_courses(courses: tuple[str, ...], entries: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    asked = {}
    for course in courses:
        proposal = propose_entry(course, entries) or LEFT_OUT
        answer = typer.prompt(f"Which entry of the catalogue is {course!r}?", default=proposal, err=True)
        while answer not in (*entries, LEFT_OUT, "?"):
            answer = typer.prompt("There is no such entry. Which one is it?", default=proposal, err=True)
        if answer != "?":
            asked[course] = answer
    return asked


def _told(answers: Answers, left: Unknown, entries: Mapping[str, tuple[str, ...]]) -> tuple[dict[str, Any], list[str]]:
    headings = {one: propose_heading(one) for one in left.headings}
    courses = {one: propose_entry(one, entries) for one in left.courses}
    value = {
        "headings": dict(answers.headings),
        "courses": dict(answers.courses),
        "unanswered": {"headings": headings, "courses": courses},
    }
    lines = [f"{text} = {SWEDISH.get(name, name)}" for text, name in answers.headings.items()]
    lines += [f"{text} = {entry}" for text, entry in answers.courses.items()]
    lines += [f'? --set "{text}={SWEDISH.get(name or "", LEFT_OUT)}"' for text, name in headings.items()]
    lines += [f'? --course "{text}={entry or LEFT_OUT}"' for text, entry in courses.items()]
    return value, lines or ["(none)"]


def _at_terminal() -> bool:
    return sys.stdin.isatty()
