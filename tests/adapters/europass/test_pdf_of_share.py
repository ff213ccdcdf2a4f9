"""The PDF that goes with an application: it leads to the share that it was made for, and to nothing else."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date

import pikepdf
import pytest
import zxingcpp
from mimis_europass.elm import ElmFormat
from mimis_europass.picture.page import Look
from mimis_europass.picture.page_texts import page_text
from mimis_europass.picture.pdf import draw_pdf
from PIL import Image, ImageDraw
from pypdf import PdfReader

from mimis_core import Achievement, IssueOrder

ADDRESS = "https://mimis.example/s/Zx3kTq9yLw8vRb2nMd5cGh7jPf4sAe6u"
PUBLIC = "https://mimis.example/c/"
SHARE = (ADDRESS, date(2026, 12, 24))
DOT, QUIET = 8, 4
"""Pixels of a dot, and dots left free around the code."""


@pytest.fixture
def sealed(elm: ElmFormat, order: Callable[..., IssueOrder], achievement: Callable[..., Achievement]) -> bytes:
    """A file in the form of a sealed one; what reads it does not look at the seal."""
    text = elm.build(order(achievement())).content.decode()
    return json.dumps({"payload": text, "signatures": [{"protected": "e30", "signature": "AAAA"}]}).encode()


def code_of(page: pikepdf.Page) -> str:
    """What the QR code on a page says, read from its own dots: of all paths, it has the most corners."""
    paths: list[list[tuple[int, int]]] = [[]]
    for step in pikepdf.parse_content_stream(page):
        if str(step.operator) in {"m", "l"}:
            x, y = (round(float(one)) for one in step.operands)
            paths[-1].append((x + QUIET, y + QUIET))
        elif str(step.operator) in {"f", "S", "n"}:
            paths.append([])
    corners = max(paths, key=len)
    side = DOT * (max(x for x, _ in corners) + QUIET)
    image = Image.new("L", (side, side), 255)
    for (left, top), (right, low) in zip(corners[::4], corners[2::4], strict=True):
        ImageDraw.Draw(image).rectangle((left * DOT, top * DOT, right * DOT - 1, low * DOT - 1), 0)
    (found,) = zxingcpp.read_barcodes(image)
    return found.text


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def said_by(content: bytes) -> str:
    """The text of all pages, without the breaks of its lines."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def links_of(page: pikepdf.Page) -> set[str]:
    return {str(one.A.URI) for one in page.Annots}


def test_code_and_address_are_those_of_the_share(sealed: bytes) -> None:
    content = draw_pdf(sealed, "a.jsonld", Look(), SHARE)
    with opened(content) as pdf:
        for page in pdf.pages[::2]:
            assert code_of(page) == ADDRESS
            assert links_of(page) == {ADDRESS}
    said = said_by(content).replace(" ", "")
    assert said.count(ADDRESS) == 2
    assert PUBLIC not in said


def test_without_a_share_it_leads_to_the_public_page(sealed: bytes) -> None:
    content = draw_pdf(sealed, "a.jsonld", Look())
    with opened(content) as pdf:
        assert all(code_of(page).startswith(PUBLIC) for page in pdf.pages[::2])
    assert "till och med" not in said_by(content)


def test_last_day_of_the_share_stands_in_each_language(sealed: bytes) -> None:
    said = said_by(draw_pdf(sealed, "a.jsonld", Look(), SHARE))
    assert "till och med 24 december 2026" in said
    assert "up to and including 24 December 2026" in said


def test_code_is_described_as_that_of_the_share(sealed: bytes) -> None:
    with opened(draw_pdf(sealed, "a.jsonld", Look(), SHARE)) as pdf:
        described = {str(one.Alt) for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one}
    assert {page_text("code_application", language) for language in ("sv", "en")} <= described
    assert not {page_text("code", language) for language in ("sv", "en")} & described
