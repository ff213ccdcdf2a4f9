"""Swedish alphabetical order, for names.

As the Swedish Academy's word list and the Unicode CLDR order for Swedish have it: å, ä and ö after z, w a letter of its
own after v, other accents as the letter below them, upper and lower case alike. Foreign letters stand with the Swedish
ones that they are read as: æ with ä, ø with ö, ü with y, þ with t. What is no Latin letter stands after all of them.

ICU would know this too, but PyICU has no wheels: whoever installs mimis would need ICU's headers and a compiler. pyuca
has no order for a language.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ALPHABET = "abcdefghijklmnopqrstuvwxyzåäö"
_READ_AS = {
    "æ": "ä", "ę": "ä", "ø": "ö", "ő": "ö", "œ": "ö", "ü": "y", "ű": "y",
    "đ": "d", "ð": "d", "þ": "t", "ł": "l", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n",
}  # fmt: skip
_BREAKS = re.compile(r"[\s\-–—/,.]+")
_SILENT = re.compile(r"['’‘`´\"()]")
_FIRST_LETTER, _FIRST_OTHER = 0x40, 0x80
_LETTERS = {letter: bytes([_FIRST_LETTER + place]) for place, letter in enumerate(_ALPHABET)}
_DIGITS = {digit: digit.encode() for digit in "0123456789"}
_READINGS = {letter: _LETTERS[read] for letter, read in _READ_AS.items()}
_KEYS: dict[str, bytes] = {**_LETTERS, **_DIGITS, **_READINGS, " ": b" "}


def sort_key(*parts: str | None) -> bytes:
    """What names are compared by: the first part, then the next where these are equal; then accents and case.

    A part that ends sorts before one that goes on: Ek before Ekberg, whatever the given names.
    """
    texts = [unicodedata.normalize("NFC", part or "") for part in parts]
    return b"\1".join(map(_letters, texts)) + b"\0" + "\1".join(texts).encode()


def word_keys(*parts: str | None) -> frozenset[bytes]:
    """The words of these texts, as :func:`search_key` makes a piece to find them by."""
    return frozenset(
        word for part in parts if part for word in _letters(unicodedata.normalize("NFC", part)).split(b" ")
    )


def search_key(text: str) -> tuple[bytes, ...]:
    """The words of what somebody searches for, each the beginning of a word that is looked for."""
    return tuple(word for word in _letters(unicodedata.normalize("NFC", text)).split(b" ") if word)


@lru_cache(20_000)
def _letters(text: str) -> bytes:
    plain = _BREAKS.sub(" ", _SILENT.sub("", text.casefold())).strip()
    try:
        return b"".join([_KEYS[letter] for letter in plain])
    except KeyError:
        return b"".join(map(_letter, plain))


def _letter(letter: str) -> bytes:
    known = _KEYS.get(letter)
    if known is None:
        known = _KEYS[letter] = _without_accent(letter)
    return known


def _without_accent(letter: str) -> bytes:
    """The key of the letter below an accent; of another script, its number, after all Latin letters."""
    base = "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))
    if base == letter:
        return bytes([_FIRST_OTHER]) + ord(letter).to_bytes(3, "big")
    return b"".join(map(_letter, base.lower()))
