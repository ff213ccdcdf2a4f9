"""Notes on candidates, written with the customer's key as a user of its own: the way without a partner key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mimis_ats.marks import digest
from mimis_ats.taken_away import already_gone
from mimis_ats.teamtailor.client import TeamtailorApi
from mimis_ats.teamtailor.mapping import candidate_path, next_page, resources
from mimis_core import TalentEntry, TemporaryError
from mimis_core.paging import by_cursor

NOTES = "v1/notes"
PAGE_SIZE = 30


class Notes:
    """One note for each share. ``user_id`` is who is said to have written it.

    A note is not changed but replaced, and known again by the mark in its last line.
    """

    def __init__(self, api: TeamtailorApi, user_id: int | None) -> None:
        self._api, self._user_id = api, user_id

    def put(self, entry: TalentEntry) -> str:
        """Id of the note that says how the share stands; older ones are deleted once it is there."""
        wanted = note_text(entry)
        held = self._held(entry.candidate.id, entry.key)
        current = next((number for number, text in held.items() if text == wanted), None)
        if current is None:
            current = self._create(entry, wanted)
        self._delete(set(held) - {current})
        return current

    def remove(self, number: str, candidate_id: str, key: str) -> None:
        """Delete a share's notes: this one, and one that a lost answer has hidden from us."""
        self._delete({number, *self._held(candidate_id, key)})

    def _delete(self, numbers: set[str]) -> None:
        for number in sorted(numbers):
            with already_gone():  # somebody removed it by hand: what was wanted
                self._api.call("DELETE", f"{NOTES}/{number}")

    def _create(self, entry: TalentEntry, text: str) -> str:
        """Create; after a doubt look whether it was done, and repeat only what the server told to repeat."""
        try:
            return self._create_once(entry, text)
        except TemporaryError as error:
            held = self._held(entry.candidate.id, entry.key)
            found = next((number for number, known in held.items() if known == text), None)
            if found is None and error.retry_after is None:
                raise
            return found or self._create_once(entry, text)

    def _create_once(self, entry: TalentEntry, text: str) -> str:
        relations = {"candidate": ("candidates", entry.candidate.id), "user": ("users", str(self._user_id))}
        tied = {name: {"data": {"type": kind, "id": number}} for name, (kind, number) in relations.items()}
        body = {"data": {"type": "notes", "attributes": {"note": text}, "relationships": tied}}
        answer = self._api.call("POST", NOTES, json=body)
        try:
            return str(answer["data"]["id"])
        except (TypeError, KeyError):
            raise TemporaryError("Teamtailor's answer lacks the note's id.", mend="Try again.") from None

    def _held(self, candidate_id: str, key: str) -> dict[str, str]:
        """Texts of a candidate's notes about this share, by id."""
        ending = mark_of(key)
        return {number: text for number, text in self._notes(candidate_id) if text.rstrip().endswith(ending)}

    def _notes(self, candidate_id: str) -> Iterator[tuple[str, str]]:
        def fetch(cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
            page = int(cursor or 1)
            query = {"page[size]": str(PAGE_SIZE), "page[number]": str(page)}
            answer = self._api.call("GET", f"{candidate_path(candidate_id)}/notes", params=query)
            return resources(answer), next_page(answer, page)

        with already_gone():  # the candidate was deleted, and her notes with her
            for item in by_cursor(fetch):
                yield str(item["id"]), str(item["attributes"].get("note"))


def mark_of(key: str) -> str:
    """The end of a share's note, by which it is known again; it tells nothing."""
    return f"[mimis {digest(key, 24)}]"


def note_text(entry: TalentEntry) -> str:
    """Line, titles with issuers, link and mark."""
    details = [f"{title}: {issuer}" for title, issuer in entry.details.items()]
    return "\n".join([entry.summary, *details, entry.url, mark_of(entry.key)])
