"""The catalogue as it stands now: its files, and what is published in the portal, also by other processes."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from mimis_core.catalogue import Catalogue
from mimis_core.model import Accreditation, Achievement, Body
from mimis_core.principles import PrincipleCheck, check_achievement
from mimis_core.store.catalogue_tables import CatalogueEntryRow, CatalogueReviewRow
from mimis_core.store.database import Database
from mimis_core.store.revisions import next_number, state_of

LOOK_EVERY = 2.0
"""Seconds after which a process asks whether another has published something."""
REVISION = "catalogue"
"""Name of the state that counts what was published, retired and reviewed."""
REVIEWED = "mimis-review-"
"""How the reference of an accreditation begins that is a review made here; the rest is the review's id."""
State = Literal["draft", "published", "retired"]


@dataclass(frozen=True)
class LivingCatalogue(Catalogue):
    """Files and publications. ``retired`` versions are awarded no more; they explain old credentials."""

    retired: frozenset[str] = frozenset()

    def latest(self) -> tuple[Achievement, ...]:
        """The newest version of each entry that is not retired: what is awarded now."""
        return tuple(entry for entry in super().latest() if entry.ref not in self.retired)


@dataclass(frozen=True)
class Publications:
    """What the database has at one moment: published entries, and the external reviews of any entry.

    ``ours`` are the versions that were published here; ``approvals`` the reviews by the key of the content that each
    approves.
    """

    revision: int
    entries: tuple[Achievement, ...] = ()
    ours: frozenset[str] = frozenset()
    retired: frozenset[str] = frozenset()
    approvals: Mapping[str, tuple[Accreditation, ...]] = field(default_factory=dict)

    def reviewed(self, entry: Achievement) -> Achievement:
        """The entry with the external reviews that approve exactly this content, and no others made here."""
        bare = without_reviews(entry)
        found = self.approvals.get(content_key(bare), ()) if self.approvals else ()
        return _with(bare, (*bare.quality_assurance.accreditations, *found)) if found else bare


@dataclass(frozen=True)
class Snapshot:
    """Files and publications together. Where a version stands in both, the file counts: ``clashes`` names it."""

    files: Catalogue
    publications: Publications
    _checks: dict[str, tuple[PrincipleCheck, ...]] = field(default_factory=dict, compare=False)

    @cached_property
    def catalogue(self) -> LivingCatalogue:
        """All versions."""
        in_files = {entry.ref for entry in self.files}
        published = (entry for entry in self.publications.entries if entry.ref not in in_files)
        return LivingCatalogue((*self.files, *published), self.publications.retired)

    @property
    def clashes(self) -> tuple[str, ...]:
        """Versions that are published and stand in a file too."""
        return tuple(sorted(entry.ref for entry in self.files if entry.ref in self.publications.ours))

    def state(self, entry: Achievement) -> State:
        """Whether a version is awarded, or was."""
        return "retired" if entry.ref in self.publications.retired else "published"

    def checks(self, entry: Achievement) -> tuple[PrincipleCheck, ...]:
        """How an entry stands against the six principles; each is checked once."""
        if entry.ref not in self._checks:
            self._checks[entry.ref] = check_achievement(entry)
        return self._checks[entry.ref]


class CatalogueReader:
    """Reads files once, and what is published whenever that changes. Thread-safe.

    Arguments:
        read_files: gives the catalogue of the files; raises ConfigurationError when it cannot be read.
        ticks: a clock that only goes forward, in seconds; tests give another.
    """

    def __init__(
        self,
        read_files: Callable[[], Catalogue],
        database: Database,
        organisation: str,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read_files = read_files
        self._database = database
        self._organisation = organisation
        self.ticks = ticks
        self._lock = threading.Lock()
        self._looked = 0.0
        self._known: Publications | None = None
        self._snapshot: Snapshot | None = None

    def read(self) -> Snapshot:
        """The catalogue as it stood at most :data:`LOOK_EVERY` seconds ago. Raises ConfigurationError."""
        publications, snapshot = self.publications(), self._snapshot
        if snapshot is None or snapshot.publications is not publications:
            snapshot = self._snapshot = Snapshot(snapshot.files if snapshot else self._read_files(), publications)
        return snapshot

    def publications(self) -> Publications:
        """The same without the files, whose mistakes then do not matter."""
        known = self._known
        if known is not None and self.ticks() - self._looked < LOOK_EVERY:
            return known
        # Who has older ones does not wait for it: all who do could hold the connections that the look needs.
        if not self._lock.acquire(blocking=known is None):
            return known or self.publications()
        try:
            return self._look()
        finally:
            self._lock.release()

    def look_again(self) -> None:
        """Ask anew the next time: something was published here."""
        self._looked = self.ticks() - LOOK_EVERY

    def forget(self) -> None:
        """Read all anew the next time, the files too."""
        self._known = self._snapshot = None

    def _look(self) -> Publications:
        looked, known = self.ticks(), self._known
        with self._database.reading() as session:
            revision = int(state_of(session, self._organisation, REVISION) or 0)
            if known is None or known.revision != revision:
                known = self._read(session, revision)
        self._known, self._looked = known, looked
        return known

    def _read(self, session: Session, revision: int) -> Publications:
        ours = CatalogueEntryRow.organisation == self._organisation
        rows = list(session.scalars(select(CatalogueEntryRow).where(ours, CatalogueEntryRow.state != "draft")))
        published = [row for row in rows if row.published_at is not None]
        return Publications(
            revision,
            tuple(map(to_achievement, published)),
            frozenset(map(ref_of, published)),
            frozenset(ref_of(row) for row in rows if row.state == "retired"),
            self._approvals(session),
        )

    def _approvals(self, session: Session) -> dict[str, tuple[Accreditation, ...]]:
        """Of each reviewer her last word on a content."""
        ours = CatalogueReviewRow.organisation == self._organisation
        query = select(CatalogueReviewRow).where(ours).order_by(CatalogueReviewRow.at, CatalogueReviewRow.id)
        last = {(row.staff_id, row.content_key): row for row in session.scalars(query)}
        found: dict[str, tuple[Accreditation, ...]] = {}
        for row in last.values():
            if row.verdict == "approved":
                found[row.content_key] = (*found.get(row.content_key, ()), _accreditation(row))
        return found


def count_change(session: Session, organisation: str) -> None:
    """Tell every process, with the commit of this transaction, that the catalogue is another."""
    next_number(session, organisation, REVISION)


def ref_of(row: CatalogueEntryRow) -> str:
    """Id and version as one word, as :attr:`Achievement.ref`."""
    return f"{row.achievement_id}@{row.version}"


def to_achievement(row: CatalogueEntryRow) -> Achievement:
    """The entry of a row that is no draft."""
    return Achievement.model_validate(complete(json.loads(row.content), row.achievement_id, row.version))


def complete(content: Mapping[str, Any], achievement_id: str, version: int) -> dict[str, Any]:
    """Stored content with what its row says beside it."""
    return {**content, "id": achievement_id, "version": version}


def content_of(entry: Achievement) -> dict[str, Any]:
    """The entry as it is stored: without id and version, which the row has, and without what goes without saying."""
    return entry.model_dump(mode="json", exclude_none=True, exclude={"id", "version"})


def content_key(entry: Achievement) -> str:
    """A hash of the exact content, id and version too; fields that a later mimis adds do not change it."""
    plain = entry.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def without_reviews(entry: Achievement) -> Achievement:
    """The entry without the reviews that were made here."""
    held = entry.quality_assurance.accreditations
    others = tuple(one for one in held if not (one.reference or "").startswith(REVIEWED))
    return entry if others == held else _with(entry, others)


def _with(entry: Achievement, accreditations: Sequence[Accreditation]) -> Achievement:
    assured = entry.quality_assurance.model_copy(update={"accreditations": tuple(accreditations)})
    return entry.model_copy(update={"quality_assurance": assured})


def _accreditation(row: CatalogueReviewRow) -> Accreditation:
    return Accreditation(
        title={"sv": "Extern granskning av mikromeriten", "en": "External review of the micro-credential"},
        type="programme_quality",
        body=Body(legal_name={"sv": row.body}),
        reference=f"{REVIEWED}{row.id}",
        issued=row.at.date(),
    )
