"""What somebody hands in to be checked: a sealed file, or something else that holds one or several.

Nothing here asks another machine. A link is told apart, and followed by who has a guard on addresses (see
:class:`mimis_core.web.ShareReader`); what the page at the link says is still the word of whoever made it.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from mimis_core import DataError

MOST = 5
"""Files in one; each may have its issuer asked for the status."""
LARGEST = 2 * 1024 * 1024
"""Bytes of a file inside a PDF, which is as much as may be handed in without one."""
LOOKED_AT = 20
"""Embedded files of a PDF that are looked at, whatever they are."""
DICTIONARY = 4096
"""Bytes within which a PDF's object says what it is."""

_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*")
_LINK = re.compile(rb"https?://\S{1,2000}")
_COMPACT = re.compile(rb"[\w-]+\.[\w-]*\.[\w-]+(~\S*)?")
_EMBEDDED = re.compile(rb"/Type\s{0,9}/EmbeddedFile\b")
_STREAM = re.compile(rb"\bstream\r?\n")


def unpack(content: bytes) -> list[bytes]:
    """The sealed files in what was handed in, at least one and at most :data:`MOST`; what is unknown stands as it is.

    Raises DataError with the code ``picture``, ``link``, ``pdf`` (no file inside), ``nameless`` (a share without
    files) or ``many``.
    """
    if content.startswith(_PICTURES):
        raise DataError("A picture holds no sealed file.", code="picture")
    if link_in(content):
        raise DataError("A link is not followed.", code="link")
    if b"%PDF-" in content[:1024]:
        found, code = list(islice(attachments(content), MOST + 1)), "pdf"
    else:
        found, code = _files_of_share(content), "nameless"
    return some(found, code)


def some(found: list[bytes], code: str) -> list[bytes]:
    """What was found, when that is something and not too much. Raises DataError with this code, or ``many``."""
    if not found:
        raise DataError("There is no sealed file inside.", code=code)
    if len(found) > MOST:
        raise DataError(f"There are more than {MOST} files inside.", code="many")
    return found


def leads_to_status(link: str) -> bool:
    """Whether a link looks like that of the page behind a QR code, which names nobody and holds no file."""
    try:
        return "/c/" in urlsplit(link).path
    except ValueError:
        return False


def link_in(content: bytes) -> str | None:
    """The link that was handed in, when it is nothing else."""
    text = content.strip()
    return text.decode("utf-8", "replace") if _LINK.fullmatch(text) else None


def attachments(pdf: bytes) -> Iterator[bytes]:
    """Files that are embedded in a PDF (ISO 32000-1, 7.11.4), of those that stand as they are or by Flate.

    Read by what every writer of PDF/A-3 must put there and nothing more: a stranger's PDF is no place for a parser.
    """
    for named in islice(_EMBEDDED.finditer(pdf), LOOKED_AT):
        begin = _STREAM.search(pdf, named.end(), named.end() + DICTIONARY)
        if begin is None:
            continue
        first = max(0, pdf.rfind(b" obj", max(0, named.start() - DICTIONARY), named.start()))
        content = _stream(pdf, begin.end(), pdf[first : begin.start()])
        if content:
            yield content


def _stream(pdf: bytes, begin: int, dictionary: bytes) -> bytes | None:
    """What the stream of an object holds, or None when it is cut off, too large or in a way that we do not read."""
    if b"/Filter" not in dictionary:
        end = pdf.find(b"endstream", begin)
        return pdf[begin:end].removesuffix(b"\n").removesuffix(b"\r") if end > 0 else None
    if b"/FlateDecode" not in dictionary:
        return None
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(memoryview(pdf)[begin:], LARGEST)
    except zlib.error:
        return None
    return content if inflater.eof else None


def _files_of_share(content: bytes) -> list[bytes]:
    """The files in a share that was saved as JSON, else the content itself, as a mail or a clipboard left it."""
    text = content.removeprefix(b"\xef\xbb\xbf")
    body = _json_object(text)
    if body is not None and "share" in body and isinstance(body.get("credentials"), list):
        held = [one.get("sealed") for one in body["credentials"] if isinstance(one, dict)]
        return [one.encode() for one in held if isinstance(one, str)]
    joined = b"".join(text.split())
    return [joined if body is None and _COMPACT.fullmatch(joined) else text]


def _json_object(text: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
