"""Reads a document as a JSON-LD 1.1 processor with the two contexts of the profile reads it: as nodes by id.

This is the long way. A document that is written the usual way is judged without it (``walk``); here belongs what is
not: objects that share an id and differ, keys under other names (``@id``, whole addresses), ``@value`` objects, lost
keys. What a credential has no business with (lists, reversed properties, contexts of its own) is not read:
``Undecided`` says so. Source: JSON-LD 1.1 API, expansion and RDF deserialisation.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urljoin

from mimis_europass.rules.rdf import LANG_STRING, XSD, Literal, Malformed, Ref, Undecided, Value, scalar
from mimis_europass.rules.table import Table, Term

SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
BASE = "http://example.org/base/"
"""Where relative addresses begin when the document says nothing: anywhere, as long as it is one place."""
ABSOLUTE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*|_):\S*")
PLAIN_RELATIVE = re.compile(r"#?[\w-]*")
KEYWORD = re.compile(r"@[A-Za-z]+")
LANGUAGE_TAG = re.compile(r"[A-Za-z]+(-[A-Za-z0-9]+)*")
"""What RDF libraries take as a tag; parts may be longer than RFC 5646 allows."""
READ = frozenset({"@id", "@type", "@value", "@language"})
KEYWORDS = READ | {
    "@base", "@container", "@context", "@default", "@direction", "@embed", "@explicit", "@first", "@graph", "@import",
    "@included", "@index", "@json", "@list", "@nest", "@none", "@omitDefault", "@prefix", "@preserve", "@propagate",
    "@protected", "@requireAll", "@reverse", "@set", "@version", "@vocab",
}  # fmt: skip
DEEPEST = 200


@dataclass
class Node:
    """All that the document says about one id."""

    types: set[str] = field(default_factory=set)
    values: dict[str, dict[Value, None]] = field(default_factory=dict)


class Lost(NamedTuple):
    """Something that a reader loses without a word: a key, a type, an id, or a text by its language tag."""

    what: str
    kind: str
    name: str


class Graph:
    """The document's nodes, and what got lost in reading. Raises ``Undecided`` and ``Malformed``."""

    def __init__(self, table: Table, document: Any) -> None:
        self.nodes: dict[str, Node] = {}
        self.lost: list[Lost] = []
        self._table = table
        if not isinstance(document, dict):
            raise Malformed("the document is no object")
        self._depth = 0
        self._object({key: value for key, value in document.items() if key != "@context"})

    def _object(self, item: dict[str, Any]) -> Ref | Literal | None:
        """One object: a node, or a value with ``@value``."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Undecided("it is nested too deeply")
        keys = [(key, self._keyword(key), value) for key, value in sorted(item.items())]
        names = [word for _, word, _ in keys if word]
        if any(names.count(word) > 1 for word in names if word != "@type"):
            raise Malformed("a keyword stands twice in one object")
        known = {word: value for _, word, value in keys if word in READ}
        types = [value for _, word, value in keys if word == "@type"]
        if "@value" in known:
            found: Ref | Literal | None = self._value_object(known, len(keys), types)
        elif set(known) == {"@language"} and len(keys) == 1:
            _check_language(known)
            found = None
        else:
            found = self._node(known, keys)
        self._depth -= 1
        return found

    def _keyword(self, key: str) -> str | None:
        word = f"@{key}" if key in ("id", "type") else key
        if word not in KEYWORDS:
            return None
        if word not in READ:
            raise Undecided(f"it uses {word}")
        return word

    def _node(self, known: dict[str, Any], keys: list[tuple[str, str | None, Any]]) -> Ref:
        raw_types = list(dict.fromkeys(kind for _, word, value in keys if word == "@type" for kind in _types(value)))
        _check_language(known)
        ref = self._ref(known, raw_types)
        node = self.nodes.setdefault(ref.id, Node())
        for kind in raw_types:
            self._add_type(node, kind)
        terms = self._terms(raw_types)
        for key, word, value in keys:
            if word is None:
                self._property(node, terms, key, value, raw_types)
        return ref

    def _ref(self, known: dict[str, Any], kinds: list[str]) -> Ref:
        if "@id" not in known:
            return Ref(f"_:our-{len(self.nodes)}")
        given = known["@id"]
        if not isinstance(given, str):
            raise Malformed("an id is not a text")
        return self._address(given, Lost("id", _named(kinds), ""))

    def _address(self, given: str, lost: Lost) -> Ref:
        """The IRI that a text means where an IRI is wanted; relative ones begin anywhere, and are told."""
        if given in KEYWORDS or KEYWORD.fullmatch(given):
            raise Undecided("a keyword stands where an address should")
        prefix, colon, rest = given.partition(":")
        if colon and prefix != "_" and not rest.startswith("//") and prefix in self._table.prefixes:
            return Ref(self._table.prefixes[prefix] + rest)
        if not ABSOLUTE.fullmatch(given):
            self.lost.append(lost)
            if any(map(str.isspace, given)):
                return Ref(given)
            if not PLAIN_RELATIVE.fullmatch(given):
                raise Undecided("an address is relative in an unusual way")
            return Ref(urljoin(BASE, given))
        return Ref(f"_:its-{given[2:]}" if prefix == "_" else given)

    def _add_type(self, node: Node, kind: str) -> None:
        if KEYWORD.fullmatch(kind):
            raise Undecided("a keyword stands where a type should")
        term = self._table.terms.get(kind)
        iri = term.iri if term else self._compact(kind)
        if iri.startswith("https://w3id.org/security#") or kind == "VerifiablePresentation":
            raise Undecided(f"it holds an object of type {kind}")
        if term is None and not ABSOLUTE.fullmatch(iri):
            self.lost.append(Lost("type", "", kind))
        else:
            node.types.add(iri)

    def _compact(self, text: str) -> str:
        prefix, colon, rest = text.partition(":")
        known = colon and not rest.startswith("//") and prefix in self._table.prefixes
        return self._table.prefixes[prefix] + rest if known else text

    def _terms(self, raw_types: list[str]) -> Mapping[str, Term]:
        scoped = self._table.scoped
        return ChainMap(
            *(scoped[kind] for kind in sorted(set(raw_types) & scoped.keys(), reverse=True)), self._table.terms
        )

    def _property(self, node: Node, terms: Mapping[str, Term], key: str, value: Any, kinds: list[str]) -> None:
        if KEYWORD.fullmatch(key):
            return
        term = terms.get(key) or Term(self._compact(key), "")
        if term.iri == SUBCLASS:
            raise Undecided("it defines classes of its own")
        if not ABSOLUTE.fullmatch(term.iri):
            self.lost.append(Lost("key", _named(kinds), key))
        elif term.how == "@graph":
            self._aside(value, term)
        else:
            lost = Lost("id", _named(kinds), key)
            mapped = term.how == "@language" and isinstance(value, dict)
            found = self._language_map(value, lost) if mapped else self._values(value, term, lost)
            node.values.setdefault(term.iri, {}).update(dict.fromkeys(found))

    def _aside(self, value: Any, term: Term) -> None:
        """A graph of its own (``proof``) says nothing about this one, but must be JSON-LD too."""
        nodes, lost = self.nodes, self.lost
        self.nodes, self.lost = {}, []
        self._values(value, Term(term.iri, "@id"), Lost("id", "", ""))
        self.nodes, self.lost = nodes, lost

    def _values(self, value: Any, term: Term, lost: Lost) -> list[Value]:
        if value is None:
            return []
        if isinstance(value, list):
            return [found for item in value for found in self._values(item, term, lost)]
        if isinstance(value, dict):
            return _kept(self._object(value))
        if term.how == "@id" and isinstance(value, str):
            return _kept(self._address(value, lost))
        datatype = "" if term.how in ("@id", "@language") else term.how
        return [scalar(value, datatype)]

    def _language_map(self, texts: dict[str, Any], lost: Lost) -> list[Value]:
        found: list[Value] = []
        for language, value in sorted(texts.items()):
            for text in value if isinstance(value, list) else [value]:
                if text is None:
                    continue
                if not isinstance(text, str):
                    raise Malformed("a text in a language is not a text")
                if language == "@none":
                    found.append(Literal(text, f"{XSD}string"))
                elif LANGUAGE_TAG.fullmatch(language):
                    found.append(Literal(text, LANG_STRING, language.lower()))
                else:
                    self.lost.append(lost._replace(what="tag"))
        return found

    def _value_object(self, known: dict[str, Any], count: int, types: list[Any]) -> Literal | None:
        value, language = known["@value"], known.get("@language")
        if isinstance(value, dict | list) or types == ["@json"]:
            raise Undecided("an object with @value holds no plain value")
        if len(types) > 1 or "@id" in known or count > len(known):
            raise Malformed("an object with @value has other keys")
        _check_language(known)
        if types and (language is not None or isinstance(types[0], list)):
            raise Malformed("an object with @value has an impossible type")
        datatype = self._datatype(types[0]) if types and types[0] is not None else ""
        if value is None:
            return None
        if language is None:
            return scalar(value, datatype)
        if not isinstance(value, str):
            raise Malformed("only a text can have a language")
        return Literal(value, LANG_STRING, language.lower()) if LANGUAGE_TAG.fullmatch(language) else None

    def _datatype(self, given: Any) -> str:
        if not isinstance(given, str):
            raise Malformed("a type is not a text")
        term = self._table.terms.get(given)
        iri = term.iri if term else self._compact(given)
        if iri.startswith("_:"):
            raise Malformed("a type of a value is no address")
        if not ABSOLUTE.fullmatch(iri):
            raise Undecided("a type of a value is relative")
        return iri


def _types(value: Any) -> list[str]:
    kinds = value if isinstance(value, list) else [value]
    if not all(isinstance(kind, str) for kind in kinds):
        raise Malformed("a type is not a text")
    return kinds


def _check_language(known: dict[str, Any]) -> None:
    if not isinstance(known.get("@language", ""), str | None):
        raise Malformed("a language is not a text")


def _named(kinds: list[str]) -> str:
    return next((kind for kind in kinds if kind != "VerifiableCredential"), "")


def _kept(value: Value | None) -> list[Value]:
    """The value, unless nothing is left of it: an address with a space in it is none, and vanishes."""
    if value is None or (isinstance(value, Ref) and not ABSOLUTE.fullmatch(value.id)):
        return []
    return [value]
