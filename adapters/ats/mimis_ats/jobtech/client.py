"""Calls to JobSearch and the taxonomy. Both are open, without a key; neither may be used to fetch everything."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from mimis_ats.jobtech.ad import AD_FIELDS, HIT_FIELDS, Ad, AdHit, ad_id, read_ad, read_hits
from mimis_ats.jobtech.mapping import SKILLED, AdNeeds, needs_of
from mimis_ats.jobtech.settings import JobtechSettings
from mimis_ats.jobtech.taxonomy import EscoType, questions, read_matches
from mimis_core import NotFoundError, UserError
from mimis_core.http import Client
from mimis_core.services import Esco

MOST_HITS, LAST_OFFSET = 100, 2000
"""What JobSearch gives at once, and how far it can be paged."""


class Jobtech:
    """Both systems, used as a context manager. All calls raise mimis' errors."""

    def __init__(self, settings: JobtechSettings) -> None:
        self._version = settings.taxonomy_version
        self._ads = Client(settings.jobsearch_url, system="JobSearch", headers={"Accept": "application/json"})
        self._taxonomy = Client(settings.taxonomy_url, system="The taxonomy", headers={"Accept": "application/json"})

    def needs(self, where: str, esco: Esco) -> AdNeeds:
        """The draft of needs of an advertisement, named by its id or address.

        Raises UserError for another address, NotFoundError when it is not there (any more).
        """
        ad = self.ad(where)
        matches = self.matches([one.concept_id for one in ad.items if one.concept_id and one.sort in SKILLED])
        if ad.occupation and ad.occupation.concept_id:
            matches |= self.matches([ad.occupation.concept_id], "esco-occupation")
        return needs_of(ad, matches, esco)

    def ad(self, where: str) -> Ad:
        """One advertisement."""
        key = ad_id(where)
        try:
            answer = self._get(self._ads, f"ad/{key}", headers={"X-Fields": ",".join(AD_FIELDS)})
        except NotFoundError:
            raise NotFoundError(
                f"Platsbanken has no advertisement {key}.",
                mend="It may have been taken away. Describe the role without it.",
                code="unknown",
            ) from None
        return read_ad(answer)

    def search(self, text: str, limit: int = 10, offset: int = 0) -> list[AdHit]:
        """Advertisements for these words, the closest first. Raises UserError beyond what JobSearch gives."""
        if not (0 < limit <= MOST_HITS and 0 <= offset <= LAST_OFFSET):
            raise UserError("JobSearch does not page so far.", mend="Search with more words.")
        fields = f"total,hits{{{','.join(HIT_FIELDS)}}}"
        query = {"q": text, "limit": limit, "offset": offset}
        return read_hits(self._get(self._ads, "search", params=query, headers={"X-Fields": fields}))

    def matches(self, concept_ids: Sequence[str], type_: EscoType = "esco-skill") -> dict[str, tuple[str, ...]]:
        """Exact matches in ESCO by concept id; what the taxonomy does not know is left out."""
        found: dict[str, tuple[str, ...]] = {}
        for query in questions(concept_ids, type_, self._version):
            found |= read_matches(self._get(self._taxonomy, "v1/taxonomy/graphql", params={"query": query}))
        return found

    def _get(self, client: Client, path: str, **arguments: Any) -> Any:
        return client.json(client.send("GET", path, **arguments))

    def close(self) -> None:
        """Close the connections."""
        self._ads.close()
        self._taxonomy.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
