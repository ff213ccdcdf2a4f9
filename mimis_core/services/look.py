"""The school's own logo and colour on its pages: read from ``[look]``, and refused where people could not read them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mimis_core.errors import ConfigurationError
from mimis_core.settings import describe_invalid

if TYPE_CHECKING:
    from mimis_core.settings import Settings

LARGEST_LOGO = 40_000
"""Bytes: a whole page stays below 100 kB."""
LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3, for text."""
WHITE, BLACK = "#ffffff", "#000000"
DARKEST_LIGHT_GROUND, LIGHTEST_DARK_GROUND = "#f0eae0", "#2a3235"
"""``--sunk`` of mimis.css, light and dark: text in the school's colour is hardest to read on these."""
PNG = b"\x89PNG\r\n\x1a\n"
SVG = "{http://www.w3.org/2000/svg}svg"


class LookTable(BaseModel):
    """``[look]`` of mimis.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    logo: Path | None = Field(default=None, description="SVG or PNG file of at most 40 kB, shown beside the name")
    colour: str | None = Field(
        default=None,
        pattern=r"^#[0-9a-fA-F]{6}$",
        description="Colour of the head, links and buttons, as #rrggbb; dark enough to read on white (WCAG 4.5:1)",
    )


@dataclass(frozen=True)
class Logo:
    """A picture that may be shown: its bytes, their media type, and a version that changes with them."""

    content: bytes
    media_type: str

    @property
    def version(self) -> str:
        """Part of the address, so that browsers may keep the picture for long."""
        return hashlib.sha256(self.content).hexdigest()[:16]


@dataclass(frozen=True)
class Look:
    """What the pages of one mimis look like beside the common stylesheet; ``css`` is empty without a colour."""

    logo: Logo | None = None
    css: str = ""


def read_look(settings: Settings) -> Look:
    """The look that is set, checked.

    Raises ConfigurationError for an unknown field, a colour that cannot be read on the pages, and a logo that is
    missing, too large or neither SVG nor PNG.
    """
    try:
        table = LookTable(**settings.look)
    except ValidationError as error:
        raise ConfigurationError(
            describe_invalid(error, "[look]"), mend='\nCorrect it, for example colour = "#0d4a5e".'
        ) from None
    return Look(_read_logo(table.logo) if table.logo else None, _make_css(table.colour) if table.colour else "")


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lighter(colour: str) -> str:
    """The colour with as little white as makes it readable on a dark page."""
    shades = (_mix(colour, WHITE, share / 100) for share in range(0, 101, 5))
    return next(shade for shade in shades if contrast(shade, LIGHTEST_DARK_GROUND) >= LEAST_CONTRAST)


def _make_css(colour: str) -> str:
    ratio = contrast(colour, DARKEST_LIGHT_GROUND)
    if ratio < LEAST_CONTRAST:
        raise ConfigurationError(
            f"[look] colour {colour} has a contrast of {ratio:.1f}:1 to our pages; text needs {LEAST_CONTRAST}:1.",
            mend="Take a darker shade of it.",
        )
    light = f"--brand:{colour};--brand-deep:{_mix(colour, BLACK, 0.3)}"
    bright = lighter(colour)
    dark = f"--brand:{bright};--brand-deep:{_mix(bright, WHITE, 0.4)};--bar:{colour}"
    return f"@media screen{{:root{{{light}}}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _luminance(colour: str) -> float:
    parts = (part / 255 for part in _parts(colour))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mix(colour: str, other: str, share: float) -> str:
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _read_logo(path: Path) -> Logo:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_LOGO + 1)
    except OSError:
        raise ConfigurationError(f"{path}: the logo cannot be read.", mend="Correct [look] logo.") from None
    if len(content) > LARGEST_LOGO:
        raise ConfigurationError(
            f"{path}: the logo is larger than {LARGEST_LOGO // 1000} kB.",
            mend="Make it smaller: an SVG, or a PNG 150 pixels high.",
        )
    if content.startswith(PNG):
        return Logo(content, "image/png")
    if _is_svg(content):
        return Logo(content, "image/svg+xml")
    raise ConfigurationError(f"{path}: the logo is neither SVG nor PNG.", mend="Save it as one of these.")


def _is_svg(content: bytes) -> bool:
    """Whether it is an SVG. One that declares entities is none: they can grow without bound when they are read."""
    if b"<!ENTITY" in content:
        return False
    try:
        return ElementTree.fromstring(content).tag == SVG
    except ElementTree.ParseError:
        return False
