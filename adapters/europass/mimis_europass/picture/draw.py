"""The picture of a credential that the profile demands: one page for each language.

typst draws the achievement's page once. The learner's name is drawn for all languages at once and set into its free
place, with the date, the address and the QR code. Only the fonts inside typst are used, unless the school names others,
so every machine draws the same.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from PIL import Image

from mimis_europass.document.build import Matter
from mimis_europass.document.texts import one_line
from mimis_europass.picture.page import INK, Colour, Look, Personal, document_data, page_data, rgb
from mimis_europass.picture.page_texts import direction, issued_line
from mimis_europass.picture.png import Band, assemble, compress
from mimis_europass.picture.qr import code_image, code_svg
from mimis_europass.picture.sheets import sheet_of
from mimis_europass.picture.typesetting import typeset

WIDTH, HEIGHT = 900, 1273
NAME = (56, 180, 784, 90)
"""Left, top, width and height of the place for the name; the other places likewise."""
RIGHT = 60
"""Left free beside a name that stands to the right."""
LINE = (64, 1016, 540, 36)
ADDRESS = (64, 1172, 540, 44)
CODE = (627, 1008, 209, 209)
CHANGING = ((180, 270), (1008, 1217))
"""Rows that differ between learners."""
CELL = (9, 22)
"""Width and height of a letter of the address."""
LETTERS = "".join(map(chr, range(0x21, 0x7F)))
WHITE = (255, 255, 255)
LEVEL = 3
"""Of deflate, for what is compressed for each learner; 4 takes twice the time for no less."""
STEPS = 16
"""Shades from ink to a ground. They stand first in every palette, so what is drawn for a learner fits all pages."""
COLOURS = 96
"""Colours of the page itself, which a logo may need; more make the file larger."""


@dataclass(frozen=True)
class Page:
    """An achievement's page in one language, ready for what differs."""

    image: Image.Image
    palette: bytes
    fixed: tuple[Band, ...]
    mirrored: bool


class Piece(NamedTuple):
    """Something drawn in palette indices, with its left and top."""

    left: int
    top: int
    image: Image.Image


def draw(matter: Matter, look: Look, personal: Personal) -> dict[str, bytes]:
    """The picture in each language, as PNG."""
    pages = {language: page_of(matter, language, look) for language in matter.languages}
    image = _shaded(_name(one_line(personal.name), look))
    # Nothing but the name stands in its rows, so they are compressed once for all languages of a direction.
    names = {mirrored: _name_rows(image, mirrored) for mirrored in {page.mirrored for page in pages.values()}}
    address = _shaded(_address(personal.address), on_tint=True)
    code = _shaded(code_image(personal.address, CODE[2]))
    pictures = {}
    for language, page in pages.items():
        line = _line(issued_line(personal.issued, personal.until, language), language)
        placed = (
            Piece(_left(LINE, page), LINE[1], line),
            Piece(WIDTH - ADDRESS[0] - address.width if page.mirrored else ADDRESS[0], ADDRESS[1], address),
            Piece(_left(CODE, page), CODE[1], code),
        )
        above, between, below = page.fixed
        bands = [above, names[page.mirrored], between, _foot_rows(page, placed), below]
        pictures[language] = assemble(WIDTH, HEIGHT, page.palette, bands)
    return pictures


@lru_cache(maxsize=64)
def draw_shared(matter: Matter, look: Look) -> dict[str, bytes]:
    """One picture in each language for all learners: it says that the name stands in the file. Drawn once."""
    pictures = {}
    code = code_svg(matter.issuer.homepage, INK) if matter.issuer.homepage else None
    for language in matter.languages:
        data = document_data([page_data(sheet_of(matter, language), look, shared=True)], look, code=code)
        drawn = _open(typeset("page.typ", data, look, format="png", ppi=72)).convert("RGB")
        file = io.BytesIO()
        drawn.quantize(COLOURS + STEPS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        pictures[language] = file.getvalue()
    return pictures


@lru_cache(maxsize=64)
def page_of(matter: Matter, language: str, look: Look) -> Page:
    """Draw an achievement's page, or take it from an earlier time."""
    data = document_data([page_data(sheet_of(matter, language), look)], look)
    drawn = _open(typeset("page.typ", data, look, format="png", ppi=72)).convert("RGB")
    image = drawn.quantize(COLOURS, dither=Image.Dither.NONE)
    own = bytes(image.getpalette() or [])
    moved = image.tobytes().translate(bytes(min(255, index + 2 * STEPS) for index in range(256)))
    framed = Image.new("L", (WIDTH + 1, HEIGHT))  # with the filter byte in front of each row
    framed.paste(Image.frombytes("L", (WIDTH, HEIGHT), moved), (1, 0))
    edges = [0, *(row for rows in CHANGING for row in rows), HEIGHT]
    fixed = tuple(compress(_rows(framed, top, low), 9) for top, low in zip(edges[::2], edges[1::2], strict=True))
    return Page(framed, _ramp(WHITE) + _ramp(look.tint) + own, fixed, direction(language) == "rtl")


def address_lines(address: str) -> list[str]:
    """The address as it stands on the page: at most two lines, cut at the end when it is longer still."""
    plain, most = quote(address, safe="%:/?#[]@!$&'()*+,;=~"), ADDRESS[2] // CELL[0]
    return [plain[at : at + most] for at in range(0, len(plain), most)][:2]


def _name_rows(name: Image.Image, mirrored: bool) -> Band:
    rows = Image.new("L", (WIDTH + 1, NAME[3]), STEPS - 1)
    rows.paste(0, (0, 0, 1, NAME[3]))  # the filter bytes
    rows.paste(name, (WIDTH + 1 - RIGHT - name.width if mirrored else NAME[0] + 1, 0))
    return compress(rows.tobytes(), LEVEL)


def _foot_rows(page: Page, pieces: Iterable[Piece]) -> Band:
    """The changing rows at the foot with the pieces set into them."""
    top, low = CHANGING[1]
    rows = page.image.crop((0, top, WIDTH + 1, low))
    for piece in pieces:
        rows.paste(piece.image, (piece.left + 1, piece.top - top))
    return compress(rows.tobytes(), LEVEL)


def _left(place: tuple[int, int, int, int], page: Page) -> int:
    return WIDTH - place[0] - place[2] if page.mirrored else place[0]


def _rows(framed: Image.Image, top: int, low: int) -> bytes:
    return framed.crop((0, top, WIDTH + 1, low)).tobytes()


def _ramp(ground: Colour) -> bytes:
    """Colours from ink to a ground, in even steps."""
    ink, last = rgb(INK), STEPS - 1
    return bytes(
        round(dark + (light - dark) * step / last)
        for step in range(STEPS)
        for dark, light in zip(ink, ground, strict=True)
    )


_ON_WHITE = bytes(round(grey * (STEPS - 1) / 255) for grey in range(256))
_ON_TINT = bytes(index + STEPS for index in _ON_WHITE)


def _shaded(grey: Image.Image, *, on_tint: bool = False) -> Image.Image:
    """Greys as the indices of ink on a ground."""
    return Image.frombytes("L", grey.size, grey.tobytes().translate(_ON_TINT if on_tint else _ON_WHITE))


def _name(name: str, look: Look) -> Image.Image:
    return _grey("name.typ", look, name=name)


@lru_cache(maxsize=64)
def _line(sentence: str, language: str) -> Image.Image:
    line = _grey("line.typ", Look(), line=sentence, language=language, dir=direction(language))
    return _shaded(line, on_tint=True)


@lru_cache(maxsize=1)
def _letters() -> dict[str, Image.Image]:
    drawn = _grey("letters.typ", Look(), letters=LETTERS)
    return {letter: drawn.crop((at * CELL[0], 0, (at + 1) * CELL[0], CELL[1])) for at, letter in enumerate(LETTERS)}


def _address(address: str) -> Image.Image:
    """Set from ready letters: to let typst set each address doubles the time of a picture."""
    lines, letters = address_lines(address), _letters()
    image = Image.new("L", (CELL[0] * len(lines[0]), CELL[1] * len(lines)), 255)
    for row, line in enumerate(lines):
        for at, letter in enumerate(line):
            image.paste(letters[letter], (at * CELL[0], row * CELL[1]))
    return image


def _grey(template: str, look: Look, **data: object) -> Image.Image:
    """A piece in black on white."""
    return _open(typeset(template, {**data, "ink": "#000000"}, look, format="png", ppi=72)).convert("L")


def _open(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))
