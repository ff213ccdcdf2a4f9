"""What stands in a recording in place of somebody's: always the same for the same value, and nobody can go back."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"


def fold(text: str) -> str:
    """A text as it is compared: composed letters, no case, no blanks around."""
    return unicodedata.normalize("NFC", text).casefold().strip()


def digits(text: str) -> str:
    """The digits of a text."""
    return re.sub(r"\D", "", text)


def is_id(text: str) -> bool:
    """Whether a text is an id as systems count or draw them: a number or a UUID.

    0 and 1 are not: they say nothing about anybody, and systems give them to what is special, such as a whole site.
    """
    return bool(re.fullmatch(rf"(?!1$)[1-9]\d{{0,18}}|{UUID}", text))


def luhn(number: str) -> bool:
    """Whether the last of ten digits checks the others, as in Swedish personal numbers."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(number[-10:]))
    return sum(one // 10 + one % 10 for one in doubled) % 10 == 0


class Pseudonyms:
    """Pseudonyms by a key; who has the key can find a value by trying all, so it is thrown away."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def word(self, text: str) -> str:
        """For one word of a name, whatever its case."""
        return f"N{self._hash('name', fold(text))[:10]}"

    def mail(self, text: str) -> str:
        """For a mail address."""
        return f"m{self._hash('mail', fold(text))[:12]}@example.invalid"

    def secret(self, text: str) -> str:
        """For a key or a token, whatever its case."""
        return f"secret-{self._hash('secret', fold(text))[:16]}"

    def opaque(self, text: str) -> str:
        """For a text of which nothing is kept."""
        return f"text-{self._hash('text', text)[:12]}"

    def number(self, text: str) -> str:
        """For an id or a number: eleven digits, which no personal number has and every JSON reader keeps exact."""
        if re.fullmatch(UUID, text):
            return self.uuid(text)
        return f"7{int(self._hash('number', digits(text) or text), 16) % 10**10:010d}"

    def uuid(self, text: str) -> str:
        """For a UUID: one of version 4."""
        whole = self._hash("uuid", text.lower())
        return "-".join((whole[:8], whole[8:12], f"4{whole[13:16]}", f"8{whole[17:20]}", whole[20:32]))

    def _hash(self, kind: str, text: str) -> str:
        return hmac.new(self._key, f"{kind} {text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
