"""How profiles, evidence, activities and documents of an order are written."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from mimis_europass import elm as elm_module
from mimis_europass.elm import ElmFormat
from mimis_europass.rules.judge import find_violations
from mimis_europass.settings import ElmSettings

from mimis_core import Achievement, Completion, DataError, LevelState, Organisation, QualityAssurance
from mimis_core.model import Credit

from .rich import CLAIM, LEVELS, MANDATE, PROGRAMME, SIGNED, SNB, SPEC, at, part, rich_fields, work

Complete = Callable[..., Completion]
Make = Callable[..., Achievement]
Built = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("with_mandate", "with_accreditation", "profiles"),
    [
        (False, False, ["generic-full"]),
        (False, True, ["generic-full", "accredited"]),
        (True, False, ["generic-full", "issued-by-mandate"]),
        (True, True, ["generic-full", "issued-by-mandate"]),
    ],
)
def test_profiles_follow_the_evidence(
    built: Built, achievement: Make, with_mandate: bool, with_accreditation: bool, profiles: list[str]
) -> None:
    fields = rich_fields(achievement()) if with_accreditation else {}
    document = built(achievement(**fields), mandate=MANDATE if with_mandate else None)
    schemas = [item["id"].rpartition("/edc-")[2] for item in document["credentialSchema"]]
    assert (schemas, len(document["credentialProfiles"])) == (profiles, len(profiles))
    assert len(document.get("evidence", [])) == with_mandate + with_accreditation


def test_accredited_plain_entry_says_so_as_evidence(built: Built, achievement: Make) -> None:
    fields = rich_fields(achievement()) | {"level": None}
    document = built(achievement(**fields))
    assert list(at(document, f"{SPEC}.accreditation")) == [None]
    assert list(at(document, "evidence.accreditation.title.en")) == ["Reviewed programme"]


def test_lapsed_accreditation_is_not_sealed(built: Built, achievement: Make, school: Organisation) -> None:
    lapsed = PROGRAMME.model_copy(update={"expires": date(2026, 11, 23)})
    quality = QualityAssurance(internal={"sv": "a"}, external={"sv": "b"}, accreditations=(lapsed,))
    issuer = school.model_copy(update={"accreditations": (lapsed,)})
    document = built(achievement(quality_assurance=quality, level=LEVELS[LevelState.DECIDED]), issuer=issuer)
    assert "accreditation" not in json.dumps(document)
    assert [item["id"].rpartition("/")[2] for item in document["credentialSchema"]] == ["edc-generic-full"]


@pytest.mark.parametrize(
    ("kind", "modes", "code"),
    [
        ("course", ("online",), "bf2e3a7bae"),
        ("course", ("http://data.europa.eu/snb/learning-assessment/920fbb3cbe",), "bf2e3a7bae"),
        ("course", ("research",), "3c8bd58d62"),
        ("course", ("work", "project"), "fd33e234ae"),
        ("activity", ("blended", "work"), "ff436ea7c9"),
        ("attestation", ("online",), "bf5588ff84"),
    ],
)
def test_activity_is_what_the_evidence_shows(
    built: Built, achievement: Make, completion: Complete, kind: str, modes: tuple[str, ...], code: str
) -> None:
    document = built(achievement(mode=modes), evidence=(completion(kind=kind),))
    assert list(at(document, f"{CLAIM}.influencedBy.specifiedBy.dcType.id")) == [f"{SNB}/learning-activity/{code}"]


def test_each_dated_course_is_an_activity(built: Built, achievement: Make, completion: Complete) -> None:
    dated = [completion(key=str(hours), hours=hours, place="Aulan") for hours in (10, 1.5)]
    document = built(achievement(), evidence=(completion(), *dated, completion(key="x")))
    activities = list(at(document, f"{CLAIM}.influencedBy"))
    assert [item.get("workload") for item in activities] == [None, "PT10H", "PT1H30M"]
    assert list(at(activities, "additionalNote.noteLiteral.sv")) == ["Plats: Aulan"] * 2


def test_validation_is_told_in_a_note(built: Built, achievement: Make, completion: Complete) -> None:
    seen = completion(
        kind="validation", started_at=datetime(2026, 11, 20, tzinfo=UTC), hours=2.5, place="Demo bil", by="Lena"
    )
    claim = next(at(built(achievement(), evidence=(seen,)), CLAIM))
    assert "influencedBy" not in claim
    (note,) = claim["additionalNote"]
    assert note["noteLiteral"]["sv"] == "Validering: 2026-11-20 – 2026-11-24, 2,5 timmar, Demo bil"
    assert note["noteLiteral"]["en"] == "Validation: 2026-11-20 – 2026-11-24, 2.5 hours, Demo bil"


def test_parts_stand_in_the_claim_and_are_no_way_of_learning(
    built: Built, achievement: Make, completion: Complete
) -> None:
    own = part(completion)
    foreign = part(completion, key="urn:credential:2", title="Del två", document=None, by="Annan skola")
    claim = next(at(built(achievement(), evidence=(own, foreign)), CLAIM))
    assert not claim.keys() & {"influencedBy", "assessedBy"}
    first, second = claim["hasPart"]
    assert (first["title"], first["type"]) == ({"sv": "Del ett", "en": "Part one"}, "LearningAchievement")
    assert first["awardedBy"]["awardingBody"]["type"] == "Organisation"
    assert first["supplementaryDocument"]["contentURL"] == "https://school.example/c/p1"
    assert second["awardedBy"]["awardingBody"]["prefLabel"] == {"sv": "Annan skola"}
    assert "Annan skola" not in list(at(claim, "provenBy.assessedBy.prefLabel.sv"))
    assert len(list(at(claim, "supplementaryDocument"))) == 2


def test_part_of_an_issuer_with_an_odd_name_is_not_the_schools_own(
    built: Built, achievement: Make, completion: Complete
) -> None:
    claim = next(at(built(achievement(), evidence=(part(completion, by="Kurs@nätet.se"),)), CLAIM))
    (body,) = at(claim, "hasPart.awardedBy.awardingBody")
    assert (body["type"], body["prefLabel"]) == ("Agent", {"sv": "Kurs (at) nätet.se"})


def test_period_is_never_backwards(built: Built, achievement: Make, completion: Complete) -> None:
    odd = work(completion, started_at=datetime(2026, 12, 1, tzinfo=UTC))
    (period,) = at(built(achievement(), evidence=(odd,)), f"{CLAIM}.influencedBy.temporal")
    assert period["startDate"] < period["endDate"]


def test_same_document_is_attached_once(built: Built, achievement: Make, completion: Complete) -> None:
    document = built(achievement(), evidence=(work(completion), work(completion, key="two")))
    assert len(document["attachment"]) == 1


def test_mail_address_in_record_is_left_out(built: Built, achievement: Make, completion: Complete) -> None:
    title = {"sv": "Intyg till asa@exempel.se"}
    odd = work(completion, place="hos ove@exempel.se", by="ove@exempel.se", document=SIGNED.model_copy(
        update={"title": title}))  # fmt: skip
    document = built(achievement(), evidence=(odd,))
    assert "exempel.se" not in json.dumps(document)
    assert document["attachment"][0]["title"]["sv"] == "Underlag"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"content": "not base64!"}, "not_base64"),
        ({"content": "A" * 5_000_004}, "too_large"),
        ({"media_type": "application/x-msdownload"}, "unknown_concept"),
    ],
)
def test_unfit_attachment_is_refused(
    elm: ElmFormat, order: Any, achievement: Make, completion: Complete, changes: dict[str, str], code: str
) -> None:
    evidence = (work(completion, document=SIGNED.model_copy(update=changes)),)
    with pytest.raises(DataError) as caught:
        elm.build(order(achievement(), evidence=evidence))
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["asa@exempel.se", "Åsa Öberg <asa@exempel.se>"])
def test_mail_address_for_name_is_refused(elm: ElmFormat, order: Any, achievement: Make, name: str) -> None:
    with pytest.raises(DataError, match="full_name holds a mail address") as caught:
        elm.build(order(achievement(), name=name))
    assert "exempel" not in str(caught.value)


def test_mail_address_in_entry_is_refused(elm: ElmFormat, order: Any, achievement: Make) -> None:
    entry = achievement(target_group={"sv": "Fråga kansli@skola.se"})
    with pytest.raises(DataError, match="mail address"):
        elm.build(order(entry))


@pytest.mark.parametrize(
    ("framework", "address", "scheme"),
    [
        ("ecvet", f"{SNB}/education-credit/60b314e826", f"{SNB}/education-credit/25831c2"),
        ("https://points.example/lists/x#yh", "https://points.example/lists/x#yh", "https://points.example/lists/x"),
    ],
)
def test_credit_systems_have_their_concept(
    built: Built, achievement: Make, framework: str, address: str, scheme: str
) -> None:
    document = built(achievement(credit=Credit(points=40, framework=framework)))
    (point,) = at(document, f"{CLAIM}.creditReceived")
    assert (point["point"], point["framework"]["id"]) == ("40", address)
    assert point["framework"]["inScheme"]["id"] == scheme
    assert find_violations(document) == []


def test_unknown_credit_system_is_refused(elm: ElmFormat, order: Any, achievement: Make) -> None:
    with pytest.raises(DataError, match="education-credit"):
        elm.build(order(achievement(credit=Credit(points=1, framework="guldstjärnor"))))


def test_skills_of_other_frameworks_read_back(elm: ElmFormat, order: Any, achievement: Make) -> None:
    entry = achievement(outcomes=rich_fields(achievement())["outcomes"])
    assert elm.read(elm.build(order(entry)).content).outcomes == entry.outcomes


def test_learners_with_equal_evidence_share_a_template(
    elm: ElmFormat, order: Any, achievement: Make, completion: Complete
) -> None:
    entry = achievement(id="shared")
    orders = [order(entry, evidence=(work(completion, hours=hours),)) for hours in (80, 90)]
    first, second = (elm.build(one) for one in orders)
    assert first.parts[::2] == second.parts[::2]
    assert (b"PT80H" in first.content, b"PT90H" in second.content) == (True, True)


def test_ways_of_learning_share_a_drawing(
    order: Any, achievement: Make, completion: Complete, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(elm_module, "draw", lambda matter, *_: drawn.append(matter) or {"sv": b"", "en": b""})
    entry, fresh = achievement(id="drawn-once"), ElmFormat("elm", ElmSettings())
    for evidence in ((), (work(completion),), (completion(kind="validation"),)):
        fresh.build(order(entry, evidence=evidence))
    assert len(set(drawn)) == 1
