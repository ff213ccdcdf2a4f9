"""The official shapes and contexts as judges, and our answers in the same form."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import rdflib
from mimis_europass.rules.findings import Finding, Report
from mimis_europass.rules.rdf import Malformed
from mimis_europass.rules.shacl import judge, to_graph
from mimis_europass.rules.table import CONTEXT, load_table

FILES = {
    "edc-generic-no-cv": "EDC-generic-no-cv.ttl", "edc-generic-full": "EDC-generic-full.ttl",
    "edc-accredited": "EDC-accredited.ttl", "edc-converted": "EDC-converted.ttl",
    "edc-issued-by-mandate": "EDC-issuedByMandate.ttl", "edc-diploma-supplement": "EDC-diplomaSupplement.ttl",
}  # fmt: skip
MALFORMED = "no JSON-LD"
UNDECIDED = "undecided"
Answer = set[tuple[str, str]] | str
"""Node and property of each finding; or that there is no answer."""


def answer(findings: Iterable[Finding]) -> Answer:
    return {(finding.node, finding.path) for finding in findings}


def our_answer(report: Report) -> Answer:
    if report.shapes.undecided is not None:
        return UNDECIDED
    return MALFORMED if report.shapes.malformed is not None else answer(report.shapes.findings)


class Official:
    """What pyshacl says of a document with the official files."""

    def __init__(self, folder: Path) -> None:
        names = ("contexts/credentials-v1.jsonld", "edc/edc-ap-context.jsonld")
        self._folder = folder / "edc"
        self._contexts = {
            address: json.loads((folder / name).read_text("utf-8"))
            for address, name in zip(CONTEXT, names, strict=True)
        }
        self._shapes: dict[str, rdflib.Graph] = {}

    def answer(self, document: dict[str, Any], profile: str = "edc-generic-full") -> Answer:
        """Which properties of which nodes fail in a profile and all that it imports."""
        try:
            return answer(judge(to_graph(document, self._contexts), self.shapes(profile)))
        except Malformed:
            return MALFORMED

    def shapes(self, profile: str) -> rdflib.Graph:
        """The shapes of a profile and of those that it builds on."""
        if profile not in self._shapes:
            graph = rdflib.Graph().parse(self._folder / FILES[profile])
            base = load_table().imports.get(profile)
            self._shapes[profile] = graph + self.shapes(base) if base else graph
        return self._shapes[profile]

    @cached_property
    def keys(self) -> set[str]:
        """All keys and types that the two contexts know."""
        contexts = [document["@context"] for document in self._contexts.values()]
        known = {"id", "type", "@context"}
        for context in (contexts[0]["VerifiableCredential"]["@context"], *contexts):
            known |= {key for key in context if not key.startswith("@")}
        return known
