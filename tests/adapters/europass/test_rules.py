"""The rulebook: what it finds, and that it finds what the official shapes find."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from mimis_europass.rules.judge import CONTEXT, find_violations, inspect
from mimis_europass.rules.table import load_table

from .official import Official, our_answer

Document = dict[str, Any]
TEXT = {"sv": "x"}
OTHER_SCHEME = {"id": "http://data.europa.eu/snb/other/25831c2", "type": "ConceptScheme"}
OTHER_CONCEPT = {"id": "http://data.europa.eu/snb/other/1", "type": "Concept", "inScheme": OTHER_SCHEME}


def walk(document: Document, path: str) -> tuple[Any, str]:
    """The holder and last key of a dotted path; a list is entered at its first item."""
    *steps, last = path.split(".")
    item: Any = document
    for step in steps:
        item = item[step]
        item = item[0] if isinstance(item, list) else item
    return item, last


def without(path: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        holder, key = walk(document, path)
        del holder[key]

    return change


def put(path: str, value: Any) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        holder, key = walk(document, path)
        holder[key] = copy.deepcopy(value)

    return change


def twice(path: str, **changes: Any) -> Callable[[Document], None]:
    """The object a second time, as another one."""

    def change(document: Document) -> None:
        holder, key = walk(document, path)
        holder[key] = [holder[key], {**copy.deepcopy(holder[key]), "id": "urn:epass:second:1", **changes}]

    return change


CLAIM = "credentialSubject.hasClaim"
SPEC = f"{CLAIM}.specifiedBy"
IMAGE = "displayParameter.individualDisplay.displayDetail.image"
MANDATORY = (
    "issuer", "credentialSubject", "issued", "validFrom", "credentialProfiles", "credentialSchema", "displayParameter",
    "displayParameter.title", "displayParameter.primaryLanguage", "displayParameter.language",
    "displayParameter.individualDisplay", "displayParameter.individualDisplay.language",
    "displayParameter.individualDisplay.displayDetail", "displayParameter.individualDisplay.displayDetail.page", IMAGE,
    f"{IMAGE}.content", f"{IMAGE}.contentEncoding", f"{IMAGE}.contentType", CLAIM, f"{CLAIM}.title",
    f"{CLAIM}.awardedBy", f"{CLAIM}.provenBy.grade", f"{CLAIM}.provenBy.title", f"{CLAIM}.provenBy.grade.noteLiteral",
    f"{CLAIM}.influencedBy.title", f"{SPEC}.title", f"{SPEC}.learningOutcome.title",
)  # fmt: skip
OPTIONAL = (
    "issuanceDate", "credentialSubject.fullName", f"{SPEC}.eqfLevel", f"{SPEC}.learningOutcome", f"{CLAIM}.provenBy",
    f"{CLAIM}.specifiedBy", f"{CLAIM}.influencedBy", f"{SPEC}.volumeOfLearning", f"{CLAIM}.creditReceived",
)  # fmt: skip


def made(kind: str, **members: Any) -> Document:
    return {"id": "urn:x:1", "type": kind, **members}


FAULTS: dict[str, Callable[[Document], None]] = {
    "two subjects": twice("credentialSubject"),
    "two issuers": twice("issuer"),
    "two display parameters": twice("displayParameter"),
    "two awarding processes": twice(f"{CLAIM}.awardedBy"),
    "two specifications": twice(SPEC),
    "two grades": twice(f"{CLAIM}.provenBy.grade"),
    "two EQF levels": twice(f"{SPEC}.eqfLevel", id="http://data.europa.eu/snb/eqf/4"),
    "plain title": put(f"{CLAIM}.title", "Digital delaktighet"),
    "plain legal name": put("issuer.legalName", "Skolan"),
    "plain note": put(f"{CLAIM}.provenBy.grade.noteLiteral", "Godkänd"),
    "two full names": put("credentialSubject.fullName", {"sv": "Anna", "en": "Anna"}),
    "two titles in one language": put(f"{CLAIM}.title", {"sv": ["a", "b"]}),
    "concept as bare address": put("credentialProfiles", "http://data.europa.eu/snb/credential/other"),
    "scheme as bare address": put(f"{SPEC}.thematicArea.inScheme", "http://data.europa.eu/snb/nothing"),
    "EQF of another list": put(f"{SPEC}.eqfLevel.inScheme", OTHER_SCHEME),
    "country of another list": put("issuer.location.address.countryCode", OTHER_CONCEPT),
    "language of another list": put("displayParameter.primaryLanguage", OTHER_CONCEPT),
    "outcome type of another list": put(f"{SPEC}.learningOutcome.dcType.inScheme", OTHER_SCHEME),
    "skill without scheme": without(f"{SPEC}.learningOutcome.relatedESCOSkill.inScheme"),
    "claim of no claim class": put(f"{CLAIM}.type", "Note"),
    "awarding body is a note": put(f"{CLAIM}.awardedBy.awardingBody", made("Note", noteLiteral=TEXT)),
    "assessor is a person": put(f"{CLAIM}.provenBy.assessedBy", made("Person", fullName=TEXT)),
    "grade is a text": put(f"{CLAIM}.provenBy.grade", TEXT),
    "identifier without notation": put("identifier", made("Identifier", schemeName="s")),
    "scheme name as language map": put("identifier", made("Identifier", notation="1", schemeName=TEXT)),
    "document without address": put(f"{CLAIM}.supplementaryDocument", made("WebResource", title=TEXT)),
    "plain document title": put(
        f"{CLAIM}.supplementaryDocument", made("WebResource", contentURL="https://a.example", title="t")
    ),
    "one id for two web resources": put(
        f"{CLAIM}.supplementaryDocument",
        {**made("WebResource", contentURL="https://b.example"), "id": "urn:epass:webResource:1"},
    ),
    "status list object": put("credentialStatus", {"id": "https://a.example/1", "type": "Note", "noteLiteral": TEXT}),
    "workload in words": put(f"{SPEC}.volumeOfLearning", "fifty hours"),
    "partial in words": put(f"{SPEC}.isPartialQualification", "perhaps"),
    "issuer without eIDAS": put("issuer", made("Agent", prefLabel=TEXT)),
    "organisation without location": put(f"{CLAIM}.awardedBy.awardingBody", made("Organisation", legalName=TEXT)),
    "accreditation without agent": put(f"{SPEC}.accreditation", made("Accreditation", title=TEXT)),
    "credit without framework": put(f"{CLAIM}.creditReceived", made("CreditPoint", point="2")),
}
STRICTER: dict[str, Callable[[Document], None]] = {
    "unknown key": put(f"{CLAIM}.rubbish", "x"),
    "Greek iota in key": put("issuer.e\u0399DASIdentifier", made("LegalIdentifier")),
    "relative id": put(f"{CLAIM}.id", "claim-1"),
    "relative reference": put(f"{SPEC}.homepage", "homepage"),
    "unknown type": put(f"{CLAIM}.provenBy.type", "Examination"),
    "page zero": put("displayParameter.individualDisplay.displayDetail.page", 0),
    "bare date": put("issued", "2026-06-01"),
    "date without offset": put(f"{CLAIM}.awardedBy.awardingDate", "2026-06-01T08:00:00"),
    "EQF level nine": put(f"{SPEC}.eqfLevel.id", "http://data.europa.eu/snb/eqf/9"),
    "no credential type": put("type", ["VerifiableCredential"]),
    "another context": put("@context", ["https://www.w3.org/ns/credentials/v2"]),
}


@pytest.fixture
def document(samples: dict[str, Document]) -> Document:
    return copy.deepcopy(samples["minimal"])


def test_every_rule_is_well_formed() -> None:
    rules = [rule for classes in load_table().profiles.values() for rules in classes.values() for rule in rules]
    assert len(rules) > 450
    assert all(rule.most is None or rule.least <= rule.most for rule in rules)


@pytest.mark.official
@pytest.mark.parametrize("name", ["signed", "unsigned", "minimal"])
def test_official_samples_are_judged_alike(official: Official, samples: dict[str, Document], name: str) -> None:
    report = inspect(samples[name])
    assert our_answer(report) == official.answer(samples[name])
    assert report.shapes.conforms == (name != "unsigned")


@pytest.mark.official
def test_unsigned_sample_lacks_two_things(samples: dict[str, Document]) -> None:
    findings = find_violations(samples["unsigned"], strict=False)
    assert len(findings) == 2
    assert findings[0].endswith(": date of issue is missing")
    assert findings[1].endswith(
        ": issuer lacks legal identifier (eIDAS), or has it in the wrong form or more than once"
    )


@pytest.mark.official
@pytest.mark.parametrize("path", MANDATORY)
def test_missing_property_is_found_alike(official: Official, document: Document, path: str) -> None:
    without(path)(document)
    ours = our_answer(inspect(document))
    assert ours
    assert ours == official.answer(document)


@pytest.mark.official
@pytest.mark.parametrize("path", OPTIONAL)
def test_optional_property_is_missed_nowhere(official: Official, document: Document, path: str) -> None:
    without(path)(document)
    assert find_violations(document, strict=False) == []
    assert official.answer(document) == set()


@pytest.mark.official
@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found_alike(official: Official, document: Document, name: str) -> None:
    FAULTS[name](document)
    ours = our_answer(inspect(document))
    assert ours
    assert ours == official.answer(document)


@pytest.mark.official
@pytest.mark.parametrize("name", STRICTER)
def test_what_shapes_overlook_is_found(document: Document, name: str) -> None:
    before = find_violations(document)
    STRICTER[name](document)
    assert set(find_violations(document)) - set(before)


@pytest.mark.official
def test_findings_quote_no_value(document: Document) -> None:
    document["credentialSubject"]["fullName"] = {"sv": "Anna Andersson", "en": "Anna Andersson"}
    document["credentialSubject"]["contactPoint"]["emailAddress"]["type"] = "Note"
    text = "\n".join(find_violations(document))
    assert "Person" in text
    assert "Anna" not in text
    assert "anna" not in text


def test_bottomless_document_is_a_finding() -> None:
    item: Document = {}
    for _ in range(20_000):
        item = made("Note", additionalNote=item)
    item["@context"] = CONTEXT
    assert "nested too deeply" in find_violations(item)[0]


@pytest.mark.official
def test_table_names_only_known_keys(official: Official) -> None:
    table = load_table()
    assert {*table.terms, *table.scoped["VerifiableCredential"]} <= official.keys
