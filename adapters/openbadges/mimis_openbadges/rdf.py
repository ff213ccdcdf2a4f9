"""From a badge's JSON to its canonical RDF: JSON-LD by the table of terms, then RDFC-1.0 by pyoxigraph.

Everything that the table does not know is refused, so each member of the JSON stands in what is signed. A document
that JSON-LD could read but this module does not is :class:`UndecidedError`: such a badge is neither good nor bad.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import Any

from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse, serialize

from mimis_openbadges.terms import (
    CONTEXTS,
    EVERYWHERE,
    EXTENSION_TYPES,
    EXTENSIONS,
    OF_TYPE,
    PURPOSES,
    RDF,
    TYPES,
    XSD,
    Term,
)

MOST_NAMELESS, MOST_ALIKE, DEEPEST = 400, 4, 40
"""Nodes without an id, and how many of them may look alike: RDFC-1.0 takes all orders of those that do.

None may where there are graphs (embedded proofs): pyoxigraph 0.5 then gives other names than the standard.
"""
LARGEST_PART = 65_536
"""Characters of an achievement that is kept written: all learners of an achievement share it."""
LARGEST_NUMBER = 10**15
"""Whole numbers above this are not written alike by all JSON-LD processors."""
PART = "_:p"
"""Begins the names of nameless nodes in a part; those of a document begin otherwise."""
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_TYPE, _FIRST, _REST, _NIL = (f"<{RDF}{name}>" for name in ("type", "first", "rest", "nil"))
_UNWRITTEN = (*range(0x08), 0x0B, *range(0x0E, 0x20), 0x7F, 0xFFFE, 0xFFFF)
_SHORT = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_ESCAPES = str.maketrans({**_SHORT, **{chr(code): f"\\u{code:04X}" for code in _UNWRITTEN}})
"""How canonical N-Quads write characters in texts (RDFC-1.0, appendix A)."""


class UndecidedError(ValueError):
    """The document says something that mimis cannot turn into RDF; the text is the end of a sentence."""


def canonical(document: Mapping[str, Any]) -> bytes:
    """The canonical N-Quads of a document (RDFC-1.0 with SHA-256). Raises UndecidedError."""
    plain, nameless = _Writer(document.get("@context")).quads_of(document)
    try:
        # Only what speaks of nameless nodes is changed by naming them: the rest is canonical as it was written.
        return "".join(sorted({*plain, *_named("".join(nameless))})).encode()
    except (SyntaxError, UnicodeEncodeError):
        raise UndecidedError("a text or an address in it is damaged") from None


def _named(text: str) -> list[str]:
    dataset = Dataset(parse(text.encode(), format=RdfFormat.N_QUADS))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    written = serialize(dataset, format=RdfFormat.N_QUADS) or b""
    # Split at line feeds alone: texts may hold the other line ends of Unicode.
    return [f"{line}\n" for line in written.decode().split("\n")[:-1]]


class _Writer:
    """Writes one document as N-Quads. A node is its own text there: ``<address>``, or ``_:`` and a number."""

    def __init__(self, context: object, prefix: str = "_:n") -> None:
        self._contexts = _checked(context)
        self._prefix = prefix
        extended = EXTENSIONS in self._contexts
        self._types = TYPES | EXTENSION_TYPES if extended else TYPES
        self._plain: list[str] = []
        self._quads: list[str] = []
        self._looks: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        self._graphs = 0
        self._nameless = 0
        self._kept_part = prefix == PART

    def quads_of(self, document: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """All quads, those with nameless nodes apart; no group of these is so large that it takes long to name them."""
        self._node(document, "", 0)
        self._refuse_puzzle()
        return self._plain, self._quads

    def _add(self, subject: str, predicate: str, target: str, graph: str) -> None:
        quad = f"{subject} {predicate} {target} {graph} .\n" if graph else f"{subject} {predicate} {target} .\n"
        nameless = {node for node in (subject, target, graph) if node[:1] == "_"}
        (self._quads if nameless else self._plain).append(quad)
        for node in nameless:
            parts = (subject, predicate, target, graph)
            marked = ("_:a" if part == node else "_:z" if part[:1] == "_" else part for part in parts)
            self._looks[node].append(tuple(marked))

    def _new(self) -> str:
        self._nameless += 1
        return f"{self._prefix}{self._nameless}"

    def _node(self, value: Mapping[str, Any], graph: str, depth: int) -> str:
        if depth > DEEPEST:
            raise UndecidedError("it is nested too deeply")
        self._check_context(value, depth)
        if depth and not graph and not self._kept_part and value.get("type") == ["Achievement"] and "id" in value:
            return self._take(value, depth)
        subject = _iri(value["id"]) if "id" in value else self._new()
        types = _listed(value["type"]) if "type" in value else []
        for name in types:
            self._add(subject, _TYPE, f"<{_known(self._types, name, 'type')}>", graph)
        scope = _scope(tuple(types))
        for key, one in value.items():
            if key not in ("id", "type", "@context"):
                self._member(subject, _term(scope, key), one, graph, depth)
        return subject

    def _take(self, value: Mapping[str, Any], depth: int) -> str:
        """The first achievement as it was written for another document: only its nameless nodes have other numbers.

        It has an id, so nothing outside it speaks of a nameless node inside it.
        """
        self._kept_part = True
        text = json.dumps(value, ensure_ascii=False)
        if len(text) > LARGEST_PART:
            return self._node(value, "", depth)
        part = _written(text, tuple(self._contexts), depth)
        self._plain += part._plain
        self._quads += part._quads
        self._looks |= part._looks
        self._nameless += part._nameless
        self._graphs += part._graphs
        return part.root

    def _check_context(self, value: Mapping[str, Any], depth: int) -> None:
        """An object inside may repeat what the document says; anything else would change the meaning of terms."""
        inner = value.get("@context", [])
        if depth and not (isinstance(inner, list) and inner == self._contexts[: len(inner)]):
            raise UndecidedError("an object in it has a context of its own")

    def _member(self, subject: str, term: Term, value: Any, graph: str, depth: int) -> None:
        predicate = f"<{term.iri}>"
        if term.kind == "list":
            self._add(subject, predicate, self._list(_listed(value), term, graph, depth), graph)
            return
        for one in _listed(value):
            target = self._graph(one, depth) if term.kind == "graph" else self._object(one, term, graph, depth)
            self._add(subject, predicate, target, graph)

    def _object(self, value: Any, term: Term, graph: str, depth: int) -> str:
        if isinstance(value, dict):
            return self._node(value, graph, depth + 1)
        if term.kind == "id":
            return _iri(value)
        if term.kind == "purpose":
            return f"<{_known(PURPOSES, value, 'purpose of a proof')}>"
        return _literal(value, term.datatype)

    def _graph(self, value: Any, depth: int) -> str:
        """A graph of its own, which JSON-LD makes for each proof."""
        if not isinstance(value, dict):
            raise UndecidedError("a proof in it is no object")
        self._graphs += 1
        name = self._new()
        self._node(value, name, depth + 1)
        return name

    def _list(self, values: Sequence[Any], term: Term, graph: str, depth: int) -> str:
        cells = [*(self._new() for _ in values), _NIL]
        for value, cell, after in zip(values, cells, cells[1:], strict=False):
            self._add(cell, _FIRST, self._object(value, term, graph, depth), graph)
            self._add(cell, _REST, after, graph)
        return cells[0]

    def _refuse_puzzle(self) -> None:
        """Nodes without an id that look alike from where they stand: their number bounds the work of RDFC-1.0."""
        alike = Counter(frozenset(looks) for looks in self._looks.values())
        most = 1 if self._graphs else MOST_ALIKE
        if self._nameless > MOST_NAMELESS or max(alike.values(), default=0) > most:
            raise UndecidedError("it holds too many objects without an id that look alike")


@lru_cache(maxsize=64)
def _written(text: str, contexts: tuple[str, ...], depth: int) -> _Part:
    return _Part(text, contexts, depth)


class _Part(_Writer):
    """One object of a document, written by itself."""

    def __init__(self, text: str, contexts: tuple[str, ...], depth: int) -> None:
        super().__init__(list(contexts), PART)
        self.root = self._node(json.loads(text), "", depth)


def _checked(context: object) -> list[str]:
    if context not in ([*CONTEXTS], [*CONTEXTS, EXTENSIONS]):
        raise UndecidedError("it uses vocabularies (@context) that mimis does not know")
    return list(context) if isinstance(context, list) else []


@lru_cache(maxsize=64)
def _scope(types: tuple[str, ...]) -> Mapping[str, Term]:
    scope = dict(EVERYWHERE)
    for name in types:
        scope |= OF_TYPE.get(name, {})
    return scope


def _term(scope: Mapping[str, Term], key: str) -> Term:
    if key not in scope:
        raise UndecidedError("it holds a member that mimis does not know in that place")
    return scope[key]


def _known(table: Mapping[str, str], name: object, what: str) -> str:
    if not isinstance(name, str) or name not in table:
        raise UndecidedError(f"it holds a {what} that mimis does not know")
    return table[name]


def _listed(value: Any) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    if not values or None in values or any(isinstance(one, list) for one in values):
        raise UndecidedError("a member in it is empty or a list of lists")
    return values


def _iri(value: object) -> str:
    if not isinstance(value, str) or _ABSOLUTE.fullmatch(value) is None:
        raise UndecidedError("an address in it is not complete")
    return f"<{value}>"


def _literal(value: object, datatype: str | None) -> str:
    """A plain value by JSON-LD 1.1, section 8.2.2 of its algorithms."""
    if isinstance(value, str):
        return _quoted(value, datatype)
    if isinstance(value, bool):
        return _quoted("true" if value else "false", datatype or f"{XSD}boolean")
    if isinstance(value, float) and isfinite(value) and not value.is_integer():
        return _quoted(_double(value), datatype or f"{XSD}double")
    if isinstance(value, int | float) and abs(value) < LARGEST_NUMBER:
        return _quoted(str(int(value)), datatype or f"{XSD}integer")
    raise UndecidedError("it holds a number that is too large, or something that is no plain value")


def _quoted(text: str, datatype: str | None) -> str:
    quoted = f'"{text.translate(_ESCAPES)}"'
    return f"{quoted}^^<{datatype}>" if datatype else quoted


def _double(value: float) -> str:
    mantissa, exponent = f"{value:.15E}".split("E")
    whole, _, fraction = mantissa.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}"
