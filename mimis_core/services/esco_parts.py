"""The ESCO classification as data: what an import hands over, and how it is packed into parts for the database.

A part is zlib-packed JSON. Concepts stand in the order of their addresses, and are named by their number in it:

| part | holds |
|---|---|
| ``concepts`` | a row for each: address, kind, code, type, reuse level |
| ``broader`` | pairs of numbers: a concept and one a step above it |
| ``relations`` | for each occupation its number, the numbers of its essential and of its optional skills |
| ``labels.xx`` | for each concept its label in the language xx, empty where it has none |
| ``others.xx`` | for each concept its other labels |
| ``descriptions.xx`` | for each concept its description |
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

from mimis_core.errors import DataError

EscoKind = Literal["skill", "group", "occupation"]
EscoNeed = Literal["essential", "optional"]
"""How much an occupation needs a skill."""
STRUCTURE = ("concepts", "broader", "relations")
"""Parts that are the same in every language."""
IN_LANGUAGES = ("labels", "others", "descriptions")
"""Parts that there is one of for each language."""


@dataclass(frozen=True, slots=True)
class EscoEntry:
    """What ESCO says of a concept in no language.

    ``code`` is a group's, or an occupation's (beginning with its ISCO group); ``type`` a skill's: ``skill`` or
    ``knowledge``; ``reuse`` a skill's reuse level, as ESCO writes it.
    """

    uri: str
    kind: EscoKind
    code: str = ""
    type: str = ""
    reuse: str = ""


@dataclass(frozen=True, slots=True)
class EscoTexts:
    """One language's texts by the address of what they belong to."""

    labels: Mapping[str, str]
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EscoRelease:
    """A version of ESCO, to be imported.

    Arguments:
        version: ESCO's own number, such as 1.2.0.
        entries: skills, groups and occupations, each once.
        broader: pairs: a concept, and one a step above it.
        relations: an occupation, a skill, and how much it needs that.
        texts: by language (ISO 639-1).
    """

    version: str
    entries: tuple[EscoEntry, ...]
    broader: tuple[tuple[str, str], ...]
    relations: tuple[tuple[str, str, EscoNeed], ...]
    texts: Mapping[str, EscoTexts]


def pack(release: EscoRelease) -> dict[str, bytes]:
    """The parts of a version by name. Raises DataError when a relation names what is no entry."""
    entries = sorted(release.entries, key=lambda entry: entry.uri)
    numbers = {entry.uri: number for number, entry in enumerate(entries)}
    try:
        broader = sorted((numbers[one], numbers[above]) for one, above in release.broader)
        relations = _grouped(release, numbers)
    except KeyError as error:
        raise DataError(f"ESCO {release.version} relates {error}, which is no entry of it.") from None
    rows = [[entry.uri, entry.kind, entry.code, entry.type, entry.reuse] for entry in entries]
    parts: dict[str, Any] = {"concepts": rows, "broader": broader, "relations": relations}
    for language, texts in release.texts.items():
        parts[f"labels.{language}"] = [texts.labels.get(entry.uri, "") for entry in entries]
        parts[f"others.{language}"] = [texts.others.get(entry.uri, ()) for entry in entries]
        parts[f"descriptions.{language}"] = [texts.descriptions.get(entry.uri, "") for entry in entries]
    return {name: _packed(value) for name, value in parts.items()}


def unpack(part: bytes) -> Any:
    """What a part holds."""
    return json.loads(zlib.decompress(part))


def digest(version: str, parts: Mapping[str, bytes]) -> str:
    """A name for exactly this version and content."""
    total = sha256(version.encode())
    for name in sorted(parts):
        total.update(f"\n{name} ".encode() + sha256(zlib.decompress(parts[name])).digest())
    return total.hexdigest()


def languages(parts: Mapping[str, bytes]) -> tuple[str, ...]:
    """The languages that the parts have labels in."""
    return tuple(sorted(name.partition(".")[2] for name in parts if name.startswith("labels.")))


def _grouped(release: EscoRelease, numbers: Mapping[str, int]) -> list[tuple[int, list[int], list[int]]]:
    needs: defaultdict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for occupation, skill, need in release.relations:
        needs[numbers[occupation]][need == "optional"].append(numbers[skill])
    return [(one, sorted(essential), sorted(optional)) for one, (essential, optional) in sorted(needs.items())]


def _packed(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
