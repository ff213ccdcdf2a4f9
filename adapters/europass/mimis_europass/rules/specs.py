"""The rule table made ready for one walk over a document written the usual way: what to look at under each key.

For each class, as documents name it, the keys that must stand there and, for each key that the context knows, the kind
of value that is fine at a glance. What is not fine at a glance is left to the long way (``graph``, ``shapes``), which
alone decides what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from mimis_europass.rules.findings import Finding
from mimis_europass.rules.lexical import is_strict
from mimis_europass.rules.rdf import LANG_STRING, XSD
from mimis_europass.rules.table import SELF, Plan, Rule, Table, Term, load_plan, load_table

PASS, TEXT, LITERAL, NODE, SLOW = range(5)
ROOT = ""
"""The name of the credential itself among the classes: it alone has two types."""
ROOT_TYPES = ["VerifiableCredential", "EuropeanDigitalCredential"]
NUMBERS = {f"{XSD}integer", f"{XSD}positiveInteger", f"{XSD}string"}
Test = Callable[[Any], bool]


def _never(_: Any) -> bool:
    return False


class Need(NamedTuple):
    """A part that an object must have itself, for the one that refers to it: the issuer's identifier, a list."""

    key: str
    kinds: frozenset[str] | None
    id: str | None
    least: int
    finding: Finding


class Spec(NamedTuple):
    """What is fine at a glance under one key. The fields after ``most`` belong to one kind of value each."""

    what: int
    most: int
    unique: bool = False
    test: Test = _never
    kinds: frozenset[str] | None = None
    needs: tuple[Need, ...] = ()
    address: bool = False


@dataclass(frozen=True)
class Kind:
    """One class: its keys, and those that must not lack."""

    keys: dict[str, Spec]
    required: frozenset[str]
    missing: dict[str, Finding]
    """The finding for each required key."""


@cache
def load_kinds(profiles: frozenset[str]) -> dict[str, Kind]:
    """All classes by the name in documents; the credential itself is ``ROOT``."""
    return _Maker(load_table(), load_plan(profiles)).all()


class _Maker:
    def __init__(self, table: Table, plan: Plan) -> None:
        self._table = table
        self._plan = plan
        self._names: dict[str, set[str]] = {}
        for name, term in table.terms.items():
            if not term.how:
                self._names.setdefault(term.iri, set()).add(name)

    def all(self) -> dict[str, Kind]:
        """Every class that a term names."""
        credential = self._table.scoped[ROOT_TYPES[0]]
        found = {
            name: self._kind(term.iri, self._table.terms)
            for name, term in self._table.terms.items()
            if not term.how and name not in self._table.scoped
        }
        found[ROOT] = self._kind(self._table.terms[ROOT_TYPES[1]].iri, {**self._table.terms, **credential})
        return found

    def _kind(self, iri: str, terms: dict[str, Term]) -> Kind:
        rules = self._plan.get(iri, ())
        keys = {term.iri: key for key, term in terms.items()}
        missing = {keys.get(r.path, r.path): Finding("missing", iri, r.path) for r in rules if r.least}
        specs = {
            key: self._spec(iri, term, [rule for rule in rules if rule.path == term.iri]) for key, term in terms.items()
        }
        specs |= {"id": Spec(PASS, 1), "type": Spec(PASS, 1)}
        return Kind(specs, frozenset(missing), missing)

    def _spec(self, iri: str, term: Term, rules: list[Rule]) -> Spec:
        most = min((rule.most for rule in rules if rule.most is not None), default=10**9)
        datatypes = {rule.datatype for rule in rules if rule.datatype}
        objects = any(rule.classes or rule.node or rule.kind == "IRI" for rule in rules)
        if any(rule.top is not None or rule.value for rule in rules) or term.how == "@graph":
            return Spec(SLOW, most)
        if term.how == "@language" and datatypes <= {LANG_STRING} and not objects:
            return Spec(TEXT, most, unique=any(rule.unique for rule in rules))
        if term.how.startswith(XSD) and datatypes <= {term.how} and not objects:
            return Spec(LITERAL, most, test=_tester(term.how))
        if term.how == "@id" and not datatypes and not any(rule.kind == "Literal" for rule in rules):
            return self._node_spec(iri, most, rules)
        if not term.how and rules and all(rule.kind == "Literal" for rule in rules):
            return Spec(LITERAL, most, test=_tester(f"{XSD}string"))
        return Spec(SLOW, most)

    def _node_spec(self, iri: str, most: int, rules: list[Rule]) -> Spec:
        kinds: frozenset[str] | None = None
        needs: list[Need] = []
        for rule in rules:
            shape = self._table.nodes[rule.node] if rule.node else ()
            for inner in (rule, *(part for part in shape if part.path == SELF)):
                if inner.classes:
                    named = self._named(inner.classes)
                    kinds = named if kinds is None else kinds & named
            needs += [
                self._need(Finding("part", iri, rule.path, part.path), part) for part in shape if part.path != SELF
            ]
        return Spec(NODE, most, kinds=kinds, needs=tuple(needs), address=any(rule.kind == "IRI" for rule in rules))

    def _named(self, classes: tuple[str, ...]) -> frozenset[str]:
        return frozenset(name for kind in classes for name in self._names.get(kind, ()))

    def _need(self, finding: Finding, part: Rule) -> Need:
        (key,) = (key for key, term in self._table.terms.items() if term.iri == part.path)
        kinds = self._named(part.classes) if part.classes else None
        if part.value:
            return Need(key, kinds, part.value, 1, finding._replace(code="list", detail=part.value))
        return Need(key, kinds, None, part.least, finding)


def _tester(datatype: str) -> Test:
    """A test that lets through what is certainly a value of the datatype, written as the standard wants it."""
    if datatype == f"{XSD}string":
        return lambda value: type(value) in (str, int)
    if datatype == f"{XSD}boolean":
        return lambda value: type(value) is bool

    def test(value: Any) -> bool:
        text = str(value) if type(value) is int and datatype in NUMBERS else value
        return type(text) is str and is_strict(datatype, text)

    return test
