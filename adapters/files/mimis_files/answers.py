"""What a school has said once: the meaning of its headings, and the catalogue entries of its courses."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mimis_core import ConfigurationError
from mimis_files.columns import LEFT_OUT, SWEDISH, column_name, plain

FILENAME = "mapping.toml"
ACHIEVEMENT = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_HEAD = "# Vad rubriker och kurser i listorna betyder. Skrivs av: mimis files map. Tecknet - betyder: läs inte.\n"


@dataclass(frozen=True)
class Answers:
    """Headings and courses as the school writes them, with what they mean; ``-`` stands for leave it alone.

    ``headings`` gives our name of a column, ``courses`` the id of a catalogue entry.
    """

    headings: Mapping[str, str] = field(default_factory=dict)
    courses: Mapping[str, str] = field(default_factory=dict)

    @property
    def plain_headings(self) -> dict[str, str]:
        """The headings in the form in which those of lists are compared."""
        return {plain(heading): meaning for heading, meaning in self.headings.items()}

    @property
    def plain_courses(self) -> dict[str, str]:
        """The courses in the form in which those of lists are compared."""
        return {course_key(course): entry for course, entry in self.courses.items()}

    @property
    def digest(self) -> str:
        """Changes when an answer does: lists that were read before are then read anew."""
        text = json.dumps([self.plain_headings, self.plain_courses], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def also(self, headings: Mapping[str, str], courses: Mapping[str, str]) -> Answers:
        """These answers and further ones; the further ones win."""
        return Answers({**self.headings, **headings}, {**self.courses, **courses})


def course_key(course: str) -> str:
    """A course's name or code without case and needless spaces; its signs count, unlike those of headings."""
    return " ".join(course.casefold().split())


def load_answers(path: Path) -> Answers:
    """The answers in a file; none when there is no such file.

    Raises ConfigurationError, naming the line's key and the mend, for a file that says something else.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Answers()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise ConfigurationError(
            f"{path.name} cannot be read.", mend="Correct the file, or remove it and run: mimis files map"
        ) from None
    tables = {name: raw.get(name, {}) for name in ("headings", "courses")}
    if set(raw) - set(tables) or not all(isinstance(table, dict) for table in tables.values()):
        raise ConfigurationError(
            f"{path.name} holds something else than [headings] and [courses].", mend="Remove the rest."
        )
    return Answers(
        {text: heading_meaning(text, str(meaning)) for text, meaning in tables["headings"].items()},
        {text: course_meaning(text, str(entry)) for text, entry in tables["courses"].items()},
    )


def heading_meaning(heading: str, meaning: str) -> str:
    """Our name of the column that a heading is said to mean. Raises ConfigurationError when there is no such one."""
    name = column_name(meaning)
    if name is None:
        raise ConfigurationError(
            f"Heading {heading!r}: there is no column {meaning!r}.",
            mend=f"Choose one of {', '.join(SWEDISH.values())}, or {LEFT_OUT} to leave it out.",
        )
    return name


def course_meaning(course: str, entry: str) -> str:
    """The catalogue id that a course is said to mean. Raises ConfigurationError for what cannot be one."""
    if entry != LEFT_OUT and not ACHIEVEMENT.fullmatch(entry):
        raise ConfigurationError(
            f"Course {course!r}: {entry!r} is no id of a catalogue entry.",
            mend=f"Write the id, such as solenergi-grund, or {LEFT_OUT} to leave it out.",
        )
    return entry


def save_answers(path: Path, answers: Answers) -> None:
    """Write all answers, in place of what the file held; a reader sees the old or the new file, never half of one."""
    lines = [_HEAD, "[headings]"]
    lines += [f"{_quoted(text)} = {_quoted(SWEDISH.get(name, name))}" for text, name in answers.headings.items()]
    lines += ["", "[courses]"]
    lines += [f"{_quoted(text)} = {_quoted(entry)}" for text, entry in answers.courses.items()]
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text("\n".join([*lines, ""]), encoding="utf-8")
        os.replace(part, path)
    except OSError:
        raise ConfigurationError(f"{path} cannot be written.", mend="Check the rights to the folder.") from None


def _quoted(text: str) -> str:
    """A TOML string; JSON's escapes are among TOML's, but for a raw delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
