"""The rulebook: which properties each ELM class must and may have in a European Digital Credential.

``rules.json`` maps class and JSON key to ``"<least>..<most> <type> [<list>]"``. It is our own table in the JSON names
of the EDC context; the tests hold it against the official shapes. Types: ``text`` and ``texts`` are language maps (one
string for each language, or several); ``agent``, ``identifier``, ``specification`` and ``claim`` stand for some
classes; the rest are classes or XML Schema datatypes. ``+eidas`` asks for the issuer's legal identifier. Beyond the
shapes, a key that the context does not know, a relative id and an unknown code of a closed list are findings too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from mimis_europass.vocabulary import AUTHORITY, CLOSED, ESCO_SCHEME, SNB

CONTEXT = ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"]
GROUPS = {
    "agent": ("Agent", "Person", "Organisation"),
    "identifier": ("Identifier", "LegalIdentifier"),
    "specification": ("LearningAchievementSpecification", "Qualification"),
    "claim": ("Claim", "LearningAchievement", "LearningActivity", "LearningAssessment", "LearningEntitlement"),
}
TEXTS = frozenset({"text", "texts"})
LEXICAL = {
    "dateTime": re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
    "duration": re.compile(r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"),
    "integer": re.compile(r"[+-]?\d+"),
    "positiveInteger": re.compile(r"\+?0*[1-9]\d*"),
    "decimal": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)"),
    "boolean": re.compile(r"true|false|0|1"),
    "anyURI": re.compile(r"\S+"),
    "string": re.compile(r"[\s\S]*"),
    "Literal": re.compile(r"[\s\S]*"),
    "HTML": re.compile(r"[\s\S]*"),
}
UNRULED = {
    "nationalID": "node",
    "publisher": "node",
    "resultDestribution": "node",
    "verificationCheck": "node",
    "proof": "node",
    "refreshService": "node",
    "areaDialingCode": "string",
    "dateCreated": "dateTime",
    "latitude": "string",
    "longitude": "string",
}
"""Keys that the context knows and no shape mentions, with how they are read."""
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
OTHER_TYPES = frozenset({"VerifiableCredential", "VerifiablePresentation", "EuropeanDigitalPresentation"})


class Rule(NamedTuple):
    """One property of one class."""

    least: int
    most: int | None
    type: str
    restriction: str | None

    @property
    def literal(self) -> bool:
        """True for a datatype: the value is text or a number, not an object."""
        return self.type in LEXICAL


class Value(NamedTuple):
    """A value in the document: an object by its id, or a literal with its language."""

    node: str | None = None
    literal: str | None = None
    language: str | None = None


@dataclass
class Node:
    """All that the document says about one id; several objects with one id are one node."""

    id: str
    types: set[str] = field(default_factory=set)
    values: dict[str, set[Value]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The node in a finding: its class, and its id when that is one of the document's own."""
        kind = "/".join(sorted(self.types - OTHER_TYPES)) or "object"
        return f"{kind} {self.id}" if self.id.startswith("urn:") else kind


@cache
def load_rules() -> dict[str, dict[str, Rule]]:
    """The table, by class and key."""
    raw = json.loads((files(__package__) / "rules.json").read_text(encoding="utf-8"))
    return {kind: {key: _parse(rule) for key, rule in keys.items()} for kind, keys in raw.items()}


def find_violations(document: dict[str, Any], *, strict: bool = True) -> list[str]:
    """All reasons why the document does not conform; empty when it does. No finding quotes a value.

    Not ``strict``, it overlooks what a reader loses without a word (unknown keys, relative ids) and unknown codes of
    closed lists: reasons not to issue a document, but none to refuse another issuer's.
    """
    graph = _Graph()
    try:
        root = graph.add(document)
    except RecursionError:
        return ["document: nested too deeply to be a credential"]
    findings = list(graph.findings) if strict else []
    if document.get("@context") != CONTEXT:
        findings.append("document: @context must be the two addresses of the EDC profile, in their order")
    if "EuropeanDigitalCredential" not in graph.nodes[root].types:
        findings.append("document: the type EuropeanDigitalCredential is missing")
    for node in graph.nodes.values():
        findings.extend(_check_node(node, graph))
        if strict and "Concept" in node.types:
            findings.extend(_check_member(node))
    return list(dict.fromkeys(findings))


def _parse(text: str) -> Rule:
    bounds, kind, *rest = text.split(" ")
    least, most = bounds.split("..")
    return Rule(int(least), None if most == "*" else int(most), kind, rest[0] if rest else None)


@cache
def _key_types() -> dict[str, str]:
    """How the context reads each key, which is the same in every class: text, a datatype, or an object."""
    found = dict(UNRULED)
    for keys in load_rules().values():
        for key, rule in keys.items():
            found[key] = "text" if rule.type in TEXTS else rule.type if rule.literal else "node"
    return found


class _Graph:
    """The document as nodes by id, read as a JSON-LD processor with the two contexts reads it."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.findings: list[str] = []

    def add(self, item: dict[str, Any]) -> str:
        """Take in one object and all below it; gives its id."""
        node = self._node(item)
        for kind in _listed(item.get("type")):
            if kind in load_rules() or kind in OTHER_TYPES:
                node.types.add(kind)
            else:
                self.findings.append(f"{node.name}: a type that the context does not know")
        for key, raw in item.items():
            if key not in ("id", "type", "@context"):
                self._add_values(node, key, raw)
        return node.id

    def _node(self, item: dict[str, Any]) -> Node:
        given = item.get("id")
        if given is None:
            given = f"_:{len(self.nodes)}"
        elif not (isinstance(given, str) and ABSOLUTE.fullmatch(given)):
            kind = item.get("type") if isinstance(item.get("type"), str) else "object"
            self.findings.append(f"{kind}: an id that is not absolute is lost")
            given = f"_:{len(self.nodes)}"
        return self.nodes.setdefault(given, Node(given))

    def _add_values(self, node: Node, key: str, raw: Any) -> None:
        kind = _key_types().get(key)
        if kind is None:
            self.findings.append(f"{node.name}: {key} is a key that the context does not know")
            return
        values = node.values.setdefault(key, set())
        for item in _listed(raw):
            values.update(self._read(item, kind))

    def _read(self, item: Any, kind: str) -> Iterator[Value]:
        if isinstance(item, dict) and "@value" in item:
            yield Value(literal=_text(item["@value"]), language=item.get("@language"))
        elif isinstance(item, dict) and kind == "text":
            for language, texts in item.items():
                yield from (Value(literal=_text(text), language=language.lower()) for text in _listed(texts))
        elif isinstance(item, dict):
            yield Value(node=self.add(item))
        elif kind == "node" and isinstance(item, str):
            yield from self._refer(item)
        else:
            yield Value(literal=_text(item))

    def _refer(self, address: str) -> Iterator[Value]:
        if ABSOLUTE.fullmatch(address):
            yield Value(node=address)
        else:
            self.findings.append("document: a relative address in place of an object is lost")


def _listed(value: Any) -> list[Any]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if item is not None]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _check_node(node: Node, graph: _Graph) -> Iterator[str]:
    for kind in sorted(node.types):
        for key, rule in load_rules().get(kind, {}).items():
            values = node.values.get(key, set())
            for fault in (*_check_count(values, rule), *_check_values(values, rule, graph)):
                yield f"{node.name}: {key}: {fault}"


def _check_count(values: set[Value], rule: Rule) -> Iterator[str]:
    if len(values) < rule.least:
        yield "is missing"
    if rule.most is not None and len(values) > rule.most:
        yield f"only {rule.most} may stand here, found {len(values)}"
    languages = [value.language for value in values if value.language]
    if rule.type == "text" and len(set(languages)) < len(languages):
        yield "only one text for each language may stand here"


def _check_values(values: set[Value], rule: Rule, graph: _Graph) -> Iterator[str]:
    for value in values:
        if rule.type in TEXTS:
            tagged = value.literal is not None and LANGUAGE_TAG.fullmatch(value.language or "")
            fault = None if tagged else "must be a map from language to text"
        elif rule.literal:
            fault = _check_literal(value, rule.type)
        else:
            fault = _check_object(value, rule, graph)
        if fault:
            yield fault


def _check_literal(value: Value, datatype: str) -> str | None:
    if value.literal is None or value.language:
        return f"must be a plain value of type {datatype}"
    return None if LEXICAL[datatype].fullmatch(value.literal) else f"is not written as {datatype}"


def _check_object(value: Value, rule: Rule, graph: _Graph) -> str | None:
    if value.node is None:
        return "must be an object"
    node = graph.nodes.get(value.node, Node(value.node))
    wanted = GROUPS.get(rule.type, (rule.type,))
    if rule.type != "IRI" and not node.types.intersection(wanted):
        return f"must be an object of type {' or '.join(wanted)}"
    if rule.restriction == "+eidas":
        return None if len(node.values.get("eIDASIdentifier", ())) == 1 else "must have exactly one eIDASIdentifier"
    if rule.restriction and _scheme(rule.restriction) not in {item.node for item in node.values.get("inScheme", ())}:
        return f"must be a concept of the list {rule.restriction}"
    return "must have an id" if rule.restriction and node.id.startswith("_:") else None


def _scheme(name: str) -> str:
    prefix, _, rest = name.rpartition(":")
    if prefix == "authority":
        return AUTHORITY + rest
    return ESCO_SCHEME + rest if prefix == "esco" else f"{SNB}{name}/25831c2"


def _check_member(node: Node) -> Iterator[str]:
    for scheme in (value.node for value in node.values.get("inScheme", ())):
        name = (scheme or "").removeprefix(SNB).removesuffix("/25831c2")
        if name in CLOSED and node.id.removeprefix(f"{SNB}{name}/") not in CLOSED[name]:
            yield f"Concept: the list {name} has no such code"
