"""An achievement, evidence and an order with every element that a document can have."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from mimis_core import Achievement, Completion, Concept, Grade, Level, LevelState, Link, Mandate, QualityAssurance
from mimis_core.model import Accreditation, Attachment, Body, Credit, Scheme

SNB = "http://data.europa.eu/snb"
CLAIM = "credentialSubject.hasClaim"
SPEC = f"{CLAIM}.specifiedBy"
PDF = base64.b64encode(b"%PDF-1.7 intyg").decode()
DIGCOMP = Concept(uri="http://data.europa.eu/snb/dcf/1.1", label={"en": "Browsing, searching and filtering data"})
ESCO = Concept(uri="http://data.europa.eu/esco/skill/f041ce17-a005-4c69-846e-e3806e0b62f9", label={"en": "talk"})
REVIEWER = Body(
    legal_name={"sv": "Exempel: Granskningsrådet", "en": "Example: Review Council"},
    registration="802002-0000",
    homepage="https://review.example",
)
PROGRAMME = Accreditation(
    title={"sv": "Granskad utbildning", "en": "Reviewed programme"},
    type="programme_quality",
    body=REVIEWER,
    description={"sv": "Granskad mot kriterier."},
    reference="GR 2026/4",
    issued=date(2025, 5, 1),
    review=date(2027, 5, 1),
    expires=date(2028, 5, 1),
    page="https://review.example/4",
    report="https://review.example/4.pdf",
)
INSTITUTION = PROGRAMME.model_copy(
    update={"title": {"sv": "Granskad skola"}, "type": "institution_licence", "reference": None, "report": None}
)
SIGNED = Attachment(title={"sv": "Intyg från arbetsplats", "en": "Attestation"}, content=PDF)
LINKED = Attachment(title={"sv": "Utlåtande"}, url="https://school.example/utlatande/1")
MANDATE = Mandate(
    owner="annan", statement="Får utfärda Samarbete.", decided_by="Rektor Exempel", decided_on=date(2026, 1, 15),
    document=Attachment(title={"sv": "Beslut"}, content=PDF, url="https://school.example/beslut.pdf"),
)  # fmt: skip
LEVELS = {
    state: Level(value=4, state=state, decision="MYH 2026/17", qualification={"sv": "Tekniker", "en": "Technician"})
    for state in LevelState
}


def rich_fields(plain: Achievement) -> dict[str, Any]:
    """Every optional field of an achievement, as changes to a plain one."""
    outcome = plain.outcomes[0].model_copy(update={"reusability": "transversal", "esco": (ESCO,), "skills": (DIGCOMP,)})
    return {
        "description": {"sv": "Visar samarbete.", "en": "Shows co-operation."},
        "outcomes": (outcome,),
        "credit": Credit(points=1.5),
        "level": LEVELS[LevelState.PART_OF_DECIDED],
        "languages": ("sv", "en"),
        "entry_requirement": {"sv": "Grundskola", "en": "Compulsory school"},
        "supervision": "id_only",
        "grading": Scheme(title={"sv": "Tvågradig", "en": "Two grades"}, description={"sv": "G är godkänd."}),
        "quality_assurance": QualityAssurance(
            internal={"sv": "Två lärare."}, external={"sv": "Rådet."}, body={"sv": "Rådet"}, accreditations=(PROGRAMME,)
        ),
        "has_parts": ({"sv": "Del ett", "en": "Part one"}, {"sv": "Del två"}),
        "documents": (Link(title={"sv": "Kursplan", "en": "Syllabus"}, url="https://school.example/kursplan"),),
        "target_group": {"sv": "Vuxna", "en": "Adults"},
        "note": {"sv": "Ger ingen behörighet."},
        "homepage": "https://school.example/entry",
    }  # fmt: skip


def work(completion: Any, **changes: Any) -> Completion:
    """A work placement of three weeks, attested and graded."""
    values = {
        "key": "achievement:samarbete/learner:7", "kind": "attestation", "by": "Ove Handledare",
        "started_at": datetime(2026, 10, 5, 12, tzinfo=UTC), "hours": 120, "place": "Hotell Exempel",
        "document": SIGNED, "grade": Grade(text="VG"),
    }  # fmt: skip
    made: Completion = completion(**{**values, **changes})
    return made


def part(completion: Any, **changes: Any) -> Completion:
    """A credential that counts as a part of a larger one."""
    page = Attachment(
        title={"sv": "Del ett", "en": "Part one"}, media_type="text/html", url="https://school.example/c/p1"
    )
    values = {"key": "award-1", "kind": "credential", "title": "Del ett", "hours": 20, "by": None, "document": page}
    made: Completion = completion(**{**values, **changes})
    return made


def at(item: Any, path: str) -> Iterator[Any]:
    """All that stands at the end of a path, whichever way lists branch."""
    if isinstance(item, list):
        for part in item:
            yield from at(part, path)
    elif not path:
        yield item
    elif isinstance(item, dict):
        first, _, rest = path.partition(".")
        yield from at(item.get(first), rest)
