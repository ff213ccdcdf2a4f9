"""Which needs of a role are met by proved competences: a line for each need, with its reason, and no score.

Pure: whoever calls brings competences, which say nothing of a person, and a hierarchy of skills. One more competence
never makes a line worse, and neither its place nor that of a need matters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from mimis_core.model import Concept, LangMap, Model, Outcome
from mimis_core.services.competences import Competence, content_of
from mimis_core.services.role_needs import AchievementNeed, Need, OutcomeNeed, RoleProfile, SkillNeed
from mimis_core.services.role_words import say
from mimis_core.services.texts import plain

Status = Literal["met", "partly", "not"]
Relation = Literal["exact", "narrower", "broader", "title"]
"""How what is proved stands to the need: the same, a special case of it, more general, or equal by its title alone."""
LevelSaid = Literal["enough", "too_low", "unsaid"]
_RELATIONS: tuple[Relation, ...] = ("exact", "narrower", "broader", "title")
_LEVELS: tuple[LevelSaid, ...] = ("enough", "too_low", "unsaid")


class Known(Protocol):
    """What is read of a concept."""

    @property
    def kind(self) -> str:
        """``skill`` or ``group``, among others."""

    @property
    def labels(self) -> dict[str, str]:
        """By language."""


class Hierarchy(Protocol):
    """What matching asks of a classification of skills, such as :class:`mimis_core.services.esco.Esco`."""

    def concept(self, uri: str) -> Known | None:
        """What stands at an address."""

    def broader(self, uri: str) -> tuple[str, ...]:
        """One step up."""

    def narrower(self, uri: str) -> tuple[str, ...]:
        """One step down."""


class Proof(Model):
    """What a line rests on: which outcome of which credential, and how it stands to the need.

    ``outcome`` and ``skill`` are None where the credential as a whole is meant.
    """

    relation: Relation
    level_said: LevelSaid
    credential: LangMap
    outcome: LangMap | None = None
    skill: LangMap | None = None
    level: int | None = None

    @property
    def status(self) -> Status:
        """Met by the same or a special case of it, on a level that is enough; partly by anything else."""
        return "met" if self.relation in ("exact", "narrower") and self.level_said == "enough" else "partly"

    @property
    def rank(self) -> tuple[bool, int, int, str]:
        """The smallest is the best one; the text alone tells equals apart, so that their order does not matter."""
        places = _RELATIONS.index(self.relation), _LEVELS.index(self.level_said)
        return self.status != "met", *places, self.model_dump_json()


class Line(Model):
    """One need, how it is met, by what, and the reason in words."""

    need: Need
    status: Status
    proof: Proof | None = None
    words: LangMap


def match(role: RoleProfile, competences: Collection[Competence], skills: Hierarchy) -> tuple[Line, ...]:
    """A line for each need of the role, in its order."""
    return Matcher(role, skills).lines(competences)


class Matcher:
    """A role made ready to be compared with many: what is broader and narrower is looked up once."""

    def __init__(self, role: RoleProfile, skills: Hierarchy) -> None:
        self.role = role
        self._asked = [_ask(need, skills) for need in role.needs]
        self._near: defaultdict[str, set[int]] = defaultdict(set)
        for place, asked in enumerate(self._asked):
            for uri in asked.near:
                self._near[uri].add(place)
        self._by_text = {place for place, need in enumerate(role.needs) if not isinstance(need, SkillNeed)}

    def lines(self, competences: Collection[Competence]) -> tuple[Line, ...]:
        """What these competences come to, explained."""
        ordered = sorted(competences, key=content_of)
        return tuple(_line(asked, ordered) for asked in self._asked)

    def masks(self, competence: Competence) -> tuple[int, int]:
        """The needs that one competence meets, and those that it meets partly, a bit for each."""
        skills = (_address(concept.uri) for outcome in competence.outcomes for concept in _concepts(outcome))
        met = partly = 0
        for place in self._by_text.union(*(self._near.get(uri, ()) for uri in skills)):
            found = {proof.status for proof in self._asked[place].proofs(competence)}
            met |= ("met" in found) << place
            partly |= ("partly" in found) << place
        return met, partly


@dataclass(frozen=True)
class _Asked:
    """A need, how it is compared with a competence, and the skills that say anything about it."""

    need: Need
    proofs: Callable[[Competence], Iterator[Proof]]
    near: Mapping[str, Relation] = field(default_factory=dict)


def _ask(need: Need, skills: Hierarchy) -> _Asked:
    if isinstance(need, SkillNeed):
        wanted = _address(need.skill)
        above = _closure(wanted, lambda uri: skills.broader(uri) if _climbs(uri, skills) else ())
        near: dict[str, Relation] = dict.fromkeys(above, "broader")
        near |= dict.fromkeys(_closure(wanted, skills.narrower), "narrower")
        near[wanted] = "exact"
        return _Asked(need, lambda one: _by_skill(need, one, near, skills), near)
    if isinstance(need, OutcomeNeed):
        return _Asked(need, lambda one: _by_text(need, one))
    return _Asked(need, lambda one: _by_achievement(need, one))


def _closure(start: str, step: Callable[[str], Iterable[str]]) -> frozenset[str]:
    """All that steps from here lead to, but for here; a circle ends where it closes."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = set(step(waiting.pop())) - found - {start}
        found |= new
        waiting += new
    return frozenset(found)


def _climbs(uri: str, skills: Hierarchy) -> bool:
    # Groups of groups end in "skills" and "knowledge", under which everything would be a little of everything.
    known = skills.concept(uri)
    return known is None or known.kind == "skill"


def _by_skill(need: SkillNeed, one: Competence, near: Mapping[str, Relation], skills: Hierarchy) -> Iterator[Proof]:
    for outcome in one.outcomes:
        for concept in _concepts(outcome):
            uri = _address(concept.uri)
            if uri in near:
                yield _proof(need, one, near[uri], outcome, _label(concept, uri, skills))


def _concepts(outcome: Outcome) -> tuple[Concept, ...]:
    return (*outcome.esco, *outcome.skills)


def _by_text(need: OutcomeNeed, one: Competence) -> Iterator[Proof]:
    wanted = _texts(need.label)
    for outcome in one.outcomes:
        if wanted & _texts(outcome.title):
            yield _proof(need, one, "exact", outcome)


def _by_achievement(need: AchievementNeed, one: Competence) -> Iterator[Proof]:
    if one.achievement == need.achievement:
        yield _proof(need, one, "exact")
    elif one.achievement is None and _texts(need.label) & _texts(one.title):
        yield _proof(need, one, "title")


def _proof(
    need: Need, one: Competence, relation: Relation, outcome: Outcome | None = None, skill: LangMap | None = None
) -> Proof:
    said: LevelSaid = "enough"
    if need.level is not None:
        said = "unsaid" if one.level is None else "enough" if one.level >= need.level else "too_low"
    title = outcome.title if outcome else None
    return Proof(relation=relation, level_said=said, credential=one.title, outcome=title, skill=skill, level=one.level)


def _line(asked: _Asked, competences: Iterable[Competence]) -> Line:
    proofs = (proof for one in competences for proof in asked.proofs(one))
    best = min(proofs, key=lambda proof: proof.rank, default=None)
    return Line(need=asked.need, status=best.status if best else "not", proof=best, words=_words(asked.need, best))


def _words(need: Need, proof: Proof | None) -> LangMap:
    if proof is None:
        return say(("not",), {}, {})
    found = proof.relation if proof.outcome or proof.relation == "title" else "whole"
    names = (found,) if proof.level_said == "enough" else (found, proof.level_said)
    texts = {"credential": proof.credential, "outcome": proof.outcome, "skill": proof.skill}
    numbers = {"level": str(proof.level), "wanted": str(need.level)}
    return say(names, {key: text for key, text in texts.items() if text}, numbers)


def _label(concept: Concept, uri: str, skills: Hierarchy) -> LangMap:
    """The classification's own label goes first: what it calls a skill does not depend on who issued."""
    known = skills.concept(uri)
    return (known.labels if known else None) or concept.label or {"en": uri}


def _address(uri: str) -> str:
    """The one spelling of an address: ESCO's have http, and people copy them from pages that have https."""
    spelt = uri.strip().rstrip("/")
    return f"http{spelt.removeprefix('https')}" if spelt.startswith("https://data.europa.eu/esco/") else spelt


def _texts(text: LangMap) -> set[tuple[str, str]]:
    """What a text says by language, however it is spaced, capitalised and ended."""
    said = {code: plain(one).rstrip(" .!") for code, one in text.items()}
    return {(code, one) for code, one in said.items() if one}
