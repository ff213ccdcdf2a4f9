"""Asks a SHACL processor (extra ``shacl``) about the rare document that the rule table cannot decide.

Shapes and contexts are written out of the rule table, so nobody needs the official files; the tests hold both against
them. Reading is PyLD's, judging pyshacl's. Nothing is fetched: a document that names another context is not read.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pyshacl
from pyld import jsonld
from rdflib import RDF, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from mimis_europass.rules.findings import Finding
from mimis_europass.rules.graph import LANGUAGE_TAG
from mimis_europass.rules.rdf import Malformed
from mimis_europass.rules.table import CONTEXT, SELF, Rule, Table, Term, load_plan, load_table

OURS = "urn:mimis:shape:"
CREDENTIAL = "https://www.w3.org/2018/credentials#VerifiableCredential"
REASONS: dict[Node | None, tuple[str, Node | None]] = {
    SH.MinCountConstraintComponent: ("missing", None),
    SH.MaxCountConstraintComponent: ("too_many", None),
    SH.UniqueLangConstraintComponent: ("languages", None),
    SH.DatatypeConstraintComponent: ("literal", SH.datatype),
    SH.ClassConstraintComponent: ("class", SH["class"]),
    SH.MaxInclusiveConstraintComponent: ("top", SH.maxInclusive),
}
"""Which finding a broken constraint is, and which word of its rule is the detail."""
KINDS = {"IRI": SH.IRI, "Literal": SH.Literal}


logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)  # it would log the values that it cannot read


def ask_shacl(document: Mapping[str, Any], profiles: frozenset[str]) -> list[Finding]:
    """What pyshacl finds. Raises ``Malformed`` when no JSON-LD processor takes the document."""
    return judge(to_graph(document, _contexts()), _shapes(profiles))


def judge(data: Graph, shapes: Graph) -> list[Finding]:
    """The top-level results of a validation, with the focus node and path of each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
    results = [result for _, result in report.subject_objects(SH.result)]
    return list(dict.fromkeys(_finding(data, report, shapes, result) for result in results))


def to_graph(document: Mapping[str, Any], contexts: Mapping[str, Any]) -> Graph:
    """The document's triples, literals as they are written. Raises ``Malformed``."""

    def load(url: str, _: Any) -> dict[str, Any]:
        if url not in contexts:
            raise jsonld.JsonLdError("another context", "mimis.OtherContext")
        return {"contextUrl": None, "documentUrl": url, "document": contexts[url], "contentType": "application/ld+json"}

    try:
        dataset = jsonld.to_rdf(dict(document), {"documentLoader": load})
    except (jsonld.JsonLdError, RecursionError, TypeError, ValueError, AttributeError) as error:
        raise Malformed(str(getattr(error, "code", None) or type(error).__name__)) from None
    graph = Graph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdflib quotes the values that it finds odd
        for triple in dataset.get("@default", ()):
            subject, value = _term(triple["subject"]), _term(triple["object"])
            if subject is not None and value is not None:
                graph.add((subject, URIRef(triple["predicate"]["value"]), value))
    return graph


def _term(item: dict[str, Any]) -> Node | None:
    """A node or literal as rdflib has it; None for a text whose language is none (JSON-LD 1.1 API, 8.2.2)."""
    value = item["value"]
    if item["type"] == "IRI":
        return URIRef(value)
    if item["type"] == "blank node":
        return BNode(value.removeprefix("_:"))
    if "language" in item:
        known = LANGUAGE_TAG.fullmatch(item["language"])
        return Literal(value, lang=item["language"], normalize=False) if known else None
    return Literal(value, datatype=URIRef(item["datatype"]), normalize=False)


def _finding(data: Graph, report: Graph, shapes: Graph, result: Node) -> Finding:
    focus, path = report.value(result, SH.focusNode), report.value(result, SH.resultPath)
    kinds = sorted(str(kind) for kind in data.objects(focus, RDF.type) if kind != URIRef(CREDENTIAL))
    code, detail = _reason(
        report.value(result, SH.sourceConstraintComponent), report.value(result, SH.sourceShape), shapes
    )
    return Finding(code, next(iter(kinds), ""), str(path), detail, "" if isinstance(focus, BNode) else str(focus))


def _reason(component: Node | None, shape: Node | None, shapes: Graph) -> tuple[str, str]:
    """The code and detail that the table would give; ``shape`` where no single word of the rule is to blame."""
    code, word = REASONS.get(component, ("shape", None))
    detail = shapes.value(shape, word) if shape is not None and word is not None else None
    if code == "literal" and detail == RDF.langString:
        code = "text"
    return code, str(detail or "")


@cache
def _contexts() -> dict[str, Any]:
    """Contexts of our own that read keys as the official ones do, under their addresses."""
    table = load_table()
    scoped = {kind: {key: _definition(term) for key, term in terms.items()} for kind, terms in table.scoped.items()}
    terms: dict[str, Any] = {key: _definition(term) for key, term in table.terms.items()}
    for kind, inner in scoped.items():
        terms[kind] = {"@id": table.terms[kind].iri, "@context": {"id": "@id", "type": "@type", **inner}}
    whole = {"@context": {"@version": 1.1, "id": "@id", "type": "@type", **terms}}
    return {CONTEXT[0]: whole, CONTEXT[1]: {"@context": {}}}


def _definition(term: Term) -> Any:
    if not term.how:
        return term.iri
    if term.how.startswith("@") and term.how != "@id":
        return {"@id": term.iri, "@container": term.how}
    return {"@id": term.iri, "@type": term.how}


@cache
def _shapes(profiles: frozenset[str]) -> Graph:
    """The rules of these profiles as a graph of shapes."""
    return _Writer(load_table()).write(load_plan(profiles))


class _Writer:
    """Writes rules as SHACL."""

    def __init__(self, table: Table) -> None:
        self._graph = Graph()
        self._table = table

    def write(self, plan: Mapping[str, tuple[Rule, ...]]) -> Graph:
        """Shapes for all classes, and all node shapes that the table names."""
        for name, rules in self._table.nodes.items():
            self._shape(URIRef(OURS + name), rules)
        for kind, rules in plan.items():
            shape = URIRef(f"{OURS}class:{kind}")
            self._graph.add((shape, SH.targetClass, URIRef(kind)))
            self._shape(shape, rules)
        return self._graph

    def _shape(self, shape: Node, rules: tuple[Rule, ...]) -> None:
        self._graph.add((shape, RDF.type, SH.NodeShape))
        for rule in rules:
            holder = shape if rule.path == SELF else BNode()
            if rule.path != SELF:
                self._graph.add((shape, SH.property, holder))
                self._graph.add((holder, SH.path, URIRef(rule.path)))
            for word, value in self._words(rule):
                self._graph.add((holder, word, value))

    def _words(self, rule: Rule) -> Iterator[tuple[Node, Node]]:
        if rule.least:
            yield SH.minCount, Literal(rule.least)
        if rule.most is not None:
            yield SH.maxCount, Literal(rule.most)
        if rule.unique:
            yield SH.uniqueLang, Literal(True)
        if rule.top is not None:
            yield SH.maxInclusive, Literal(rule.top, datatype=XSD.integer)
        for word, iri in ((SH.datatype, rule.datatype), (SH.hasValue, rule.value)):
            if iri:
                yield word, URIRef(iri)
        yield from self._references(rule)

    def _references(self, rule: Rule) -> Iterator[tuple[Node, Node]]:
        if rule.kind:
            yield SH.nodeKind, KINDS[rule.kind]
        if rule.node:
            yield SH.node, URIRef(OURS + rule.node)
        if len(rule.classes) == 1 and not rule.classes[0].startswith("@"):
            yield SH["class"], URIRef(rule.classes[0])
        elif rule.classes:
            choices = [self._choice(kind) for kind in rule.classes]
            yield SH["or"], Collection(self._graph, BNode(), choices).uri

    def _choice(self, kind: str) -> Node:
        choice = BNode()
        word, value = (SH.node, OURS + kind[1:]) if kind.startswith("@") else (SH["class"], kind)
        self._graph.add((choice, word, URIRef(value)))
        return choice
