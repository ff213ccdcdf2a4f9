"""The Greenhouse feed: finds a candidate by address and keeps one pointer for each share where it can be removed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from mimis_ats.greenhouse.client import HarvestV1, HarvestV3
from mimis_ats.greenhouse.mapping import (
    addresses,
    attachment,
    candidates,
    field_value,
    filename_of,
    filename_prefix,
    join_ids,
    line_of,
    note_marker,
    note_text,
    number_of,
    split_ids,
    with_line,
)
from mimis_ats.greenhouse.pace import Pace
from mimis_ats.greenhouse.settings import GreenhouseSettings
from mimis_ats.taken_away import already_gone
from mimis_core import (
    AdapterSettings,
    Candidate,
    FeedReceipt,
    Finding,
    MimisError,
    NotFoundError,
    PermanentError,
    Person,
    TalentEntry,
    TalentFeed,
)


class GreenhouseFeed(TalentFeed[GreenhouseSettings]):
    """Writes an attachment (v3), a line of a custom field, or both; a note only where the employer asks for one.

    What is written is known again by its name, so that it is looked for before anything is created: an answer that
    was lost, or a receipt, is not needed to write once.
    """

    kind: ClassVar[str] = "greenhouse"
    proven = "third-party reports: Harvest v3 as its users describe it; v1 by Greenhouse's documents of 2026"
    Settings: ClassVar[type[AdapterSettings]] = GreenhouseSettings

    def __init__(self, name: str, settings: GreenhouseSettings, pace: Pace | None = None) -> None:
        super().__init__(name, settings)
        pace = pace or Pace()
        self._v3 = HarvestV3(settings, pace) if settings.version == "v3" else None
        self._api = self._v3 or HarvestV1(settings, pace)

    def find(self, person: Person) -> tuple[Candidate, ...]:
        """Candidates who have exactly this address among theirs."""
        return candidates(self._api.search(person.email.strip().lower()), person.email)

    def put(self, entry: TalentEntry, earlier: FeedReceipt | None) -> FeedReceipt:
        """Write what the settings say, or bring it up to date.

        Raises NotFoundError for one whom the employer has deleted or anonymised: nothing is hung on her again.
        """
        if earlier is not None and earlier.candidate_id != entry.candidate.id:
            self.remove(earlier)
        candidate = self._demand(entry.candidate.id)
        ids: dict[str, str] = {}
        if self._v3:
            ids["attachment"] = self._put_attachment(self._v3, entry, candidate["id"])
        if self.settings.custom_field:
            ids["field"] = self._put_field(candidate, self.settings.custom_field, entry.key, line_of(entry))
        if self.settings.note:
            ids["note"] = self._put_note(entry, candidate["id"])
        return FeedReceipt(feed=self.name, key=entry.key, candidate_id=entry.candidate.id, external_id=join_ids(ids))

    def remove(self, receipt: FeedReceipt) -> None:
        """Take away attachment and line. Raises PermanentError when a note stays, which no program can remove."""
        ids, number = split_ids(receipt.external_id), number_of(receipt.candidate_id)
        if self._v3 and "attachment" in ids:
            # the receipt may be older than the last file, where the answer to writing that one was lost
            held = [one["id"] for one in self._attachments(self._v3, receipt.key, number)]
            self._drop_attachments(self._v3, {number_of(ids["attachment"]), *held})
        if "field" in ids:
            with already_gone():  # Greenhouse deleted her fields and notes with her
                self._put_field(self._api.candidate(number), ids["field"], receipt.key, None)
        if "note" in ids and self._has_note(number, ids["note"]):
            raise PermanentError(
                "Greenhouse has no way to remove a note.", mend="Delete it in Greenhouse by hand.", code="note"
            )

    def check(self) -> Iterable[Finding]:
        """Search for nobody, with the key that writes."""
        try:
            self._api.search("nobody@mimis.invalid")
        except MimisError as error:
            mend = error.mend or "Check url, keys and user_id in mimis.toml."
            yield Finding(subject=self.name, status="error", message=error.message, mend=mend)
            return
        yield Finding(subject=self.name, status="ok", message="Candidates can be searched.")
        if self.settings.note:
            yield Finding(
                subject=self.name,
                status="warning",
                message="Notes are written, and Greenhouse has no way to remove one when a learner takes a share back.",
                mend="Set note = false, unless a person removes them.",
            )

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _demand(self, candidate_id: str) -> dict[str, Any]:
        candidate = self._api.candidate(number_of(candidate_id))
        if not addresses(candidate):
            raise NotFoundError("Greenhouse has anonymised this candidate.", code="candidate")
        return candidate

    def _put_attachment(self, api: HarvestV3, entry: TalentEntry, number: int) -> str:
        """Id of the one file that says how the share stands; older ones are deleted once it is there."""
        held, wanted = self._attachments(api, entry.key, number), filename_of(entry)
        current = next((one["id"] for one in held if one["filename"] == wanted), None)
        if current is None:
            application = self._application(api, entry, number)
            kind, visibility = self.settings.attachment_type, self.settings.visibility
            current = api.add_attachment(attachment(entry, application, kind, visibility))
        self._drop_attachments(api, {one["id"] for one in held} - {current})
        return str(current)

    def _attachments(self, api: HarvestV3, share: str, number: int) -> list[dict[str, Any]]:
        """A candidate's files that are about this share."""
        prefix = filename_prefix(share)
        return [one for one in api.attachments(number) if str(one.get("filename")).startswith(prefix)]

    def _drop_attachments(self, api: HarvestV3, numbers: set[int]) -> None:
        for number in sorted(numbers):
            with already_gone():  # somebody removed it by hand: what was wanted
                api.remove_attachment(number)

    def _application(self, api: HarvestV3, entry: TalentEntry, number: int) -> int:
        """The application for the entry's job, or the newest: files hang on applications."""
        found = sorted(api.applications(number), key=lambda one: one["id"])
        if not found:
            raise PermanentError("The candidate has no application in Greenhouse.", code="application")
        same = [one for one in found if entry.candidate.job_id and str(one.get("job_id")) == entry.candidate.job_id]
        return int((same or found)[-1]["id"])

    def _put_field(self, candidate: dict[str, Any], key: str, share: str, line: str | None) -> str:
        held = field_value(candidate, key) or ""
        wanted = with_line(held, share, line)
        if wanted != held:
            self._api.set_field(candidate["id"], key, wanted)
        return key

    def _has_note(self, number: int, note: str) -> bool:
        with already_gone():
            return any(str(one["id"]) == note for one in self._api.notes(number))
        return False

    def _put_note(self, entry: TalentEntry, number: int) -> str:
        """Id of the share's note, written once: it points to the share and says nothing that could become wrong."""
        marker = note_marker(entry)
        held = [one["id"] for one in self._api.notes(number) if marker in str(one.get("body"))]
        return str(held[0] if held else self._api.add_note(number, note_text(entry)))
