"""What several shapes say alike."""

from __future__ import annotations

from collections.abc import Iterator

from mimis_core import CredentialStatus, Outcome
from mimis_core.services import OpenShare, SharedCredential

ESCO = "http://data.europa.eu/esco/concept-scheme/skills"
"""The scheme that ESCO's skills belong to."""


def text_in(texts: dict[str, str], language: str) -> str:
    """A text in the wanted language, else in English, else in what there is."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()))


def in_force(opened: OpenShare) -> list[SharedCredential]:
    """The credentials of the share that hold now."""
    return [one for one in opened.credentials if one.view.status.status is CredentialStatus.ACTIVE]


def outcomes_of(credentials: list[SharedCredential]) -> Iterator[Outcome]:
    """Each outcome once, in the order of the credentials."""
    seen: set[str] = set()
    for one in credentials:
        for outcome in one.view.achievement.outcomes:
            key = outcome.model_dump_json()
            if key not in seen:
                seen.add(key)
                yield outcome
