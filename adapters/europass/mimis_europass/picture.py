"""The picture of a credential that the profile demands: one page for each language.

typst draws the achievement's page once. The learner's name and the address are drawn as one strip for all languages and
set into the free places, with the date and the QR code. Only the fonts inside typst are used, unless the school names
others, so every machine draws the same.
"""

from __future__ import annotations

import io
import json
import threading
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple, cast

import segno
import typst
from PIL import Image

from mimis_core import ConfigurationError, LevelState
from mimis_europass import texts, vocabulary
from mimis_europass.document import Matter
from mimis_europass.png import Band, assemble, compress
from mimis_europass.texts import choose, number, one_line

WIDTH, HEIGHT = 900, 1273
NAME = (56, 180, 780, 90)
"""Left, top, width and height of the place for the name; the other places likewise."""
LINE = (64, 1052, 540, 36)
ADDRESS = (64, 1212, 540, 30)
CODE = (627, 1048, 209, 209)
CHANGING = ((180, 270), (1048, 1257))
"""Rows that differ between learners."""
WHITE, TINT = (255, 255, 255), (238, 243, 244)
COLOURS = 40
MASK = 4
"""One fixed pattern over the QR code: to try all eight and keep the best takes most of the time of a picture."""
DOTS = bytes((255, 0)) + bytes(254)
"""Light and dark dots of a QR code as greys."""
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Look:
    """What the school chose for its pictures."""

    logo: Path | None = None
    fonts: Path | None = None


@dataclass(frozen=True)
class Page:
    """An achievement's page in one language, ready for what differs. ``shades`` turns grey on a ground into colours."""

    image: Image.Image
    palette: bytes
    shades: dict[Colour, bytes]
    fixed: tuple[Band, ...]


class Piece(NamedTuple):
    """A grey image, the place that it is set into, and the colour that its white becomes."""

    place: tuple[int, int, int, int]
    image: Image.Image
    ground: Colour


@dataclass(frozen=True)
class Personal:
    """What differs between learners. ``address`` is also what the QR code says."""

    name: str
    issued: datetime
    until: datetime | None
    address: str


def draw(matter: Matter, look: Look, personal: Personal) -> dict[str, bytes]:
    """The picture in each language, as PNG."""
    strip = _strip(one_line(personal.name), personal.address, look)
    common = (
        Piece(NAME, strip.crop((0, 0, NAME[2], NAME[3])), WHITE),
        Piece(ADDRESS, strip.crop((0, NAME[3], ADDRESS[2], NAME[3] + ADDRESS[3])), TINT),
        Piece(CODE, _code(personal.address), WHITE),
    )
    lines = {language: _line(_sentence(personal, language)) for language in matter.languages}
    return {
        language: _compose(page_of(matter, language, look), (*common, Piece(LINE, line, TINT)))
        for language, line in lines.items()
    }


@lru_cache(maxsize=128)
def page_of(matter: Matter, language: str, look: Look) -> Page:
    """Draw an achievement's page, or take it from an earlier time."""
    drawn = _open(_typeset("page.typ", _page_data(matter, language, look), look)).convert("RGB")
    image = drawn.quantize(COLOURS, dither=Image.Dither.NONE)
    palette = bytes(image.getpalette() or [])
    framed = Image.new("L", (WIDTH + 1, HEIGHT))
    framed.paste(Image.frombytes("L", (WIDTH, HEIGHT), image.tobytes()), (1, 0))
    shades = {ground: bytes(_nearest(palette, grey, ground) for grey in range(256)) for ground in (WHITE, TINT)}
    edges = [0, *(row for rows in CHANGING for row in rows), HEIGHT]
    fixed = tuple(compress(_rows(framed, top, low), 9) for top, low in zip(edges[::2], edges[1::2], strict=True))
    return Page(framed, palette, shades, fixed)


def _compose(page: Page, pieces: tuple[Piece, ...]) -> bytes:
    """Set the pieces into copies of the changing rows, and join these with the fixed ones."""
    bands: list[Band] = []
    for fixed, (top, low) in zip(page.fixed, CHANGING, strict=False):
        rows = page.image.crop((0, top, WIDTH + 1, low))
        for place, image, ground in pieces:
            if top <= place[1] < low:
                rows.paste(_shaded(image, page.shades[ground]), (place[0] + 1, place[1] - top))
        bands += [fixed, compress(rows.tobytes(), 3)]
    return assemble(WIDTH, HEIGHT, page.palette, [*bands, page.fixed[-1]])


def _shaded(image: Image.Image, shades: bytes) -> Image.Image:
    return Image.frombytes("L", image.size, image.tobytes().translate(shades))


def _rows(framed: Image.Image, top: int, low: int) -> bytes:
    return framed.crop((0, top, WIDTH + 1, low)).tobytes()


def _nearest(palette: bytes, grey: int, ground: Colour) -> int:
    """The palette's best index for ink of a grey value on a ground."""
    wanted = [22 + (part - 22) * grey / 255 for part in ground]
    triples = range(0, len(palette), 3)
    return min(triples, key=lambda at: sum((palette[at + i] - wanted[i]) ** 2 for i in range(3))) // 3


def _strip(name: str, address: str, look: Look) -> Image.Image:
    data = {"name": name, "address": address, "fonts": _families(look.fonts)}
    return _open(_typeset("strip.typ", data, look)).convert("L")


@lru_cache(maxsize=64)
def _line(sentence: str) -> Image.Image:
    return _open(_typeset("line.typ", {"line": sentence}, Look())).convert("L")


def _open(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def _sentence(personal: Personal, language: str) -> str:
    issued = long_date(personal.issued, language)
    if personal.until is None:
        return texts.ISSUED_LINE[language].format(issued=issued)
    return texts.ISSUED_UNTIL_LINE[language].format(issued=issued, until=long_date(personal.until, language))


def long_date(moment: datetime, language: str) -> str:
    """A date in words: ``24 november 2026``."""
    return f"{moment.day} {texts.MONTHS[language].split()[moment.month - 1]} {moment.year}"


def _code(address: str) -> Image.Image:
    """The QR code with its white border of four dots, as large as whole dots allow."""
    matrix = segno.make(address, error="m", micro=False, mask=MASK).matrix
    side = len(matrix)
    dots = Image.frombytes("L", (side, side), b"".join(matrix).translate(DOTS))
    length = side * max(1, CODE[2] // (side + 8))
    framed = Image.new("L", CODE[2:], 255)
    framed.paste(dots.resize((length, length), Image.Resampling.NEAREST), ((CODE[2] - length) // 2,) * 2)
    return framed


def _page_data(matter: Matter, language: str, look: Look) -> dict[str, object]:
    achievement = matter.achievement
    return {
        "language": language,
        "logo": look.logo.name if look.logo else None,
        "school": one_line(choose(matter.issuer.legal_name, language)),
        "title": one_line(choose(achievement.title, language)),
        "outcomes": [one_line(choose(outcome.title, language)) for outcome in achievement.outcomes],
        "facts": _facts(matter, language),
        **{key: choose(texts.PAGE[key], language) for key in ("kind", "awarded", "can", "more", "check", "how")},
    }


def _facts(matter: Matter, language: str) -> list[tuple[str, str]]:
    achievement, page = matter.achievement, texts.PAGE
    facts = [
        ("workload", page["hours"][language].format(hours=number(achievement.workload_hours, language))),
        ("assessment", _words(vocabulary.ASSESSMENTS, "assessment", achievement.assessment, language)),
        ("mode", _words(vocabulary.MODES, "learning-assessment", achievement.mode, language)),
    ]
    if level := achievement.level:
        sentence = texts.SELF_ASSESSED if level.state is LevelState.SELF_ASSESSED else page["decided"]
        facts.append(("level", sentence[language].format(level=level.value)))
    facts.append(("quality", one_line(choose(achievement.quality_assurance.external, language))))
    if achievement.part_of:
        facts.append(("part_of", one_line(choose(achievement.part_of, language))))
    return [(page[key][language], value) for key, value in facts]


def _words(table: dict[str, tuple[str, str, str]], name: str, words: tuple[str, ...], language: str) -> str:
    labels = [vocabulary.find(table, word, name)[1 if language == "sv" else 2] for word in words]
    return ", ".join(label if index == 0 else label[0].lower() + label[1:] for index, label in enumerate(labels))


@lru_cache(maxsize=8)
def _families(folder: Path | None) -> tuple[str, ...]:
    if folder is None:
        return ()
    return tuple(
        typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]).families()
    )


_own = threading.local()
"""A typst compiler may not be used by two threads at once, so each thread has its own."""


def _compiler(root: str, fonts: Path | None) -> typst.Compiler:
    compilers: dict[tuple[str, Path | None], typst.Compiler] = _own.__dict__.setdefault("compilers", {})
    if (root, fonts) not in compilers:
        paths = [str(fonts)] if fonts else []
        compilers[root, fonts] = typst.Compiler(root=root, ignore_system_fonts=True, font_paths=paths)
    return compilers[root, fonts]


@lru_cache(maxsize=4)
def _template(name: str) -> bytes:
    return (files(__package__) / name).read_bytes()


def _typeset(name: str, data: object, look: Look) -> bytes:
    root = str(look.logo.parent) if look.logo else "."
    try:
        drawn = _compiler(root, look.fonts).compile(
            input=_template(name), format="png", ppi=72, sys_inputs={"data": json.dumps(data)}
        )
    except typst.TypstError as error:
        raise ConfigurationError(
            f"The picture cannot be drawn: {error}.", mend="Check the files logo and fonts in the table [format]."
        ) from None
    return cast(bytes, drawn)
