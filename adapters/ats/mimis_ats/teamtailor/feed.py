"""The Teamtailor feed: finds a candidate by address and keeps one place for each share, a result or a note."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import sleep
from typing import ClassVar

from mimis_ats.teamtailor.client import TeamtailorApi, partner_api, public_api
from mimis_ats.teamtailor.mapping import candidate_path, candidates, has_address, next_page
from mimis_ats.teamtailor.notes import Notes
from mimis_ats.teamtailor.results import PAGE_SIZE, PartnerResults
from mimis_ats.teamtailor.settings import TeamtailorSettings
from mimis_core import (
    AdapterSettings,
    Candidate,
    ConfigurationError,
    DataError,
    FeedReceipt,
    Finding,
    MimisError,
    NotFoundError,
    Person,
    TalentEntry,
    TalentFeed,
)

NOTE = "note:"
"""What the id of a note begins with in a receipt; all others are results."""


class TeamtailorFeed(TalentFeed[TeamtailorSettings]):
    """Writes a *partner result*, the card that Teamtailor shows on a candidate; without a partner key, a note."""

    kind: ClassVar[str] = "teamtailor"
    proven = "vendor documents: Teamtailor's partner documentation of 2026"
    Settings: ClassVar[type[AdapterSettings]] = TeamtailorSettings

    def __init__(self, name: str, settings: TeamtailorSettings, wait: Callable[[float], None] = sleep) -> None:
        super().__init__(name, settings)
        self._public = public_api(settings, wait)
        self._partner: TeamtailorApi | None = None
        self._results: PartnerResults | None = None
        if settings.partner_key is not None:
            self._partner = partner_api(settings, settings.partner_key, wait)
            self._results = PartnerResults(self._partner, settings.job_id)
        self._notes = Notes(self._public, settings.user_id)

    def find(self, person: Person) -> tuple[Candidate, ...]:
        """Candidates with exactly this address."""
        query = {"filter[email]": person.email, "page[size]": str(PAGE_SIZE)}
        answer = self._public.call("GET", "v1/candidates", params=query)
        if isinstance(answer, dict) and next_page(answer, 1):
            raise DataError("Teamtailor gave more candidates than one address can have: it ignored the filter.")
        return candidates(answer, person.email)

    def put(self, entry: TalentEntry, earlier: FeedReceipt | None) -> FeedReceipt:
        """Write, or bring up to date what is there, also when only Teamtailor remembers it.

        Raises NotFoundError for one whom the employer has deleted or anonymised: nothing is hung on her again.
        """
        self._demand(entry.candidate.id)
        if earlier is not None and not self._stays(earlier, entry):
            self.remove(earlier)
            earlier = None
        if self._results is None:
            place = NOTE + self._notes.put(entry)
        else:
            place = self._results.put(entry, earlier.external_id if earlier else None)
        return FeedReceipt(feed=self.name, key=entry.key, candidate_id=entry.candidate.id, external_id=place)

    def remove(self, receipt: FeedReceipt) -> None:
        """Delete the result or note. Raises ConfigurationError for a result when the partner key is gone."""
        place = receipt.external_id
        if place.startswith(NOTE):
            self._notes.remove(place.removeprefix(NOTE), receipt.candidate_id, receipt.key)
        elif self._results is not None:
            self._results.remove(place)
        else:
            raise ConfigurationError(
                f"{self.name} has no partner key any more, which alone removes what was written with it.",
                mend="Set partner_key again until all of it is removed.",
            )

    def check(self) -> Iterable[Finding]:
        """Try the keys with requests that read nobody."""
        nobody = {"filter[email]": "nobody@mimis.invalid", "page[size]": "1"}
        yield _try(f"{self.name}: customer's key", lambda: self._public.call("GET", "v1/candidates", params=nobody))
        if self._results is not None:
            yield _try(f"{self.name}: partner key", self._results.try_key)

    def close(self) -> None:
        """Close the connections."""
        self._public.close()
        if self._partner is not None:
            self._partner.close()

    def _stays(self, earlier: FeedReceipt, entry: TalentEntry) -> bool:
        is_note = earlier.external_id.startswith(NOTE)
        return earlier.candidate_id == entry.candidate.id and is_note == (self._results is None)

    def _demand(self, candidate_id: str) -> None:
        try:
            answer = self._public.call("GET", candidate_path(candidate_id))
        except NotFoundError as error:
            if error.code is None:  # not said in Teamtailor's way: the address may be wrong
                raise
            raise NotFoundError("Teamtailor has deleted this candidate.", code="candidate") from None
        if not has_address(answer):
            raise NotFoundError("Teamtailor has anonymised this candidate.", code="candidate")


def _try(subject: str, attempt: Callable[[], object]) -> Finding:
    try:
        attempt()
    except MimisError as error:
        mend = error.mend or "Check url and key in mimis.toml."
        return Finding(subject=subject, status="error", message=error.message, mend=mend)
    return Finding(subject=subject, status="ok", message="answers")
