"""What stands on a credential's page in one language, and how the school wants it to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from mimis_europass.document.texts import choose, one_line
from mimis_europass.picture.page_texts import direction, long_date, page_text

INK = "#161c1f"
ACCENT = "#12505b"
ISOLATE, END = "\u2068", "\u2069"
"""Around a text that has a direction of its own (Unicode UAX 9, first strong isolate)."""
Colour = tuple[int, int, int]
Json = dict[str, Any]
ShareLink = tuple[str, date]
"""Address of a share, and the last day on which it opens."""
MOST_OUTCOMES = 14
"""Lines that the place for the outcomes has in its smallest letters: more are never tried."""
PIXEL_OF_A4 = 595.276 / 900
"""Points of an A4 page for a pixel of the picture."""


@dataclass(frozen=True)
class Look:
    """What the school chose for its pages. ``texts`` is its own line as pairs of language and text."""

    logo: Path | None = None
    fonts: Path | None = None
    colour: str = ACCENT
    texts: tuple[tuple[str, str], ...] = ()

    @property
    def tint(self) -> Colour:
        """The ground of the panel at the foot: a breath of the school's colour."""
        red, green, blue = (round(255 - (255 - part) * 0.07) for part in rgb(self.colour))
        return red, green, blue


@dataclass(frozen=True)
class Personal:
    """What differs between learners. ``address`` is also what the QR code says."""

    name: str
    issued: datetime
    until: datetime | None
    address: str


def rgb(colour: str) -> Colour:
    """The parts of ``#rrggbb``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast_with_white(colour: str) -> float:
    """Contrast of white text on a colour, 1 to 21 (WCAG 2.2, relative luminance)."""
    parts = [part / 255 for part in rgb(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


@dataclass(frozen=True)
class Sheet:
    """What a page says that the template does not: ``facts`` are keys of the page's labels and what stands there."""

    language: str
    school: str
    title: str
    outcomes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    line: str = ""


@dataclass(frozen=True)
class Details:
    """What does not fit on the page and follows it in a PDF: each outcome with its criteria, and all notes."""

    outcomes: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def page_data(sheet: Sheet, look: Look, *, shared: bool = False) -> Json:
    """One page of the template: all that is the same for every learner. ``shared`` says that no name will follow."""
    language = sheet.language
    return {
        "language": language.partition("-")[0].lower(),  # typst knows languages, not their regions
        "dir": direction(language),
        "school": sheet.school,
        "logo": page_text("logo", language, school=sheet.school),
        "title": sheet.title,
        "outcomes": sheet.outcomes[:MOST_OUTCOMES],
        "hidden": len(sheet.outcomes) > MOST_OUTCOMES,
        "details": None,
        "facts": [(page_text(key, language), value) for key, value in sheet.facts if value],
        "line": said(dict(look.texts), language) if look.texts else sheet.line,
        "unnamed": page_text("unnamed", language) if shared else None,
        "how": page_text("how_shared" if shared else "how", language),
        "code": page_text("code_shared" if shared else "code", language),
        "issued": "",
        **{key: page_text(key, language) for key in ("kind", "awarded", "can", "more", "check", "attached")},
    }


def application_data(language: str, until: date) -> Json:
    """What a page says otherwise that leads to a share and not to the public page: it goes with an application."""
    return {
        "how": page_text("how_application", language, until=long_date(until, language)),
        "code": page_text("code_application", language),
    }


def document_data(pages: Sequence[Json], look: Look, **more: object) -> Json:
    """The whole input of the template. ``more`` are ``personal``, ``code``, ``attachment`` and ``unit``."""
    return {
        "pages": list(pages),
        "title": pages[0]["title"],
        "logo": look.logo.name if look.logo else None,
        "personal": None,
        "code": None,
        "attachment": None,
        **more,
    }


def said(text: Mapping[str, str], language: str) -> str:
    """A text of the school's, in its own direction wherever it stands: other languages may have to stand in."""
    plain = one_line(choose(text, language))
    return f"{ISOLATE}{plain}{END}" if direction(language) == "rtl" else plain
