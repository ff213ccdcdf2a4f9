"""QR codes that are put together from changes: the very dots that segno draws, whatever the address."""

from __future__ import annotations

import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from mimis_europass.picture import qr
from PIL import Image

ADDRESSES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x17F), min_size=1, max_size=60)


@given(ADDRESSES, ADDRESSES)
def test_code_has_the_dots_of_segno(first: str, second: str) -> None:
    for address in (first, second, first):
        image = qr.code_image(address, 400)
        content = address.encode()
        matrix = segno.make(content, error="m", mode="byte", micro=False, mask=qr.MASK).matrix
        side = len(matrix)
        dot = 400 // (side + 2 * qr.QUIET)
        edge = (400 - side * dot) // 2
        small = image.crop((edge, edge, edge + side * dot, edge + side * dot)).resize(
            (side, side), Image.Resampling.NEAREST
        )
        assert small.tobytes() == b"".join(bytes(255 * (1 - dark) for dark in row) for row in matrix)


def test_many_lengths_are_not_all_kept() -> None:
    for length in range(3 * qr.MOST_FAMILIES):
        (found,) = zxingcpp.read_barcodes(qr.code_image(f"https://mimis.example/{'a' * length}", 300))
        assert found.text.endswith("a" * length)
    assert len(qr._families) <= qr.MOST_FAMILIES


def test_paths_are_the_dark_dots() -> None:
    svg = qr.code_svg("https://mimis.example/c/1", "#161c1f")
    dots = qr.code_image("https://mimis.example/c/1", 300)
    dark = sum(int(step.split("v")[0]) for step in svg.rpartition('d="')[2].split("h")[1:] if "v1" in step)
    side = int(svg.partition('width="')[2].partition('"')[0]) - 2 * qr.QUIET
    dot = 300 // (side + 2 * qr.QUIET)
    assert dark == dots.histogram()[0] // dot**2
