"""QR codes of addresses: as grey pixels for the picture, as paths for the PDF.

A QR code with a fixed mask is linear in its bits: error correction is, and the rest is moving bits and adding a fixed
pattern. So the code of an address is that of another one of its length, with the change that each differing bit makes.
segno draws that and, once each, the changes; to let it draw every code took an eighth of the time of a picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import segno
from PIL import Image

MASK = 4
"""One fixed pattern over the QR code: to try all eight and keep the best takes most of the time of a code."""
QUIET = 4
"""White dots around the code (ISO/IEC 18004, 6.3.8)."""

MOST_FAMILIES = 8


def code_image(address: str, side: int) -> Image.Image:
    """The code in a white square of ``side`` pixels, as large as whole dots and the quiet border allow."""
    dots = _dots(address)
    length = dots.width * max(1, side // (dots.width + 2 * QUIET))
    framed = Image.new("L", (side, side), 255)
    framed.paste(dots.resize((length, length), Image.Resampling.NEAREST), ((side - length) // 2,) * 2)
    return framed


def code_svg(address: str, ink: str) -> str:
    """The code with its quiet border on white, as SVG."""
    dots = _dots(address)
    side = dots.width + 2 * QUIET
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in _runs(dots))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-QUIET} {-QUIET} {side} {side}" width="{side}" '
        f'height="{side}"><path fill="#ffffff" d="M{-QUIET} {-QUIET}h{side}v{side}h-{side}z"/>'
        f'<path fill="{ink}" d="{path}"/></svg>'
    )


class Family:
    """The codes of all addresses of one length."""

    def __init__(self, first: bytes) -> None:
        self._first = first
        self.side, self._code = _draw(first)
        self._changes: dict[int, int] = {}

    def code(self, content: bytes) -> int:
        """The dots of a content, row by row, each row filled up to whole bytes; a set bit is a light dot."""
        differing, code = int.from_bytes(content) ^ int.from_bytes(self._first), self._code
        while differing:
            lowest = differing & -differing
            code ^= self._change(lowest)
            differing ^= lowest
        return code

    def _change(self, bit: int) -> int:
        if bit not in self._changes:
            other = (int.from_bytes(self._first) ^ bit).to_bytes(len(self._first))
            self._changes[bit] = self._code ^ _draw(other)[1]
        return self._changes[bit]


_families: dict[int, Family] = {}


def _family(content: bytes) -> Family:
    """That of the content's length. A school's addresses have one length, so few are kept."""
    family = _families.get(len(content))
    if family is None:
        if len(_families) >= MOST_FAMILIES:
            _families.clear()
        family = _families[len(content)] = Family(content)
    return family


def _dots(address: str) -> Image.Image:
    """The code, a pixel for each dot."""
    content = address.encode()
    family = _family(content)
    side = family.side
    packed = family.code(content).to_bytes(side * ((side + 7) // 8))
    return Image.frombytes("1", (side, side), packed).convert("L")


def _draw(content: bytes) -> tuple[int, int]:
    """Side and dots of a code by segno."""
    matrix = segno.make(content, error="m", mode="byte", micro=False, mask=MASK).matrix
    side = len(matrix)
    fill = "0" * (-side % 8)
    light = (row.translate(bytes((0x31, 0x30)) + bytes(254)).decode() + fill for row in matrix)
    return side, int("".join(light), 2)


def _runs(dots: Image.Image) -> Iterator[tuple[int, int, int]]:
    """Left, top and length of each stretch of dark dots."""
    pixels = dots.tobytes()
    for y in range(dots.height):
        x = 0
        for grey, run in groupby(pixels[y * dots.width : (y + 1) * dots.width]):
            length = len(list(run))
            if grey == 0:
                yield x, y, length
            x += length
