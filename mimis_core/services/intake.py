"""Taking in what a source gives: learners, completions, and what was set aside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mimis_core.model import Completion, SetAside, SourceLearner
from mimis_core.services.shares import ShareServices
from mimis_core.store.record_tables import TombstoneRow
from mimis_core.store.tables import AliasRow, CompletionRow, IdentityRow, LearnerRow, SetAsideRow, new_id

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PERSONAL_NUMBER = re.compile(r"(?<!\d)(?:\d{2})?(\d{6})[-+]?(\d{4})(?!\d)")
MONTH_DAY = re.compile(r"\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])")
"""Date part of a personnummer, or of a samordningsnummer, whose day is 60 higher (facts/sweden.md section 5)."""

LONGEST_ALIAS, LONGEST_KEY, LONGEST_LEARNER_KEY = 80, 300, 200
"""Characters of an alias's name, of a record's key and of a learner's key."""
REFUSALS = {
    "personal-number": "The learner's id is a personal number. Give learners an id of their own in the source.",
    "erased": "The learner was erased here. Take her in anew with: mimis learners readmit SOURCE KEY",
    "not-storable": "Its id or its learner's is too long, or a text has a NUL character. Correct it in the source.",
}
"""Why mimis refuses a record, by the reason's code, with the mend."""
Place = tuple[str, str]
"""A record's source, and its key there."""


@dataclass(frozen=True)
class Run:
    """One sync, or the following of one hint. Its id marks the records that it saw.

    The id, since two syncs can start within one tick of the clock. Following a hint is not ``counted``: it leaves the
    marks of a sync beside it alone, so that the totals of that one add up.
    """

    at: datetime
    id: str = field(default_factory=new_id)
    counted: bool = True


@dataclass(frozen=True)
class Absorbed:
    """What taking completions in has touched: their learners by id, the rows by place, and which of them changed."""

    learners: dict[str, LearnerRow]
    rows: dict[Place, CompletionRow]
    changed: frozenset[Place]


def holds_personal_number(text: str) -> bool:
    """True for a text with a Swedish personal or co-ordination number in it, with its check digit right.

    A UUID is passed over: one in some thousands holds ten digits that would do.
    """
    found = _PERSONAL_NUMBER.findall(_UUID.sub(" ", text))
    return any(MONTH_DAY.fullmatch(day) and _luhn(day + last) for day, last in found)


def refusal(one: Completion) -> str | None:
    """Why a completion cannot be taken in, as a key of :data:`REFUSALS`; None when it can."""
    learner = one.learner
    if holds_personal_number(learner.key):
        return "personal-number"
    stored = learner.full_name, learner.given_name, learner.family_name, learner.email, *learner.aliases.values()
    held = _holds(one.key, LONGEST_KEY) and _holds(learner.key, LONGEST_LEARNER_KEY)
    return None if held and not any("\0" in (text or "") for text in stored) else "not-storable"


def _holds(text: str, longest: int) -> bool:
    """Whether a column of that many characters can hold it; PostgreSQL takes no NUL."""
    return len(text) <= longest and "\0" not in text


def shortened(text: str, longest: int) -> str:
    """A text for people as a column of that many characters can hold it."""
    return text.replace("\0", "")[:longest]


def _with_first_date(one: Completion, row: CompletionRow | None) -> Completion:
    """The completion as it is stored: one without a date of its own keeps that of its first pull."""
    if one.dated or row is None:
        return one
    first = Completion.model_validate_json(row.content)
    return one.model_copy(update={"completed_at": first.completed_at})


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 if index % 2 == 0 else 1) for index, digit in enumerate(digits))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


class IntakeServices(ShareServices):
    """Writes pulled pages; the same record again changes nothing."""

    def known_completions(self, source: str, keys: Sequence[str]) -> dict[str, Completion]:
        """What is stored of these records of a source, by key: what a preview compares a list with.

        Nothing of a protected learner: a preview is looked at by more than her officer.
        """
        with self.database.reading() as session:
            rows = self._rows_in(session, CompletionRow, CompletionRow.key, keys, CompletionRow.source == source)
            protected = self._protected_ids(session)
            shown = (row for row in rows if row.learner_id not in protected)
            return {row.key: Completion.model_validate_json(row.content) for row in shown}

    def _absorb(self, session: Session, completions: tuple[Completion, ...], run: Run) -> Absorbed:
        """Store completions and forget that they were set aside. A page is a handful of queries."""
        good = self._storable(session, completions, run)
        keys, sources = [one.key for one in good], {one.source for one in good}
        known = {
            (row.source, row.key): row
            for row in self._rows_in(session, CompletionRow, CompletionRow.key, keys, CompletionRow.source.in_(sources))
        }
        learners = self._learners_for(session, [one.learner for one in good])
        rows, changed = {}, set()
        for one in good:
            place = one.source, one.key
            row = known.get(place)
            content = _with_first_date(one, row).model_dump_json()
            if row is None:
                row = known[place] = self._new_completion(one, learners[one.learner.source, one.learner.key])
                session.add(row)
            elif row.content != content:
                changed.add(place)
            if row.content != content:
                # Nothing else is noted: most nights most records are as they were, and then nothing is written.
                row.content, row.seen_at, row.seen_in = content, run.at, run.id
            rows[place] = row
        self._no_longer_aside(session, rows, run)
        session.flush()
        return Absorbed({row.id: row for row in learners.values()}, rows, frozenset(changed))

    def _new_completion(self, one: Completion, learner: LearnerRow) -> CompletionRow:
        return CompletionRow(
            organisation=self.organisation,
            source=one.source,
            key=one.key,
            learner_id=learner.id,
            state="unmatched",
        )

    def _no_longer_aside(self, session: Session, places: Iterable[Place], run: Run) -> None:
        """What a source gives stands set aside no longer, unless this very run says both."""
        wanted, earlier = set(places), SetAsideRow.seen_in != run.id
        sources = SetAsideRow.source.in_({source for source, _ in wanted})
        for row in self._rows_in(session, SetAsideRow, SetAsideRow.key, [key for _, key in wanted], sources, earlier):
            if (row.source, row.key) in wanted:
                session.delete(row)

    def _forget_unseen(self, session: Session, source: str, run: Run) -> None:
        """After all of a source was pulled, only what this run or a later one set aside still stands."""
        session.execute(
            delete(SetAsideRow)
            .where(SetAsideRow.organisation == self.organisation, SetAsideRow.source == source)
            .where(SetAsideRow.seen_in != run.id, SetAsideRow.seen_at <= run.at)
            .execution_options(synchronize_session=False)
        )

    def _set_aside(self, session: Session, items: tuple[SetAside, ...], run: Run) -> None:
        if not items:
            return
        keys, sources = [self._aside_key(item) for item in items], {item.source for item in items}
        known = {
            (row.source, row.key): row
            for row in self._rows_in(session, SetAsideRow, SetAsideRow.key, keys, SetAsideRow.source.in_(sources))
        }
        for item in items:
            key = self._aside_key(item)
            row = known.get((item.source, key))
            if row is None:
                row = SetAsideRow(organisation=self.organisation, source=item.source, key=key, seen_in=run.id)
                known[item.source, key] = row
                session.add(row)
            row.reason, row.message, row.seen_at = shortened(item.reason, 100), shortened(item.message, 1000), run.at
            row.seen_in = run.id if run.counted else row.seen_in

    def _aside_key(self, item: SetAside) -> str:
        """The key that it is stored by: a keyed hash in place of one that no database can hold."""
        return item.key if _holds(item.key, LONGEST_KEY) else self.database.cipher.token_hash(item.key)

    def _storable(self, session: Session, completions: tuple[Completion, ...], run: Run) -> list[Completion]:
        """The completions without those that are refused; these are set aside.

        Their keys may hold a personal number, or what no database can hold, so only a keyed hash of them is kept.
        """
        good, refused = [], []
        erased = self._erased_places(session, completions)
        for one in completions:
            reason = "erased" if (one.learner.source, one.learner.key) in erased else refusal(one)
            if reason is None:
                good.append(one)
                continue
            key = self.database.cipher.token_hash(one.key)
            refused.append(SetAside(source=one.source, key=key, reason=reason, message=REFUSALS[reason]))
        self._set_aside(session, tuple(refused), run)
        return good

    def _erased_places(self, session: Session, completions: tuple[Completion, ...]) -> set[Place]:
        """Those of the learners of these that were erased here."""
        mine = TombstoneRow.organisation == self.organisation
        if session.scalar(select(TombstoneRow.id).where(mine).limit(1)) is None:
            return set()
        places = {(one.learner.source, one.learner.key) for one in completions}
        keys = {self._identity_key(*place): place for place in places}
        found = self._rows_in(session, TombstoneRow, TombstoneRow.identity_key, keys)
        return {keys[row.identity_key] for row in found}

    def _identity_key(self, source: str, key: str) -> str:
        """Keyed hash of a source identity: all that is kept of one that was erased."""
        return self.database.cipher.token_hash(f"identity {source} {key}")

    def _learners_for(self, session: Session, people: Sequence[SourceLearner]) -> dict[Place, LearnerRow]:
        """The learners behind source identities, by source and key; who is new is added."""
        keys, sources = {person.key for person in people}, {person.source for person in people}
        named = self._rows_in(session, IdentityRow, IdentityRow.key, keys, IdentityRow.source.in_(sources))
        identities = {(one.source, one.key): one for one in named}
        owners = {one.learner_id for one in identities.values()}
        by_id = {row.id: row for row in self._rows_in(session, LearnerRow, LearnerRow.id, owners)}
        found = {place: by_id[one.learner_id] for place, one in identities.items()}
        new = []
        for person in people:
            place = person.source, person.key
            if place not in found:
                found[place] = LearnerRow(id=new_id(), organisation=self.organisation, full_name=person.full_name)
                identities[place] = self._new_identity(person, found[place])
                new.append(place)
            self._bring_up_to_date(found[place], person)
        self._add_learners(session, [found[place] for place in new], [identities[place] for place in new])
        for person in people:
            place = person.source, person.key
            self._keep_aliases(session, identities[place], {} if found[place].protected else person.aliases)
        return found

    def _new_identity(self, person: SourceLearner, learner: LearnerRow) -> IdentityRow:
        return IdentityRow(
            id=new_id(), organisation=self.organisation, source=person.source, key=person.key, learner_id=learner.id
        )

    def _add_learners(self, session: Session, learners: list[LearnerRow], identities: list[IdentityRow]) -> None:
        session.add_all(learners)
        session.flush()  # identities refer to them
        session.add_all(identities)
        session.flush()  # aliases refer to these

    def _keep_aliases(self, session: Session, identity: IdentityRow, aliases: dict[str, str]) -> None:
        """Keep the further names that a source knows somebody by; one that holds a personal number is dropped."""
        good = {
            name: value
            for name, value in sorted(aliases.items())
            if value and len(name) <= LONGEST_ALIAS and not holds_personal_number(value)
        }
        text = json.dumps(good, ensure_ascii=False) if good else None
        if identity.aliases == text:
            return
        if identity.aliases is not None:
            session.execute(delete(AliasRow).where(AliasRow.identity_id == identity.id))
        identity.aliases = text
        session.add_all(
            AliasRow(
                organisation=self.organisation,
                identity_id=identity.id,
                name=name,
                value_key=self.database.cipher.fingerprint(value),
            )
            for name, value in good.items()
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
