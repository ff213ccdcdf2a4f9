"""Between mimis' entries and Teamtailor's JSON:API; pure functions."""

from __future__ import annotations

import re
from typing import Any

from mimis_ats.marks import record_number
from mimis_core import Candidate, TalentEntry, TemporaryError

SUMMARY_LIMIT = 150
"""Characters of a summary that Teamtailor shows."""


def partner_result(entry: TalentEntry, job_id: int | None) -> dict[str, Any]:
    """Body that creates a partner result. No assessment: a credential is not a score."""
    attributes = {"candidate-id": _number(entry.candidate.id), **_changing(entry)}
    job = _number(entry.candidate.job_id) if entry.candidate.job_id else job_id
    if job is not None:
        attributes["job-id"] = job
    return {"data": {"type": "partner-results", "attributes": attributes}}


def partner_result_update(entry: TalentEntry, uuid: str) -> dict[str, Any]:
    """Body that brings a result up to date; candidate and job cannot be changed and are left out."""
    return {"data": {"type": "partner-results", "id": uuid, "attributes": _changing(entry)}}


def _changing(entry: TalentEntry) -> dict[str, Any]:
    return {
        "status": "completed",
        "summary": shorten(entry.summary),
        "url": entry.url,
        "details": dict(entry.details),
    }


def shorten(text: str, limit: int = SUMMARY_LIMIT) -> str:
    """``text`` within the limit, cut at a word where there is one."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return f"{head.rsplit(' ', 1)[0] or head}…"


def candidates(answer: Any, email: str) -> tuple[Candidate, ...]:
    """The candidates of a search that really have this address, whatever else the answer holds."""
    wanted = email.strip().casefold()
    found = []
    for item in resources(answer):
        known = item["attributes"].get("email")
        if not isinstance(known, str | None):
            raise TemporaryError("Teamtailor gave a candidate whose address is no text.", mend="Try again later.")
        if known is not None and known.strip().casefold() == wanted:
            found.append(Candidate(id=str(item["id"]), email=known))
    return tuple(found)


def candidate_path(identity: str) -> str:
    """Where one candidate is read."""
    return f"v1/candidates/{_number(identity)}"


def has_address(answer: Any) -> bool:
    """Whether the candidate of an answer still has an address: one who was anonymised has none."""
    data = answer.get("data") if isinstance(answer, dict) else None
    if data is None or not _is_resource(data):
        raise TemporaryError("Teamtailor answered with something that is no candidate.", mend="Try again later.")
    return bool(data["attributes"].get("email"))


def resources(answer: Any) -> list[dict[str, Any]]:
    """The ``data`` list of a JSON:API document, each with its id and its attributes."""
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list) or not all(map(_is_resource, data)):
        raise TemporaryError("Teamtailor answered with something that is no JSON:API list.", mend="Try again later.")
    return data


def _is_resource(item: Any) -> bool:
    return isinstance(item, dict) and "id" in item and isinstance(item.setdefault("attributes", {}), dict)


def next_page(answer: Any, page: int) -> str | None:
    """Number of the page after ``page``, None after the last one."""
    links = answer.get("links") or {}
    return str(page + 1) if links.get("next") else None


def error_code(body: Any) -> str | None:
    """Reason of a refusal: its code and the field. Texts are left out, since they may quote what we sent."""
    errors = body.get("errors") if isinstance(body, dict) else None
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return None
    first = errors[0]
    source = first.get("source")
    pointer = source.get("pointer") if isinstance(source, dict) else None
    words = [str(word) for word in (first.get("code"), pointer) if word]
    return " ".join(word for word in words if re.fullmatch(r"[\w/.-]{1,80}", word)) or None


def _number(value: str) -> int:
    return record_number(value, "Teamtailor")
