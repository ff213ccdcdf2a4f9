"""The Odoo feed: finds a candidate or an employee by address, and keeps a note, a tag and skills for each share."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, ClassVar

from mimis_ats.odoo.api import OdooApi
from mimis_ats.odoo.layout import APPLICATION, Layout, detect
from mimis_ats.odoo.mapping import (
    MARK,
    Ids,
    addresses,
    candidates,
    holding,
    join_ids,
    note_html,
    number_of,
    numbers,
    read_tag_place,
    related,
    share_mark,
    split_ids,
    state_mark,
    tag_place,
)
from mimis_ats.odoo.settings import OdooSettings
from mimis_ats.odoo.skills import SkillShelf, given_by
from mimis_core import (
    AdapterSettings,
    Candidate,
    DataError,
    FeedReceipt,
    Finding,
    MimisError,
    NotFoundError,
    Person,
    TalentEntry,
    TalentFeed,
)

MESSAGES = "mail.message"
MOST = 50
"""So many people, applications or notes belong to one address or share at most."""

Place = tuple[str, int]
"""Model and id of the record that a note stands on."""


class OdooFeed(TalentFeed[OdooSettings]):
    """Writes into recruitment, or on employees where ``records`` says so."""

    kind: ClassVar[str] = "odoo"
    proven = "vendor documents: Odoo's published code of 17 to 19; each call of JSON-RPC was tried on an Odoo 18"
    Settings: ClassVar[type[AdapterSettings]] = OdooSettings

    def __init__(self, name: str, settings: OdooSettings) -> None:
        super().__init__(name, settings)
        self._api = OdooApi(settings)
        self._lock = threading.Lock()
        self._found: Layout | None = None

    def find(self, person: Person) -> tuple[Candidate, ...]:
        """Whoever has exactly this address; archived ones are not found, as in Odoo's own lists."""
        layout, email = self._layout(), person.email.strip()
        fields = [*layout.addresses, *(["partner_id"] if layout.has_contact else [])]
        # Odoo reads % and _ as wildcards: whoever is found too much by them is sorted out afterwards
        asked: list[Any] = [[field, "ilike", email] for field in layout.addresses]
        rows = self._api.read(layout.person, ["|"] * (len(asked) - 1) + asked, fields, MOST)
        if len(rows) == MOST:
            raise DataError("Odoo gave more people than one address can have: it ignored the filter.", code="filter")
        return candidates(rows, layout.addresses, email)

    def put(self, entry: TalentEntry, earlier: FeedReceipt | None) -> FeedReceipt:
        """Write note, tag and skills, or bring them up to date.

        Raises NotFoundError for one whom the employer has deleted or emptied: nothing is hung on her again.
        """
        if earlier is not None and earlier.candidate_id != entry.candidate.id:
            self.remove(earlier)
            earlier = None
        layout, person = self._layout(), number_of(entry.candidate.id)
        self._demand(layout, person)
        place = self._place(layout, person, entry.candidate.job_id)
        before = split_ids(earlier.external_id) if earlier else []
        note, place = self._put_note(layout, place, entry)
        ids: Ids = [("note", str(note)), *self._put_tag(layout, place, entry)]
        ids += self._put_skills(layout, person, entry, before, note)
        self._untag_all(layout, [one for one in before if one not in ids])
        return FeedReceipt(feed=self.name, key=entry.key, candidate_id=entry.candidate.id, external_id=join_ids(ids))

    def remove(self, receipt: FeedReceipt) -> None:
        """Delete the note and the skills, and the tag where no other note of ours stays.

        The receipt may be older than what was written last: with the last note goes all that its writer gave.
        """
        ids, layout, person = split_ids(receipt.external_id), self._layout(), number_of(receipt.candidate_id)
        notes, mark = self._notes(layout, f"{MARK} ", person), share_mark(receipt.key)
        held = [row for row in notes if mark in str(row.get("body"))]
        skills = set(numbers(ids, "skill"))
        if self.settings.skill_type and held == notes:
            skills.update(given_by(self._api, layout, person, {related(row.get("create_uid")) for row in held}))
        self._api.unlink(layout.skills, sorted(skills))
        self._api.unlink(MESSAGES, sorted({*numbers(ids, "note"), *(row["id"] for row in held)}))
        self._untag_all(layout, ids)

    def check(self) -> Iterable[Finding]:
        """Look for nobody, and for what is to be written on."""
        try:
            layout = self._layout()
            self.find(Person(email="nobody@mimis.invalid"))
            if self.settings.skill_type:
                self._shelf(layout, self.settings.skill_type).check()
        except MimisError as error:
            mend = error.mend or "Check url, database and records in mimis.toml."
            yield Finding(subject=self.name, status="error", message=error.message, mend=mend)
        else:
            yield Finding(subject=self.name, status="ok", message=f"Answers, and writes on {layout.person}.")

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _layout(self) -> Layout:
        with self._lock:
            if self._found is None:
                self._found = detect(self._api, self.settings)
            return self._found

    def _shelf(self, layout: Layout, skill_type: str) -> SkillShelf:
        return SkillShelf(self._api, layout, skill_type, self.settings.create_skills)

    def _demand(self, layout: Layout, person: int) -> None:
        rows = self._api.read(layout.person, [["id", "=", person]], layout.addresses, 1, archived=True)
        if not rows or not addresses(rows[0], layout.addresses):
            raise NotFoundError("Odoo has deleted or emptied this person's record.", code="candidate")

    def _place(self, layout: Layout, person: int, job: str | None) -> Place:
        """Where recruiters look: in 18 the candidate's application for the job, or her newest; else the record."""
        if layout.person != "hr.candidate":
            return layout.person, person
        asked = [["candidate_id", "=", person]]
        rows = self._api.read(APPLICATION, asked, ["job_id"], MOST, order="id desc")
        same = [row for row in rows if job and str(related(row.get("job_id"))) == job]
        return (APPLICATION, (same or rows)[0]["id"]) if rows else (layout.person, person)

    def _notes(self, layout: Layout, mark: str, person: int) -> list[dict[str, Any]]:
        """Our notes with this mark on a person's records."""
        places: list[Place] = [(layout.person, person)]
        if layout.person == "hr.candidate":
            asked = [["candidate_id", "=", person]]
            rows = self._api.read(APPLICATION, asked, ["job_id"], MOST, archived=True)
            places += [(APPLICATION, row["id"]) for row in rows]
        fields = ["model", "res_id", "body", "create_uid"]
        there = [["model", "in", list(layout.places)], ["res_id", "in", [number for _, number in places]]]
        rows = self._api.read(MESSAGES, [["body", "ilike", mark], *there], fields, MOST)
        return [row for row in rows if (row.get("model"), row.get("res_id")) in places]

    def _put_note(self, layout: Layout, place: Place, entry: TalentEntry) -> tuple[int, Place]:
        """Id of the share's one note, and where it stands: a note that is there stays on its application."""
        held = self._notes(layout, share_mark(entry.key), number_of(entry.candidate.id))
        if not held:
            return self._api.post_note(*place, note_html(entry)), place
        if state_mark(entry) not in str(held[0].get("body")):
            self._api.write(MESSAGES, held[0]["id"], {"body": note_html(entry)})
        self._api.unlink(MESSAGES, [row["id"] for row in held[1:]])
        return held[0]["id"], (held[0]["model"], held[0]["res_id"])

    def _put_skills(self, layout: Layout, person: int, entry: TalentEntry, before: Ids, note: int) -> Ids:
        if not self.settings.skill_type:
            return []
        rows = self._api.read(MESSAGES, [["id", "=", note]], ["create_uid"], 1)
        writer = related(rows[0].get("create_uid")) if rows else None
        shelf = self._shelf(layout, self.settings.skill_type)
        given = shelf.put(person, holding(entry), numbers(before, "skill"), writer)
        return [("skill", str(one)) for one in given]

    def _put_tag(self, layout: Layout, place: Place, entry: TalentEntry) -> Ids:
        if not self.settings.tag:
            return []
        rows = self._api.read(layout.tags, [["name", "=", self.settings.tag]], ["name"], 1)
        if not holding(entry):
            if rows:
                self._untag(layout, place, rows[0]["id"], besides=share_mark(entry.key))
            return []
        tag = rows[0]["id"] if rows else self._api.create(layout.tags, {"name": self.settings.tag})
        self._api.write(place[0], place[1], {layout.tag_field: [[4, tag]]})
        return [("tag", tag_place(*place, tag))]

    def _untag_all(self, layout: Layout, ids: Ids) -> None:
        for text in (value for kind, value in ids if kind == "tag"):
            model, number, tag = read_tag_place(text)
            self._untag(layout, (model, number), tag)

    def _untag(self, layout: Layout, place: Place, tag: int, besides: str | None = None) -> None:
        """Take the tag off, unless another share's note still stands there."""
        model, number = place
        asked = [["body", "ilike", f"{MARK} "], ["model", "=", model], ["res_id", "=", number]]
        notes = self._api.read(MESSAGES, asked, ["body"], MOST)
        if all(besides is not None and besides in str(row.get("body")) for row in notes):
            with suppress(NotFoundError):
                self._api.write(model, number, {layout.tag_field: [[3, tag]]})
