"""What the official shapes overlook and a reader or an office does not: findings beyond the shapes.

Lost keys, types and relative ids, ways of writing dates and numbers, codes that a list lacks, the two addresses of the
context, the two types of the credential, and Annex I. They are reasons not to issue, none to refuse.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mimis_europass.rules.annex import check_annex
from mimis_europass.rules.codes import is_member, list_name, list_of
from mimis_europass.rules.findings import Finding, told
from mimis_europass.rules.graph import Graph, Node
from mimis_europass.rules.lexical import is_written_well
from mimis_europass.rules.rdf import Literal, Ref
from mimis_europass.rules.table import CONTEXT

SKOS = "http://www.w3.org/2004/02/skos/core#"
CONCEPT, IN_SCHEME = f"{SKOS}Concept", f"{SKOS}inScheme"
TYPES = ("VerifiableCredential", "EuropeanDigitalCredential")


def check_document(document: dict[str, Any]) -> Iterator[Finding]:
    """What concerns the document as a whole."""
    if document.get("@context") != CONTEXT:
        yield Finding("context", "", "@context")
    kinds = document.get("type")
    if not (isinstance(kinds, list) and all(kind in kinds for kind in TYPES)):
        yield Finding("credential_type", "", "type")
    yield from check_annex(document)


def check_lost(graph: Graph) -> Iterator[Finding]:
    """What got lost in reading."""
    for lost in graph.lost:
        yield Finding(lost.what, lost.kind, lost.name)


def check_nodes(graph: Graph) -> Iterator[Finding]:
    """How values are written, and whether concepts are in the lists that they name."""
    for name, node in graph.nodes.items():
        kind = next(iter(sorted(node.types)), "")
        for path, values in node.values.items():
            for value in values:
                if isinstance(value, Literal) and not is_written_well(value):
                    code = "lexical" if value.language is None else "language"
                    yield Finding(code, kind, path, value.datatype, told(name))
        if CONCEPT in node.types:
            yield from _check_member(name, node)


def _check_member(name: str, node: Node) -> Iterator[Finding]:
    schemes = [value.id for value in node.values.get(IN_SCHEME, ()) if isinstance(value, Ref)] or [list_of(name)]
    for scheme in schemes:
        if not is_member(name, (scheme,)):
            yield not_member(name, scheme)


def not_member(concept: str, scheme: str) -> Finding:
    """A concept whose list is known and lacks it."""
    return Finding("code", CONCEPT, IN_SCHEME, list_name(scheme), told(concept))
