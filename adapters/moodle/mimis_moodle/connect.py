"""Setting a site up: what is asked of it, what is proposed, and what is then written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mimis_core import Finding, UserError
from mimis_moodle import places
from mimis_moodle.checks import examine
from mimis_moodle.client import MoodleClient
from mimis_moodle.configuration import Configuration, toml_table
from mimis_moodle.drafts import Draft
from mimis_moodle.settings import MoodleSettings
from mimis_moodle.survey import CourseSummary, course_records, drafts, find_report, summaries

PARTS = ("activities", "sections", "grades", "competencies", "badges")
"""Settings that say what else than whole courses is pulled."""

_COMPETENCIES = "core_competency_list_course_competencies"


@dataclass(frozen=True)
class Token:
    """A token, where ``mimis.toml`` says that it is, and the file that it must still be written to, if any."""

    text: str
    reference: Mapping[str, str]
    file: Path | None = None

    def write(self) -> None:
        """Write it where nobody else reads it. Raises OSError; a file that is there already is never written over."""
        if self.file is not None:
            self.file.parent.mkdir(mode=0o700, exist_ok=True)
            with open(os.open(self.file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
                file.write(self.text)


@dataclass(frozen=True)
class Site:
    """What was found out about a site. ``open`` says whether it can be connected at all."""

    findings: tuple[Finding, ...]
    records: Mapping[int, Mapping[str, Any]]
    courses: tuple[CourseSummary, ...]
    report: int | None

    @property
    def open(self) -> bool:
        """Whether the token works and a course shows."""
        return bool(self.records) and not any(one.subject == "token" and one.status == "error" for one in self.findings)

    @property
    def sound(self) -> bool:
        """Whether nothing has to be mended before a pull is whole."""
        return all(one.status != "error" for one in self.findings)


@dataclass(frozen=True)
class Plan:
    """What will be written: tables of the configuration, and drafts that are not there yet."""

    configuration: Configuration
    tables: Mapping[str, Mapping[str, Any]]
    drafts: tuple[Draft, ...]
    kept: tuple[Path, ...]
    token: Token

    def text(self) -> str:
        """All of it, for a person to read before it is written."""
        tables = [toml_table(name, table) for name, table in self.tables.items()]
        entries = [f"# --- {draft.file}\n{draft.text}" for draft in self.drafts]
        return "\n".join((*tables, *entries))

    def write(self) -> list[str]:
        """Write it and return the files. A draft that has come into being since is left as it is."""
        folder = self.configuration.catalogue
        written = [str(self.configuration.file)]
        try:
            self.token.write()
            folder.mkdir(parents=True, exist_ok=True)
            for draft in self.drafts:
                with (folder / draft.file).open("x", encoding="utf-8") as file:
                    file.write(draft.text)
                written.append(str(folder / draft.file))
        except OSError as error:
            mend = "Check the rights of the configuration's folder, and that nothing else writes to it."
            raise UserError(f"{error.filename} cannot be written: {error.strerror}.", mend=mend) from None
        self.configuration.write()
        return written


def look(client: MoodleClient, settings: MoodleSettings) -> Site:
    """Try the site as the settings need it, and list its courses; the findings tell what is wrong.

    Raises TemporaryError when the site goes away meanwhile: run it again.
    """
    findings = list(examine(client, settings))
    if any(one.subject == "token" and one.status == "error" for one in findings):
        return Site(tuple(findings), {}, (), None)
    if any(one.subject == "core_course_get_courses_by_field" for one in findings if one.status == "error"):
        return Site(tuple(findings), {}, (), None)
    info = client.site_info()
    report, told = find_report(client, info)
    records = course_records(client)
    courses = tuple(summaries(client, settings, records.values()))
    criteria = [_without_criteria(course) for course in courses if course.tracked and course.criteria == ()]
    return Site((*findings, told, *_without_competencies(info, settings), *criteria), records, courses, report)


def plan(
    client: MoodleClient,
    settings: MoodleSettings,
    site: Site,
    configuration: Configuration,
    *,
    name: str,
    token: Token,
    chosen: Sequence[int],
    privacy: Mapping[str, Any] | None,
) -> Plan:
    """What connecting these courses will write.

    Arguments:
        name: of the source in ``mimis.toml``.
        token: what opens the site.
        chosen: numbers of the courses to pull and to draft entries for.
        privacy: how protected identities are kept out, as ``[privacy]`` has it; None keeps the answer that stands.

    Raises UserError for a course that does not show, and where the configuration has other answers already.
    """
    if not chosen:
        raise UserError(
            "No course has both completion tracking and criteria that show.",
            mend=f"Switch tracking on: {places.COURSE} Set criteria: {places.CRITERIA} Or name courses with --course.",
        )
    for number in chosen:
        if number not in site.records:
            raise UserError(f"Moodle shows no course {number}.", mend="Choose from: mimis moodle connect URL --dry-run")
    source: dict[str, Any] = {
        "kind": "moodle",
        "url": settings.url,
        "token": dict(token.reference),
        "courses": list(chosen),
    }
    source |= {part: True for part in PARTS if getattr(settings, part)}
    source |= {"report": site.report} if site.report is not None else {}
    changed = configuration if privacy is None else configuration.with_privacy(privacy)
    changed = changed.with_source(name, source)
    records = [site.records[number] for number in chosen]
    made = list(drafts(client, settings, records, configuration.owner, name))
    there = configuration.catalogue
    return Plan(
        configuration=changed,
        tables={f"sources.{name}": source, **({} if privacy is None else {"privacy": privacy})},
        drafts=tuple(draft for draft in made if not (there / draft.file).exists()),
        kept=tuple(there / draft.file for draft in made if (there / draft.file).exists()),
        token=token,
    )


def _without_competencies(info: Mapping[str, Any], settings: MoodleSettings) -> Iterator[Finding]:
    held = {item.get("name") for item in info.get("functions") or ()}
    if _COMPETENCIES not in held and not settings.competencies:
        yield Finding(
            subject=_COMPETENCIES,
            status="warning",
            message="The drafts are made without the courses' competencies.",
            mend=f"Add the function, if the courses have any: {places.FUNCTIONS}",
        )


def _without_criteria(course: CourseSummary) -> Finding:
    return Finding(
        subject=f"course:{course.id}",
        status="warning",
        message=f"{course.name}: the course has no completion criteria, so nobody completes it.",
        mend=f"Set them: {places.CRITERIA}",
    )
