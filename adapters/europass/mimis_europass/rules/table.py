"""The rule table in memory: what the profiles ask of each class, and how the contexts read each key.

``rules.json`` is compiled from the official shapes by ``mimis elm compile`` (see ``compiler``). A rule reads
``"<least>..<most> <word>..."``; the words are ``type=`` (datatype), ``class=A|B`` (one of these classes, or with ``@``
a node shape), ``node=`` (a node shape), ``kind=`` (IRI or Literal), ``value=`` (must be among the values), ``unique``
(one text for each language) and ``top=`` (largest number).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

CONTEXT = ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"]
BASE_PROFILE = "edc-generic-full"
PROFILE_START = "http://data.europa.eu/snb/model/ap/"
SELF = ""
"""The path of what a node shape asks of the node itself."""


class Rule(NamedTuple):
    """What one profile asks of one property of one class. Paths, classes and datatypes are full IRIs."""

    path: str
    least: int
    most: int | None
    datatype: str | None = None
    classes: tuple[str, ...] = ()
    node: str | None = None
    kind: str | None = None
    value: str | None = None
    unique: bool = False
    top: int | None = None


class Term(NamedTuple):
    """How the context reads a key: the property, and ``@id``, ``@language``, ``@graph``, a datatype or nothing."""

    iri: str
    how: str


Plan = dict[str, tuple[Rule, ...]]
"""The rules of each class, by the class's IRI."""


class Table:
    """The whole table, with full IRIs."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self._prefixes: dict[str, str] = raw["prefixes"]
        self.imports: dict[str, str] = raw["imports"]
        self.terms = self._terms(raw["terms"])
        self.scoped = {kind: self._terms(terms) for kind, terms in raw["scoped"].items()}
        self.nodes = {name: tuple(self._rules(rules)) for name, rules in raw["nodes"].items()}
        self.profiles = {
            name: {self.full(kind): tuple(self._rules(rules)) for kind, rules in classes.items()}
            for name, classes in raw["profiles"].items()
        }
        self.prefixes = {name: iri for name, iri in self._prefixes.items() if name in self.terms}

    def full(self, short: str) -> str:
        """The IRI that a short one in the table stands for."""
        prefix, colon, rest = short.partition(":")
        return self._prefixes[prefix] + rest if colon and prefix in self._prefixes else short

    def plan(self, profiles: Iterable[str]) -> Plan:
        """The rules of these profiles and of all that they build on, together."""
        names = {name for profile in (BASE_PROFILE, *profiles) for name in self._closure(profile)}
        found: dict[str, dict[Rule, None]] = {}
        for name in sorted(names):
            for kind, rules in self.profiles[name].items():
                found.setdefault(kind, {}).update(dict.fromkeys(rules))
        return {kind: tuple(rules) for kind, rules in found.items()}

    def _closure(self, profile: str) -> list[str]:
        base = self.imports.get(profile)
        return [profile, *(self._closure(base) if base else ())]

    def _terms(self, raw: dict[str, str]) -> dict[str, Term]:
        found = {}
        for key, text in raw.items():
            iri, _, how = text.partition(" ")
            found[key] = Term(self.full(iri), how if how.startswith("@") else self.full(how))
        return found

    def _rules(self, raw: dict[str, str]) -> list[Rule]:
        return [self._rule(path, text) for path, texts in raw.items() for text in texts.split(" & ")]

    def _rule(self, path: str, text: str) -> Rule:
        bounds, *words = text.split(" ")
        least, most = bounds.split("..")
        given = {name: value for name, _, value in (word.partition("=") for word in words)}
        return Rule(
            path=self.full(path),
            least=int(least),
            most=None if most == "*" else int(most),
            datatype=self.full(given["type"]) if "type" in given else None,
            classes=tuple(map(self.full, given["class"].split("|"))) if "class" in given else (),
            node=given.get("node"),
            kind=given.get("kind"),
            value=self.full(given["value"]) if "value" in given else None,
            unique="unique" in given,
            top=int(given["top"]) if "top" in given else None,
        )


@cache
def load_table() -> Table:
    """The table that the adapter ships."""
    return Table(json.loads((files(__package__) / "rules.json").read_text(encoding="utf-8")))


@cache
def load_plan(profiles: frozenset[str]) -> Plan:
    """The rules for a set of profiles (besides the generic ones, which always hold)."""
    return load_table().plan(profiles)
