"""What stands where in a badge."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from mimis_openbadges.badge import BadgeFormat
from mimis_openbadges.settings import BadgeSettings

from mimis_core import Attachment, CompletionKind, Credit, DataError, Grade, Mandate
from tests.adapters.openbadges.conftest import ESCO, MAIL, NOW, make_achievement, make_completion

Json = dict[str, Any]
Badge = Callable[..., Json]


def test_ids_are_opaque_and_stable(badge: Badge) -> None:
    one, other = badge(), badge(urn="urn:credential:00000000-0000-4000-8000-000000000001")
    assert one["id"] == "urn:uuid:1018d05f-21d5-4555-b7f0-8fabfd22ca75"
    assert one["credentialSubject"]["id"] == other["credentialSubject"]["id"]
    assert "l-4711" not in json.dumps(one)
    assert one["credentialSubject"]["achievement"]["id"].startswith("urn:uuid:")


def test_new_version_is_another_achievement(badge: Badge) -> None:
    first, second = (badge(achievement=make_achievement(version=number)) for number in (1, 2))
    assert first["credentialSubject"]["achievement"]["id"] != second["credentialSubject"]["achievement"]["id"]


def test_learner_is_named_in_the_open(badge: Badge) -> None:
    subject = badge(name=" Åsa \x07 Öberg\n")["credentialSubject"]
    assert subject["identifier"] == [
        {"type": "IdentityObject", "hashed": False, "identityHash": "Åsa Öberg", "identityType": "name"}
    ]


def test_badge_for_nobody_is_refused(order: Any) -> None:
    with pytest.raises(DataError, match="name nobody"):
        BadgeFormat("badge", BadgeSettings()).build(order(name="  "))


def test_each_outcome_is_a_criterion_with_result(badge: Badge) -> None:
    subject = badge()["credentialSubject"]
    described = subject["achievement"]["resultDescription"][0]
    (level,) = described["rubricCriterionLevel"]
    assert (described["name"], level["description"]) == ("Planera pass 1.", "Planen följs.")
    assert subject["result"][0] == {
        "type": ["Result"],
        "resultDescription": described["id"],
        "achievedLevel": level["id"],
        "status": "Completed",
    }


def test_criteria_are_told_for_people(badge: Badge) -> None:
    narrative = badge()["credentialSubject"]["achievement"]["criteria"]["narrative"]
    assert "- Planera pass 1.\n  Kriterium: Planen följs.\n" in narrative
    assert "Intern kvalitetssäkring: Två lärare." in narrative


def test_skills_align_the_whole(badge: Badge) -> None:
    achievement = badge()["credentialSubject"]["achievement"]
    assert [one["targetUrl"] for one in achievement["alignment"][:2]] == [f"{ESCO}00000001", f"{ESCO}00000002"]
    assert achievement["tag"] == ["plan sessions 1", "plan sessions 2"]


def test_decided_level_names_its_decision(badge: Badge) -> None:
    eqf, seqf = badge()["credentialSubject"]["achievement"]["alignment"][2:]
    assert (eqf["targetUrl"], seqf["targetUrl"]) == (
        "http://data.europa.eu/snb/eqf/4",
        "http://data.europa.eu/snb/qdr/c_6477e349",
    )
    assert (eqf["targetName"], eqf["targetDescription"]) == ("EQF nivå 4", "Beslut om nivå: MYH 2026/1")


@pytest.mark.parametrize(
    ("grade", "kind", "value"),
    [
        (Grade(value=80, minimum=0, maximum=100), "RawScore", "80"),
        (Grade(value=2.5), "RawScore", "2.5"),
        (Grade(text="Väl godkänd"), "Result", "Väl godkänd"),
    ],
)
def test_grade_is_a_result(badge: Badge, grade: Grade, kind: str, value: str) -> None:
    subject = badge(evidence=(make_completion(grade=grade),))["credentialSubject"]
    described, result = subject["achievement"]["resultDescription"][-1], subject["result"][-1]
    assert (described["resultType"], result["value"]) == (kind, value)
    assert result["resultDescription"] == described["id"]


@pytest.mark.parametrize("grades", [(None,), (Grade(),), (Grade(value=1), Grade(value=2))])
def test_no_single_grade_gives_no_value(badge: Badge, grades: tuple[Grade | None, ...]) -> None:
    evidence = tuple(make_completion(grade=grade, key=str(number)) for number, grade in enumerate(grades))
    assert [one for one in badge(evidence=evidence)["credentialSubject"]["result"] if "value" in one] == []


@pytest.mark.parametrize("kind", list(CompletionKind))
def test_evidence_says_how_and_by_whom(badge: Badge, kind: CompletionKind) -> None:
    (item,) = badge(evidence=(make_completion(kind=kind),))["evidence"]
    assert (item["genre"], "2026-11-24" in item["narrative"]) == (kind.value, True)
    assert item["narrative"].endswith("Bedömd av Karin Lärare.")


def test_address_is_no_assessors_name(badge: Badge) -> None:
    assert MAIL not in json.dumps(badge(evidence=(make_completion(by=MAIL),)))


def test_linked_document_is_the_evidence(badge: Badge) -> None:
    document = Attachment(title={"sv": "Intyg"}, url="https://skolan.example/intyg.pdf")
    started = NOW - timedelta(days=9)
    whole = badge(evidence=(make_completion(document=document, started_at=started),))
    assert whole["evidence"][0]["id"] == "https://skolan.example/intyg.pdf"
    assert whole["credentialSubject"]["activityStartDate"] == "2026-11-15T09:30:00Z"


def test_mandate_stands_as_evidence(badge: Badge) -> None:
    mandate = Mandate(owner="annan", statement="Får utfärda.", decided_by="Styrelsen", decided_on=date(2026, 1, 2))
    last = badge(mandate=mandate)["evidence"][-1]
    assert last["narrative"] == "Får utfärda. Beslutat av Styrelsen 2026-01-02."


def test_other_owner_is_the_creator(badge: Badge, organisation: Any) -> None:
    owner = organisation.model_copy(update={"id": "annan", "eidas": "NTRSE-5560000001", "homepage": None})
    creator = badge(owner=owner)["credentialSubject"]["achievement"]["creator"]
    assert creator["otherIdentifier"][0]["identifier"] == "NTRSE-5560000001"
    assert "creator" not in badge()["credentialSubject"]["achievement"]


def test_only_ects_points_are_credits(badge: Badge) -> None:
    plain = badge(achievement=make_achievement(credit=Credit(points=3, framework="https://a.example/points")))
    assert badge()["credentialSubject"]["creditsEarned"] == 1.5
    assert "creditsEarned" not in plain["credentialSubject"]


def test_status_entry_names_list_and_place(badge: Badge) -> None:
    assert badge()["credentialStatus"] == {
        "id": "https://mimis.example/status/list/1/suspension#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "suspension",
        "statusListIndex": "94567",
        "statusListCredential": "https://mimis.example/status/list/1/suspension",
    }
    assert badge({"status": "revocation"})["credentialStatus"]["statusPurpose"] == "revocation"
    both = badge({"status": "both"})["credentialStatus"]
    assert [one["statusPurpose"] for one in both] == ["revocation", "suspension"]


@pytest.mark.parametrize("changes", [{"status_list_url": None}, {"status_index": None}])
def test_without_place_there_is_no_status(badge: Badge, changes: Json) -> None:
    assert "credentialStatus" not in badge(**changes)


def test_first_place_in_list_counts(badge: Badge) -> None:
    assert badge(status_index=0)["credentialStatus"]["statusListIndex"] == "0"


@pytest.mark.parametrize(
    ("setting", "languages", "name"),
    [("sv", (), "Samarbeta"), ("en", (), "Working together"), ("sv", ("de", "en"), "Working together")],
)
def test_language_is_settings_or_orders(badge: Badge, setting: str, languages: Any, name: str) -> None:
    document = badge({"language": setting}, languages=languages)
    assert document["name"] == name
    assert document["credentialSubject"]["achievement"]["inLanguage"] == ("sv" if name == "Samarbeta" else "en")


@pytest.mark.parametrize("homepage", ["https://folkhogskola.example", None])
def test_issuer_is_setting_homepage_or_opaque(badge: Badge, organisation: Any, did: str, homepage: str | None) -> None:
    school = organisation.model_copy(update={"homepage": homepage})
    assert badge({"issuer": did}, issuer=school)["issuer"]["id"] == did
    assert badge(issuer=school)["issuer"]["id"].startswith(homepage or "urn:uuid:")
