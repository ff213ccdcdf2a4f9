"""What the JobTech taxonomy says is exactly the same in ESCO. Nearly the same, broader and narrower do not count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from mimis_core import TemporaryError

EscoType = Literal["esco-skill", "esco-occupation"]
AT_ONCE = 20
"""Concepts in one question: it stands in the address, which servers cut at some thousand characters."""
ESCO = "http://data.europa.eu/esco/"
_CONCEPT_ID = re.compile(r"[0-9A-Za-z]{4}_[0-9A-Za-z]{3}_[0-9A-Za-z]{3}")


def questions(concept_ids: Sequence[str], type_: EscoType, version: int | None) -> Iterator[str]:
    """GraphQL queries for these concepts. Ids of another form than the taxonomy's are left out: they cannot be there.

    Each concept is asked for under an alias of its own, since a list of ids gives no answer for those that are missing.
    Retired ones, which advertisements still name, are only given when they are asked for (JobTech: "Scenarios").
    """
    wanted = [one for one in dict.fromkeys(concept_ids) if _CONCEPT_ID.fullmatch(one)]
    which = "include_deprecated: true" + (f', version: "{version}"' if version else "")
    match = f'exact_match(type: "{type_}") {{ esco_uri preferred_label }}'
    for start in range(0, len(wanted), AT_ONCE):
        parts = [
            f'c{number}: concepts(id: "{one}", {which}) {{ id {match} replaced_by {{ id {match} }} }}'
            for number, one in enumerate(wanted[start : start + AT_ONCE])
        ]
        yield f"query {{ {' '.join(parts)} }}"


def read_matches(answer: Any) -> dict[str, tuple[str, ...]]:
    """Addresses in ESCO by the concept's id; none for a concept that nothing is exactly the same as.

    A concept that was replaced by one other has that one's. Raises TemporaryError for an answer that is none.
    """
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict) or answer.get("errors"):
        raise _odd()
    found = {}
    for concepts in data.values():
        for concept in _objects(concepts):
            heirs = _objects(concept.get("replaced_by"))
            uris = _uris(concept) or (_uris(heirs[0]) if len(heirs) == 1 else ())
            found[_text(concept.get("id"))] = uris
    return found


def _uris(concept: dict[str, Any]) -> tuple[str, ...]:
    uris = (_text(one.get("esco_uri")) for one in _objects(concept.get("exact_match")) if one.get("esco_uri"))
    return tuple(dict.fromkeys(uri for uri in uris if uri.startswith(ESCO)))


def _objects(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _odd()
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _odd()
    return value


def _odd() -> TemporaryError:
    return TemporaryError("The taxonomy gave an answer of another form than agreed.", mend="Try again later.")
