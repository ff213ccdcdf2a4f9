"""The way to larger qualifications: which parts a learner has, and which are missing.

What belongs together is what the catalogue says: entries that ask for credentials of others (``credential:ID`` in
``earned_by``), entries that name the same whole (``part_of``), and entries that name their parts (``has_parts``). Names
are compared as texts, for a whole need not be an entry of this catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sqlalchemy.orm import Session

from mimis_core.model import Achievement, AwardState, Completion, CredentialStatus, Model
from mimis_core.services.credentials import CredentialServices
from mimis_core.services.signals import is_withdrawn
from mimis_core.services.stacking import HANDED_IN, PARTS, PREFIX, part_module, parts_asked
from mimis_core.services.texts import in_swedish, plain
from mimis_core.store.tables import AwardRow, CompletionRow, CredentialRow

PartState = Literal["have", "waiting", "missing"]
"""She has a credential in force, of this school or handed in; the school is to decide; neither."""
ORDER: tuple[PartState, ...] = ("have", "waiting", "missing")


class Part(Model):
    """One part of a whole. ``achievement`` is the catalogue's entry; None for a part that it only names."""

    title: dict[str, str]
    state: PartState
    achievement: Achievement | None = None
    points: float | None = None
    required: bool = False


class Goal(Model):
    """A larger qualification that a learner has a part of.

    ``state`` is how it stands with the whole itself, None when it is no entry of the catalogue. ``enough_parts`` and
    ``enough_points`` say how much of it is enough where not all of it is asked for, as in the catalogue's entry.
    """

    title: dict[str, str]
    parts: tuple[Part, ...]
    state: PartState | None = None
    enough_parts: int | None = None
    enough_points: float | None = None

    @property
    def done(self) -> int:
        """How many parts she has."""
        return sum(part.state == "have" for part in self.parts)

    @property
    def points(self) -> float:
        """What the parts that she has count for."""
        return sum(part.points or 0 for part in self.parts if part.state == "have")


class PathServices(CredentialServices):
    """What is still missing."""

    def path_of(self, learner_id: str) -> tuple[Goal, ...]:
        """The wholes that a learner has begun, the nearest to its end first."""
        with self.database.reading() as session:
            states = self._part_states(session, learner_id)
        entries = self.catalogue.latest()
        goals = [_goal(whole, states) for whole in _wholes(entries)]
        begun = [goal for goal in goals if any(part.state != "missing" for part in goal.parts)]
        return tuple(sorted(begun, key=lambda goal: (len(goal.parts) - goal.done, _name(goal.title))))

    def _part_states(self, session: Session, learner_id: str) -> dict[str, PartState]:
        """How it stands with the achievements that she has something of, by their ids."""
        hers = AwardRow.learner_id == learner_id, AwardRow.state != AwardState.REJECTED.value
        awards = self._rows(session, AwardRow, *hers)
        valid = CredentialRow.learner_id == learner_id, CredentialRow.status == CredentialStatus.ACTIVE.value
        credentials = self._rows(session, CredentialRow, *valid)
        have = {row.award_id for row in credentials if row.valid_until is None or row.valid_until >= self.clock()}
        issued = {row.award_id for row in self._rows(session, CredentialRow, CredentialRow.learner_id == learner_id)}
        states: dict[str, PartState] = {row.achievement_id: "waiting" for row in awards if row.id not in issued}
        states |= {row.achievement_id: "have" for row in awards if row.id in have}
        return states | dict.fromkeys(self._handed_in(session, learner_id), "have")

    def _handed_in(self, session: Session, learner_id: str) -> list[str]:
        """Ids of the entries that credentials of other issuers count as."""
        hers = CompletionRow.learner_id == learner_id, CompletionRow.source == PARTS
        found = self._rows(session, CompletionRow, *hers, CompletionRow.key.startswith(HANDED_IN))
        rows = [row for row in found if not is_withdrawn(row)]
        return [Completion.model_validate_json(row.content).module.removeprefix(PREFIX) for row in rows]


Whole = tuple[dict[str, str], Achievement | None, list[Achievement | dict[str, str]]]
"""A title, its entry where the catalogue has one, and its parts: entries, or texts where no entry has the name."""


def _wholes(entries: Iterable[Achievement]) -> list[Whole]:
    """Each whole that entries speak of."""
    known = {_name(one.title): one for one in entries}
    by_id = {one.id: one for one in known.values()}
    titles: dict[str, dict[str, str]] = {}
    parts: dict[str, dict[str, Achievement | dict[str, str]]] = {}
    for one in known.values():
        own = [by_id[id].title for id in sorted(parts_asked([one])) if id in by_id]
        for whole, part in ((one.part_of, one.title), *((one.title, part) for part in (*own, *one.has_parts))):
            if whole is not None:
                titles.setdefault(_name(whole), whole)
                parts.setdefault(_name(whole), {})[_name(part)] = known.get(_name(part), part)
    return [(titles[name], known.get(name), list(parts[name].values())) for name in titles]


def _goal(whole: Whole, states: dict[str, PartState]) -> Goal:
    title, entry, parts = whole
    asked = {need.module: need for need in entry.earned_by} if entry else {}
    made = []
    for one in parts:
        if not isinstance(one, Achievement):
            made.append(Part(title=one, state="missing"))
            continue
        need, state = asked.get(part_module(one.id)), states.get(one.id, "missing")
        worth = {"points": need.points, "required": need.required} if need else {}
        made.append(Part(title=one.title, state=state, achievement=one, **worth))
    return Goal(
        title=title,
        parts=tuple(sorted(made, key=lambda part: (ORDER.index(part.state), _name(part.title)))),
        state=states.get(entry.id, "missing") if entry else None,
        enough_parts=entry.enough_parts if entry else None,
        enough_points=entry.enough_points if entry else None,
    )


def _name(text: dict[str, str]) -> str:
    """What a text in several languages is known by: its Swedish, or whatever it has."""
    return plain(in_swedish(text))
