"""The learner's name in the picture: as typst itself draws it, and as it looked to the people who approved it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mimis_europass.document.build import Matter
from mimis_europass.picture.draw import ADDRESS, LINE, NAME, draw
from mimis_europass.picture.page import Look, Personal
from mimis_europass.picture.pdf import full_data
from mimis_europass.picture.sheets import sheet_of
from mimis_europass.picture.typesetting import typeset
from PIL import Image, ImageChops, ImageStat

from mimis_core import Achievement, Organisation

GOLDEN = Path(__file__).with_name("golden-name.png")
NAMES = [
    "Åsa Öberg",
    "Anna-Karin Margareta Elisabet von Essen af Ugglas-Hammarskjöld och Rosencrantz",
    "Maximiliana Wolfeschlegelsteinhausenbergerdorff",
    "W" * 60,
    "Šárka Łukasiewicz-Đorđević",
    "Олександра Шевченко",
    "فاطمة الزهراء",
]
STEP = 9
"""The picture has sixteen shades of ink: none is further from the true one."""


def both(matter: Matter, name: str) -> tuple[Image.Image, Image.Image]:
    """The picture as it is issued, and the whole page as typst alone draws it."""
    personal = Personal(
        name,
        datetime(2026, 11, 24, tzinfo=UTC),
        datetime(2029, 11, 24, tzinfo=UTC),
        "https://mimis.example/c/4f8Kq2mZ7x",
    )
    (language,) = matter.languages
    data = full_data([sheet_of(matter, language)], Look(), personal)
    whole = typeset("page.typ", data, Look(), format="png", ppi=72)
    pictures = (draw(matter, Look(), personal)[language], whole)
    issued, reference = (Image.open(io.BytesIO(png)).convert("L") for png in pictures)
    return issued, reference


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", [NAME, LINE, ADDRESS])
def test_ink_is_that_of_typst(
    achievement: Callable[..., Achievement], school: Organisation, name: str, place: tuple[int, int, int, int]
) -> None:
    left, top, width, height = place
    pictures = both(Matter(achievement(), school, school, ("sv",), ()), name)
    issued, whole = (picture.crop((left, top, left + width, top + height)) for picture in pictures)
    assert min(whole.tobytes()) < 60  # there is ink
    assert max(ImageChops.difference(issued, whole).tobytes()) <= STEP


def test_name_is_legible_as_approved(achievement: Callable[..., Achievement], school: Organisation) -> None:
    """The golden file was looked at: it reads Åsa Öberg Łukasz فاطمة Шевченко. Redraw it when the fonts change."""
    issued, _ = both(Matter(achievement(), school, school, ("sv",), ()), "Åsa Öberg Łukasz فاطمة Шевченко")
    left, top, width, height = NAME
    name = issued.crop((left, top, left + width, top + height))
    golden = Image.open(GOLDEN).convert("L")
    assert golden.size == name.size
    assert ImageStat.Stat(ImageChops.difference(name, golden)).mean[0] < 1
