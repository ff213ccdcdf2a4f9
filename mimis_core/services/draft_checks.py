"""What a draft of a catalogue entry still lacks: what cannot be read yet, and the six principles for the rest.

A draft is content in the form of an Achievement that may have holes. So that the principles can judge what is there,
each hole is filled with a stand-in that no check objects to; the hole itself is told by a sentence of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from mimis_core import wording
from mimis_core.catalogue import is_enough
from mimis_core.model import Achievement, LangMap, Model
from mimis_core.principles import PrincipleCheck, check_achievement, passes
from mimis_core.services.catalogue_reading import complete

ASSESSMENTS = tuple(wording.ASSESSMENTS.values())
"""Codes of the EU's list of types of assessment."""
MODES = tuple(wording.MODES.values())
"""Codes of the EU's list of modes of learning."""
Place = tuple[str | int, ...]
"""Where in a draft: names and positions from the top, such as ``("outcomes", 0, "title")``."""
ROWS, ROW_FIELD = ("outcomes", "earned_by"), 3
"""Lists of rows, and how long the place of a field in one is."""
Principle = Literal[1, 2, 3, 4, 5, 6]


class Hole(NamedTuple):
    """What is said of a field that cannot be read: to which principle it belongs, and the words; what fills it."""

    principle: Principle
    sv: str
    en: str
    stand_in: Any


_EXAMPLE = {"sv": "Visa tre exempel på arbetet.", "en": "Show three examples of the work."}
_CRITERION = {"sv": "Visar 3 av 3 exempel.", "en": "Shows 3 of 3 examples."}
_OUTCOME = {"title": _EXAMPLE, "criteria": _CRITERION, "type": "skill", "esco": [{"uri": "http://data.europa.eu/esco"}]}
_PART = {"sv": "Del", "en": "Part"}
_HOLES: dict[tuple[str, ...], Hole] = {
    ("title",): Hole(2, "Titeln saknas.", "The title is missing.", _PART),
    ("owner",): Hole(5, "Skaparen saknas.", "The owner is missing.", "owner"),
    ("outcomes",): Hole(1, "Det finns inget läranderesultat.", "There is no learning outcome.", [_OUTCOME]),
    ("outcomes", "title"): Hole(1, "Läranderesultat {} saknar text.", "Outcome {} lacks its text.", _EXAMPLE),
    ("outcomes", "criteria"): Hole(
        1, "Läranderesultat {} saknar bedömningskriterium.", "Outcome {} lacks its assessment criterion.", _CRITERION
    ),
    ("outcomes", "type"): Hole(
        1, "Läranderesultat {}: välj kunskap eller färdighet.", "Outcome {}: choose knowledge or skill.", "skill"
    ),
    ("outcomes", "reusability"): Hole(
        1,
        "Läranderesultat {}: välj i listan var det går att använda.",
        "Outcome {}: choose where it can be used.",
        None,
    ),
    ("workload_hours",): Hole(2, "Omfattningen i timmar saknas.", "The workload in hours is missing.", 40),
    ("valid_months",): Hole(
        2, "Giltighetstiden är inget helt antal månader.", "The validity is no whole number of months.", None
    ),
    ("part_of",): Hole(3, "Texten om vad den är del av är tom.", "The text on what it is part of is empty.", _PART),
    ("assessment",): Hole(4, "Bedömningsform saknas.", "The type of assessment is missing.", [ASSESSMENTS[0]]),
    ("mode",): Hole(4, "Studieform saknas.", "The form of study is missing.", [MODES[0]]),
    ("iscedf",): Hole(
        4,
        "Ämnesområdet saknas: två till fyra siffror.",
        "The field of education is missing: two to four digits.",
        "0000",
    ),
    ("level", "value"): Hole(4, "Nivån är ingen siffra från 1 till 8.", "The level is no digit from 1 to 8.", 1),
    ("level", "state"): Hole(
        4, "Det saknas vem som har bestämt nivån.", "It is not said who has decided the level.", "self_assessed"
    ),
    ("quality_assurance", "internal"): Hole(
        5, "Skolans egen kvalitetssäkring saknas.", "The school's own quality assurance is missing.", _EXAMPLE
    ),
    ("quality_assurance", "external"): Hole(
        5, "Kvalitetssäkringen utifrån saknas.", "The external quality assurance is missing.", _CRITERION
    ),
    ("earned_by", "module"): Hole(
        2, "Krav {} säger inte vad som ska vara klart.", "Requirement {} does not say what is to be completed.", "x"
    ),
    ("enough_parts",): Hole(
        3, "Hur många krav som räcker är inget helt antal.", "How many parts are enough is no whole number.", None
    ),
    ("enough_points",): Hole(
        3, "Poängen som räcker är inget tal över noll.", "The points that are enough are no number above zero.", None
    ),
    ("earned_by", "points"): Hole(
        3, "Krav {}: poängen är inget tal över noll.", "Requirement {}: the points are no number above zero.", None
    ),
    ("earned_by", "min_grade"): Hole(
        2,
        "Krav {}: gränsen är inget tal från 0 till 100.",
        "Requirement {}: the limit is no number from 0 to 100.",
        None,
    ),
}
_UNREACHABLE = {
    "sv": "Alla krav tillsammans är mindre än det som ska räcka. Ingen kan få mikromeriten.",
    "en": "All requirements together are less than what is to be enough. Nobody can get it.",
}
_WHOLE = {"outcomes": [_OUTCOME], "quality_assurance": {"internal": _EXAMPLE, "external": _CRITERION}}
_OTHER = Hole(4, "Fältet {} är inte rätt ifyllt.", "The field {} is not filled in rightly.", None)


class Fault(Model):
    """One field that cannot be read, or never be met: where it is, to which principle it belongs, and what is wrong."""

    place: Place
    principle: Principle
    reason: LangMap


class Judgement(Model):
    """How a draft stands. ``entry`` is None while something cannot be read; ``checks`` tell that too."""

    entry: Achievement | None
    faults: tuple[Fault, ...]
    checks: tuple[PrincipleCheck, ...]

    @property
    def ready(self) -> bool:
        """Whether it may be published: everything can be read, and no principle stops it."""
        return self.entry is not None and passes(self.checks)

    @property
    def missing(self) -> tuple[PrincipleCheck, ...]:
        """What must be mended first."""
        return tuple(one for one in self.checks if one.status == "error")

    @property
    def warnings(self) -> tuple[PrincipleCheck, ...]:
        """What a person should weigh."""
        return tuple(one for one in self.checks if one.status == "warning")


def judge(content: Mapping[str, Any], achievement_id: str, version: int, owners: Sequence[str]) -> Judgement:
    """Judge a draft; ``owners`` are the ids of the organisations that it may name as its own."""
    raw = complete({"quality_assurance": {}, **content}, achievement_id, version)
    faults = _faults(raw, owners)
    entry = None if faults else Achievement.model_validate(raw)
    judged = entry or Achievement.model_validate(_filled(raw, faults))
    faults += _unreachable(judged, faults)
    told = [PrincipleCheck(principle=one.principle, status="error", reason=one.reason) for one in faults]
    broken = {one.principle for one in faults}
    told += [one for one in check_achievement(judged) if not (one.status == "ok" and one.principle in broken)]
    return Judgement(entry=entry, faults=faults, checks=tuple(sorted(told, key=lambda one: one.principle)))


def _unreachable(judged: Achievement, faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """What can be read, and never be met: all that is asked for is less than what is to be enough."""
    place: Place = ("enough_points",) if judged.enough_points else ("enough_parts",)
    unread = any(fault.place[0] in ("earned_by", "enough_parts", "enough_points") for fault in faults)
    if unread or is_enough(judged, [True] * len(judged.earned_by)):
        return ()
    return (Fault(place=place, principle=3, reason=_UNREACHABLE),)


def _faults(raw: Mapping[str, Any], owners: Sequence[str]) -> tuple[Fault, ...]:
    places: list[Place] = [] if raw.get("owner") in owners else [("owner",)]
    try:
        Achievement.model_validate(raw)
    except ValidationError as error:
        places += [_field(item["loc"]) for item in error.errors(include_url=False, include_input=False)]
    return tuple(_fault(place) for place in dict.fromkeys(places))


def _field(place: Place) -> Place:
    """The field that a person fills in: a text in two languages, or a list of codes, is one."""
    if place[0] in ROWS and len(place) < ROW_FIELD:
        return place[:1]
    sizes = (size for size in range(len(place), 0, -1) if _names(place[:size]) in _HOLES)
    size = next(sizes, len(place))
    if place[0] in ROWS:
        return place[:ROW_FIELD] if size == ROW_FIELD else place
    return place[: len(_names(place[:size]))] if _names(place[:size]) in _HOLES else place


def _names(place: Place) -> tuple[str, ...]:
    return tuple(part for part in place if isinstance(part, str))


def _fault(place: Place) -> Fault:
    hole = _HOLES.get(_names(place), _OTHER)
    number = next((part + 1 for part in place if isinstance(part, int)), None)
    what = ".".join(map(str, place)) if hole is _OTHER else number
    return Fault(place=place, principle=hole.principle, reason={"sv": hole.sv.format(what), "en": hole.en.format(what)})


def _filled(raw: Mapping[str, Any], faults: Sequence[Fault]) -> dict[str, Any]:
    """The draft with a stand-in for all that cannot be read; of what no form holds, for the whole field."""
    filled: dict[str, Any] = copy.deepcopy(dict(raw))
    places = [fault.place if _names(fault.place) in _HOLES else fault.place[:1] for fault in faults]
    whole = {place for place in places if len(place) == 1}
    for place in sorted(places, key=len):
        if len(place) > 1 and place[:1] in whole:
            continue
        *way, last = place
        hole = _HOLES.get(_names(place))
        stand_in = hole.stand_in if hole else _WHOLE.get(str(last))
        inner: Any = filled
        for part in way:
            inner = inner[part]
        if stand_in is None:
            inner.pop(last, None)
        else:
            inner[last] = stand_in
    return filled
