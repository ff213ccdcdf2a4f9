"""Between mimis' entries and the files: CSV as Swedish Excel reads it, or JSON; pure functions."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from mimis_ats.marks import digest
from mimis_core import TalentEntry

HEADINGS = ("kandidat", "delning", "länk", "sammanfattning", "mikromerit", "utfärdare")
SHARE = 1
"""Column of a share's mark."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell may not begin with: a spreadsheet would count it out, and titles are written by others."""


def mark_of(key: str) -> str:
    """What one share is called in files: the same each time, and telling nothing about it."""
    return digest(key, 24)


def file_name(key: str, layout: str) -> str:
    """Name of a share's own file."""
    return f"mikromeriter-{mark_of(key)}.{layout}"


def as_json(entry: TalentEntry) -> bytes:
    """One share as JSON."""
    value = {
        "candidate": entry.candidate.id,
        "share": mark_of(entry.key),
        "url": entry.url,
        "summary": entry.summary,
        "credentials": [{"title": title, "issuer": issuer} for title, issuer in entry.details.items()],
    }
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def rows_of(entry: TalentEntry) -> list[tuple[str, ...]]:
    """One row for each credential of a share, in the order of :data:`HEADINGS`."""
    head = (entry.candidate.id, mark_of(entry.key), entry.url, entry.summary)
    return [tuple(map(_harmless, (*head, title, issuer))) for title, issuer in entry.details.items()]


def as_csv(rows: Iterable[tuple[str, ...]]) -> bytes:
    """A list with its heading, in UTF-8 with the mark by which Excel knows it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def read_csv(content: bytes) -> list[tuple[str, ...]]:
    """The rows of a list that :func:`as_csv` wrote."""
    table = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    return [tuple(row) for row in table if len(row) == len(HEADINGS)][1:]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
