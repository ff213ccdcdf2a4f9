"""The Teamtailor feed: finds a candidate by address and keeps one partner result for each share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from time import monotonic, sleep
from typing import Any, ClassVar

from mimis_ats.teamtailor.client import TeamtailorApi, partner_api, public_api
from mimis_ats.teamtailor.mapping import (
    candidates,
    next_page,
    partner_result,
    partner_result_update,
    resources,
)
from mimis_ats.teamtailor.settings import TeamtailorSettings
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
    TemporaryError,
)
from mimis_core.paging import by_cursor

RESULTS = "partner/v1/partner-results"
PAGE_SIZE = 30
"""The largest page that Teamtailor gives."""

LIST_LASTS = 60.0
"""Seconds that the list of written results is relied on; another process may write too."""


class TeamtailorFeed(TalentFeed[TeamtailorSettings]):
    """Writes a *partner result*, the card that Teamtailor shows on a candidate, and removes it again."""

    kind: ClassVar[str] = "teamtailor"
    proven = "vendor documents: Teamtailor's partner documentation of 2026"
    Settings: ClassVar[type[AdapterSettings]] = TeamtailorSettings

    def __init__(self, name: str, settings: TeamtailorSettings, wait: Callable[[float], None] = sleep) -> None:
        super().__init__(name, settings)
        self._public = public_api(settings, wait)
        self._partner = partner_api(settings, wait)
        self._written: dict[tuple[str, str], str] = {}
        self._read_at: float | None = None

    def find(self, person: Person) -> tuple[Candidate, ...]:
        """Candidates with exactly this address."""
        query = {"filter[email]": person.email, "page[size]": str(PAGE_SIZE)}
        answer = self._public.call("GET", "v1/candidates", params=query)
        if isinstance(answer, dict) and next_page(answer, 1):
            raise DataError("Teamtailor gave more candidates than one address can have: it ignored the filter.")
        return candidates(answer, person.email)

    def put(self, entry: TalentEntry, earlier: FeedReceipt | None) -> FeedReceipt:
        """Create the result, or update the one that is there, also when only Teamtailor remembers it."""
        if earlier is not None and earlier.candidate_id != entry.candidate.id:
            self.remove(earlier)
            earlier = None
        uuid = earlier.external_id if earlier else self._find_written(entry)
        if uuid is None or not self._update(entry, uuid):
            uuid = self._create_once(entry)
        return FeedReceipt(feed=self.name, key=entry.key, candidate_id=entry.candidate.id, external_id=uuid)

    def remove(self, receipt: FeedReceipt) -> None:
        """Delete the result."""
        with suppress(NotFoundError):  # somebody removed it by hand: what was wanted
            self._partner.call("DELETE", f"{RESULTS}/{receipt.external_id}")
        self._written = {key: uuid for key, uuid in self._written.items() if uuid != receipt.external_id}

    def check(self) -> Iterable[Finding]:
        """Try both keys with requests that read nobody."""
        nobody = {"filter[email]": "nobody@mimis.invalid", "page[size]": "1"}
        yield _try(f"{self.name}: customer's key", self._public, "v1/candidates", nobody)
        yield _try(f"{self.name}: partner key", self._partner, RESULTS, {"page[size]": "1"})

    def close(self) -> None:
        """Close both connections."""
        self._public.close()
        self._partner.close()

    def _update(self, entry: TalentEntry, uuid: str) -> bool:
        try:
            self._partner.call("PUT", f"{RESULTS}/{uuid}", json=partner_result_update(entry, uuid))
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
        answer = self._partner.call("POST", RESULTS, json=partner_result(entry, self.settings.job_id))
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
            answer = self._partner.call("GET", RESULTS, params=query)
            return resources(answer), next_page(answer, page)

        for item in by_cursor(fetch):
            yield str(item["id"]), item.get("attributes", {})


def _try(subject: str, api: TeamtailorApi, path: str, query: dict[str, str]) -> Finding:
    try:
        api.call("GET", path, params=query)
    except MimisError as error:
        mend = error.mend or "Check url and key in mimis.toml."
        return Finding(subject=subject, status="error", message=error.message, mend=mend)
    return Finding(subject=subject, status="ok", message="answers")
