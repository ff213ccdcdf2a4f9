"""The catalogue in the portal: drafts of entries, their publication as versions that never change, and their end."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, UserError
from mimis_core.model import Achievement, AutomaticRule, LangMap
from mimis_core.services.catalogue_list import CatalogueListServices, Draft, to_draft, unknown
from mimis_core.services.catalogue_reading import content_of, count_change, to_achievement
from mimis_core.services.draft_checks import Judgement, judge
from mimis_core.store.catalogue_tables import CatalogueEntryRow
from mimis_core.store.tables import new_id
from mimis_core.wording import squeeze

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
"""Form of an id of the catalogue."""
LONGEST = 200_000
"""Characters of a draft, many times what an entry has."""


class DraftServices(CatalogueListServices):
    """Writing the catalogue."""

    def new_draft(self, title: LangMap, by: str) -> Draft:
        """Begin an entry; its id follows from the title. Raises UserError with code ``title`` when it has no words."""
        content = {"title": title, "owner": self.organisation, "outcomes": [], "quality_assurance": {}}
        return self._begin_draft(self._free_id(title), 1, content, by)

    def next_draft(self, achievement_id: str, by: str) -> Draft:
        """The draft of an entry's next version, begun from the newest one unless it was before.

        A rule that awards without a decision is not taken over: it was decided on for the content of its version.
        Raises NotFoundError.
        """
        try:
            return self.draft(achievement_id)
        except NotFoundError:
            self.catalogue_reader.look_again()
            newest = next(iter(self.versions(achievement_id)), None)
        if newest is None:
            raise unknown(achievement_id)
        content = {key: value for key, value in content_of(newest).items() if key != "automatic"}
        return self._begin_draft(achievement_id, newest.version + 1, content, by)

    def draft(self, achievement_id: str) -> Draft:
        """The draft of an entry. Raises NotFoundError."""
        with self.database.reading() as session:
            return to_draft(self._draft_row(session, achievement_id))

    def judge_draft(self, draft: Draft, content: Mapping[str, Any] | None = None) -> Judgement:
        """How a draft stands against the six principles; with ``content`` as if that were saved."""
        owners = [one.id for one in self.owners()]
        return judge(draft.content if content is None else content, draft.id, draft.version, owners)

    def save_draft(self, achievement_id: str, content: Mapping[str, Any], revision: int, by: str) -> Draft:
        """Keep what was written, complete or not; a rule that is recorded for the draft stays as it is.

        Raises NotFoundError; UserError with code ``stale`` when somebody saved after ``revision``, and with ``long``.
        """
        with self._transaction() as session:
            row = self._draft_row(session, achievement_id, revision)
            before = json.loads(row.content)
            kept = {key: value for key, value in content.items() if key != "automatic"}
            kept |= {"automatic": before["automatic"]} if "automatic" in before else {}
            if kept != before:
                self._write(row, kept, by)
                self._audit(session, by, "catalogue.save", row.id, entry=row.achievement_id, revision=row.revision)
            return to_draft(row)

    def record_rule(self, achievement_id: str, decided_by: str, decided_on: date, by: str) -> Draft:
        """Record for a draft that meeting its requirements is enough: who decided it, and when.

        Raises NotFoundError; UserError with code ``rule`` without a name, or for a day that is still to come.
        """
        name = " ".join(decided_by.split())
        if not name or decided_on > self.clock().date():
            raise UserError("A rule has been decided by somebody.", mend="Give the name and the day.", code="rule")
        rule = AutomaticRule(decided_by=name, decided_on=decided_on).model_dump(mode="json")
        return self._change_rule(achievement_id, {"automatic": rule}, "catalogue.rule", by)

    def drop_rule(self, achievement_id: str, by: str) -> Draft:
        """Let a person decide on each award of a draft again. Raises NotFoundError."""
        return self._change_rule(achievement_id, {}, "catalogue.no_rule", by)

    def discard_draft(self, achievement_id: str, by: str) -> None:
        """Throw a draft away; versions stay. Raises NotFoundError."""
        with self._transaction() as session:
            row = self._draft_row(session, achievement_id)
            self._audit(session, by, "catalogue.discard", row.id, entry=row.achievement_id)
            session.delete(row)

    def publish_draft(self, achievement_id: str, revision: int, by: str) -> Achievement:
        """Make a draft the version that is awarded from now on; it never changes again.

        Raises NotFoundError; UserError with code ``stale``, and with ``not_ready`` when a principle or an open field
        stops it.
        """
        files = self.catalogue_reader.read().files
        with self._transaction() as session:
            row = self._draft_row(session, achievement_id, revision)
            newest = files.get(achievement_id)
            row.version = max(row.version, newest.version + 1 if newest else 1)  # a file may have come meanwhile
            judgement = self.judge_draft(to_draft(row))
            if judgement.entry is None or not judgement.ready:
                raise UserError(f"{achievement_id} is not ready.", mend="Mend what is missing.", code="not_ready")
            row.content = json.dumps(content_of(judgement.entry))
            row.state, row.by, row.published_at = "published", by, self.clock()
            self._announce(session, by, "catalogue.publish", row)
        self.catalogue_reader.look_again()
        return judgement.entry

    def retire_entry(self, achievement_id: str, by: str) -> None:
        """Award an entry no more; what was issued stays, and a later version is awarded again.

        Raises NotFoundError for an entry that is not awarded now.
        """
        newest = self.awarded_entry(achievement_id)
        with self._transaction() as session:
            row = self._version_row(session, newest.id, newest.version)
            if row is None:  # it stands in a file
                row = self._new_row(newest.id, newest.version, content_of(newest), by)
                session.add(row)
            row.state = "retired"
            self._announce(session, by, "catalogue.retire", row)
        self.catalogue_reader.look_again()

    def published_entries(self) -> list[Achievement]:
        """All versions that were published in the portal, retired ones too: what no file holds."""
        with self._transaction() as session:
            rows = self._rows(session, CatalogueEntryRow, CatalogueEntryRow.published_at.is_not(None))
            return sorted(map(to_achievement, rows), key=lambda entry: (entry.id, entry.version))

    def _free_id(self, title: LangMap) -> str:
        """An id that follows from a title and that no entry has. Raises UserError when the title has no words."""
        stem = _slug(next(iter(title.values()), ""))
        if not stem:
            raise UserError("An entry needs a title.", mend="Write one with letters in it.", code="title")
        self.catalogue_reader.look_again()
        taken = {entry.id for entry in self.entries()}
        names = (stem, *(f"{stem[:76]}-{number}" for number in range(2, len(taken) + 3)))
        return next(name for name in names if name not in taken)

    def _begin_draft(self, achievement_id: str, version: int, content: Mapping[str, Any], by: str) -> Draft:
        row = self._new_row(achievement_id, version, content, by)
        try:
            with self._transaction() as session:
                session.add(row)
                self._audit(session, by, "catalogue.begin", row.id, entry=achievement_id, version=version)
        except IntegrityError:  # somebody else began it at this moment
            return self.draft(achievement_id)
        return to_draft(row)

    def _new_row(self, achievement_id: str, version: int, content: Mapping[str, Any], by: str) -> CatalogueEntryRow:
        return CatalogueEntryRow(
            id=new_id(),
            organisation=self.organisation,
            achievement_id=achievement_id,
            version=version,
            state="draft",
            revision=1,
            content=json.dumps(content),
            by=by,
            at=self.clock(),
        )

    def _draft_row(self, session: Session, achievement_id: str, revision: int | None = None) -> CatalogueEntryRow:
        """The draft, locked; with ``revision`` only as it was when that was read."""
        if not SLUG.fullmatch(achievement_id):
            raise unknown(achievement_id)
        query = select(CatalogueEntryRow).where(
            CatalogueEntryRow.organisation == self.organisation,
            CatalogueEntryRow.achievement_id == achievement_id,
            CatalogueEntryRow.state == "draft",
        )
        row = session.scalars(query.with_for_update()).one_or_none()
        if row is None:
            raise unknown(achievement_id)
        if revision not in (None, row.revision):
            raise UserError(f"{achievement_id} was saved meanwhile.", mend="Look at it again.", code="stale")
        return row

    def _version_row(self, session: Session, achievement_id: str, version: int) -> CatalogueEntryRow | None:
        which = CatalogueEntryRow.achievement_id == achievement_id, CatalogueEntryRow.version == version
        return next(iter(self._rows(session, CatalogueEntryRow, *which)), None)

    def _change_rule(self, achievement_id: str, rule: dict[str, Any], action: str, by: str) -> Draft:
        with self._transaction() as session:
            row = self._draft_row(session, achievement_id)
            kept = {key: value for key, value in json.loads(row.content).items() if key != "automatic"}
            self._write(row, kept | rule, by)
            self._audit(session, by, action, row.id, entry=achievement_id)
            return to_draft(row)

    def _write(self, row: CatalogueEntryRow, content: Mapping[str, Any], by: str) -> None:
        text = json.dumps(content)
        if len(text) > LONGEST:
            raise UserError("The entry is too long.", mend="Write less.", code="long")
        row.content, row.by, row.at = text, by, self.clock()
        row.revision += 1

    def _announce(self, session: Session, by: str, action: str, row: CatalogueEntryRow) -> None:
        self._audit(session, by, action, row.id, entry=row.achievement_id, version=row.version)
        count_change(session, self.organisation)


def _slug(text: str) -> str:
    """A title as an id: its words in lower-case letters without diacritics, with hyphens."""
    return "-".join(word for word in map(_ascii, text.split()) if word)[:80].strip("-")


def _ascii(word: str) -> str:
    return "".join(letter for letter in squeeze(word) if letter.isascii())
