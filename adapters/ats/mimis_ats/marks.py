"""How what was written is known again: a mark made of the share's key, and the number of a system's record."""

from __future__ import annotations

import hashlib

from mimis_core import DataError


def digest(text: str, length: int) -> str:
    """So many letters that are the same for the same text; the text itself is nobody else's business."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def record_number(identity: str, system: str) -> int:
    """An id of a system whose ids are numbers. Raises DataError for what can be none: it becomes part of an address."""
    if not identity.isascii() or not identity.isdigit():
        raise DataError(f"{system}'s ids are numbers; this one is not.", code="candidate-id")
    return int(identity)
