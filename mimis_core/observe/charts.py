"""Bars as SVG for a page or a report, readable without seeing them: a title, a description, and the numbers as text."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

WIDTH, ROW, LABEL, VALUE = 720, 28, 180, 90


def bars(title: str, description: str, values: Sequence[tuple[str, int | None, str]]) -> str:
    """A chart with one bar a row.

    Arguments:
        title, description: what it shows and what it says, in the reader's language; both are read aloud.
        values: label, length and the text beside the bar. None is a number that is not shown, which has no bar: the
            text says so.
    """
    longest = max((value or 0 for _, value, _ in values), default=0) or 1
    height = ROW * len(values) + 44
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="14">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(description)}</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="8" y="24" font-size="16" font-weight="bold" fill="#1a1a1a">{escape(title)}</text>',
    ]
    for index, (label, value, said) in enumerate(values):
        lines += _row(36 + index * ROW, label, None if value is None else value / longest, said)
    return "\n".join([*lines, "</svg>", ""])


def _row(top: int, label: str, share: float | None, said: str) -> list[str]:
    """A label, a bar of a share of the whole width, and its text, which is slanted where there is no number."""
    length = round((WIDTH - LABEL - VALUE) * (share or 0), 1)
    bar = f'<rect x="{LABEL}" y="{top + 3}" width="{length}" height="{ROW - 8}" fill="#005a8c"/>'
    style = ' font-style="italic"' if share is None else ""
    return [
        f'<text x="{LABEL - 8}" y="{top + 17}" text-anchor="end" fill="#1a1a1a">{escape(label)}</text>',
        *([bar] if share is not None else []),
        f'<text x="{LABEL + length + 6}" y="{top + 17}"{style} fill="#1a1a1a">{escape(said)}</text>',
    ]
