"""What stands in the catalogue: entries with their versions, drafts, checks, and how often each was issued."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from mimis_core.errors import NotFoundError
from mimis_core.model import Achievement, LangMap, Model, Organisation
from mimis_core.principles import PrincipleCheck, check_achievement
from mimis_core.services.base import ServicesBase
from mimis_core.services.catalogue_reading import State
from mimis_core.store.catalogue_tables import CatalogueEntryRow
from mimis_core.store.tables import CredentialRow

COUNT_KEPT = 5_000
"""A count of all issued credentials is good for so many times the time that it took. Of a few hundred that is a second
or two: whoever has just issued one sees it. Of 300,000 it takes some 50 ms, for which few of all looks shall wait."""
COUNT_LIFE = 300.0
"""Seconds that it is good for at most, however long it took."""


class Entry(Model):
    """One entry of the catalogue as a list shows it.

    ``version`` is the newest that is no draft, None when there is none; ``draft`` the version of the draft, if there is
    one. ``in_file``: it stands in a file of the catalogue folder. ``checks`` are those of ``version``.
    """

    id: str
    title: LangMap
    version: int | None = None
    state: State = "draft"
    draft: int | None = None
    in_file: bool = False
    checks: tuple[PrincipleCheck, ...] = ()

    @property
    def ref(self) -> str:
        """The version to look at: the newest that counts, or the draft."""
        return f"{self.id}@{self.version or self.draft}"


class Draft(Model):
    """What is being written: ``revision`` tells two who write at the same time apart."""

    id: str
    version: int
    revision: int
    content: dict[str, Any]
    at: datetime


class CatalogueListServices(ServicesBase):
    """Looking at the catalogue."""

    _counted: tuple[float, dict[str, int] | None] = 0.0, None
    """Until when the last count of issued credentials is good, and what it gave."""

    def entries(self) -> list[Entry]:
        """All entries by id: the newest version of each, and whether a draft waits."""
        snapshot = self.catalogue_reader.read()
        in_files = {entry.ref for entry in snapshot.files}
        found: dict[str, Entry] = {}
        for one in sorted(snapshot.catalogue, key=lambda one: one.version):
            found[one.id] = Entry(
                id=one.id,
                title=one.title,
                version=one.version,
                state=snapshot.state(one),
                in_file=one.ref in in_files,
                checks=snapshot.checks(one),
            )
        for draft in self._drafts():
            known = found.get(draft.id) or Entry(id=draft.id, title=_title(draft.content, draft.id))
            found[draft.id] = known.model_copy(update={"draft": draft.version})
        return [found[id] for id in sorted(found)]

    def versions(self, achievement_id: str) -> list[Achievement]:
        """All versions of an entry that are no drafts, newest first."""
        found = [entry for entry in self.catalogue if entry.id == achievement_id]
        return sorted(found, key=lambda entry: entry.version, reverse=True)

    def entry_state(self, entry: Achievement) -> State:
        """Whether a version is awarded, or was; ``draft`` for what is in no catalogue."""
        snapshot = self.catalogue_reader.read()
        return snapshot.state(entry) if snapshot.catalogue.get(entry.id, entry.version) else "draft"

    def awarded_entry(self, achievement_id: str) -> Achievement:
        """The version of an entry that is awarded now. Raises NotFoundError when none is."""
        found = next((entry for entry in self.catalogue.latest() if entry.id == achievement_id), None)
        if found is None:
            raise unknown(achievement_id)
        return found

    def check_entry(self, entry: Achievement) -> tuple[PrincipleCheck, ...]:
        """How an entry stands against the six principles."""
        return check_achievement(entry)

    def issued_counts(self, achievement_ids: Collection[str]) -> dict[str, int]:
        """How many credentials were issued of each of these, whatever became of them.

        As it was at most :data:`COUNT_LIFE` ago; in a small school, a second or two.
        """
        now, (good_until, counts) = self.catalogue_reader.ticks(), self._counted
        if counts is None or now >= good_until:
            counts = self._count_issued()
            took = self.catalogue_reader.ticks() - now
            self._counted = now + min(COUNT_KEPT * took, COUNT_LIFE), counts
        return {one: counts[one] for one in achievement_ids if one in counts}

    def _count_issued(self) -> dict[str, int]:
        query = (
            select(CredentialRow.achievement_id, func.count())
            .where(CredentialRow.organisation == self.organisation)
            .group_by(CredentialRow.achievement_id)
        )
        with self.database.reading() as session:
            return dict(session.execute(query).all())

    def owners(self) -> tuple[Organisation, ...]:
        """Whose entries the catalogue may hold: this organisation's, and those of the owners in its settings."""
        return (self.settings.organisation, *self.settings.owners)

    def _drafts(self) -> list[Draft]:
        with self.database.reading() as session:
            return [to_draft(row) for row in self._rows(session, CatalogueEntryRow, CatalogueEntryRow.state == "draft")]


def unknown(name: str) -> NotFoundError:
    """That there is no such entry, version or draft."""
    return NotFoundError(f"There is no such entry {name!r} here.", code="unknown")


def to_draft(row: CatalogueEntryRow) -> Draft:
    """The draft that a row holds."""
    content = json.loads(row.content)
    return Draft(id=row.achievement_id, version=row.version, revision=row.revision, content=content, at=row.at)


def _title(content: Mapping[str, Any], otherwise: str) -> dict[str, str]:
    return content.get("title") or {"sv": otherwise}
