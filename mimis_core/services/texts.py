"""Texts in several languages where there is room for one, and texts of people where they are compared."""

from __future__ import annotations

import unicodedata

from mimis_core.model import LangMap


def in_swedish(text: LangMap) -> str:
    """A text in Swedish, or in the first language that it has."""
    return text.get("sv") or next(iter(text.values()))


def plain(text: str) -> str:
    """What names and titles are compared by: however they are spaced, capitalised and encoded, they are the same."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
