"""Partner results: the card that Teamtailor shows on a candidate, written with our own key."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Any

from mimis_ats.taken_away import already_gone
from mimis_ats.teamtailor.client import TeamtailorApi
from mimis_ats.teamtailor.mapping import next_page, partner_result, partner_result_update, resources
from mimis_core import NotFoundError, TalentEntry, TemporaryError
from mimis_core.paging import by_cursor

RESULTS = "partner/v1/partner-results"
PAGE_SIZE = 30
"""The largest page that Teamtailor gives."""

LIST_LASTS = 60.0
"""Seconds that the list of written results is relied on; another process may write too."""


class PartnerResults:
    """One result for each share. ``job_id`` ties them to a job."""

    def __init__(self, api: TeamtailorApi, job_id: int | None) -> None:
        self._api, self._job_id = api, job_id
        self._written: dict[tuple[str, str], str] = {}
        self._read_at: float | None = None

    def put(self, entry: TalentEntry, known: str | None) -> str:
        """Id of the entry's result: what is there is brought up to date, also when only Teamtailor knows it."""
        uuid = known or self._find_written(entry)
        return uuid if uuid is not None and self._update(entry, uuid) else self._create_once(entry)

    def remove(self, uuid: str) -> None:
        """Delete a result."""
        with already_gone():  # somebody removed it by hand: what was wanted
            self._api.call("DELETE", f"{RESULTS}/{uuid}")
        self._written = {key: one for key, one in self._written.items() if one != uuid}

    def try_key(self) -> None:
        """Read the list; raises as the API does."""
        self._api.call("GET", RESULTS, params={"page[size]": "1"})

    def _update(self, entry: TalentEntry, uuid: str) -> bool:
        try:
            self._api.call("PUT", f"{RESULTS}/{uuid}", json=partner_result_update(entry, uuid))
        except NotFoundError:
            return False
        return True

    def _create_once(self, entry: TalentEntry) -> str:
        """Create; after a doubt look whether it was done, and repeat only what the server told to repeat."""
        try:
            return self._create(entry)
        except TemporaryError as error:
            found = self._find_written(entry)
            if found is None and error.retry_after is None:
                raise
            return found or self._create(entry)

    def _create(self, entry: TalentEntry) -> str:
        read_at, self._read_at = self._read_at, None  # without an answer it may be written: the next try looks first
        answer = self._api.call("POST", RESULTS, json=partner_result(entry, self._job_id))
        try:
            uuid = str(answer["data"]["id"])
        except (TypeError, KeyError):
            raise TemporaryError("Teamtailor's answer lacks the result's id.", mend="Try again.") from None
        self._written[(entry.candidate.id, entry.url)] = uuid
        self._read_at = read_at
        return uuid

    def _find_written(self, entry: TalentEntry) -> str | None:
        """Id of a result that an earlier call wrote without getting the answer; one reading of the list serves many."""
        if self._read_at is None or monotonic() - self._read_at > LIST_LASTS:
            self._written = {
                (str(result.get("candidate-id")), str(result.get("url"))): uuid for uuid, result in self._results()
            }
            self._read_at = monotonic()
        return self._written.get((entry.candidate.id, entry.url))

    def _results(self) -> Iterable[tuple[str, dict[str, Any]]]:
        def fetch(cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
            page = int(cursor or 1)
            query = {"page[size]": str(PAGE_SIZE), "page[number]": str(page)}
            answer = self._api.call("GET", RESULTS, params=query)
            return resources(answer), next_page(answer, page)

        for item in by_cursor(fetch):
            yield str(item["id"]), item.get("attributes", {})
