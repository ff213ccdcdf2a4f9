"""PNG files of which only some rows change: the others are compressed once.

A PNG's pixels are one deflate stream. Rows compressed on their own, each stretch ending on a byte boundary and reaching
back to nothing before it, may be joined into such a stream; only its checksum spans all. So a page of which two bands
change costs the time of those bands.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
ZLIB_HEADER = b"\x78\xda"
_MODULUS = 65521


@dataclass(frozen=True)
class Band:
    """Some rows of palette indices, each with its filter byte in front, compressed."""

    chunk: bytes
    checksum: int
    length: int


def compress(rows: bytes, level: int) -> Band:
    """Compress rows so that other rows may come before and after them."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    packed = packer.compress(rows) + packer.flush(zlib.Z_FULL_FLUSH)
    return Band(_chunk(b"IDAT", packed), zlib.adler32(rows), len(rows))


def assemble(width: int, height: int, palette: bytes, bands: Sequence[Band]) -> bytes:
    """A PNG file with a palette from the bands, top to bottom."""
    checksum = 1
    for band in bands:
        checksum = _joined(checksum, band.checksum, band.length)
    end = b"\x01\x00\x00\xff\xff" + checksum.to_bytes(4, "big")
    return b"".join(
        (
            SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette),
            _chunk(b"IDAT", ZLIB_HEADER),
            *(band.chunk for band in bands),
            _chunk(b"IDAT", end),
            _chunk(b"IEND", b""),
        )
    )


def _joined(first: int, second: int, length: int) -> int:
    """The Adler-32 of two pieces from those of each (zlib's combine, which Python does not offer)."""
    low, high = first & 0xFFFF, first >> 16
    next_low, next_high = second & 0xFFFF, second >> 16
    total = (low + next_low - 1) % _MODULUS
    return (high + next_high + length * (low - 1)) % _MODULUS << 16 | total


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
