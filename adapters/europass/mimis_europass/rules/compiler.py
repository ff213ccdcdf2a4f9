"""Compiles the official EDC shapes and contexts into the rule table that this adapter ships (``rules.json``).

Only facts are taken over: bounds, datatypes, classes, node kinds and lists for each class and property, and how the
contexts read each key. Whoever takes up a newer version of the profile runs ``mimis elm compile FOLDER``; users of the
adapter need neither the shapes nor this module. It needs the extra ``shacl`` (rdflib). A construct of SHACL that the
table has no word for stops the compilation: a table that silently lacks a rule would be worse than none.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rdflib import OWL, RDF, SH, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from mimis_core import DataError

CONTEXTS = ("credentials-v1.jsonld", "edc-ap-context.jsonld")
SCOPED = ("VerifiableCredential", "VerifiablePresentation")
KINDS = {SH.IRI: "IRI", SH.Literal: "Literal"}
SLIP = URIRef(f"{SH}nodekind")
MEANINGLESS = {SH.name, SH.description, SH.order, SH.severity, SH.message, SH.path, SH.deactivated, SLIP}
"""What says nothing about a document. ``sh:nodekind`` is a slip of the pen in the profile, which SHACL ignores."""
Table = dict[str, Any]


def compile_rules(folder: Path) -> Table:
    """The table of all profiles and both contexts in a folder and below it. Raises DataError when one is missing."""
    contexts = [_context(_find(folder, name)) for name in CONTEXTS]
    compiler = _Compiler(_prefixes(contexts))
    for path in sorted(folder.rglob("EDC-*.ttl")):
        compiler.add(Graph().parse(path))
    if "edc-generic-no-cv" not in compiler.profiles:
        raise DataError(
            f"{folder}: holds no EDC shapes.",
            mend="Give the folder with the six EDC-*.ttl files and both contexts of the European Learning Model.",
            code="no_shapes",
        )
    return {
        "prefixes": compiler.prefixes,
        "terms": compiler.terms(contexts),
        "scoped": {name: compiler.terms([contexts[0][name]["@context"]]) for name in SCOPED},
        "imports": compiler.imports,
        "nodes": compiler.nodes,
        "profiles": compiler.profiles,
    }


def dump_rules(table: Table) -> str:
    """The table as text: one line for each term and for each property of each class."""
    return json.dumps(_sorted(table), indent=1, ensure_ascii=False) + "\n"


def _sorted(value: Any) -> Any:
    return {key: _sorted(value[key]) for key in sorted(value)} if isinstance(value, dict) else value


def _find(folder: Path, name: str) -> Path:
    places = [*folder.rglob(name), *folder.parent.glob(f"contexts/{name}")]
    if not places:
        raise DataError(
            f"{folder}: {name} is missing.", mend="Put both JSON-LD contexts beside the shapes.", code="no_context"
        )
    return places[0]


def _context(path: Path) -> dict[str, Any]:
    context: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["@context"]
    return context


def _prefixes(contexts: list[dict[str, Any]]) -> dict[str, str]:
    """Terms that JSON-LD 1.1 takes as prefixes: simple ones that end in a delimiter (context processing, 9.2)."""
    pairs = [pair for context in contexts for pair in context.items()]
    return {key: value for key, value in pairs if isinstance(value, str) and value[-1] in ":/?#[]@"}


class _Compiler:
    """Profiles by name, each with the properties of each class; node shapes by name; what a profile imports."""

    def __init__(self, prefixes: dict[str, str]) -> None:
        self.prefixes = prefixes
        self.profiles: dict[str, dict[str, dict[str, str]]] = {}
        self.nodes: dict[str, dict[str, str]] = {}
        self.imports: dict[str, str] = {}
        self._graph = Graph()
        self._profile = ""

    def add(self, graph: Graph) -> None:
        """Take in one profile."""
        self._graph = graph
        ontology = next(graph.subjects(RDF.type, OWL.Ontology))
        self._profile = str(ontology).rsplit("/", 1)[-1]
        for base in graph.objects(ontology, OWL.imports):
            self.imports[self._profile] = str(base).rsplit("/", 1)[-1]
        classes: dict[str, dict[str, str]] = self.profiles.setdefault(self._profile, {})
        for shape, target in graph.subject_objects(SH.targetClass):
            if not self._is_off(shape):
                self._merge(classes.setdefault(self._short(target), {}), self._properties(shape))

    def terms(self, contexts: list[dict[str, Any]]) -> dict[str, str]:
        """How contexts read their keys: the property, and ``@id``, ``@language`` or the datatype of its values."""
        found: dict[str, str] = {}
        for context in contexts:
            for key, value in context.items():
                if not key.startswith("@") and key not in ("id", "type"):
                    found[key] = self._term(value)
        return found

    def _term(self, value: Any) -> str:
        if isinstance(value, str):
            return self._short(value)
        container = value.get("@container")
        how = container if container == "@graph" else value.get("@type") or container or ""
        return f"{self._short(value['@id'])} {how}".strip()

    def _is_off(self, shape: Node) -> bool:
        return any(isinstance(off, Literal) and off.value for off in self._graph.objects(shape, SH.deactivated))

    def _properties(self, shape: Node) -> dict[str, str]:
        found: dict[str, str] = {}
        for item in self._graph.objects(shape, SH.property):
            if not self._is_off(item):
                path = self._graph.value(item, SH.path)
                self._merge(found, {self._short(path): self._rule(item)})
        return found

    @staticmethod
    def _merge(known: dict[str, str], more: dict[str, str]) -> None:
        """Two shapes on one property both hold; the table joins them with ``&``."""
        for path, rule in more.items():
            parts = sorted({*known[path].split(" & "), rule}) if path in known else [rule]
            known[path] = " & ".join(parts)

    def _rule(self, item: Node) -> str:
        least, most = self._graph.value(item, SH.minCount), self._graph.value(item, SH.maxCount)
        words = [f"{0 if least is None else least}..{'*' if most is None else most}"]
        pairs = sorted(self._graph.predicate_objects(item), key=lambda pair: (pair[0], self._order(pair[1])))
        for word, value in pairs:
            if word not in MEANINGLESS and word not in (SH.minCount, SH.maxCount, RDF.type):
                words.append(self._word(word, value))
        return " ".join(filter(None, words))

    def _order(self, value: Node) -> str:
        return str(value) if isinstance(value, URIRef) else ""

    def _word(self, word: Node, value: Node) -> str:
        if word in (SH.datatype, SH["class"], SH.hasValue):
            name = {SH.datatype: "type", SH["class"]: "class", SH.hasValue: "value"}[URIRef(str(word))]
            return f"{name}={self._short(value)}"
        if word == SH["or"]:
            return "class=" + "|".join(map(self._choice, Collection(self._graph, value)))
        if word == SH.node:
            return f"node={self._node(value)}"
        if word == SH.nodeKind:
            return f"kind={KINDS[URIRef(str(value))]}"
        if word == SH.uniqueLang:
            return "unique" if isinstance(value, Literal) and value.value else ""
        if word == SH.maxInclusive:
            return f"top={value}"
        raise DataError(f"The shapes use {word}, which the table has no word for.", code="unknown_shape")

    def _choice(self, item: Node) -> str:
        """One way out of several: a class, or a node shape (with ``@``)."""
        ((word, value),) = self._graph.predicate_objects(item)
        return f"@{self._node(value)}" if word == SH.node else self._short(value)

    def _node(self, shape: Node) -> str:
        """The name of a node shape, which is taken into the table; what it wants of the node itself has the path ""."""
        name = f"{self._profile}:{str(shape).rsplit('/', 1)[-1]}"
        if name not in self.nodes:
            self.nodes[name] = {}
            own = [
                self._word(word, value)
                for word, value in self._graph.predicate_objects(shape)
                if str(word).startswith(str(SH)) and word not in MEANINGLESS and word != SH.property
            ]
            self.nodes[name] |= self._properties(shape) | ({"": " ".join(["0..*", *sorted(own)])} if own else {})
        return name

    def _short(self, iri: object) -> str:
        """The IRI with one of the contexts' prefixes, so that the table can be read."""
        text = str(iri)
        for prefix, start in self.prefixes.items():
            if text.startswith(start) and len(text) > len(start):
                return f"{prefix}:{text.removeprefix(start)}"
        return text
