"""What several shapes say alike."""

from __future__ import annotations

from collections.abc import Iterator

from mimis_core import CredentialStatus, Outcome
from mimis_core.services import CredentialView, OpenShare

ESCO = "http://data.europa.eu/esco/concept-scheme/skills"
"""The scheme that ESCO's skills belong to."""


def text_in(texts: dict[str, str], language: str) -> str:
    """A text in the wanted language, else in English, else in what there is."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()))


def in_force(opened: OpenShare) -> list[CredentialView]:
    """The credentials of the share that hold now."""
    views = (one.view for one in opened.credentials)
    return [view for view in views if view.status.status is CredentialStatus.ACTIVE]


def outcomes_of(views: list[CredentialView]) -> Iterator[Outcome]:
    """Each outcome once, in the order of the credentials."""
    seen: set[str] = set()
    for view in views:
        for outcome in view.achievement.outcomes:
            key = outcome.model_dump_json()
            if key not in seen:
                seen.add(key)
                yield outcome
