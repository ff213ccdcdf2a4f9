"""How audit rows are chained: each link is the SHA-256 over the one before it and the row's own content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol


class Entry(Protocol):
    """What of an audit row stands in the chain: ids, words and times, never a name."""

    id: Any
    organisation: Any
    at: Any
    actor: Any
    action: Any
    subject: Any
    details: Any


def first_link(organisation: str) -> str:
    """What the first row of an organisation is chained to: its id, so that no chain passes for another's."""
    return hashlib.sha256(f"mimis audit of {organisation}".encode()).hexdigest()


def next_link(link: str, seq: int, entry: Entry) -> str:
    """The link after ``link``, for row number ``seq``."""
    at: datetime = entry.at
    content = [seq, entry.id, entry.organisation, at.isoformat(), entry.actor, entry.action, entry.subject]
    text = json.dumps([link, *content, entry.details], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Sealed(Entry, Protocol):
    """A row in the chain."""

    seq: Any
    chain: Any


def exported(entry: Sealed) -> dict[str, Any]:
    """A row as a line of an export holds it: all that :func:`next_link` needs to be computed anew."""
    return {
        "seq": entry.seq,
        "id": entry.id,
        "organisation": entry.organisation,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "details": entry.details,
        "chain": entry.chain,
    }


def is_head(value: Mapping[str, Any]) -> bool:
    """Whether a line of an export is a head: how far the chain reached when it was written."""
    return isinstance(value.get("seq"), int) and isinstance(value.get("head"), str)
