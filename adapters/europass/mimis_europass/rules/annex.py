"""Is a credential complete by Annex I of the Council Recommendation on micro-credentials (2022/C 243/02)?

The eleven mandatory elements and their places in ELM are facts section 4. An element counts as there when one of its
places holds something; the level is asked for only where a qualification claims to be one. Quality assurance without a
record of accreditation stands in a note; any note will not do, it has to speak of quality, in whatever language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mimis_europass.rules.findings import Finding

Json = dict[str, Any]
PLACES: dict[str, tuple[str, ...]] = {
    "learner": ("credentialSubject.fullName", "credentialSubject.familyName"),
    "title": ("credentialSubject.hasClaim.title",),
    "country": ("issuer.location.address.countryCode",),
    "awarding_body": ("credentialSubject.hasClaim.awardedBy.awardingBody",),
    "date": ("issued", "issuanceDate", "credentialSubject.hasClaim.awardedBy.awardingDate"),
    "outcomes": ("credentialSubject.hasClaim.specifiedBy.learningOutcome.title",),
    "workload": (
        "credentialSubject.hasClaim.specifiedBy.volumeOfLearning",
        "credentialSubject.hasClaim.specifiedBy.creditPoint",
        "credentialSubject.hasClaim.creditReceived",
        "credentialSubject.hasClaim.influencedBy.workload",
        "credentialSubject.hasClaim.influencedBy.specifiedBy.volumeOfLearning",
    ),
    "level": (
        "credentialSubject.hasClaim.specifiedBy.eqfLevel",
        "credentialSubject.hasClaim.specifiedBy.nqfLevel",
        "credentialSubject.hasClaim.specifiedBy.educationLevel",
    ),
    "assessment": (
        "credentialSubject.hasClaim.provenBy.specifiedBy.dcType",
        "credentialSubject.hasClaim.provenBy.title",
    ),
    "participation": (
        "credentialSubject.hasClaim.specifiedBy.mode",
        "credentialSubject.hasClaim.influencedBy.specifiedBy.mode",
        "credentialSubject.hasClaim.influencedBy.specifiedBy.dcType",
        "credentialSubject.hasClaim.influencedBy.dcType",
    ),
    "quality": (
        "credentialSubject.hasClaim.specifiedBy.accreditation",
        "credentialSubject.hasClaim.awardedBy.awardingBody.accreditation",
        "issuer.accreditation",
        "evidence.accreditation",
    ),
}
QUALITY = re.compile(
    "qualit|qualid|calid|calit|kvalit|kwalit|jako[śs]|kakov|laatu|laadu|min[őo]s[ée]g|kokyb|c[áa]il[ií]ocht"
    "|качеств|ποι[οό]τ",
    re.IGNORECASE,
)
"""How the word for quality begins in the official languages of the Union."""
_NOTES = ("credentialSubject", "hasClaim", "specifiedBy", "additionalNote")
_STEPS = {element: tuple(tuple(path.split(".")) for path in paths) for element, paths in PLACES.items()}


def check_annex(document: Json) -> Iterator[Finding]:
    """One finding for each mandatory element that the credential lacks."""
    for element, paths in _STEPS.items():
        if not any(_has(document, path, 0) for path in paths) and _applies(element, document):
            yield Finding("annex", "", ".".join(paths[0]), element)


def _has(item: Any, path: tuple[str, ...], depth: int) -> bool:
    """True when something other than nothing stands at the end of a path, whichever way lists branch."""
    if isinstance(item, list):
        return any(_has(part, path, depth) for part in item)
    if depth == len(path):
        return bool(item)
    return isinstance(item, dict) and _has(item.get(path[depth]), path, depth + 1)


def _applies(element: str, document: Json) -> bool:
    """False when the element is not asked for, or stands in a note."""
    if element == "quality":
        return not any(QUALITY.search(text) for note in _at(document, _NOTES) for text in _texts(note))
    if element != "level":
        return True
    return any(item.get("type") == "Qualification" for item in _at(document, _NOTES[:-1]))


def _at(item: Any, path: tuple[str, ...]) -> Iterator[Json]:
    """All objects at the end of a path."""
    if isinstance(item, list):
        for part in item:
            yield from _at(part, path)
    elif isinstance(item, dict) and path:
        yield from _at(item.get(path[0]), path[1:])
    elif isinstance(item, dict):
        yield item


def _texts(note: Json) -> Iterator[str]:
    """What a note says, in each language."""
    literal = note.get("noteLiteral")
    for texts in literal.values() if isinstance(literal, dict) else ():
        yield from (text for text in (texts if isinstance(texts, list) else [texts]) if isinstance(text, str))
