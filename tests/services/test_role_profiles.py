"""Role profiles: versions, what everybody may read, what they begin from, and two who write at the same time."""

from __future__ import annotations

import pytest

from mimis_core import NotFoundError, UserError
from mimis_core.services import Criteria, OutcomeNeed, RoleVersion, Services, SkillNeed
from mimis_core.services.role_profiles import MOST_NEEDS
from tests.services.test_role_matching import MEET, OCCUPATION, TALK, give_esco

NEED = OutcomeNeed(label={"sv": "Laga mat"})


@pytest.fixture
def draft(school: Services) -> RoleVersion:
    return school.new_role({"sv": "Kock"}, "Test", [NEED])


def test_draft_is_read_by_nobody_else(school: Services, draft: RoleVersion) -> None:
    assert [one.profile.id for one in school.role_profiles()] == [draft.profile.id]
    assert school.published_roles() == []
    with pytest.raises(NotFoundError):
        school.published_role(draft.profile.id)


def test_published_version_stays_while_the_next_is_written(school: Services, draft: RoleVersion) -> None:
    id_ = draft.profile.id
    school.publish_role(id_, "Test")
    published = school.published_role(id_)
    changed = published.profile.model_copy(update={"title": {"sv": "Kock, kväll"}})
    newer = school.save_role(changed, published.revision, "Test")
    assert (newer.profile.version, newer.state) == (2, "draft")
    assert school.published_role(id_).profile.title == {"sv": "Kock"}
    school.publish_role(id_, "Test")
    assert school.published_role(id_).profile.version == 2
    assert [one.profile.version for one in school.published_roles()] == [2]


def test_second_of_two_who_write_is_told(school: Services, draft: RoleVersion) -> None:
    school.save_role(draft.profile, draft.revision, "Ett")
    with pytest.raises(UserError) as refused:
        school.save_role(draft.profile, draft.revision, "Två")
    assert refused.value.code == "stale"


def test_two_begin_the_next_draft_and_one_is_told(school: Services, draft: RoleVersion) -> None:
    published = school.publish_role(draft.profile.id, "Test")
    school.save_role(published.profile, published.revision, "Ett")
    with pytest.raises(UserError) as refused:
        school.save_role(published.profile, published.revision, "Två")
    assert refused.value.code == "stale"


@pytest.mark.parametrize("title", [{"sv": ""}, {"sv": "  ", "en": ""}], ids=["empty", "blank"])
def test_role_without_a_title_is_refused(school: Services, title: dict[str, str]) -> None:
    with pytest.raises(UserError):
        school.new_role(title, "Test")


def test_role_of_too_many_needs_is_refused(school: Services) -> None:
    with pytest.raises(UserError):
        school.new_role({"sv": "Allt"}, "Test", [NEED] * (MOST_NEEDS + 1))


def test_role_that_needs_nothing_is_not_published(school: Services) -> None:
    empty = school.new_role({"sv": "Kock"}, "Test")
    with pytest.raises(UserError) as refused:
        school.publish_role(empty.profile.id, "Test")
    assert refused.value.code == "no_needs"


def test_published_role_is_published_once(school: Services, draft: RoleVersion) -> None:
    school.publish_role(draft.profile.id, "Test")
    with pytest.raises(UserError) as refused:
        school.publish_role(draft.profile.id, "Test")
    assert refused.value.code == "published"


def test_ended_role_is_read_by_nobody(school: Services, draft: RoleVersion) -> None:
    school.publish_role(draft.profile.id, "Test")
    for _ in range(2):
        school.retire_role(draft.profile.id, "Test")
    assert (school.role_profiles(), school.published_roles()) == ([], [])
    done = [row["action"] for row in school.audit_of(draft.profile.id)]
    assert sorted(done) == ["role.create", "role.publish", "role.retire"]


def test_criteria_stand_in_the_record(school: Services, draft: RoleVersion) -> None:
    criteria = Criteria(order=("essential_met",), words={"sv": "Det som behövs."})
    school.save_role(draft.profile.model_copy(update={"criteria": criteria}), draft.revision, "Test")
    school.publish_role(draft.profile.id, "Test")
    (published,) = [row for row in school.audit_of(draft.profile.id) if row["action"] == "role.publish"]
    assert published["details"]["ranked"] is True


def test_occupation_gives_essential_and_desirable_skills(school: Services) -> None:
    give_esco(school)
    made = school.role_from_esco(OCCUPATION, "Test").profile
    needs = [(one.skill, one.weight) for one in made.needs if isinstance(one, SkillNeed)]
    assert needs == [(MEET, "essential"), (TALK, "desirable")]
    assert (made.title, made.from_.kind, made.from_.reference) == ({"sv": "sjuksköterska"}, "esco", OCCUPATION)


def test_occupation_is_looked_at_without_keeping_anything(school: Services) -> None:
    give_esco(school)
    looked, kept = school.occupation_role(OCCUPATION), school.role_from_esco(OCCUPATION, "Test").profile
    assert looked.model_copy(update={"id": kept.id}) == kept
    assert [one.profile.id for one in school.role_profiles()] == [kept.id]


def test_address_that_is_no_occupation_is_not_found(school: Services) -> None:
    give_esco(school)
    for uri in (MEET, "http://data.europa.eu/esco/occupation/none"):
        with pytest.raises(NotFoundError):
            school.role_from_esco(uri, "Test")


def test_without_esco_it_is_said_how_to_get_it(school: Services) -> None:
    with pytest.raises(UserError) as refused:
        school.role_from_esco(OCCUPATION, "Test")
    assert "mimis esco import" in str(refused.value)
