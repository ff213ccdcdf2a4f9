"""Holds the nodes of a document against the rule table, as a SHACL processor holds them against the official shapes."""

from __future__ import annotations

from collections.abc import Iterator

from mimis_europass.rules.findings import Finding, told
from mimis_europass.rules.graph import ABSOLUTE, Graph, Node
from mimis_europass.rules.lexical import passes_shapes, within
from mimis_europass.rules.rdf import LANG_STRING, XSD, Literal, Ref, Value
from mimis_europass.rules.table import SELF, Plan, Rule, Table

Reason = tuple[str, str] | None
"""A code of a finding and what it is about: a datatype or a list."""


def check_graph(graph: Graph, plan: Plan, table: Table) -> list[Finding]:
    """One finding for each property of each class that breaks a rule. Raises ``Undecided``."""
    judge = _Judge(graph, table)
    names = [name for name in graph.nodes if ABSOLUTE.fullmatch(name)]
    return list(dict.fromkeys(finding for name in names for finding in judge.all(name, plan)))


class _Judge:
    """Rules before nodes. Each value meets each node shape once, however many nodes refer to it."""

    def __init__(self, graph: Graph, table: Table) -> None:
        self._graph = graph
        self._table = table
        self._known: dict[tuple[Value, str], Reason] = {}

    def all(self, name: str, plan: Plan) -> Iterator[Finding]:
        """What one node breaks, for each of its classes."""
        node = self._graph.nodes[name]
        for kind in sorted(node.types):
            for rule in plan.get(kind, ()):
                if reason := self.reason(node, rule):
                    yield Finding(reason[0], kind, rule.path, reason[1], told(name))

    def reason(self, node: Node, rule: Rule) -> Reason:
        """Why the node breaks the rule; None when it keeps it."""
        values = node.values.get(rule.path, {})
        if len(values) < rule.least:
            return "missing", ""
        if rule.most is not None and len(values) > rule.most:
            return "too_many", ""
        if rule.value and Ref(rule.value) not in values:
            return "list", rule.value
        if rule.unique and _repeats(values):
            return "languages", ""
        return next(filter(None, (self._value(value, rule) for value in values)), None)

    def _value(self, value: Value, rule: Rule) -> Reason:
        if rule.datatype and not _is(value, rule.datatype):
            return ("text" if rule.datatype == LANG_STRING else "literal"), rule.datatype
        if rule.top is not None and not (isinstance(value, Literal) and within(value, rule.top)):
            return "top", str(rule.top)
        if rule.kind == "IRI" and (isinstance(value, Literal) or value.id.startswith("_:")):
            return "address", ""
        if rule.kind == "Literal" and isinstance(value, Ref):
            return "literal", f"{XSD}string"
        if rule.classes and not any(self._belongs(value, kind) for kind in rule.classes):
            return "class", "|".join(kind for kind in rule.classes if not kind.startswith("@"))
        return self._shape(value, rule.node) if rule.node else None

    def _belongs(self, value: Value, kind: str) -> bool:
        if kind.startswith("@"):
            return self._shape(value, kind[1:]) is None
        return isinstance(value, Ref) and kind in self._node(value).types

    def _shape(self, value: Value, name: str) -> Reason:
        """Why the value does not have a node shape, found once: hostile files refer to one from thousands."""
        key = (value, name)
        if key not in self._known:
            self._known[key] = self._look(value, name)
        return self._known[key]

    def _look(self, value: Value, name: str) -> Reason:
        """Why the value does not have a node shape: the first reason, told by the list or part that it lacks."""
        for rule in self._table.nodes[name]:
            reason = self._value(value, rule) if rule.path == SELF else self.reason(self._node(value), rule)
            if reason:
                return ("list", rule.value) if rule.value else reason if rule.path == SELF else ("part", rule.path)
        return None

    def _node(self, value: Value) -> Node:
        """The node that a value names; a text is a node about which nothing is said."""
        return self._graph.nodes.get(value.id, Node()) if isinstance(value, Ref) else Node()


def _is(value: Value, datatype: str) -> bool:
    if not isinstance(value, Literal):
        return False
    return value.datatype == datatype and passes_shapes(value)


def _repeats(values: dict[Value, None]) -> bool:
    languages = [value.language for value in values if isinstance(value, Literal) and value.language]
    return len(set(languages)) < len(languages)
