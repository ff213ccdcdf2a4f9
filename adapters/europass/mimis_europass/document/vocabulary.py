"""Concepts of the controlled vocabularies that a document names (lists of Europass and the EU Publications Office).

The catalogue writes short words (``written``, ``blended``); a full address of a concept is understood as well. The
words, codes and labels are data, ``concepts.json``: for each word the code in the EU's list and its label in each
language that somebody has written it in (facts section 3; membership is proved against the official schemas by tests).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from mimis_core import DataError

ACHIEVEMENT = "mimis-achievement"
"""The scheme of what an entry is known by: its owner's eIDAS identifier and its id, whoever issues it."""
SNB = "http://data.europa.eu/snb/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
ESCO_SCHEME = "http://data.europa.eu/esco/concept-scheme/"
NUTS = "http://data.europa.eu/nuts"
SEQF = (
    "c_20b8cbc9",
    "c_e1f75f79",
    "c_4ec9e6c0",
    "c_6477e349",
    "c_b44f7367",
    "c_185bb246",
    "c_1ab773a2",
    "c_055b6cf8",
)
"""The list ``qdr`` has the levels of all national frameworks; these are SeQF 1 to 8."""

Json = dict[str, Any]
Entry = tuple[str, dict[str, str]]
"""A code and its labels."""
Table = Mapping[str, Entry]


def _load() -> dict[str, dict[str, Entry]]:
    tables = json.loads((files(__package__) / "concepts.json").read_text(encoding="utf-8"))
    return {name: {word: (code, labels) for word, (code, labels) in table.items()} for name, table in tables.items()}


_TABLES = _load()
ASSESSMENTS = _TABLES["assessments"]
MODES = _TABLES["modes"]
ACTIVITIES = _TABLES["activities"]
SETTINGS = _TABLES["settings"]
SUPERVISION = _TABLES["supervision"]
OUTCOME_TYPES = _TABLES["outcome_types"]
REUSE = _TABLES["reuse"]
CREDITS = _TABLES["credits"]
ACCREDITATIONS = _TABLES["accreditations"]
PROFILES = _TABLES["profiles"]
EVIDENCE = _TABLES["evidence"]
FILE_TYPES = _TABLES["file_types"]
"""By media type."""
LANGUAGES = _TABLES["languages"]
"""By ISO 639-1 code."""
COUNTRIES = _TABLES["countries"]
"""By ISO 3166-1 alpha-3 code. Others are written without a label."""


def concept(uri: str, scheme: str, label: Mapping[str, str] | None = None, notation: str | None = None) -> Json:
    """A concept as the profile wants it: typed, and in a typed scheme."""
    result: Json = {"id": uri, "type": "Concept", "inScheme": {"id": scheme, "type": "ConceptScheme"}}
    if label:
        result["prefLabel"] = dict(label)
    if notation:
        result["notation"] = notation
    return result


def europass(list_name: str, code: str, label: Mapping[str, str]) -> Json:
    """A concept of a Europass list."""
    return concept(f"{SNB}{list_name}/{code}", f"{SNB}{list_name}/25831c2", label)


def authority(list_name: str, code: str, label: Mapping[str, str]) -> Json:
    """A concept of a list of the Publications Office."""
    return concept(f"{AUTHORITY}{list_name}/{code}", f"{AUTHORITY}{list_name}", label, notation=list_name)


def foreign(uri: str, label: Mapping[str, str] | None = None) -> Json:
    """A concept of any other framework, such as DigComp; its list is taken to be what its address starts with."""
    start = uri.rpartition("#")[0] or uri.rpartition("/")[0]
    return concept(uri, f"{start}/25831c2" if uri.startswith(SNB) else start, label)


def pick(table: Table, list_name: str, word: str) -> Json:
    """The concept that a word of the catalogue, or a full address, means. Raises DataError when there is none."""
    code, label = find(table, word, list_name)
    return europass(list_name, code, label)


def find(table: Table, word: str, list_name: str) -> Entry:
    """Code and labels of a word or address. Raises DataError when the list has no such entry."""
    code = word.rsplit("/", 1)[-1]
    for known, entry in table.items():
        if word == known or code == entry[0]:
            return entry
    raise DataError(
        f"The catalogue names {word!r}, which the list {list_name} does not have.",
        mend=f"Use one of: {', '.join(sorted(table))}.",
        code="unknown_concept",
    )


def credit_framework(word: str) -> Json:
    """The credit system of a word, or of the full address of another one's concept. Raises DataError."""
    if "://" in word and not word.startswith(f"{SNB}education-credit/"):
        return foreign(word)
    return pick(CREDITS, "education-credit", word)


def file_type(media_type: str) -> Json:
    """The concept of a kind of file, by media type. Raises DataError for one that is not in the table."""
    code, label = find(FILE_TYPES, media_type.partition(";")[0].strip().lower(), "file-type")
    return authority("file-type", code, label)


def language(code: str) -> Json:
    """The concept of a language, by ISO 639-1 code. Raises DataError for one that is not in the table."""
    name, label = find(LANGUAGES, code, "language")
    return authority("language", name, label)


def country(code: str) -> Json:
    """The concept of a country, by ISO 3166-1 alpha-3 code."""
    return authority("country", code, COUNTRIES[code][1] if code in COUNTRIES else {})


def eqf(level: int) -> Json:
    """A level of the European Qualifications Framework."""
    return europass("eqf", str(level), {"sv": f"Nivå {level}", "en": f"Level {level}"})


def seqf(level: int) -> Json:
    """A level of the Swedish framework SeQF."""
    return europass("qdr", SEQF[level - 1], {"sv": f"SeQF-nivå {level}", "en": f"SeQF Level {level}"})


def isced(code: str) -> Json:
    """A field of education and training (ISCED-F 2013). Raises DataError for a code that the list lacks."""
    label = isced_labels().get(code)
    if label is None:
        raise DataError(
            f"The catalogue names the field of education {code!r}, which ISCED-F does not have.",
            mend="Use a code of two to four digits from the ISCED-F 2013 list.",
            code="unknown_concept",
        )
    return europass("isced-f", code, {"en": label})


@cache
def isced_labels() -> dict[str, str]:
    """All ISCED-F codes with their English labels."""
    labels: dict[str, str] = json.loads((files(__package__) / "isced-f.json").read_text(encoding="utf-8"))
    return labels
