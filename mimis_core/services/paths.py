"""The way to larger qualifications: which parts a learner has, and which are missing.

What belongs together is what the catalogue says: entries that name the same whole (``part_of``), and entries that name
their parts (``has_parts``). Names are compared as texts, for a whole need not be an entry of this catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sqlalchemy.orm import Session

from mimis_core.model import Achievement, AwardState, CredentialStatus, Model
from mimis_core.services.credentials import CredentialServices
from mimis_core.store.tables import AwardRow, CredentialRow

PartState = Literal["have", "waiting", "missing"]
"""She has a credential in force; the school is to decide; neither."""
ORDER: tuple[PartState, ...] = ("have", "waiting", "missing")


class Part(Model):
    """One part of a whole. ``achievement`` is the catalogue's entry; None for a part that it only names."""

    title: dict[str, str]
    state: PartState
    achievement: Achievement | None = None


class Goal(Model):
    """A larger qualification that a learner has a part of."""

    title: dict[str, str]
    parts: tuple[Part, ...]

    @property
    def done(self) -> int:
        """How many parts she has."""
        return sum(part.state == "have" for part in self.parts)


class PathServices(CredentialServices):
    """What is still missing."""

    def path_of(self, learner_id: str) -> tuple[Goal, ...]:
        """The wholes that a learner has begun, the nearest to its end first."""
        with self.database.reading() as session:
            states = self._part_states(session, learner_id)
        entries = self.catalogue.latest()
        goals = [_goal(title, parts, states) for title, parts in _wholes(entries)]
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
        return states


def _wholes(entries: Iterable[Achievement]) -> list[tuple[dict[str, str], dict[str, Achievement | dict[str, str]]]]:
    """Each whole by its title, with its parts by name: entries, or texts where no entry has the name."""
    known = {_name(one.title): one for one in entries}
    titles: dict[str, dict[str, str]] = {}
    parts: dict[str, dict[str, Achievement | dict[str, str]]] = {}
    for one in known.values():
        for whole, part in ((one.part_of, one.title), *((one.title, part) for part in one.has_parts)):
            if whole is not None:
                titles.setdefault(_name(whole), whole)
                parts.setdefault(_name(whole), {})[_name(part)] = known.get(_name(part), part)
    return [(titles[name], parts[name]) for name in titles]


def _goal(title: dict[str, str], parts: dict[str, Achievement | dict[str, str]], states: dict[str, PartState]) -> Goal:
    made = [
        Part(title=one.title, state=states.get(one.id, "missing"), achievement=one)
        if isinstance(one, Achievement)
        else Part(title=one, state="missing")
        for one in parts.values()
    ]
    return Goal(title=title, parts=tuple(sorted(made, key=lambda part: (ORDER.index(part.state), _name(part.title)))))


def _name(text: dict[str, str]) -> str:
    """What a text in several languages is known by: its Swedish, or whatever it has."""
    return " ".join((text.get("sv") or next(iter(text.values()))).casefold().split())
