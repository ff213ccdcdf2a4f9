"""Twins of a good PDF, each without one thing that PDF/UA-1 asks for: a judge that passes one judges nothing."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator

import pikepdf
from pikepdf import Dictionary, Name, Object, Pdf


def make_twins(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Each twin by what it lacks."""
    for name, spoil in SPOILT.items():
        with pikepdf.open(io.BytesIO(content)) as pdf:
            spoil(pdf)
            out = io.BytesIO()
            pdf.save(out)
        yield name, out.getvalue()


def elements(pdf: Pdf) -> Iterator[Dictionary]:
    """Every element of the structure tree."""
    pending = [pdf.Root.StructTreeRoot]
    while pending:
        node = pending.pop()
        if isinstance(node, pikepdf.Array):
            pending.extend(node)
        elif isinstance(node, Dictionary):
            if "/S" in node:
                yield node
            pending.extend([node.K] if "/K" in node else [])


def _remove(key: str, holders: Iterable[Object]) -> None:
    for one in holders:
        if key in one:
            del one[key]


def _without_language(pdf: Pdf) -> None:
    _remove("/Lang", (pdf.Root, *elements(pdf)))


def _without_descriptions(pdf: Pdf) -> None:
    _remove("/Alt", elements(pdf))


def _without_tags(pdf: Pdf) -> None:
    del pdf.Root.StructTreeRoot
    del pdf.Root.MarkInfo


def _without_title_shown(pdf: Pdf) -> None:
    pdf.Root.ViewerPreferences.DisplayDocTitle = False


def _without_title(pdf: Pdf) -> None:
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        del metadata["{http://purl.org/dc/elements/1.1/}title"]


def _without_text_of_letters(pdf: Pdf) -> None:
    for page in pdf.pages:
        _remove("/ToUnicode", page.Resources.get("/Font", Dictionary()).values())


def _with_leap_of_headings(pdf: Pdf) -> None:
    for one in elements(pdf):
        if one.S == Name.H2:
            one.S = Name.H4


SPOILT: dict[str, Callable[[Pdf], None]] = {
    "language": _without_language,
    "descriptions": _without_descriptions,
    "tags": _without_tags,
    "title-shown": _without_title_shown,
    "title": _without_title,
    "letters": _without_text_of_letters,
    "heading-leap": _with_leap_of_headings,
}
