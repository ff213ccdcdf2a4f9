"""A stand-in of JobSearch and the JobTech taxonomy, as their documentation and clients tell them; contents invented."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from mimis_core.testing import Answer, Request, Sandbox

CARE, OPEN, CYCLES, REMOVED = "24100001", "24100002", "24100003", "24100004"
"""Advertisements: one with lists, one with none as nearly all, one in the newer form, one that was taken away."""
ELDERLY, EMPATHY, SWEDISH, RETIRED, MANY, LOCAL = (
    "eldE_rly_001", "empA_thy_002", "swED_ish_003", "retI_red_004", "manY_esc_005", "locA_lly_006",
)  # fmt: skip
ASSISTANT, MECHANIC = "asSI_sta_101", "meCH_ani_102"
SKILL, OCCUPATION = "http://data.europa.eu/esco/skill/", "http://data.europa.eu/esco/occupation/"
TEND = f"{SKILL}261e740b-d32d-4356-94a8-3ea29128b70b"
EMPATHISE = f"{SKILL}2475cd27-8d6c-4318-a364-21395b23acba"
INTERACT = f"{SKILL}c65aa043-98da-4136-9877-494e72d9e4cf"
HEALTHCARE_ASSISTANT = f"{OCCUPATION}d38c2107-98f2-47b7-8bb4-f69750d51082"
CARER = {"concept_id": ASSISTANT, "label": "Vårdbiträde", "legacy_ams_taxonomy_id": "5768"}
CYCLIST = {"concept_id": MECHANIC, "label": "Cykelmekaniker", "legacy_ams_taxonomy_id": "7341"}
EXACT: dict[str, tuple[str, ...]] = {
    ELDERLY: (TEND,),
    EMPATHY: (EMPATHISE,),
    SWEDISH: (),
    MANY: (EMPATHISE, INTERACT),
    ASSISTANT: (HEALTHCARE_ASSISTANT,),
    MECHANIC: (),
}
"""What is exactly the same in ESCO; of a concept that does not stand here the taxonomy knows nothing."""
_QUERY = re.compile(
    r'(c\d+): concepts\(id: "([^"]+)"(, include_deprecated: true)?(?:, version: "\d+")?\) '
    r'\{ id exact_match\(type: "([a-z-]+)"\) \{ esco_uri preferred_label \}'
)


def _item(label: str | None, concept_id: str | None, weight: int = 10) -> dict[str, Any]:
    return {"weight": weight, "concept_id": concept_id, "label": label, "legacy_ams_taxonomy_id": None}


def _needs(**lists: list[dict[str, Any]]) -> dict[str, Any]:
    empty: dict[str, list[Any]] = {"skills": [], "languages": [], "work_experiences": [], "education": []}
    return {**empty, "education_level": [], **lists}


def _ad(key: str, headline: str, **fields: Any) -> dict[str, Any]:
    """An advertisement with all the fields that a real one has and some use is made of, or should not be."""
    text = "Vi söker dig som vill arbeta hos oss."
    return {
        "id": key,
        "external_id": None,
        "webpage_url": f"https://arbetsformedlingen.se/platsbanken/annonser/{key}",
        "headline": headline,
        "application_deadline": "2026-12-31T23:59:59",
        "description": {"text": text, "text_formatted": f"<p>{text}</p>", "requirements": None},
        "employer": {"organization_number": "5560360793", "name": "Testbygdens omsorg AB", "workplace": "Testbyn"},
        "application_contacts": [{"name": "Kontakt Person", "email": "kontakt@demo.example"}],
        "must_have": _needs(),
        "nice_to_have": _needs(),
        "removed": False,
        "removed_date": None,
        **fields,
    }


def _care() -> dict[str, Any]:
    must = _needs(
        skills=[_item("Äldreomsorg", ELDERLY), _item("Bemötande", RETIRED), _item("Schemaläggning i Tes", None)],
        languages=[_item("Svenska", SWEDISH)],
        work_experiences=[_item("Vårdbiträde", ASSISTANT)],
    )
    nice = _needs(skills=[_item("Samspel", MANY), _item("Lokalkännedom", LOCAL), _item("Äldreomsorg", ELDERLY)])
    said = {"text": "Välkommen till oss.", "requirements": "Du har erfarenhet av äldreomsorg."}
    return {"occupation": CARER, "must_have": must, "nice_to_have": nice, "description": said}


class JobtechSandbox(Sandbox):
    """Answers for both addresses. ``ads`` and ``exact`` are what it holds; ``retired`` leads to the id in its place."""

    name: ClassVar[str] = "jobtech"

    def __init__(self) -> None:
        super().__init__()
        bare = {"must_have": None, "nice_to_have": None, "occupation": [{"concept_id": None, "label": None}, CYCLIST]}
        ads = (
            _ad(CARE, "Vårdbiträde till hemtjänsten", **_care()),
            _ad(OPEN, "Undersköterska natt", occupation=CARER),
            _ad(CYCLES, "Cykelmekaniker", **bare),
        )
        self.ads = {ad["id"]: ad for ad in ads}
        self.ads[REMOVED] = {"id": REMOVED, "removed": True, "removed_date": "2026-11-25T10:00:00"}
        self.exact = dict(EXACT)
        self.retired = {RETIRED: EMPATHY}

    def settings(self) -> dict[str, Any]:
        """What leads to this sandbox in the place of the real systems."""
        return {"jobsearch_url": self.url, "taxonomy_url": self.url}

    def handle(self, request: Request) -> Answer:
        """Answer as the two systems do; only GET is known."""
        if request.path == "/v1/taxonomy/graphql":
            return self._graphql(request.query.get("query", [""])[0])
        if request.path == "/search":
            return self._search(request)
        if request.path.startswith("/ad/"):
            ad = self.ads.get(request.path.removeprefix("/ad/"))
            return _masked(ad, request) if ad else Answer.of({"message": "Ad not found"}, 404)
        return Answer.of({"message": "The requested URL was not found on the server."}, 404)

    def _search(self, request: Request) -> Answer:
        query = {name: values[0] for name, values in request.query.items()}
        offset, limit = int(query.get("offset", "0")), int(query.get("limit", "10"))
        if limit > 100 or offset > 2000:
            return Answer.of(
                {"errors": {"limit": "Invalid argument"}, "message": "Input payload validation failed"}, 400
            )
        words = query.get("q", "").casefold().split()
        found = [ad for ad in self.ads.values() if all(word in ad.get("headline", "").casefold() for word in words)]
        hits = [ad for ad in found if not ad["removed"]]
        page = hits[offset : offset + limit]
        return Answer.of({"total": {"value": len(hits)}, "positions": len(hits), "hits": page})

    def _graphql(self, query: str) -> Answer:
        asked = _QUERY.findall(query)
        if not asked:
            return Answer.of({"errors": [{"message": "Failed to parse GraphQL query."}]}, 400)
        return Answer.of({"data": {alias: self._concept(*rest) for alias, *rest in asked}})

    def _concept(self, concept_id: str, deprecated: str, type_: str) -> list[dict[str, Any]]:
        """The concept, if it is known; a retired one only for who asks for deprecated ones, as the taxonomy does."""
        if deprecated and concept_id in self.retired:
            heir = self.retired[concept_id]
            replaced = [{"id": heir, "exact_match": self._exact(heir, type_)}]
            return [{"id": concept_id, "exact_match": [], "replaced_by": replaced}]
        known = concept_id in self.exact
        exact = self._exact(concept_id, type_)
        return [{"id": concept_id, "exact_match": exact, "replaced_by": []}] if known else []

    def _exact(self, concept_id: str, type_: str) -> list[dict[str, str]]:
        kind = type_.removeprefix("esco-")
        uris = (uri for uri in self.exact.get(concept_id, ()) if f"/esco/{kind}/" in uri)
        return [{"esco_uri": uri, "preferred_label": "label of ESCO"} for uri in uris]


def _masked(ad: dict[str, Any], request: Request) -> Answer:
    """The fields that the header X-Fields names; without it all."""
    fields = request.headers.get("x-fields")
    names = fields.strip("{}").split(",") if fields else list(ad)
    return Answer.of({name: ad.get(name) for name in names})
