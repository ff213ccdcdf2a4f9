"""The rulebook: does a European Digital Credential conform, by the official shapes and beyond them?

Two results. **Shapes** is the verdict of a SHACL processor on the official EDC profiles, with the same failing
properties: the generic profiles always, others when ``credentialSchema`` names them. **Strict** is what shapes cannot
see (``strict``, ``annex``). The rules come from ``rules.json``, compiled by ``mimis elm compile``; the tests hold them
against pyshacl. A document is judged in one walk when it is written the usual way, else as a graph of nodes; the few
that neither can decide go to pyshacl when the extra ``shacl`` is installed, and are "undecided" without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mimis_europass.rules.findings import OTHER_CONTEXT, Finding, Report, ShapesReport
from mimis_europass.rules.graph import ABSOLUTE, Graph
from mimis_europass.rules.rdf import Malformed, Undecided
from mimis_europass.rules.sentences import describe, say
from mimis_europass.rules.shapes import check_graph
from mimis_europass.rules.specs import load_kinds
from mimis_europass.rules.strict import check_document, check_lost, check_nodes
from mimis_europass.rules.table import CONTEXT, PROFILE_START, load_plan, load_table
from mimis_europass.rules.walk import Unusual, Walk

__all__ = ["ABSOLUTE", "CONTEXT", "find_violations", "inspect", "inspect_graph"]
UNREAD = Finding("unread", "", "")
"""Keys and values could not be looked at: whoever cannot read a document must not say that nothing is wrong in it."""
NO_SHACL = "the extra `shacl`, which would decide it, is not installed"


def inspect(document: dict[str, Any], *, ask: bool = True) -> Report:
    """Both results of one document. Not ``ask``, what the table cannot decide stays undecided: it costs bounded time.

    Raises nothing for any object that ``json.loads`` gives; the findings tell what is wrong.
    """
    if document.get("@context") == CONTEXT:
        try:
            walk = Walk(load_kinds(profiles_of(document)), document)
        except (Unusual, RecursionError):
            return inspect_graph(document, ask=ask)
        return _report(ShapesReport(_unique(walk.shapes)), [*walk.strict, *_beyond(document)])
    return inspect_graph(document, ask=ask)


def inspect_graph(document: dict[str, Any], *, ask: bool = True) -> Report:
    """The same the long way, which takes every document and ten times as long; the tests hold both ways together."""
    strict = _beyond(document)
    try:
        if document.get("@context") != CONTEXT:
            raise Undecided(_context_trouble(document))
        strict.insert(0, UNREAD)
        graph = Graph(load_table(), document)
        strict[:1] = [*check_lost(graph), *check_nodes(graph)]
        shapes = ShapesReport(_unique(check_graph(graph, load_plan(profiles_of(document)), load_table())))
    except Malformed as error:
        shapes = ShapesReport(malformed=str(error))
    except (Undecided, RecursionError) as error:
        reason = str(error) if isinstance(error, Undecided) else "it is nested too deeply"
        shapes = _undecided(document, reason, ask)
    return _report(shapes, strict)


def find_violations(document: dict[str, Any], *, strict: bool = True) -> list[str]:
    """All reasons why the document does not conform, in English, without a full stop; empty when it does.

    Not ``strict``, only the shapes count: what is beyond them is a reason not to issue a document, but none to refuse
    another issuer's. A document that the table cannot decide does not conform here; our own are always decided.
    No reason quotes a value of the document.
    """
    report = inspect(document, ask=False)
    found = [say(finding, "en") for finding in (*report.shapes.findings, *(report.strict if strict else ()))]
    if trouble := describe(report.shapes, "en"):
        found.insert(0, trouble)
    return list(dict.fromkeys(sentence.removesuffix(".") for sentence in found))


def profiles_of(document: dict[str, Any]) -> frozenset[str]:
    """The profiles that the credential says it keeps, of those that the table has."""
    return frozenset(
        name
        for address in _addresses(document.get("credentialSchema"))
        if (name := address.removeprefix(PROFILE_START)) in load_table().profiles and address.startswith(PROFILE_START)
    )


def _addresses(value: Any) -> Iterator[str]:
    """The ids under a key, however deep lists hold them."""
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, list):
            left.extend(item)
        elif isinstance(item, dict):
            left.extend(part for part in (item.get("id"), item.get("@id")) if isinstance(part, str))


def _beyond(document: dict[str, Any]) -> list[Finding]:
    """What concerns the document as a whole; a bottomless one is told as that."""
    try:
        return list(check_document(document))
    except RecursionError:
        return [Finding("deep", "", "")]


def _context_trouble(document: dict[str, Any]) -> str:
    """Why the context stops the table: others than the profile's two, or these in an unusual way."""
    named = document.get("@context")
    names = [named] if isinstance(named, str) else named
    known = isinstance(names, list) and all(name in CONTEXT for name in names)
    return "it names the contexts in an unusual way" if known else OTHER_CONTEXT


def _undecided(document: dict[str, Any], reason: str, ask: bool) -> ShapesReport:
    """What pyshacl says, or that nobody could be asked."""
    if not ask or reason == OTHER_CONTEXT:
        return ShapesReport(undecided=reason)
    try:
        from mimis_europass.rules.shacl import ask_shacl
    except ImportError:
        return ShapesReport(undecided=f"{reason}, and {NO_SHACL}")
    try:
        return ShapesReport(_unique(ask_shacl(document, profiles_of(document))), judge="shacl")
    except Malformed as error:
        return ShapesReport(malformed=str(error), judge="shacl")


def _report(shapes: ShapesReport, strict: list[Finding]) -> Report:
    return Report(shapes, _unique(strict))


def _unique(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))
