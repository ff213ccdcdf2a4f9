"""A document made ready for its seal: whose it is, and its text as it will stand inside the sealed JSON.

Documents of one template differ in a few texts. What they share is read and escaped once: to do so for each of 1,000
files of 120 kB took three times as long as to sign them.
"""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, zip_longest
from typing import Any

from mimis_core import DataError, Document
from mimis_seals.form.edc import issuer_identifier
from mimis_seals.form.jws import FormError, read_object

LONG = 1000
"""Bytes from which a part may be a picture: to look for what needs no escape is three times as fast as to escape it."""
_BASE64 = string.ascii_letters.encode() + string.digits.encode() + b"+/="
_FILLER = "mimis"


@dataclass(frozen=True)
class Ready:
    """``escaped`` is the document's text as the inside of a JSON string."""

    issuer: str | None
    escaped: bytes

    def sealed(self, signature: dict[str, Any]) -> bytes:
        """The sealed file: general JSON serialisation (RFC 7515, 7.2.1) with one signature."""
        seal = json.dumps(signature, ensure_ascii=False, separators=(",", ":")).encode()
        return b"".join((b'{"payload":"', self.escaped, b'","signatures":[', seal, b"]}"))


@dataclass(frozen=True)
class Frame:
    """What documents of one template share."""

    issuer: str | None
    escaped: tuple[bytes, ...]


def make_ready(document: Document) -> Ready:
    """Read a document. Raises DataError when it is no JSON object, or not on one line."""
    ready = _from_parts(document)
    if ready is not None:
        return ready
    try:
        text = document.content.decode("utf-8")
        issuer = issuer_identifier(read_object(text, "The document"))
    except (FormError, UnicodeDecodeError) as error:
        raise DataError(f"{document.urn}: cannot be sealed: {error}") from None
    if "\n" in text or "\r" in text:
        raise DataError(f"{document.urn}: cannot be sealed: Europass reads only documents that are one line.")
    return Ready(issuer, _escape(text))


def _from_parts(document: Document) -> Ready | None:
    """The short way; None where the parts do not prove what the long way would find."""
    fixed, own = document.parts[::2], document.parts[1::2]
    if not own or b"".join(document.parts) != document.content:
        return None
    frame = _frame(fixed)
    if frame is None:
        return None
    try:
        texts = [_escaped_text(part) for part in own]
    except ValueError:
        return None
    return Ready(frame.issuer, b"".join(chain.from_iterable(zip_longest(frame.escaped, texts, fillvalue=b""))))


@lru_cache(maxsize=32)
def _frame(fixed: tuple[bytes, ...]) -> Frame | None:
    """Read what is shared, a filler at each place. None unless each place is within a text, and none the issuer's.

    A place that a quotation mark and then ``,``, ``}`` or ``]`` follow is the rest of a text that is no key. So another
    text there changes neither what else the document says nor whether a key stands twice.
    """
    if not all(part[:1] == b'"' and part[1:2] in (b",", b"}", b"]") for part in fixed[1:]):
        return None
    try:
        texts = [part.decode("utf-8") for part in fixed]
        issuer = issuer_identifier(read_object(_FILLER.join(texts), "The document"))
    except (FormError, UnicodeDecodeError):
        return None
    if _FILLER in (issuer or "") or any("\n" in text or "\r" in text for text in texts):
        return None
    return Frame(issuer, tuple(_escape(text) for text in texts))


def _escaped_text(part: bytes) -> bytes:
    """A part escaped. Raises ValueError when it is not the inside of one JSON string."""
    if len(part) > LONG and not part.translate(None, _BASE64):
        return part
    text = part.decode("utf-8")
    escaped = _escape(text)
    if len(escaped) != len(part):
        json.loads(f'"{text}"')
    return escaped


def _escape(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False)[1:-1].encode()
