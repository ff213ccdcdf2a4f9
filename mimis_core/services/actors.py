"""Who stands behind the ids of the record: staff by their names, learners and parts of mimis as what they are."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from sqlalchemy.orm import Session

from mimis_core.model import Model
from mimis_core.services.base import PARTS, ServicesBase
from mimis_core.store.record_tables import ActorRow
from mimis_core.store.staff_tables import StaffRow
from mimis_core.store.tables import LearnerRow


class Actor(Model):
    """Somebody who did something.

    ``kind``: part (of mimis, or whoever has the machine), staff, person (known by a name alone), learner, or unknown
    (the name was erased). ``name`` is None where there is none to show: no learner is named.
    """

    id: str
    kind: Literal["part", "staff", "person", "learner", "unknown"]
    name: str | None = None


class ActorServices(ServicesBase):
    """Looks up who acted."""

    def _actors(self, session: Session, ids: Collection[str]) -> dict[str, Actor]:
        """By their ids, those of former staff too."""
        known = {one: Actor(id=one, kind="part") for one in ids if one in PARTS}
        left = set(ids) - PARTS
        for row in self._rows_in(session, StaffRow, StaffRow.id, left):
            known[row.id] = Actor(id=row.id, kind="staff", name=row.name)
        for one in self._rows_in(session, ActorRow, ActorRow.id, left - known.keys()):
            known[one.id] = Actor(id=one.id, kind="person", name=one.name)
        for learner in self._rows_in(session, LearnerRow, LearnerRow.id, left - known.keys()):
            known[learner.id] = Actor(id=learner.id, kind="learner")
        return {one: known.get(one, Actor(id=one, kind="unknown")) for one in ids}

    def _actor(self, session: Session, said: str) -> Actor:
        """Who is meant by the id or the name that a decision was recorded with."""
        found = self._actors(session, [said])[said]
        return Actor(id=said, kind="person", name=said) if found.kind == "unknown" else found
