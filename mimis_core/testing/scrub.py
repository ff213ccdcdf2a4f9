"""Takes persons and secrets out of recorded traffic, and leaves its shape and its joins.

Two passes over all exchanges. The first learns what is personal from the fields that :class:`Rules` names. The second
replaces it wherever it stands, in other fields, keys, paths and texts too, and with it whatever looks like a mail
address, a personal number or a token. The same value becomes the same pseudonym everywhere, so what belonged together
still does. A name that stands only in a field that no rule knows is not found: read a recording before you share it.
"""

from __future__ import annotations

import html
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

from mimis_core.testing.exchange import Exchange, Fields
from mimis_core.testing.pseudonyms import UUID, Pseudonyms, digits, fold, is_id, luhn
from mimis_core.testing.rules import Kind, Rules, plain

RECORDED = "https://recorded.invalid"
"""Stands in a recording for the real system's address."""
SHORTEST_WORD, SHORTEST_SECRET, SHORTEST_NUMBER = 2, 4, 6

_NUMBER = r"(?<!\d)(?:18|19|20)?\d\d(?:0[1-9]|1[0-2])[0-9]\d(?:[-+ ]\d{4}|\d{4}|[-+ ]?TF\d\d)(?!\d)"
_ADDRESS = r"[^\s@<>\"',;:()\[\]{}/?&=|\\]+"
_LOOKS_PERSONAL = (
    rf"(?P<mail>{_ADDRESS}@{_ADDRESS})",
    r"(?P<jwt>eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?)",
    rf"(?P<uuid>{UUID})",
    rf"(?P<number>{_NUMBER})",
    r"(?P<token>(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_-]{32,})",
)
_WORD = r"(?P<word>\w+)"
_PERSONAL = re.compile("|".join(_LOOKS_PERSONAL))
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_ID = rf"{UUID}|\b(?!1\b)[1-9]\d*"
_IDS = re.compile(rf"(?:{UUID}|\d+)(?:[,;| ]+(?:{UUID}|\d+))*")
"""One id, or several as they stand in one parameter."""
_ID_FIELD = re.compile(r"(?:^|[a-z0-9_\-\]\[])ids?(?:\[\d*\])*\]?$", re.IGNORECASE)


class Scrubber:
    """Learns from exchanges what is personal, then gives them back without it.

    Arguments:
        rules: which fields hold what.
        hosts: addresses of the real system, replaced by :data:`RECORDED`.
        key: for pseudonyms that are the same in several recordings; keep it as secret as what was recorded.
        own: values that stay as they are, such as the name of the adapter's own account in the system.
    """

    def __init__(
        self,
        rules: Rules | None = None,
        hosts: Iterable[str] = (),
        key: bytes | None = None,
        own: Iterable[str] = (),
    ) -> None:
        self.rules = rules or Rules()
        self._own = frozenset(map(fold, own))
        self._pseudonyms = Pseudonyms(key or secrets.token_bytes(32))
        self._hosts = sorted((host.rstrip("/") for host in hosts), key=len, reverse=True)
        self._secrets: set[str] = set()
        self._words: set[str] = set()
        self._whole: set[str] = set()
        self._numbers: set[str] = set()
        self._ids: set[str] = set()
        self._finder: re.Pattern[str] | None = None

    # Learning --------------------------------------------------------------------------------------------------

    def learn(self, exchange: Exchange) -> None:
        """Note what is personal in an exchange."""
        for part in (exchange.query, exchange.params, exchange.body):
            for value, kind, field in self._scalars(part, None, ""):
                self._note(str(value).strip(), kind, field)
        self._ids |= {part for part in (exchange.path or "").split("/") if is_id(part)}

    def learn_secret(self, *values: str) -> None:
        """Note values that let somebody in, such as those of request headers; found again in letters of any case."""
        self._secrets |= {fold(value) for value in values if len(value) >= SHORTEST_SECRET} - self._own
        self._finder = None

    def _scalars(self, value: Any, kind: Kind | None, field: str) -> Iterator[tuple[Any, Kind | None, str]]:
        """Every text and number with what its field holds."""
        if isinstance(value, dict):
            for name, one in value.items():
                yield from self._scalars(one, self._kind(name, one, value, kind), name)
        elif isinstance(value, list):
            for one in value:
                yield from self._scalars(one, kind, field)
        elif isinstance(value, str | int) and not isinstance(value, bool):
            yield value, kind, field

    def _kind(self, name: str, value: Any, owner: Fields, above: Kind | None) -> Kind | None:
        """What a member holds; the parts of a name are names, while of a person not all that she has is hers alone."""
        of_person = above == "person" or self.rules.is_person(owner)
        inherited = above if above not in ("person", None) and plain(name) not in self.rules.keep else None
        return self.rules.kind_of(name, value, of_person=of_person) or inherited

    def _note(self, text: str, kind: Kind | None, field: str) -> None:
        if fold(text) in self._own:
            return
        if _IDS.fullmatch(text) and (kind == "person" or _ID_FIELD.search(field)):
            self._ids |= set(re.findall(_ID, text))
        elif text and kind == "secret":
            self.learn_secret(text)
        elif text and kind in ("name", "person"):
            self._whole.add(fold(text))
            words = re.findall(r"\w+", unicodedata.normalize("NFC", text.partition("@")[0]))
            self._words |= {fold(word) for word in words if len(word) >= SHORTEST_WORD and not word.isdigit()}
        elif kind == "number" and len(digits(text)) >= SHORTEST_NUMBER:
            self._numbers |= {digits(text), digits(text).lstrip("0")}

    # Giving back -----------------------------------------------------------------------------------------------

    def scrub(self, exchange: Exchange) -> Exchange:
        """The exchange without what was learnt and what looks personal; learn all exchanges first."""
        return replace(
            exchange,
            path=None if exchange.path is None else "/".join(map(self._segment, exchange.path.split("/"))),
            query=self._value(exchange.query, None, ""),
            params=self._value(exchange.params, None, ""),
            headers={name: self.text(value) for name, value in exchange.headers.items()},
            body=self._value(exchange.body, None, ""),
        )

    def _segment(self, part: str) -> str:
        text = unquote(part)
        return self._pseudonyms.number(text) if is_id(text) else quote(self.text(text), "{}:@+,;=!$'()*~")

    def _value(self, value: Any, kind: Kind | None, field: str) -> Any:
        if isinstance(value, dict):
            return {
                self._key(name): self._value(one, self._kind(name, one, value, kind), name)
                for name, one in value.items()
            }
        if isinstance(value, list):
            return [self._value(one, kind, field) for one in value]
        if isinstance(value, str):
            return self._scalar(value, kind, field)
        if isinstance(value, int) and not isinstance(value, bool) and self._is_somebodys(str(value), kind, field):
            return int(self._pseudonyms.number(str(value)))
        return value

    def _scalar(self, text: str, kind: Kind | None, field: str) -> str:
        if not text.strip() or fold(text) in self._own:
            return text
        if self._is_somebodys(text, kind, field) or kind == "number":
            return self._pseudonyms.number(text)
        if _IDS.fullmatch(text) and (kind == "person" or _ID_FIELD.search(field)):
            return re.sub(_ID, lambda found: self._pseudonyms.number(found[0]), text)
        if kind == "secret":
            return self._pseudonyms.secret(text)
        if kind == "text":
            return self._pseudonyms.opaque(text)
        return text if text.isdigit() else self.text(text)

    def _is_somebodys(self, text: str, kind: Kind | None, field: str) -> bool:
        """Whether a number, or a text that is one, is an id or belongs to a person."""
        if is_id(text) and (kind is not None or _ID_FIELD.search(field)):
            return True
        return text.isdigit() and (text in self._numbers or _is_personal_number(text))

    def _key(self, key: str) -> str:
        """A member's name: changed only when it is itself somebody's, as in a table by mail address or id."""
        if self.rules.kind_of(key) or plain(key) in self.rules.keep:
            return key
        if key in self._ids:
            return self._pseudonyms.number(key)
        personal = fold(key) in self._whole or fold(key) in self._secrets or _PERSONAL.search(key)
        return self.text(key) if personal else key

    def text(self, text: str) -> str:
        """A text with everything personal in it replaced; escaped texts are looked into as well."""
        for host in self._hosts:
            text = text.replace(host, RECORDED).replace(host.replace("/", r"\/"), RECORDED)
        text = unicodedata.normalize("NFC", text)
        unescaped = html.unescape(unquote(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)))
        if unescaped != text and (clean := self._replaced(unescaped)) != unescaped:
            return clean
        return self._replaced(text)

    def _replaced(self, text: str) -> str:
        if self._finder is None:
            known = "|".join(re.escape(secret) for secret in sorted(self._secrets, key=len, reverse=True))
            first = (f"(?P<secret>(?i:{known}))",) if known else ()
            self._finder = re.compile("|".join((*first, *_LOOKS_PERSONAL, _WORD)))
        # An id in an address leads to somebody; elsewhere the same digits may be a date or a count.
        in_address = "://" in text or text.startswith("/")
        return self._finder.sub(lambda found: self._replacement(found[0], str(found.lastgroup), in_address), text)

    def _replacement(self, text: str, kind: str, in_address: bool) -> str:
        if kind == "word":
            if (in_address and text in self._ids) or text in self._numbers:
                return self._pseudonyms.number(text)
            return self._pseudonyms.word(text) if fold(text) in self._words else text
        if kind == "number":
            return self._pseudonyms.number(text) if not text.isdigit() or _is_personal_number(text) else text
        make = {"mail": self._pseudonyms.mail, "uuid": self._pseudonyms.uuid}.get(kind, self._pseudonyms.secret)
        return make(text)


def scrubbed(exchanges: Sequence[Exchange], scrubber: Scrubber) -> Iterator[Exchange]:
    """Exchanges without persons and secrets, in their order."""
    for exchange in exchanges:
        scrubber.learn(exchange)
    yield from map(scrubber.scrub, exchanges)


def _is_personal_number(text: str) -> bool:
    return bool(re.fullmatch(_NUMBER, text)) and luhn(text)
