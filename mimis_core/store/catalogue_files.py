"""The catalogue folder: one YAML file per version of an entry, read with the line of every mistake."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ValidationError

from mimis_core import wording
from mimis_core.catalogue import Catalogue, is_enough
from mimis_core.errors import ConfigurationError
from mimis_core.model import (
    Accreditation,
    Achievement,
    AutomaticRule,
    Body,
    Concept,
    Credit,
    Level,
    Link,
    Outcome,
    QualityAssurance,
    Requirement,
    Scheme,
)

Place = tuple[str | int, ...]
"""Where in a file: keys and positions from the top, such as ``("outcomes", 0, "title")``."""

_MODELS: dict[tuple[str, ...], type[BaseModel]] = {
    (): Achievement,
    ("outcomes",): Outcome,
    ("outcomes", "esco"): Concept,
    ("outcomes", "skills"): Concept,
    ("credit",): Credit,
    ("grading",): Scheme,
    ("documents",): Link,
    ("level",): Level,
    ("quality_assurance",): QualityAssurance,
    ("quality_assurance", "accreditations"): Accreditation,
    ("quality_assurance", "accreditations", "body"): Body,
    ("earned_by",): Requirement,
    ("automatic",): AutomaticRule,
}
_MENDS = {
    "float_parsing": "Write a number; a decimal has a point: 7.5.",
    "float_type": "Write a number; a decimal has a point: 7.5.",
    "date_from_datetime_parsing": "Write the day as 2026-11-24.",
    "missing": "Add it; docs/katalog.md shows how.",
    "string_type": 'Put it in quotation marks: "...".',
    "dict_type": 'Write one line for each language: sv: "..." and en: "...".',
    "tuple_type": 'Write a list: one line for each, starting with "- ".',
    "enum": "Choose one of those.",
    "literal_error": "Choose one of those.",
    "string_pattern_mismatch": "docs/katalog.md shows what it looks like.",
}


if TYPE_CHECKING:
    from yaml import SafeLoader
else:
    # libyaml reads ten times as fast; wheels of PyYAML have it, builds from source may not.
    SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(SafeLoader):
    """YAML with fewer surprises: ``0716`` and ``no`` are texts, and a wrong date is told as any other mistake."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _form, _first in (
    ("null", r"null|~|", ["n", "~", ""]),
    ("bool", r"true|false", list("tf")),
    ("int", r"-?(?:0|[1-9]\d*)", list("-0123456789")),
    ("float", r"-?\d+\.\d+", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_form})$"), _first)


@dataclass(frozen=True)
class _Mistake:
    """One thing wrong in one file, on its way into the error's text."""

    file: str
    line: int
    field: str
    wrong: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.wrong}. {self.mend}"


def load_catalogue(folder: Path) -> Catalogue:
    """Read every ``*.yaml`` of the folder.

    Raises ConfigurationError with all mistakes of all files, a line of text for each: file, line, field, what is
    wrong and what mends it. Nothing is loaded then, so that no entry goes missing unseen.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            f"{folder}: there is no catalogue folder.",
            mend="Make one with mimis init, or correct catalogue in mimis.toml.",
        )
    entries: list[Achievement] = []
    mistakes: list[_Mistake] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        entry, wrong = _read_entry(path)
        mistakes += wrong
        if entry is not None and not is_enough(entry, [True] * len(entry.earned_by)):
            mistakes.append(_unreachable(path.name))
        if entry is not None and entry.endorsements:
            mistakes.append(_by_hand(path.name))
        if entry is not None and entry.ref in seen:
            mistakes.append(_duplicate(path.name, entry, seen[entry.ref]))
        elif entry is not None:
            seen[entry.ref] = path.name
            entries.append(entry)
    if mistakes:
        raise ConfigurationError(
            "\n".join(map(str, mistakes)), mend="\nCorrect these lines and run: mimis catalogue check"
        )
    return Catalogue(tuple(entries))


def write_starter_catalogue(folder: Path, owner: str) -> list[Path]:
    """Copy the entries that mimis ships into the folder, owned by ``owner``, and return what was written.

    A file that is already there is the school's own and is left as it is.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", owner):
        raise ConfigurationError(
            "The owner of the catalogue has no usable id.", mend="Use lower-case letters, digits and hyphens."
        )
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for resource in sorted(files("mimis_core").joinpath("data", "catalogue").iterdir(), key=lambda one: one.name):
        target = folder / resource.name
        if resource.name.endswith(".yaml") and not target.exists():
            text = resource.read_text(encoding="utf-8")
            target.write_text(re.sub(r"(?m)^owner:\s*[\w-]*", f"owner: {owner}", text), encoding="utf-8")
            written.append(target)
    return written


def write_entries(folder: Path, entries: Iterable[Achievement]) -> list[Path]:
    """Write each entry to a file of its own, ``ID-VERSION.yaml``, and return what was written.

    Raises ConfigurationError when a file is there already, before anything is written, or the folder cannot be used.
    """
    wanted = {folder / f"{entry.id}-{entry.version}.yaml": entry for entry in entries}
    there = next((path.name for path in wanted if path.exists()), None)
    if there is not None:
        raise ConfigurationError(f"{folder} has a file {there} already.", mend="Give an empty folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, entry in wanted.items():
            plain = entry.model_dump(mode="json", exclude_none=True)
            path.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=110), encoding="utf-8")
    except OSError:
        raise ConfigurationError(f"{folder} cannot be written.", mend="Check the rights to the folder.") from None
    return list(wanted)


def _read_entry(path: Path) -> tuple[Achievement | None, Sequence[_Mistake]]:
    try:
        return _read_text(path.name, path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        return None, [_Mistake(path.name, 1, "file", "Is not UTF-8", "Save it again with the encoding UTF-8.")]
    except OSError:
        return None, [_Mistake(path.name, 1, "file", "Cannot be read", "Check the rights to the file.")]


@lru_cache(maxsize=1000)  # a hub opens the folders of its schools again and again, and their files are as they were
def _read_text(file: str, text: str) -> tuple[Achievement | None, Sequence[_Mistake]]:
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_Loader)):
            return None, [_Mistake(file, 1, "file", "Refers to another place with *", "Write the text out.")]
        node = yaml.compose(text, Loader=_Loader)
        raw = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError) as error:  # the second from a value with a tag such as !!int
        return None, [_not_yaml(file, error)]
    if not isinstance(node, yaml.MappingNode):
        return None, [_Mistake(file, 1, "file", "Holds no entry", "Start with a line such as id: my-entry.")]
    lines: dict[Place, int] = {}
    mistakes = [
        _Mistake(file, line, _dotted(place), "Is written twice", "Keep one of them.")
        for place, line in _mark(node, (), lines)
    ]
    try:
        return _with_codes(Achievement.model_validate(raw)), mistakes
    except ValidationError as error:
        return None, sorted(mistakes + _invalid(file, error, lines), key=lambda mistake: mistake.line)


def _with_codes(entry: Achievement) -> Achievement:
    """The entry with the EU's codes for the words of the file; an unknown word stays, for the check to name."""
    assessment = tuple(wording.concept_code(wording.ASSESSMENTS, word) or word for word in entry.assessment)
    mode = tuple(wording.concept_code(wording.MODES, word) or word for word in entry.mode)
    return entry.model_copy(update={"assessment": assessment, "mode": mode})


def _mark(node: yaml.Node, place: Place, lines: dict[Place, int]) -> Iterator[tuple[Place, int]]:
    """Note the line of everything in the file; yield keys that occur twice, which YAML itself lets pass."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            yield from _mark(child, (*place, index), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            inner = (*place, str(key.value))
            if inner in lines:
                yield inner, key.start_mark.line + 1
            lines[inner] = key.start_mark.line + 1
            yield from _mark(child, inner, lines)


def _not_yaml(file: str, error: Exception) -> _Mistake:
    mark = getattr(error, "problem_mark", None)
    mend = "Check the indentation and that texts with : or # stand in quotation marks."
    return _Mistake(file, mark.line + 1 if mark else 1, "file", "Is not readable as YAML from here", mend)


def _invalid(file: str, error: ValidationError, lines: dict[Place, int]) -> list[_Mistake]:
    items = error.errors(include_url=False, include_input=False)
    places = [item["loc"] for item in items]
    return [
        _one_invalid(file, item, lines)
        for item in items
        # a list with a broken item is also called too short: that is an echo
        if not any(len(place) > len(item["loc"]) and place[: len(item["loc"])] == item["loc"] for place in places)
    ]


def _one_invalid(file: str, item: Any, lines: dict[Place, int]) -> _Mistake:
    place: Place = tuple(item["loc"])
    known = next(place[:size] for size in range(len(place), -1, -1) if place[:size] in lines)
    kind = str(item["type"])
    if kind == "extra_forbidden":
        return _Mistake(file, lines[known], _dotted(place), "There is no such field", _did_you_mean(place))
    return _Mistake(file, lines[known], _dotted(place), str(item["msg"]), _MENDS.get(kind, "Correct it."))


def _did_you_mean(place: Place) -> str:
    model = _MODELS.get(tuple(part for part in place[:-1] if isinstance(part, str)), Achievement)
    names = sorted(model.model_fields)
    close = difflib.get_close_matches(str(place[-1]), names, n=1, cutoff=0.6)
    return f"Did you mean {close[0]}?" if close else f"Remove it, or use one of: {', '.join(names)}."


def _duplicate(file: str, entry: Achievement, other: str) -> _Mistake:
    wrong = f"Version {entry.version} of {entry.id} is already in {other}"
    return _Mistake(file, 1, "version", wrong, "Raise version by one, or remove one of the files.")


def _unreachable(file: str) -> _Mistake:
    wrong = "All of earned_by together is less than enough_parts or enough_points ask for"
    return _Mistake(file, 1, "earned_by", wrong, "Ask for less, or add parts and their points.")


def _by_hand(file: str) -> _Mistake:
    wrong = "Are taken in, signed, and not written by hand"
    return _Mistake(file, 1, "endorsements", wrong, "Remove them, and run: mimis catalogue endorse")


def _dotted(place: Place) -> str:
    """The place as a person counts: the first of a list is 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place) or "entry"
