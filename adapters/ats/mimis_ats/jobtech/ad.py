"""A Platsbanken advertisement as JobSearch answers it; pure functions.

Names of people who can be asked about a job are not taken out of an answer, nor asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from mimis_core import NotFoundError, TemporaryError, UserError
from mimis_core.services import EscoNeed

AD_FIELDS = (
    "id", "headline", "webpage_url", "description", "occupation", "must_have", "nice_to_have", "removed",
)  # fmt: skip
HIT_FIELDS = ("id", "headline", "webpage_url", "application_deadline", "employer", "occupation")
"""What is asked for of an advertisement, and of one among the answers to a search."""
PAGE = "https://arbetsformedlingen.se/platsbanken/annonser/"
HOSTS = ("arbetsformedlingen.se", "www.arbetsformedlingen.se", "jobsearch.api.jobtechdev.se")
NEEDS: tuple[tuple[str, EscoNeed], ...] = (("must_have", "essential"), ("nice_to_have", "optional"))
Sort = Literal["skill", "language", "work_experience", "education", "education_level"]
SORTS: dict[str, Sort] = {
    "skills": "skill",
    "languages": "language",
    "work_experiences": "work_experience",
    "education": "education",
    "education_level": "education_level",
}
"""Lists of a requirement, and what each of their items is."""
_AD_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,59}")


@dataclass(frozen=True)
class AdItem:
    """One thing that an advertisement asks for. ``concept_id`` is the taxonomy's; None for a mere text."""

    label: str
    need: EscoNeed
    sort: Sort
    concept_id: str | None = None


@dataclass(frozen=True)
class AdConcept:
    """An occupation by the taxonomy's id and Swedish name."""

    label: str
    concept_id: str | None


@dataclass(frozen=True)
class Ad:
    """An advertisement. ``text`` is what it says of requirements, or all that it says."""

    id: str
    title: str
    url: str
    text: str
    occupation: AdConcept | None
    items: tuple[AdItem, ...]


@dataclass(frozen=True)
class AdHit:
    """An advertisement among those that a search found."""

    id: str
    title: str
    url: str
    employer: str
    deadline: str | None


def ad_id(where: str) -> str:
    """The id in an address of Platsbanken, or as it was typed. The address itself is never opened.

    Raises UserError when it is neither.
    """
    text = where.strip()
    if "/" in text:
        place = urlsplit(text)
        known = place.scheme in ("https", "http") and place.hostname in HOSTS
        text = place.path.rstrip("/").rpartition("/")[2] if known else ""
    if not _AD_ID.fullmatch(text):
        raise UserError("This is no advertisement of Platsbanken.", mend=f"Give its number, or its address: {PAGE}...")
    return text


def read_ad(answer: Any) -> Ad:
    """An advertisement. Raises NotFoundError for one that was taken away, TemporaryError for an answer that is none."""
    ad = _object(answer, "an advertisement")
    key = _text(ad, "id")
    if not key:
        raise _odd("an advertisement")
    if ad.get("removed") is True:
        raise NotFoundError(
            f"Advertisement {key} was taken away.", mend="Describe the role without it.", code="removed"
        )
    description = _object(ad.get("description") or {}, "a description")
    return Ad(
        id=key,
        title=_text(ad, "headline"),
        url=_page(ad, key),
        text=_text(description, "requirements") or _text(description, "text"),
        occupation=_occupation(ad.get("occupation")),
        items=tuple(_items(ad)),
    )


def read_hits(answer: Any) -> list[AdHit]:
    """What a search found. Raises TemporaryError for an answer that is none."""
    hits = _list(_object(answer, "an answer to a search").get("hits"), "hits")
    return [_hit(_object(one, "an advertisement")) for one in hits]


def _hit(ad: dict[str, Any]) -> AdHit:
    employer = _object(ad.get("employer") or {}, "an employer")
    key = _text(ad, "id")
    return AdHit(
        id=key,
        title=_text(ad, "headline"),
        url=_page(ad, key),
        employer=_text(employer, "name"),
        deadline=_text(ad, "application_deadline") or None,
    )


def _items(ad: dict[str, Any]) -> list[AdItem]:
    """Everything that is asked for, each once: what is a must is no longer merely good to have."""
    found: dict[tuple[str, str], AdItem] = {}
    for name, need in NEEDS:
        lists = _object(ad.get(name) or {}, name)
        for key, sort in SORTS.items():
            for one in _list(lists.get(key), key):
                item = _item(_object(one, key), need, sort)
                if item is not None:
                    found.setdefault((sort, item.concept_id or item.label.casefold()), item)
    return list(found.values())


def _item(value: dict[str, Any], need: EscoNeed, sort: Sort) -> AdItem | None:
    concept_id = _text(value, "concept_id") or None
    label = _text(value, "label") or concept_id
    return AdItem(label, need, sort, concept_id) if label else None


def _occupation(value: Any) -> AdConcept | None:
    """The occupation: an object in some answers, a list in others, of which the first with a name counts."""
    values = value if isinstance(value, list) else [value]
    for one in values:
        known = _object(one or {}, "an occupation")
        if label := _text(known, "label"):
            return AdConcept(label, _text(known, "concept_id") or None)
    return None


def _page(ad: dict[str, Any], key: str) -> str:
    """The page for people: never anything but a page of Arbetsförmedlingen, for it is shown as a link."""
    url = _text(ad, "webpage_url")
    place = urlsplit(url)
    return url if place.scheme == "https" and place.hostname in HOSTS else PAGE + key


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _odd(what)
    return value


def _list(value: Any, what: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _odd(what)
    return value


def _text(value: dict[str, Any], name: str) -> str:
    """A text, stripped; empty where there is none. Numbers stand for ids in some answers."""
    text = value.get(name)
    if text is None:
        return ""
    if name == "id" and isinstance(text, int):
        return str(text)
    if not isinstance(text, str):
        raise _odd(name)
    return text.strip()


def _odd(what: str) -> TemporaryError:
    return TemporaryError(f"JobSearch gave {what} that is of another form than agreed.", mend="Try again later.")
