"""From an advertisement to a draft of what a role needs: exact ESCO skills, and beside them all that has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mimis_ats.jobtech.ad import Ad, AdItem
from mimis_core.services import Esco, EscoNeed

Matches = Mapping[str, tuple[str, ...]]
"""Addresses in ESCO that are exactly the same, by the taxonomy's concept id."""
Why = Literal["text", "unmatched", "several", "version", "no-skill"]
"""Why an item is no ESCO skill: it is a mere text; the taxonomy has no exact match, or several; the ESCO that is
imported here does not have the skill; it is no skill at all, but an education or an experience."""
SKILLED = ("skill", "language")
"""Sorts of items that can be skills."""


@dataclass(frozen=True)
class AdSkill:
    """An item that is exactly an ESCO skill. ``label`` is the advertisement's word, ``esco_label`` ESCO's."""

    label: str
    uri: str
    need: EscoNeed
    esco_label: dict[str, str]


@dataclass(frozen=True)
class Unmapped:
    """An item that a person has to judge: it stays part of what the advertisement asks for."""

    item: AdItem
    why: Why


@dataclass(frozen=True)
class AdOccupation:
    """The advertisement's occupation; ``uri`` is the ESCO occupation that is exactly the same, or None."""

    label: str
    uri: str | None


@dataclass(frozen=True)
class AdNeeds:
    """A draft of needs, to be completed and confirmed by a person.

    Attributes:
        title: the advertisement's headline.
        occupation: its occupation.
        skills: items that are exactly ESCO skills.
        unmapped: all other items.
        says_nothing: no item stands in the advertisement's lists. That is so in nearly all of them, and never means
            that nothing is required: what is required stands in ``text``.
        url: its page.
        text: what it says in words.
    """

    title: str
    occupation: AdOccupation | None
    skills: tuple[AdSkill, ...]
    unmapped: tuple[Unmapped, ...]
    says_nothing: bool
    url: str
    text: str = ""


def needs_of(ad: Ad, matches: Matches, esco: Esco) -> AdNeeds:
    """The draft. Where no ESCO is imported, an exact match is taken as the taxonomy gives it."""
    skills: dict[str, AdSkill] = {}
    unmapped = []
    for item in ad.items:
        why = _why_not(item, matches, esco)
        if why is not None:
            unmapped.append(Unmapped(item, why))
            continue
        (uri,) = matches[item.concept_id or ""]
        concept = esco.concept(uri)
        skills.setdefault(uri, AdSkill(item.label, uri, item.need, concept.labels if concept else {}))
    return AdNeeds(
        title=ad.title,
        occupation=_occupation(ad, matches, esco),
        skills=tuple(skills.values()),
        unmapped=tuple(unmapped),
        says_nothing=not ad.items,
        url=ad.url,
        text=ad.text,
    )


def _why_not(item: AdItem, matches: Matches, esco: Esco) -> Why | None:
    if item.sort not in SKILLED:
        return "no-skill"
    if item.concept_id is None:
        return "text"
    uris = matches.get(item.concept_id, ())
    if len(uris) != 1:
        return "several" if uris else "unmatched"
    return None if _is(esco, uris[0], "skill") else "version"


def _occupation(ad: Ad, matches: Matches, esco: Esco) -> AdOccupation | None:
    if ad.occupation is None:
        return None
    uris = matches.get(ad.occupation.concept_id or "", ())
    exact = len(uris) == 1 and _is(esco, uris[0], "occupation")
    return AdOccupation(ad.occupation.label, uris[0] if exact else None)


def _is(esco: Esco, uri: str, kind: str) -> bool:
    """Whether the ESCO that stands here has this; an empty one contradicts nobody."""
    if not esco.version:
        return f"/esco/{kind}/" in uri
    concept = esco.concept(uri)
    return concept is not None and concept.kind == kind
