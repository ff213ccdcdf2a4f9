"""Judges a document that is written the usual way in one walk over its JSON, without building anything.

Almost every credential is such a document: ``id`` and ``type`` under these names, whole objects, an object that stands
twice the same both times. Whatever is not fine at a glance ends the walk with ``Unusual``, and the document goes the
long way (``graph``, ``shapes``); the tests hold both ways to the same answers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product
from string import ascii_lowercase
from typing import Any

from mimis_europass.rules.codes import list_of, members
from mimis_europass.rules.findings import Finding
from mimis_europass.rules.graph import ABSOLUTE
from mimis_europass.rules.specs import ROOT, ROOT_TYPES, Kind, Need, Spec
from mimis_europass.rules.strict import not_member
from mimis_europass.rules.table import load_table

LANGUAGES = frozenset(map("".join, product(ascii_lowercase, repeat=2)))
"""Tags of two letters, which almost all are; another tag goes the long way."""
Json = dict[str, Any]
Look = Callable[[Any, Spec, Json], None]


class Unusual(Exception):  # noqa: N818  # no error: the document goes another way
    """The document needs the long way."""


class Walk:
    """One walk; afterwards ``shapes`` and ``strict`` hold what was found. Raises ``Unusual``."""

    def __init__(self, kinds: dict[str, Kind], document: Json) -> None:
        self.shapes: list[Finding] = []
        self.strict: list[Finding] = []
        self._kinds = kinds
        self._seen: dict[str, Json] = {}
        self._numbered: set[str] = set()
        self._numbers = 0
        self._looks: tuple[Look, ...] = (_pass, _text, self._literal, self._nodes, _slow)
        if document.get("type") != ROOT_TYPES:
            raise Unusual
        self._object({key: value for key, value in document.items() if key not in ("@context", "type")}, ROOT)

    def _object(self, item: Json, name: str) -> None:
        """One object and all below it."""
        kind = self._kinds.get(name)
        if kind is None:
            raise Unusual
        if self._is_known(item):
            return
        if not kind.required <= item.keys():
            self._missing(item, kind)
        before = self._numbers
        keys, looks = kind.keys, self._looks
        for key, value in item.items():
            spec = keys.get(key)
            if spec is None:
                self._lost(key, name)
            else:
                looks[spec[0]](value, spec, item)
        if self._numbers > before:
            self._numbered.add(item.get("id", ""))
        if name == "Concept":
            self._member(item)

    def _is_known(self, item: Json) -> bool:
        """True when the same object was seen before; ``Unusual`` when another one with its id was, or the id is odd."""
        given = item.get("id")
        if given is None and "id" not in item:
            return False
        if type(given) is not str:
            raise Unusual
        known = self._seen.get(given)
        if known is not None:
            # 1 and True are equal in Python and differ in JSON
            if known != item or (given in self._numbered and repr(known) != repr(item)):
                raise Unusual
            return True
        if given.startswith(compact_starts()) or ABSOLUTE.fullmatch(given) is None:
            raise Unusual
        self._seen[given] = item
        return False

    def _missing(self, item: Json, kind: Kind) -> None:
        for key in sorted(kind.required - item.keys()):
            self.shapes.append(kind.missing[key]._replace(node=item.get("id", "")))

    def _lost(self, key: str, name: str) -> None:
        if ":" in key or key.startswith("@"):
            raise Unusual
        self.strict.append(Finding("key", name or ROOT_TYPES[1], key))

    def _literal(self, value: Any, spec: Spec, _: Json) -> None:
        """A text or number."""
        if not spec.test(value):
            raise Unusual
        if type(value) is not str:
            self._numbers += 1

    def _nodes(self, value: Any, spec: Spec, holder: Json) -> None:
        """The objects under one key."""
        if type(value) is dict:
            self._child(value, spec, holder)
            return
        if type(value) is not list or not value or len(value) > spec.most:
            raise Unusual
        for item in value:
            if type(item) is not dict:
                raise Unusual
            self._child(item, spec, holder)

    def _child(self, item: Json, spec: Spec, holder: Json) -> None:
        _, _, _, _, kinds, needs, address = spec
        name = item.get("type")
        if type(name) is not str or not name or (kinds is not None and name not in kinds):
            raise Unusual
        if address and "id" not in item:
            raise Unusual
        for need in needs:
            self._need(item, need, holder)
        self._object(item, name)

    def _need(self, item: Json, need: Need, holder: Json) -> None:
        key, kinds, wanted, least, finding = need
        part = item.get(key)
        if type(part) is dict:
            if (wanted is not None and part.get("id") != wanted) or not _is_kind(part, kinds):
                raise Unusual
        elif key in item:
            raise Unusual
        elif least:
            self.shapes.append(finding._replace(node=holder.get("id", "")))

    def _member(self, item: Json) -> None:
        """A concept in a list that lacks it."""
        name, scheme = item.get("id", ""), item.get("inScheme")
        for one in scheme if type(scheme) is list else (scheme,):
            address = list_of(name) if one is None else one.get("id", "")
            listed = members(address)
            if listed is not None and name not in listed:
                self.strict.append(not_member(name, address))


def _is_kind(part: Json, kinds: frozenset[str] | None) -> bool:
    name = part.get("type")
    return type(name) is str and (kinds is None or name in kinds)


def _pass(_: Any, __: Spec, ___: Json) -> None:
    """``id`` and ``type``, which are looked at with the object."""


def _slow(_: Any, __: Spec, ___: Json) -> None:
    raise Unusual


def _text(value: Any, spec: Spec, _: Json) -> None:
    """A map from language to text."""
    if type(value) is not dict or not value or len(value) > spec[1]:
        raise Unusual
    for language, text in value.items():
        if type(text) is not str or language not in LANGUAGES:
            raise Unusual


@cache
def compact_starts() -> tuple[str, ...]:
    """How addresses begin that do not mean what they say: blank nodes and the context's prefixes."""
    return ("_:", *(f"{prefix}:" for prefix in load_table().prefixes))
