"""Learners in Swedish order, a page at a time, and found by the beginnings of their names.

Names are encrypted, so the database can neither sort nor search them. Each process keeps an index of one organisation
in memory instead: what names sort and are found by, no addresses, and of protected learners the id alone. It is made
at its first use, and before each answer one row of the database tells whether a transaction has changed learners since;
only these are read again (store/revisions.py).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mimis_core.errors import UserError
from mimis_core.model import Learner
from mimis_core.services.learners import LearnerServices, to_learner
from mimis_core.services.swedish import search_key, sort_key, word_keys
from mimis_core.store.revisions import last_revision
from mimis_core.store.tables import PROTECTED, LearnerRow

PAGE = 50
SEARCHES = 32
"""How many searches are kept for their next pages."""
_AFTER_ALL = b"\xff"
Entry = tuple[bytes, str]
"""Sort key and id of a learner: where she stands in the order."""
Words = tuple[bytes, ...]
"""What a learner is found by. No set: garbage collection passes over tuples of texts, and not over sets."""


@dataclass
class Index:
    """The order and the words of one organisation's learners, as of one revision; ``hidden`` are protected ones."""

    revision: int = 0
    hidden: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    words: list[tuple[bytes, Entry]] = field(default_factory=list)
    of: dict[str, tuple[Entry, Words]] = field(default_factory=dict)
    searches: dict[tuple[bytes, ...], list[Entry]] = field(default_factory=dict)

    def fill(self, people: Iterable[tuple[str, Entry, Words]]) -> None:
        """Take everybody in at once."""
        self.of = {learner_id: (entry, words) for learner_id, entry, words in people}
        self.entries = sorted(entry for entry, _ in self.of.values())
        self.words = sorted((word, entry) for entry, words in self.of.values() for word in words)

    def put(self, learner_id: str, entry: Entry, words: Words) -> None:
        """Add a learner, or move her to where she belongs now."""
        self.drop(learner_id)
        self.hidden.discard(learner_id)
        self.of[learner_id] = entry, words
        insort(self.entries, entry)
        for word in words:
            insort(self.words, (word, entry))

    def drop(self, learner_id: str) -> None:
        """Forget a learner; nothing happens when she is not known."""
        self.searches.clear()
        entry, words = self.of.pop(learner_id, (None, ()))
        if entry is None:
            return
        del self.entries[bisect_left(self.entries, entry)]
        for word in words:
            del self.words[bisect_left(self.words, (word, entry))]

    def page(self, search: str, after: str | None, limit: int) -> tuple[list[str], int]:
        """Ids in order, after the one given, at most ``limit``, of names with words that begin like the searched ones.

        The number says how many there are in all. Raises UserError when ``after`` is not known any more.
        """
        if after is not None and after not in self.of:
            raise UserError("The list has changed since that page.", mend="Begin again with the first page.")
        found = self._find(search_key(search))
        first = bisect_right(found, self.of[after][0]) if after else 0
        return [learner_id for _, learner_id in found[first : first + limit]], len(found)

    def _find(self, pieces: tuple[bytes, ...]) -> list[Entry]:
        """Who has all these beginnings, in order. Kept for the next pages of the same search."""
        if not pieces:
            return self.entries
        if pieces not in self.searches:
            if len(self.searches) >= SEARCHES:
                self.searches.clear()
            self.searches[pieces] = sorted(set.intersection(*(set(self._beginning_with(one)) for one in pieces)))
        return self.searches[pieces]

    def _beginning_with(self, piece: bytes) -> Iterator[Entry]:
        first, last = bisect_left(self.words, (piece,)), bisect_left(self.words, (piece + _AFTER_ALL,))
        return (entry for _, entry in self.words[first:last])


@dataclass(frozen=True)
class LearnerPage:
    """Some learners in Swedish order by family name; ``after`` leads to the next page, None at the end."""

    learners: tuple[Learner, ...]
    after: str | None
    total: int


class DirectoryServices(LearnerServices):
    """The learners of one organisation, in order. Protected ones are in no list here: their officer has their ids."""

    _directory: Index | None = None

    def learner_page(self, search: str = "", after: str | None = None, limit: int = PAGE) -> LearnerPage:
        """One page of the learners whose names have words beginning with those of ``search``; all when it is empty.

        ``after`` is what the page before said; ``limit`` how many at most. A page costs some milliseconds however many
        learners there are, the first one of a process some seconds for 100,000.
        """
        # Locked first: an index is never brought to what an older transaction sees.
        with self._lock, self.database.reading() as session:
            index = self._current_index(session)
            ids, total = index.page(search, after, limit + 1)
            rows = {row.id: row for row in self._rows_in(session, LearnerRow, LearnerRow.id, ids[:limit])}
        people = tuple(to_learner(rows[one]) for one in ids[:limit] if one in rows and not rows[one].protected)
        return LearnerPage(people, ids[limit - 1] if len(ids) > limit else None, total)

    def prepare_directory(self) -> None:
        """Make the index now, so that the first page needs not wait for it: some seconds for 100,000 learners."""
        with self._lock, self.database.reading() as session:
            self._current_index(session)

    def _current_index(self, session: Session) -> Index:
        """The index brought up to what this transaction sees."""
        index = self._directory
        revision = last_revision(session, self.organisation)
        if index is not None and index.revision == revision:
            return index
        if index is None or revision < index.revision or not self._catch_up(session, index):
            index = self._directory = self._build_index(session)
        index.revision = revision
        return index

    def _build_index(self, session: Session) -> Index:
        mine = LearnerRow.organisation == self.organisation
        index = Index(hidden=set(session.scalars(select(LearnerRow.id).where(mine, PROTECTED))))
        columns = LearnerRow.id, LearnerRow.full_name, LearnerRow.given_name, LearnerRow.family_name
        query = select(*columns).where(mine, LearnerRow.protected.is_(False)).execution_options(yield_per=5_000)
        index.fill(_placed(*row) for row in session.execute(query))
        return index

    def _catch_up(self, session: Session, index: Index) -> bool:
        """Read again who was changed; False when somebody was removed, which leaves nothing to follow."""
        for row in self._rows(session, LearnerRow, LearnerRow.revision > index.revision):
            if row.protected:
                index.drop(row.id)
                index.hidden.add(row.id)
            else:
                index.put(*_placed(row.id, row.full_name, row.given_name, row.family_name))
        query = select(func.count()).select_from(LearnerRow).where(LearnerRow.organisation == self.organisation)
        return session.scalar(query) == len(index.of) + len(index.hidden)


def _placed(
    learner_id: str, full_name: str, given_name: str | None, family_name: str | None
) -> tuple[str, Entry, Words]:
    key = sort_key(family_name, given_name, full_name) if family_name else sort_key(full_name)
    # Most names are these two and no more: then their words need not be made twice.
    words = (
        (given_name, family_name)
        if full_name == f"{given_name} {family_name}"
        else (full_name, given_name, family_name)
    )
    return learner_id, (key, learner_id), tuple(word_keys(*words))
