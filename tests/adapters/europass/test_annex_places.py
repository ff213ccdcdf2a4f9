"""Every element of Annex I, mandatory and optional, at its place in ELM (facts section 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mimis_europass.rules.judge import find_violations

from mimis_core import Achievement, Completion, Organisation

from .rich import CLAIM, INSTITUTION, LINKED, MANDATE, SNB, SPEC, at, rich_fields, work

Make = Callable[..., Achievement]
Built = Callable[..., dict[str, Any]]
AUTHORITY = "http://publications.europa.eu/resource/authority"

PLACES = [
    ("1 learner", "credentialSubject.fullName.sv", "Åsa Öberg"),
    ("1 learner's id", "credentialSubject.identifier.notation", "l-4711"),
    ("1 birth date", "credentialSubject.dateOfBirth", "1999-10-02T00:00:00Z"),
    ("2 title", "displayParameter.title.sv", "Samarbeta i en arbetsgrupp"),
    ("2 title of the claim", f"{CLAIM}.title.en", "Working in a group"),
    ("2 title of the entry", f"{SPEC}.title.sv", "Samarbeta i en arbetsgrupp"),
    ("3 country", "issuer.location.address.countryCode.id", f"{AUTHORITY}/country/SWE"),
    ("3 region", "issuer.location.spatialCode.id", "http://data.europa.eu/nuts/code/SE224"),
    ("4 awarding body", f"{CLAIM}.awardedBy.awardingBody.legalName.sv", "Exempelbygdens folkhögskola"),
    ("4 its legal identifier", "issuer.eIDASIdentifier.notation", "NTRSE-8020026509"),
    ("5 issued", "issued", "2026-11-24T09:30:00Z"),
    ("5 awarded", f"{CLAIM}.awardedBy.awardingDate", "2026-11-24T09:30:00Z"),
    ("6 outcome", f"{SPEC}.learningOutcome.title.sv", "Planera ett pass."),
    ("6 its type", f"{SPEC}.learningOutcome.dcType.id", f"{SNB}/skill-type/skill"),
    ("6 reusability", f"{SPEC}.learningOutcome.reusabilityLevel.id", f"{SNB}/skill-reuse-level/transversal"),
    ("6 ESCO skill", f"{SPEC}.learningOutcome.relatedESCOSkill.prefLabel.en", "talk"),
    ("6 other skill", f"{SPEC}.learningOutcome.relatedSkill.id", f"{SNB}/dcf/1.1"),
    ("6 its framework", f"{SPEC}.learningOutcome.relatedSkill.inScheme.id", f"{SNB}/dcf/25831c2"),
    ("6 criterion", f"{SPEC}.learningOutcome.additionalNote.noteLiteral.sv", "Bedömningskriterier: Planen följs."),
    ("7 workload", f"{SPEC}.volumeOfLearning", "PT20H"),
    ("7 credits", f"{SPEC}.creditPoint.point", "1.5"),
    ("7 credit system", f"{SPEC}.creditPoint.framework.id", f"{SNB}/education-credit/6fcec5c5af"),
    ("7 credits received", f"{CLAIM}.creditReceived.point", "1.5"),
    ("7 hours of the activity", f"{CLAIM}.influencedBy.workload", "PT120H"),
    ("8 EQF level", f"{SPEC}.eqfLevel.id", f"{SNB}/eqf/4"),
    ("8 SeQF level", f"{SPEC}.nqfLevel.id", f"{SNB}/qdr/c_6477e349"),
    ("8 decision", f"{SPEC}.additionalNote.noteLiteral.sv", "Beslut om nivå: MYH 2026/17"),
    ("9 assessment", f"{CLAIM}.provenBy.specifiedBy.dcType.id", f"{SNB}/assessment/6a4db9f11d"),
    ("9 assessor", f"{CLAIM}.provenBy.assessedBy.prefLabel.sv", "Ove Handledare"),
    ("10 mode", f"{SPEC}.mode.id", f"{SNB}/learning-assessment/9191af2ed9"),
    ("10 activity", f"{CLAIM}.influencedBy.specifiedBy.dcType.id", f"{SNB}/learning-activity/bf5588ff84"),
    ("10 setting", f"{SPEC}.learningSetting.id", f"{SNB}/learning-setting/e207a81fc7"),
    ("11 accreditation", f"{SPEC}.accreditation.dcType.id", f"{SNB}/accreditation/820101cba6"),
    ("11 reviewing body", f"{SPEC}.accreditation.accreditingAgent.legalName.sv", "Exempel: Granskningsrådet"),
    ("11 reviewer's country", f"{SPEC}.accreditation.accreditingAgent.location.address.countryCode.id",
     f"{AUTHORITY}/country/SWE"),
    ("11 reference", f"{SPEC}.accreditation.identifier.notation", "GR 2026/4"),
    ("11 report", f"{SPEC}.accreditation.report.contentURL", "https://review.example/4.pdf"),
    ("11 expiry", f"{SPEC}.accreditation.expiryDate", "2028-05-01T00:00:00Z"),
    ("11 of the institution", "issuer.accreditation.dcType.id", f"{SNB}/accreditation/003293d2ce"),
    ("11 internal", f"{SPEC}.additionalNote.noteLiteral.sv", "Intern kvalitetssäkring: Två lärare."),
    ("o1 prerequisites", f"{SPEC}.entryRequirement.noteLiteral.en", "Compulsory school"),
    ("o2 supervision", f"{CLAIM}.provenBy.idVerification.id", f"{SNB}/supervision-verification/44314532f9"),
    ("o3 grade", f"{CLAIM}.provenBy.grade.noteLiteral.sv", "VG"),
    ("o3 grading scheme", f"{CLAIM}.provenBy.specifiedBy.gradingScheme.description.sv", "G är godkänd."),
    ("o4 part of", f"{SPEC}.isPartOf.title.sv", "Tekniker"),
    ("o4 its decision", f"{SPEC}.isPartOf.additionalNote.noteLiteral.sv", "Beslut om nivå: MYH 2026/17"),
    ("o4 also part of", f"{SPEC}.isPartOf.title.sv", "Ledarsteg"),
    ("o4 parts", f"{SPEC}.hasPart.title.sv", "Del två"),
    ("o4 partial", f"{SPEC}.isPartialQualification", True),
    ("o5 period", f"{CLAIM}.influencedBy.temporal.startDate", "2026-10-05T12:00:00Z"),
    ("o5 end of it", f"{CLAIM}.influencedBy.temporal.endDate", "2026-11-24T09:30:00Z"),
    ("o5 workplace", f"{CLAIM}.influencedBy.directedBy.prefLabel.sv", "Hotell Exempel"),
    ("o5 syllabus", f"{SPEC}.supplementaryDocument.contentURL", "https://school.example/kursplan"),
    ("o5 target group", f"{SPEC}.additionalNote.noteLiteral.en", "Target group: Adults"),
    ("o5 note", f"{SPEC}.additionalNote.noteLiteral.sv", "Ger ingen behörighet."),
    ("o5 homepage", f"{SPEC}.homepage.contentURL", "https://school.example/entry"),
    ("o5 attestation inside", "attachment.title.en", "Attestation"),
    ("o5 its kind of file", "attachment.contentType.id", f"{AUTHORITY}/file-type/PDF"),
    ("o5 statement linked", f"{CLAIM}.supplementaryDocument.contentURL", "https://school.example/utlatande/1"),
    ("o5 status", f"{CLAIM}.supplementaryDocument.contentURL", "https://mimis.example/status/abc123"),
    ("mandate", "evidence.dcType.id", f"{SNB}/evidence-type/c_18016257"),
    ("mandate's words", "evidence.evidenceStatement", "Får utfärda Samarbete. (Rektor Exempel, 2026-01-15)"),
    ("mandate's document", "evidence.embeddedEvidence.title.sv", "Beslut"),
    ("owner", f"{SPEC}.additionalNote.noteLiteral.sv", "Skapare av innehållet: Branschrådet"),
    ("what it replaces", "identifier.notation", "urn:credential:0"),
]  # fmt: skip


@pytest.fixture
def fullest(
    built: Built, achievement: Make, completion: Callable[..., Completion], school: Organisation
) -> dict[str, Any]:
    """A document with every element."""
    changes = rich_fields(achievement())
    linked = completion(key="validation", kind="validation", document=LINKED)
    owner = school.model_copy(update={"id": "annan", "legal_name": {"sv": "Branschrådet"}})
    return built(
        achievement(**changes), evidence=(work(completion), linked), owner=owner, show_birth_date=True,
        issuer=school.model_copy(update={"accreditations": (INSTITUTION,)}), mandate=MANDATE,
        supersedes="urn:credential:0",
    )  # fmt: skip


@pytest.mark.parametrize(("element", "path", "value"), PLACES, ids=[place[0] for place in PLACES])
def test_element_stands_at_its_place(fullest: dict[str, Any], element: str, path: str, value: Any) -> None:
    assert value in list(at(fullest, path)), element


def test_fullest_document_keeps_the_rules(fullest: dict[str, Any]) -> None:
    assert find_violations(fullest) == []


def test_parts_of_qualification_are_qualifications(fullest: dict[str, Any]) -> None:
    related = [*at(fullest, f"{SPEC}.isPartOf"), *at(fullest, f"{SPEC}.hasPart")]
    assert [item["type"] for item in related] == ["Qualification"] * 4


def test_parts_of_plain_entry_are_plain(built: Built, achievement: Make) -> None:
    document = built(achievement(has_parts=({"sv": "Del"},)))
    related = [*at(document, f"{SPEC}.isPartOf"), *at(document, f"{SPEC}.hasPart")]
    assert [item["type"] for item in related] == ["LearningAchievementSpecification"] * 2
