"""What stands where in a built document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mimis_europass.elm import ElmFormat
from mimis_europass.rules.judge import find_violations
from mimis_europass.settings import ElmSettings

from mimis_core import (
    Achievement,
    Completion,
    CompletionKind,
    DataError,
    Grade,
    IssueOrder,
    Level,
    LevelState,
    Organisation,
    QualityAssurance,
)
from mimis_core.testing.conformance import FormatConformance

Make = Callable[..., Achievement]
Order = Callable[..., IssueOrder]
Built = Callable[..., dict[str, Any]]


class TestElmConforms(FormatConformance):
    adapter_type = ElmFormat

    @pytest.fixture
    def format(self) -> Iterator[ElmFormat]:
        with ElmFormat("elm", ElmSettings()) as opened:
            yield opened

    @pytest.fixture
    def misfit(self, order: IssueOrder) -> tuple[IssueOrder, tuple[str, ...]]:
        nobody = order.learner.model_copy(update={"full_name": "  ", "id": "elev@skola.example"})
        wrong = order.model_copy(update={"learner": nobody, "status_url": "status/1"})
        return wrong, ("full_name", "status_url", "learner_id holds a mail address")

    @pytest.fixture
    def order(self, achievement: Make, order: Order) -> IssueOrder:
        return order(achievement())


def claim_of(document: dict[str, Any]) -> dict[str, Any]:
    claim: dict[str, Any] = document["credentialSubject"]["hasClaim"]
    return claim


def notes_of(item: dict[str, Any]) -> list[str]:
    return [note["noteLiteral"].get("sv", "") for note in item.get("additionalNote", [])]


def objects_of(item: Any) -> Iterator[dict[str, Any]]:
    if isinstance(item, dict):
        yield item
    for part in item.values() if isinstance(item, dict) else item if isinstance(item, list) else ():
        yield from objects_of(part)


def test_same_order_gives_same_bytes(elm: ElmFormat, achievement: Make, order: Order) -> None:
    fresh = ElmFormat("elm", ElmSettings())
    assert elm.build(order(achievement())).content == fresh.build(order(achievement())).content


def test_threads_build_the_same(elm: ElmFormat, achievement: Make, order: Order) -> None:
    orders = [order(achievement(), name=f"Åsa {number}") for number in range(24)]
    with ThreadPoolExecutor(4) as pool:
        together = [document.content for document in pool.map(elm.build, orders)]
    assert together == [elm.build(item).content for item in orders]


def test_content_is_one_compact_line(elm: ElmFormat, achievement: Make, order: Order) -> None:
    text = elm.build(order(achievement(note={"sv": "Rad ett\nRad två\u2028tre\x85fyra"}))).content.decode()
    assert len(text.splitlines()) == 1
    assert '": ' not in text.replace('\\": ', "")


def test_context_is_written_last(elm: ElmFormat, achievement: Make, order: Order) -> None:
    assert list(json.loads(elm.build(order(achievement())).content))[-1] == "@context"


def test_mail_address_is_never_written(elm: ElmFormat, achievement: Make, order: Order) -> None:
    content = elm.build(order(achievement(), show_birth_date=True)).content
    assert b"asa.oberg" not in content
    assert b"kansli" not in content


@pytest.mark.parametrize("shown", [True, False])
def test_birth_date_only_when_chosen(built: Built, achievement: Make, shown: bool) -> None:
    subject = built(achievement(), show_birth_date=shown)["credentialSubject"]
    assert subject.get("dateOfBirth") == ("1999-10-02T00:00:00Z" if shown else None)


def test_learner_has_opaque_identifier(built: Built, achievement: Make) -> None:
    identifier = built(achievement())["credentialSubject"]["identifier"]
    assert (identifier["notation"], identifier["schemeName"]) == ("l-4711", "mimis-learner")


def test_status_address_stands_twice(built: Built, achievement: Make) -> None:
    document = built(achievement())
    status = claim_of(document)["supplementaryDocument"][0]
    assert status["title"] == {"sv": "Aktuell status", "en": "Current status"}
    assert status["contentURL"] == document["identifier"]["notation"] == "https://mimis.example/status/abc123"
    assert document["identifier"]["schemeName"] == "mimis-status"


def test_expiry_stands_under_both_names(built: Built, achievement: Make, order: Order) -> None:
    until = order(achievement()).issued_at.replace(year=2029)
    document = built(achievement(), valid_until=until)
    assert document["expirationDate"] == document["validUntil"] == "2029-11-24T09:30:00Z"


def test_no_expiry_leaves_both_out(built: Built, achievement: Make) -> None:
    assert not {"expirationDate", "validUntil"} & set(built(achievement()))


def test_awarding_body_repeats_issuer_whole(built: Built, achievement: Make) -> None:
    document = built(achievement())
    assert claim_of(document)["awardedBy"]["awardingBody"] == document["issuer"]


def test_equal_ids_are_equal_objects(built: Built, achievement: Make) -> None:
    found: dict[str, dict[str, Any]] = {}
    for item in objects_of(built(achievement())):
        if str(item.get("id", "")).startswith("urn:epass:"):
            assert found.setdefault(item["id"], item) == item


@pytest.mark.parametrize(("state", "partial"), [(LevelState.DECIDED, False), (LevelState.PART_OF_DECIDED, True)])
def test_decided_level_makes_qualification(built: Built, achievement: Make, state: LevelState, partial: bool) -> None:
    spec = claim_of(built(achievement(level=Level(value=4, state=state, decision="MYH 2026/17"))))["specifiedBy"]
    assert (spec["type"], spec["isPartialQualification"]) == ("Qualification", partial)
    assert spec["eqfLevel"]["id"].endswith("/eqf/4")
    assert spec["nqfLevel"]["id"].endswith("/qdr/c_6477e349")
    assert "Beslut om nivå: MYH 2026/17" in notes_of(spec)


def test_part_names_its_qualification(built: Built, achievement: Make) -> None:
    level = Level(value=4, state=LevelState.PART_OF_DECIDED, qualification={"sv": "Solenergitekniker"})
    spec = claim_of(built(achievement(level=level)))["specifiedBy"]
    assert [whole["title"]["sv"] for whole in spec["isPartOf"]] == ["Solenergitekniker", "Ledarsteg"]


def test_self_assessed_level_is_only_said(built: Built, achievement: Make) -> None:
    spec = claim_of(built(achievement()))["specifiedBy"]
    assert spec["type"] == "LearningAchievementSpecification"
    assert not {"eqfLevel", "nqfLevel"} & set(spec)
    sentence = "Utfärdaren bedömer att innehållet ligger på ungefär nivå 2. Nivån är inte beslutad av MYH."
    assert sentence in notes_of(spec)


def test_quality_assurance_claims_no_accreditation(built: Built, achievement: Make) -> None:
    quality = QualityAssurance(internal={"sv": "Kollegium"}, external={"sv": "Distriktet"}, body={"sv": "RF-SISU"})
    document = built(achievement(quality_assurance=quality))
    assert "Kvalitetssäkras av: RF-SISU" in notes_of(claim_of(document)["specifiedBy"])
    assert not [item for item in objects_of(document) if "accreditation" in item]


def test_foreign_owner_is_named(built: Built, achievement: Make, school: Organisation) -> None:
    owner = school.model_copy(update={"id": "bransch", "legal_name": {"sv": "Branschrådet"}})
    assert "Skapare av innehållet: Branschrådet" in notes_of(claim_of(built(achievement(), owner=owner))["specifiedBy"])


def test_credit_points_are_never_written(built: Built, achievement: Make) -> None:
    assert not [item for item in objects_of(built(achievement())) if item.get("type") == "CreditPoint"]


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        (CompletionKind.COURSE, ["ff436ea7c9"]),
        (CompletionKind.ACTIVITY, ["ff436ea7c9"]),
        (CompletionKind.ATTESTATION, ["bf5588ff84"]),
        (CompletionKind.VALIDATION, []),
    ],
)
def test_activity_follows_completion_kind(
    built: Built, achievement: Make, completion: Callable[..., Completion], kind: CompletionKind, codes: list[str]
) -> None:
    claim = claim_of(built(achievement(), evidence=(completion(kind=kind),)))
    activities = claim.get("influencedBy", [])
    assert [item["specifiedBy"]["dcType"]["id"].rsplit("/", 1)[-1] for item in activities] == codes
    assert [item["workload"] for item in activities] == ["PT20H"] * len(codes)


def test_online_course_is_online_activity(built: Built, achievement: Make) -> None:
    (activity,) = claim_of(built(achievement(mode=("online",))))["influencedBy"]
    assert activity["specifiedBy"]["dcType"]["id"].endswith("bf2e3a7bae")


@pytest.mark.parametrize(
    ("grade", "text"),
    [
        (None, {"sv": "Godkänd", "en": "Passed"}),
        (Grade(text="Godkänt"), {"sv": "Godkänd", "en": "Passed"}),
        (Grade(text="VG"), {"sv": "VG", "en": "VG"}),
        (Grade(text="asa@exempel.se"), {"sv": "Godkänd", "en": "Passed"}),
        (Grade(value=18.5, maximum=20), {"sv": "18,5 av 20 poäng", "en": "18.5 of 20 points"}),
        (Grade(value=18.5), {"sv": "Godkänd", "en": "Passed"}),
    ],
)
def test_grade_is_always_said(
    built: Built, achievement: Make, completion: Callable[..., Completion], grade: Grade | None, text: dict[str, str]
) -> None:
    (assessment,) = claim_of(built(achievement(), evidence=(completion(grade=grade),)))["provenBy"]
    assert assessment["grade"]["noteLiteral"] == text


def test_grade_of_whole_becomes_note(built: Built, achievement: Make, completion: Callable[..., Completion]) -> None:
    claim = claim_of(built(achievement(assessment=("oral", "written")), evidence=(completion(grade=Grade(text="B")),)))
    assert [item["grade"]["noteLiteral"]["sv"] for item in claim["provenBy"]] == ["Godkänd", "Godkänd"]
    assert notes_of(claim) == ["Resultat: B"]


def test_assessors_are_agents_named_once(
    built: Built, achievement: Make, completion: Callable[..., Completion]
) -> None:
    evidence = (completion(by="Ove Handledare"), completion(by="Karin Lärare"), completion(by="x@skola.example"))
    (assessment,) = claim_of(built(achievement(), evidence=evidence))["provenBy"]
    assert [agent["prefLabel"]["sv"] for agent in assessment["assessedBy"]] == ["Ove Handledare", "Karin Lärare"]
    assert {agent["type"] for agent in assessment["assessedBy"]} == {"Agent"}


def test_one_language_gives_one_picture(elm: ElmFormat, achievement: Make, order: Order) -> None:
    document = json.loads(elm.build(order(achievement(), languages=("en",))).content)
    (display,) = document["displayParameter"]["individualDisplay"]
    assert display["language"]["id"].endswith("/ENG")
    assert document["credentialSubject"]["fullName"] == {"en": "Åsa Öberg"}


@pytest.mark.parametrize(
    "change",
    [{"assessment": ("tarot",)}, {"mode": ("telepathy",)}, {"iscedf": "9876"}, {"languages": ("xx",)}],
    ids=lambda change: next(iter(change)),
)
def test_unknown_concept_is_refused(elm: ElmFormat, achievement: Make, order: Order, change: dict[str, Any]) -> None:
    with pytest.raises(DataError) as caught:
        elm.build(order(achievement(**change)))
    assert (caught.value.code, bool(caught.value.mend)) == ("unknown_concept", True)


@pytest.mark.parametrize(
    "change",
    [{"name": " \n "}, {"status_url": "/status/1"}, {"public_url": "c/1"}, {"urn": "no urn"}],
    ids=["name", "status_url", "public_url", "urn"],
)
def test_unfit_value_is_refused(elm: ElmFormat, achievement: Make, order: Order, change: dict[str, Any]) -> None:
    with pytest.raises(DataError) as caught:
        elm.build(order(achievement(), **change))
    assert caught.value.code == "not_conforming"


def test_nonconforming_entry_names_findings(elm: ElmFormat, achievement: Make, order: Order) -> None:
    with pytest.raises(DataError, match="title has a language that is no language tag"):
        elm.build(order(achievement(title={"på svenska": "Fel språkkod"})))


def test_mark_in_entry_is_refused(elm: ElmFormat, achievement: Make, order: Order, school: Organisation) -> None:
    with pytest.raises(DataError, match=r"U\+FDD0"):
        elm.build(order(achievement(), issuer=school.model_copy(update={"registration": "\ufdd0x\ufdd0"})))


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).map("Å{}".format)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=names)
def test_any_name_keeps_the_rules(built: Built, achievement: Make, name: str) -> None:
    document = built(achievement(), name=name)
    assert find_violations(document) == []
    assert document["credentialSubject"]["fullName"]["sv"].startswith("Å")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=names)
def test_any_text_keeps_the_rules(elm: ElmFormat, order: Order, achievement: Make, text: str) -> None:
    entry = achievement(title={"sv": text}, description={"sv": text}, note={"en": text}, part_of={"sv": text})
    content = elm.build(order(entry, languages=("sv",))).content
    assert find_violations(json.loads(content)) == []
    assert len(content.decode().splitlines()) == 1


def test_missing_files_are_reported(tmp_path: Any) -> None:
    wrong = ElmFormat("elm", ElmSettings(logo=tmp_path / "logo.png", fonts=tmp_path))
    (finding,) = wrong.check()
    assert (finding.subject, finding.status) == ("format logo", "error")
