"""Who may be the same person twice: what somebody is asked about, never merged alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from mimis_core.model import Completion
from mimis_core.services.intake import IntakeServices
from mimis_core.store.revisions import last_revision
from mimis_core.store.tables import AliasRow, CompletionRow, IdentityRow, LearnerRow

LIFE = timedelta(minutes=10)
"""How old what pages show may be: a sync brings news without changing a learner."""
Pairs = tuple[tuple[str, str], ...]


class SamePersonServices(IntakeServices):
    """Finds learners of one organisation who may be one."""

    _found_lately: tuple[int, datetime, Pairs] | None = None
    """Revision of the learners and time at which pairs were looked for last, and what was found."""

    def same_person_proposals(self) -> list[tuple[str, str]]:
        """Pairs of learner ids that may be one person: for a person to confirm, never merged alone.

        They have an equal name, and an equal verified e-mail or, from two sources, an equal alias of the same name.
        """
        with self.database.reading() as session:
            return self._same_person(session)

    def recent_same_person(self) -> Pairs:
        """As :meth:`same_person_proposals`, for pages: looked for anew when a learner has changed, or after some time.

        With 100,000 learners looking takes some hundredths of a second, and the same is found nearly always.
        """
        now = self.clock()
        with self.database.reading() as session:
            revision, known = last_revision(session, self.organisation), self._found_lately
            if known is None or known[0] != revision or not now - LIFE < known[1] <= now:
                known = self._found_lately = revision, now, tuple(self._same_person(session))
        return known[2]

    def _same_person(self, session: Session) -> list[tuple[str, str]]:
        pairs: dict[frozenset[str], tuple[str, str]] = {}
        for pair in (*self._same_address(session), *self._same_alias(session)):
            pairs.setdefault(frozenset(pair), pair)
        return list(pairs.values())

    def _same_address(self, session: Session) -> Iterator[tuple[str, str]]:
        """Only learners who share an address are read: names and completions are encrypted, so that takes its time."""
        shared = (
            select(LearnerRow.email_key)
            .where(LearnerRow.organisation == self.organisation, LearnerRow.email_key.is_not(None))
            .group_by(LearnerRow.email_key)
            .having(func.count() > 1)
        )
        people = self._rows(session, LearnerRow, LearnerRow.email_key.in_(shared), LearnerRow.protected.is_(False))
        groups: dict[tuple[str, str], list[str]] = {}
        verified = self._verified_addresses(session, [one.id for one in people])
        for one in people:
            if (one.id, one.email_key) in verified:
                groups.setdefault((one.email_key or "", one.full_name.casefold()), []).append(one.id)
        for ids in groups.values():
            yield from ((ids[0], other) for other in ids[1:])

    def _verified_addresses(self, session: Session, learner_ids: list[str]) -> set[tuple[str, str | None]]:
        """Learners with the addresses that a source says are theirs: another one that she had before proves nothing."""
        rows = self._rows_in(session, CompletionRow, CompletionRow.learner_id, learner_ids)
        told = ((row.learner_id, Completion.model_validate_json(row.content).learner) for row in rows)
        return {
            (learner_id, self.database.cipher.fingerprint(learner.email))
            for learner_id, learner in told
            if learner.email and learner.email_verified
        }

    def _same_alias(self, session: Session) -> Iterator[tuple[str, str]]:
        """Only learners whose alias another identity has too are read, for the same reason."""
        # Counted in an index alone: nearly all aliases are one identity's.
        shared = (
            select(AliasRow.name, AliasRow.value_key)
            .where(AliasRow.organisation == self.organisation)
            .group_by(AliasRow.name, AliasRow.value_key)
            .having(func.count() > 1)
        )
        query = (
            select(AliasRow.name, AliasRow.value_key, IdentityRow.source, LearnerRow.id, LearnerRow.full_name)
            .join(IdentityRow, IdentityRow.id == AliasRow.identity_id)
            .join(LearnerRow, LearnerRow.id == IdentityRow.learner_id)
            .where(AliasRow.organisation == self.organisation, LearnerRow.protected.is_(False))
            .where(tuple_(AliasRow.name, AliasRow.value_key).in_(shared))
            .order_by(LearnerRow.id)
        )
        groups: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
        for name, value, source, learner, full_name in session.execute(query):
            groups.setdefault((name, value, full_name.casefold()), []).append((source, learner))
        for (source, learner), *others in groups.values():
            yield from ((learner, other) for where, other in others if where != source and other != learner)
