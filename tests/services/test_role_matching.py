"""Match, gap and order of real sealed credentials: what counts is what was proved, never who proved it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from mimis_core import NotFoundError, Organisation, UserError
from mimis_core.services import (
    AchievementNeed,
    Criteria,
    EscoEntry,
    EscoRelease,
    EscoTexts,
    Need,
    OutcomeNeed,
    RankedPage,
    Services,
    SkillNeed,
)
from mimis_core.services.competences import achievement_name, competence_in
from tests.school import NOW, Clock
from tests.services.shared import seal, take_in
from tests.services.test_proved import ISSUER, ask, take_in_nameless

ESCO = "http://data.europa.eu/esco/"
MEET, CALL, TALK = (f"{ESCO}skill/{name}" for name in ("meet", "call", "talk"))
OCCUPATION = f"{ESCO}occupation/nurse"
SHARED, OTHER = "digitala-arbetsmiljoer", "verktygsvana"
CRITERIA = Criteria(order=("essential_met", "desirable_met"), words={"sv": "Vi ser först på det som behövs."})


def give_esco(services: Services) -> None:
    """A small ESCO: calling is a special case of meeting, which is one of talking."""
    names = {MEET: "mötas", CALL: "ringa", TALK: "tala"}
    entries = [EscoEntry(uri, "skill", type="skill") for uri in names]
    release = EscoRelease(
        version="1.2.0",
        entries=(*entries, EscoEntry(OCCUPATION, "occupation", code="2221")),
        broader=((MEET, TALK), (CALL, MEET)),
        relations=((OCCUPATION, MEET, "essential"), (OCCUPATION, TALK, "optional")),
        texts={"sv": EscoTexts(labels={**names, OCCUPATION: "sjuksköterska"})},
    )
    services.import_esco(release)


def first_outcome(services: Services, achievement_id: str = SHARED) -> OutcomeNeed:
    return OutcomeNeed(label=services.awarded_entry(achievement_id).outcomes[0].title)


def role(services: Services, *needs: Need, criteria: Criteria | None = None) -> str:
    """Id of a published role."""
    made = services.new_role({"sv": "Roll"}, "Test", needs)
    profile = made.profile.model_copy(update={"criteria": criteria})
    services.save_role(profile, made.revision, "Test")
    return services.publish_role(profile.id, "Test").profile.id


# Who somebody is ---------------------------------------------------------------------------------------------------

ELSEWHERE = Organisation(
    id="school",
    legal_name={"sv": "Fjällbygdens folkhögskola"},
    registration="556036-0793",
    eidas="NTRSE-8020026509",
    region="SE332",
)
PEOPLE: dict[str, dict[str, Any]] = {
    "another name": {"name": "Zahra Al-Hashimi"},
    "another sex": {"name": "Karl-Erik Svensson"},
    "older": {"name": "Anna Berg", "born": date(1951, 2, 3)},
    "younger": {"name": "Anna Lind", "born": date(2007, 2, 3)},
    "another school": {"name": "Anna Ek", "issuer": ELSEWHERE},
    "long ago": {"name": "Anna Alm", "finished": NOW - timedelta(days=3000)},
    "all at once": {
        "name": "Bùi Thị Hồng", "born": date(1970, 1, 1), "issuer": ELSEWHERE, "finished": NOW - timedelta(days=900),
    },
}  # fmt: skip


def test_name_age_sex_origin_school_and_dates_cannot_change_a_match(school: Services, clock: Clock) -> None:
    give_esco(school)
    entry = next(one for one in school.catalogue.latest() if one.id == SHARED)
    needs: list[Need] = [
        first_outcome(school),
        OutcomeNeed(label=entry.outcomes[-1].title, level=4),
        SkillNeed(skill=MEET, label={"sv": "mötas"}),
        AchievementNeed(achievement=achievement_name(school.owner(entry.owner), SHARED), label=entry.title),
    ]
    asked = role(school, *needs, criteria=CRITERIA)
    files = {"somebody": seal(school, "0", "Anna Dahl")}
    for number, (who, person) in enumerate(PEOPLE.items(), 1):
        files[who] = seal(school, str(number), **person)
        clock.forward(days=1)
    assert len(set(files.values())) == len(files)
    ids = {who: take_in(school, who, content, person_name=who) for who, content in files.items()}
    matches = {who: school.match_share(asked, one).model_dump_json().encode() for who, one in ids.items()}
    lines = school.match_share(asked, ids["somebody"]).lines
    assert [line.status for line in lines] == ["met", "partly", "not", "met"]
    assert {who: one == matches["somebody"] for who, one in matches.items()} == dict.fromkeys(files, True)
    page = school.rank_shares(asked)
    assert [one.place for one in page.shares] == [1] * len(files)
    assert len({json.dumps(one.counts) for one in page.shares}) == 1


# Match -------------------------------------------------------------------------------------------------------------


def test_sealed_file_says_which_entry_it_is(school: Services) -> None:
    entry = next(one for one in school.catalogue.latest() if one.id == SHARED)
    names = [achievement_name(school.owner(entry.owner), one) for one in (SHARED, OTHER)]
    asked = role(school, *(AchievementNeed(achievement=name, label={"sv": "Något annat"}) for name in names))
    found = school.match_share(asked, take_in(school, "anna", seal(school, "0", "Anna Dahl"), person_name="Anna Dahl"))
    assert [line.status for line in found.lines] == ["met", "not"]


def test_skill_in_a_sealed_file_is_compared_by_the_hierarchy(school: Services) -> None:
    give_esco(school)
    (known,) = [one for one in school.catalogue.latest() if one.id == SHARED]
    held = {concept.uri for outcome in known.outcomes for concept in outcome.esco}
    assert held
    uri = sorted(held)[0]
    import_id = take_in(school, "a", seal(school))
    asked = role(school, SkillNeed(skill=uri, label={"sv": "x"}), SkillNeed(skill=CALL, label={"sv": "y"}))
    found = school.match_share(asked, import_id)
    assert [line.status for line in found.lines] == ["met", "not"]
    assert found.esco == "1.2.0"


def test_match_without_esco_says_so(school: Services) -> None:
    import_id = take_in(school, "a", seal(school))
    assert school.match_share(role(school, first_outcome(school)), import_id).esco == ""


def test_unknown_share_and_role_are_not_found(school: Services) -> None:
    import_id, asked = take_in(school, "a"), role(school, first_outcome(school))
    for role_id, share in ((asked, "unknown"), ("unknown", import_id)):
        with pytest.raises(NotFoundError):
            school.match_share(role_id, share)


# Gap ---------------------------------------------------------------------------------------------------------------


def test_gap_is_closed_by_what_the_catalogue_awards(school: Services) -> None:
    seal(school)
    (learner, _) = school.learners()[0]
    asked = role(school, first_outcome(school), first_outcome(school, OTHER), OutcomeNeed(label={"sv": "Flyga"}))
    gap = school.gap_of(learner.id, school.role_profile(asked).profile)
    assert [one.line.status for one in gap.lines] == ["met", "not", "not"]
    assert [[entry.id for entry in one.closed_by] for one in gap.lines] == [[], [OTHER], []]


def test_revoked_credential_closes_no_gap(school: Services) -> None:
    seal(school)
    (credential,) = school.all_credentials()
    school.revoke_credential(credential.id, "Fel person.", "Test")
    profile = school.role_profile(role(school, first_outcome(school))).profile
    (line,) = school.gap_of(credential.learner_id, profile).lines
    assert (line.line.status, [entry.id for entry in line.closed_by]) == ("not", [SHARED])


def test_gap_of_an_unknown_learner_is_not_found(school: Services) -> None:
    profile = school.role_profile(role(school, first_outcome(school))).profile
    with pytest.raises(NotFoundError):
        school.gap_of("unknown", profile)


# Order -------------------------------------------------------------------------------------------------------------


def test_shares_are_not_put_in_order_without_published_criteria(school: Services) -> None:
    take_in(school, "a", seal(school))
    silent = role(school, first_outcome(school))
    with pytest.raises(UserError) as refused:
        school.rank_shares(silent)
    assert (refused.value.code, "publish" in str(refused.value)) == ("no_criteria", True)
    draft = school.new_role({"sv": "Roll"}, "Test", [first_outcome(school)])
    school.save_role(draft.profile.model_copy(update={"criteria": CRITERIA}), draft.revision, "Test")
    with pytest.raises(NotFoundError):
        school.rank_shares(draft.profile.id)


def test_criteria_that_are_only_drafted_do_not_count_yet(school: Services) -> None:
    asked = role(school, first_outcome(school))
    known = school.role_profile(asked)
    school.save_role(known.profile.model_copy(update={"criteria": CRITERIA}), known.revision, "Test")
    with pytest.raises(UserError):
        school.rank_shares(asked)
    school.publish_role(asked, "Test")
    assert school.rank_shares(asked).total == 0


def places(page: RankedPage) -> list[tuple[int, str]]:
    return [(one.place, one.share.share.key) for one in page.shares]


def test_shares_stand_in_the_order_of_the_criteria(school: Services) -> None:
    file = seal(school)
    whole = take_in(school, "whole", file)
    take_in(school, "none", person_name="Ingen")
    needs = [first_outcome(school), OutcomeNeed(label={"sv": "Flyga"})]
    page = school.rank_shares(role(school, *needs, criteria=CRITERIA))
    assert places(page) == [(1, "whole")]
    assert page.shares[0].share.id == whole
    assert page.shares[0].counts == {"essential_met": 1, "desirable_met": 0}


def test_share_that_was_taken_back_leaves_the_order_at_once(school: Services) -> None:
    file = seal(school)
    take_in(school, "a", file)
    take_in(school, "b", file)
    asked = role(school, first_outcome(school), criteria=CRITERIA)
    take_in(school, "a", state="withdrawn")
    assert places(school.rank_shares(asked)) == [(1, "b")]


def test_share_that_comes_in_meanwhile_does_no_harm(school: Services) -> None:
    take_in(school, "a", seal(school))
    asked = role(school, first_outcome(school), criteria=CRITERIA)
    ask(school, ISSUER)
    new = competence_in(school.awarded_entry(OTHER), school.settings.organisation)
    came: list[bool] = []

    def come(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "competence" in statement and not came:
            came.append(True)
            take_in_nameless(school, competence=new)

    event.listen(school.database.engine, "after_cursor_execute", come)
    page = school.rank_shares(asked)
    event.remove(school.database.engine, "after_cursor_execute", come)
    assert (came, page.shares[0].share.share.key) == ([True], "a")


def test_every_share_is_on_one_page_of_the_order(school: Services) -> None:
    file = seal(school)
    for number in range(120):
        take_in(school, f"k{number}", file)
    asked = role(school, first_outcome(school), criteria=CRITERIA)
    found: list[tuple[int, str]] = []
    after: int | None = 0
    while after is not None:
        page = school.rank_shares(asked, after)
        found += places(page)
        after = page.after
    assert sorted(found) == sorted((1, f"k{number}") for number in range(120))
