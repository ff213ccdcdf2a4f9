"""Drafts of catalogue entries from Moodle's courses.

Moodle knows a course's name, summary and competencies. It does not know how an outcome is assessed or who assures the
quality: those places are left empty, so that ``mimis catalogue check`` names each of them and nothing can be issued.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mimis_moodle.mapping import plain_text

FILL_IN = "FYLL-I"
"""Stands where a word of the EU's lists is to be chosen; it is in none of them."""

Hint = str | int | float | bool
_HOURS = frozenset({"omfattning", "timmar", "hours", "workload", "workload_hours", "kurstimmar"})
_HALF_DAY = 43_200
_MOST_HOURS = 10_000
_UNSET_HOURS = 1
"""Too few for a micro-credential, which the check says."""

_HEAD = """\
# {title}
#
# UTKAST från Moodle, course:{course}. Det går inte att utfärda förrän alla rader med FYLL I är ifyllda.
# Kör kommandot: mimis catalogue check   Allt förklaras i docs/katalog.md.
{hints}
id: {id}  # ändra aldrig när någon har fått mikromeriten
version: 1
title:
  sv: {title_text}  # säg vad personen kan
  # en: ""  # FYLL I på engelska
"""
_TAIL = """\
workload_hours: {hours}  # FYLL I: ungefär så många timmar tar det att lära sig
assessment: [{fill}]  # FYLL I: till exempel quiz, practical
mode: [{fill}]  # FYLL I: till exempel present, blended, online, work
setting: non-formal
iscedf: "9999"  # FYLL I: ämnesområde, två till fyra siffror; 9999 betyder okänt
languages: [sv]
supervision: supervised_with_id  # FYLL I: ser någon vem som gör bedömningen? Annars: unsupervised

quality_assurance:
  internal:
    sv: ""  # FYLL I: vad skolan själv gör
  external:
    sv: ""  # FYLL I: vem som granskar utifrån
  kind: programme

# part_of:  # FYLL I: vilken större merit den är en del av
#   sv: ""

# En rad för varje sak som ska vara klar. mimis moodle courses --parts visar vad som går att skriva.
earned_by:
  - module: course:{course}
    source: {source}
    # min_grade: 60  # minst så många procent av kursens poäng
"""


@dataclass(frozen=True)
class Draft:
    """One entry on its way: the name of its file, and the text."""

    file: str
    text: str


def draft_of(
    record: Mapping[str, Any], competencies: Sequence[Mapping[str, Any]], owner: str, source: str, fields: Sequence[str]
) -> Draft:
    """Draft an entry for a course.

    Arguments:
        record: the course from get_courses_by_field.
        competencies: what list_course_competencies says; each becomes an outcome to be completed.
        owner: id of the school's organisation.
        source: name of the source in ``mimis.toml``.
        fields: short names of the course fields that become hints; empty means all.
    """
    course = int(record["id"])
    title = plain_text(str(record.get("fullname") or "")) or f"Course {course}"
    hints = hints_of(record, fields)
    id = f"{slug(title)}-{course}"
    summary = plain_text(str(record.get("summary") or ""))
    told = "".join(f"# I Moodle: {_comment(f'{name} = {value}')}\n" for name, value in hints.items())
    head = _HEAD.format(title=_comment(title), course=course, hints=told, id=id, title_text=_text(title))
    middle = [f"description:\n  sv: {_text(summary)}\n"] if summary else ['# description:  # FYLL I\n#   sv: ""\n']
    outcomes = [_outcome(item.get("competency") or {}) for item in competencies] or [_outcome({})]
    middle += [f"owner: {owner}\n\noutcomes:\n", *outcomes, "\n"]
    tail = _TAIL.format(hours=_hours(hints), fill=FILL_IN, course=course, source=_text(source))
    return Draft(f"{id}.yaml", head + "".join(middle) + tail)


def hints_of(record: Mapping[str, Any], fields: Sequence[str] = ()) -> dict[str, Hint]:
    """Custom course fields by short name, those that are empty left out; ``fields`` chooses some.

    A choice gives its text, a date its day, a tick true or false, a number itself (facts/moodle.md section 3).
    """
    found = {str(item.get("shortname")): _hint(item) for item in record.get("customfields") or ()}
    return {name: hint for name, hint in found.items() if hint is not None and (not fields or name in fields)}


def slug(text: str) -> str:
    """A title as an id: at most 60 lower-case letters a to z, digits and hyphens; ``kurs`` when none is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-") or "kurs"


def _hint(item: Mapping[str, Any]) -> Hint | None:
    kind, raw = item.get("type"), item.get("valueraw")
    if raw is None or raw == "":
        return None
    if kind == "checkbox":
        return bool(raw)
    if kind == "number" and isinstance(raw, int | float):
        return raw
    if kind == "date" and isinstance(raw, int):
        return _day(raw)
    shown = item.get("value") if kind == "select" else raw
    return plain_text(str(shown or "")) or None


def _day(seconds: int) -> str | None:
    """The day that begins nearest: Moodle keeps the midnight of wherever the school is."""
    try:
        return datetime.fromtimestamp(seconds + _HALF_DAY, UTC).date().isoformat() if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _hours(hints: Mapping[str, Hint]) -> float:
    for name, hint in hints.items():
        known = name.lower() in _HOURS and isinstance(hint, int | float) and not isinstance(hint, bool)
        if known and 0.1 <= float(hint) <= _MOST_HOURS:
            return round(float(hint), 2)
    return _UNSET_HOURS


def _outcome(competency: Mapping[str, Any]) -> str:
    name = plain_text(str(competency.get("shortname") or ""))
    told = plain_text(str(competency.get("description") or ""))
    hint = f"    # I Moodle: {_comment(told)}\n" if told else ""
    return (
        f"  - title:\n      sv: {_text(name)}  # FYLL I: börja med ett verb som går att se\n{hint}"
        '    criteria:\n      sv: ""  # FYLL I: ett antal, en gräns eller ett ja eller nej\n'
        "    type: skill  # FYLL I: knowledge för kunskap, skill för färdighet\n"
    )


def _text(text: str) -> str:
    """A text in quotation marks, JSON's being YAML's too; what YAML cannot hold is left out."""
    return json.dumps(_printable(text), ensure_ascii=False)


def _comment(text: str) -> str:
    """A text for one line after a ``#``."""
    return " ".join(_printable(text).split())


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())
