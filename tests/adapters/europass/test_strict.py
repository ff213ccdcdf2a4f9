"""What shapes overlook: lists, ways of writing, completeness; and what the long way takes and refuses."""

from __future__ import annotations

import copy
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_europass.rules.annex import PLACES, check_annex
from mimis_europass.rules.codes import is_member, members
from mimis_europass.rules.findings import Report
from mimis_europass.rules.graph import Graph
from mimis_europass.rules.judge import CONTEXT, find_violations, inspect, inspect_graph
from mimis_europass.rules.lexical import is_strict
from mimis_europass.rules.rdf import RDF, XSD, Malformed, Undecided
from mimis_europass.rules.table import load_table

from mimis_core import Achievement

Document = dict[str, Any]
SNB = "http://data.europa.eu/snb/"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ("id", "type", "@id", "@value", "@language", "title", "issuer", "hasClaim", "sv", "elm:page", "x")), inner),
    max_leaves=12,
)  # fmt: skip


@pytest.fixture
def own(built: Callable[..., Document], achievement: Callable[..., Achievement]) -> Document:
    """A document of our own."""
    return built(achievement())


def empty_at(document: Document, path: str) -> None:
    """Take away what stands at the end of a path, on every branch."""
    *steps, last = path.split(".")
    found: list[Any] = [document]
    for step in steps:
        parts = [item[step] for item in found if step in item]
        found = [item for part in parts for item in (part if isinstance(part, list) else [part])]
    for item in found:
        item.pop(last, None)


@pytest.mark.parametrize("element", [element for element in PLACES if element != "level"])
def test_missing_element_of_annex_is_named(own: Document, element: str) -> None:
    for path in (*PLACES[element], "credentialSubject.hasClaim.specifiedBy.additionalNote"):
        empty_at(own, path)
    assert element in [finding.detail for finding in check_annex(own)]


def test_own_document_is_complete_by_annex(own: Document) -> None:
    assert list(check_annex(own)) == []


@pytest.mark.parametrize(("kind", "wanted"), [("Qualification", ["level"]), ("LearningAchievementSpecification", [])])
def test_level_is_asked_of_qualifications_only(own: Document, kind: str, wanted: list[str]) -> None:
    own["credentialSubject"]["hasClaim"]["specifiedBy"]["type"] = kind
    for path in PLACES["level"]:
        empty_at(own, path)
    assert [finding.detail for finding in check_annex(own)] == wanted


@pytest.mark.parametrize(
    ("name", "code", "known"),
    [("isced-f", "0611", True), ("isced-f", "9876", False), ("eqf", "9", False), ("qdr", "c_b44f7367", True),
     ("evidence-type", "c_18016257", True), ("evidence-type", "x", False), ("nobody-knows", "x", True)],
)  # fmt: skip
def test_codes_are_looked_up_in_their_list(name: str, code: str, known: bool) -> None:
    assert is_member(f"{SNB}{name}/{code}", [f"{SNB}{name}/25831c2"]) is known


@pytest.mark.parametrize(("scheme", "concept"), [
    ("http://data.europa.eu/nuts", "http://data.europa.eu/nuts/code/SE224"),
    ("http://publications.europa.eu/resource/authority/atu", "http://publications.europa.eu/resource/authority/atu/SWE_LAN_GOTL"),
    ("http://publications.europa.eu/resource/authority/language", "http://publications.europa.eu/resource/authority/language/SWE"),
])  # fmt: skip
def test_long_lists_are_known_too(scheme: str, concept: str) -> None:
    assert concept in (members(scheme) or ())
    assert not is_member(f"{concept}x", [scheme])


@pytest.mark.parametrize("way", [inspect, inspect_graph])
def test_unknown_code_is_found_without_list(own: Document, way: Callable[[Document], Report]) -> None:
    mode = {"id": f"{SNB}learning-assessment/nothing", "type": "Concept", "prefLabel": {"sv": "x"}}
    own["credentialSubject"]["hasClaim"]["specifiedBy"]["mode"] = mode
    assert [(finding.code, finding.detail) for finding in way(own).strict] == [("code", "learning-assessment")]


@pytest.mark.parametrize(
    ("datatype", "text", "strict"),
    [("dateTime", "2026-06-01T08:00:00Z", True), ("dateTime", "2026-06-01T08:00:00+02:00", True),
     ("dateTime", "2026-06-01", False), ("dateTime", "2026-06-01T08:00:00", False),
     ("dateTime", "2026-02-30T08:00:00Z", False), ("duration", "PT50H", True), ("duration", "P1W", False),
     ("duration", "PT", False), ("positiveInteger", "0", False), ("integer", "1_0", False), ("decimal", "1E3", False),
     ("boolean", "True", False), ("anyURI", "a b", False), ("string", "", True)],
)  # fmt: skip
def test_values_are_written_as_standard_wants(datatype: str, text: str, strict: bool) -> None:
    assert is_strict(f"{XSD}{datatype}", text) is strict


@pytest.mark.parametrize("item", [
    {"id": 5}, {"type": 5}, {"id": "urn:a", "@id": "urn:b"}, {"title": {"sv": 5}},
    {"elm:x": {"@value": 1, "id": "urn:a"}}, {"elm:x": {"@value": "a", "@type": "xsd:string", "@language": "sv"}},
    {"elm:x": {"@value": 1, "@language": "sv"}}, {"elm:x": {"@value": "a", "@language": 5}},
    {"elm:x": {"@value": "a", "@type": []}}, {"@language": 5}, [],
])  # fmt: skip
def test_impossible_json_ld_is_malformed(item: Any) -> None:
    with pytest.raises(Malformed):
        Graph(load_table(), item)


@pytest.mark.parametrize("item", [
    {"title": {"@graph": []}, "@graph": []}, {"hasClaim": {"@list": []}},
    {"hasClaim": {"@context": {}, "id": "urn:a"}}, {"id": "../x"}, {"id": "@type"}, {"type": "@x"},
    {"type": "VerifiablePresentation"},
    {"rdfs:subClassOf": "urn:a"}, {"elm:x": {"@value": []}}, {"elm:x": {"@value": "1", "@type": "xsd:double"}},
    {"elm:x": {"@value": "a", "@type": "b"}},
])  # fmt: skip
def test_what_no_credential_does_is_undecided(item: Document) -> None:
    with pytest.raises(Undecided):
        Graph(load_table(), item)


def test_undecided_document_goes_to_pyshacl(own: Document) -> None:
    own["credentialSubject"]["hasClaim"] = {"@set": [own["credentialSubject"]["hasClaim"]]}
    asked, alone = inspect(own), inspect(own, ask=False)
    assert (asked.shapes.conforms, asked.shapes.judge) == (True, "shacl")
    assert alone.shapes.conforms is None
    assert "cannot be decided" in find_violations(own)[0]


def many_referers(claim: Document) -> None:
    """Thousands of nodes that refer to one concept, which is in thousands of lists."""
    area = {"id": f"{SNB}isced-f/25831c2", "type": "ConceptScheme"}
    schemes = [area, *({"id": f"u:s{number}", "type": "ConceptScheme"} for number in range(3000))]
    concept = {"id": "u:c", "type": "Concept", "inScheme": schemes}
    referers = [{"id": f"u:{number}", "type": "Qualification", "thematicArea": "u:c"} for number in range(3000)]
    claim["additionalNote"] = [concept, *referers]


def one_type_often(claim: Document) -> None:
    """The type that has keys of its own, again and again, on an object with many keys."""
    claim |= {"type": ["VerifiableCredential"] * 12_000} | {f"k{number}": 1 for number in range(12_000)}


@pytest.mark.parametrize("damage", [many_referers, one_type_often])
def test_hostile_document_costs_bounded_time(own: Document, damage: Callable[[Document], None]) -> None:
    damage(own["credentialSubject"]["hasClaim"])
    before = time.process_time()
    assert not inspect(own, ask=False).conforms
    assert time.process_time() - before < 4


def test_unread_document_is_not_clean(own: Document) -> None:
    own["credentialSubject"]["hasClaim"] = {"@set": [own["credentialSubject"]["hasClaim"] | {"rubbish": 1}]}
    assert "unread" in {finding.code for finding in inspect(own).strict}


def test_strict_outlives_undecided_shapes(own: Document) -> None:
    specification = own["credentialSubject"]["hasClaim"]["specifiedBy"]
    specification |= {"volumeOfLearning": "P2W", "rubbish": 1}
    report = inspect(own)
    assert report.shapes.judge == "shacl"
    assert {finding.code for finding in report.strict} == {"key", "lexical"}


FAULTS: list[tuple[str, Any, str, str]] = [
    ("title", None, "missing", ""), ("title", "x", "text", f"{RDF}langString"),
    ("title", {"sv": ["a", "b"]}, "languages", ""),
    ("additionalNote", {"id": "urn:x:1", "type": "Address"}, "class", ""),
    ("learningSetting", [{"id": f"urn:x:{number}", "type": "Concept"} for number in (1, 2)], "too_many", ""),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "code", "detail"), FAULTS)
def test_pyshacl_findings_get_words_too(own: Document, key: str, value: Any, code: str, detail: str) -> None:
    specification = own["credentialSubject"]["hasClaim"]["specifiedBy"]
    specification |= {"volumeOfLearning": "P2W", key: value}
    report = inspect(own)
    assert report.shapes.judge == "shacl"
    found = [finding for finding in report.shapes.findings if finding.code == code]
    assert any(finding.detail.startswith(detail) for finding in found)


@pytest.mark.parametrize("note", ["Kvalitetssäkring: två lärare", "Assurance qualité", "Laadunvarmistus", "Качество"])
def test_note_on_quality_counts_for_annex(own: Document, note: str) -> None:
    assert _quality(own, note) == []


@pytest.mark.parametrize("note", ["Ta med inneskor", "", 5])
def test_note_on_other_things_does_not(own: Document, note: Any) -> None:
    assert _quality(own, note) == ["quality"]


def _quality(document: Document, note: Any) -> list[str]:
    """The elements that lack when this is all that the document says of quality."""
    document["issuer"].pop("accreditation", None)
    specification = document["credentialSubject"]["hasClaim"]["specifiedBy"]
    specification.pop("accreditation", None)
    specification["additionalNote"] = [{"type": "Note", "noteLiteral": {"xx": [note]}}]
    return [finding.detail for finding in inspect(document).strict if finding.code == "annex"]


def test_undecided_without_extra_says_so(own: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mimis_europass.rules.shacl", None)
    own["issuer"] = {"@set": [own["issuer"]]}
    shapes = inspect(own).shapes
    assert shapes.conforms is None
    assert "not installed" in (shapes.undecided or "")


def test_other_context_is_no_verdict(own: Document) -> None:
    own["@context"] = ["https://www.w3.org/ns/credentials/v2"]
    assert inspect(own, ask=False).shapes.conforms is None
    assert "@context" in find_violations(own)[1]


def test_bottomless_lists_get_an_answer(own: Document) -> None:
    bottomless: Any = []
    for _ in range(800):
        bottomless = [bottomless]
    own |= {"issuer": bottomless, "credentialSchema": bottomless}
    assert find_violations(own)


def test_hostile_names_are_shown_tamely(own: Document) -> None:
    own["\x1b[2J" + "x" * 1000] = own["\ud800"] = 1
    text = "\n".join(find_violations(own))
    assert "\x1b" not in text
    assert text.encode()
    assert len(text) < 400


def test_merged_objects_are_one_node(own: Document) -> None:
    stub = {"id": own["issuer"]["id"], "type": "Organisation"}
    own["credentialSubject"]["hasClaim"]["awardedBy"]["awardingBody"] = stub
    assert find_violations(own, strict=False) == []
    other = {**copy.deepcopy(own["issuer"]), "legalName": {"sv": "En annan skola"}}
    own["credentialSubject"]["hasClaim"]["awardedBy"]["awardingBody"] = other
    assert "several texts in one language" in find_violations(own)[0]


@given(JSON)
def test_any_json_gets_an_answer(value: Any) -> None:
    document = {"@context": CONTEXT, "type": ["VerifiableCredential", "EuropeanDigitalCredential"], "issuer": value}
    assert find_violations(document)
