"""Taking in what a source gives: learners, completions, and what was set aside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from mimis_core.model import Completion, SetAside, SourceLearner
from mimis_core.services.shares import ShareServices
from mimis_core.store.tables import CompletionRow, IdentityRow, LearnerRow, SetAsideRow, new_id

_PERSONAL_NUMBER = re.compile(r"(?<!\d)(?:\d{2})?(\d{6})[-+]?(\d{4})(?!\d)")
MONTH_DAY = re.compile(r"\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])")
"""Date part of a personnummer, or of a samordningsnummer, whose day is 60 higher (facts/sweden.md section 5)."""


@dataclass(frozen=True)
class Run:
    """One sync. Its id marks the records that it saw: two syncs can start within one tick of the clock."""

    at: datetime
    id: str = field(default_factory=new_id)


def holds_personal_number(text: str) -> bool:
    """True for a text with a Swedish personal or co-ordination number in it, with its check digit right."""
    return any(MONTH_DAY.fullmatch(day) and _luhn(day + last) for day, last in _PERSONAL_NUMBER.findall(text))


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 if index % 2 == 0 else 1) for index, digit in enumerate(digits))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


class IntakeServices(ShareServices):
    """Writes pulled pages; the same record again changes nothing."""

    def _absorb(self, session: Session, completions: tuple[Completion, ...], run: Run) -> dict[str, LearnerRow]:
        """Store completions; gives the learners that they belong to, by id. A page is a handful of queries."""
        known = {
            (row.source, row.key): row
            for row in self._rows(session, CompletionRow, CompletionRow.key.in_([one.key for one in completions]))
        }
        good = []
        for one in completions:
            if holds_personal_number(one.learner.key):
                self._refuse(session, one, run)
            else:
                good.append(one)
        learners = self._learners_for(session, [one.learner for one in good])
        for one in good:
            learner = learners[one.learner.source, one.learner.key]
            place = one.source, one.key
            known[place] = self._store_completion(session, one, known.get(place), learner, run)
        session.flush()
        return {row.id: row for row in learners.values()}

    def _store_completion(
        self, session: Session, one: Completion, row: CompletionRow | None, learner: LearnerRow, run: Run
    ) -> CompletionRow:
        if row is None:
            row = CompletionRow(
                organisation=self.organisation,
                source=one.source,
                key=one.key,
                learner_id=learner.id,
                state="unmatched",
            )
            session.add(row)
        row.content, row.seen_at, row.seen_in = one.model_dump_json(), run.at, run.id
        return row

    def _set_aside(self, session: Session, items: tuple[SetAside, ...], run: Run) -> None:
        known = {
            (row.source, row.key): row
            for row in self._rows(session, SetAsideRow, SetAsideRow.key.in_([item.key for item in items]))
        }
        for item in items:
            row = known.get((item.source, item.key))
            if row is None:
                row = SetAsideRow(organisation=self.organisation, source=item.source, key=item.key)
                session.add(row)
            row.reason, row.message, row.seen_at, row.seen_in = item.reason, item.message, run.at, run.id

    def _refuse(self, session: Session, one: Completion, run: Run) -> None:
        # The key itself may hold the number, so only its keyed hash is kept.
        refused = SetAside(
            source=one.source,
            key=self.database.cipher.token_hash(one.key),
            reason="personal-number",
            message="The learner's id is a personal number. Give learners an id of their own in the source.",
        )
        self._set_aside(session, (refused,), run)

    def _learners_for(self, session: Session, people: Sequence[SourceLearner]) -> dict[tuple[str, str], LearnerRow]:
        """The learners behind source identities, by source and key; who is new is added."""
        keys = {person.key for person in people}
        identities = self._rows(session, IdentityRow, IdentityRow.key.in_(keys))
        rows = self._rows(session, LearnerRow, LearnerRow.id.in_({one.learner_id for one in identities}))
        by_id = {row.id: row for row in rows}
        found = {(one.source, one.key): by_id[one.learner_id] for one in identities}
        new = {}
        for person in people:
            place = person.source, person.key
            if place not in found:
                row = LearnerRow(id=new_id(), organisation=self.organisation, full_name=person.full_name)
                found[place] = new[place] = row
            self._bring_up_to_date(found[place], person)
        self._add_learners(session, new)
        return found

    def _add_learners(self, session: Session, new: dict[tuple[str, str], LearnerRow]) -> None:
        session.add_all(new.values())
        session.flush()  # identities refer to them
        session.add_all(
            IdentityRow(organisation=self.organisation, source=source, key=key, learner_id=row.id)
            for (source, key), row in new.items()
        )

    def _bring_up_to_date(self, row: LearnerRow, person: SourceLearner) -> None:
        """Take names and address over. A mark for protected identity only ever goes on here; a person takes it off."""
        values = {"full_name": person.full_name, "given_name": person.given_name, "family_name": person.family_name}
        for name, value in values.items():
            if value and getattr(row, name) != value:
                setattr(row, name, value)
        if person.email and row.email != person.email:
            row.email, row.email_key = person.email, self.database.cipher.fingerprint(person.email)
        privacy = self.settings.privacy
        listed = privacy.protected == "list" and f"{person.source}:{person.key}" in privacy.values
        row.protected = bool(row.protected) or person.protected or listed
