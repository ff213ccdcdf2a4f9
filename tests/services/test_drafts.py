"""The catalogue in the portal: drafts, publication, versions that never change, and retirement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mimis_core import NotFoundError, UserError
from mimis_core.services import Draft, Services, open_services
from mimis_core.services.catalogue_reading import content_of
from tests.school import HandSource, change_entry, done, page

IN_FILE = "digitala-arbetsmiljoer"
BY = "0" * 32


@pytest.fixture
def content(school: Services) -> dict[str, Any]:
    """An entry that lacks nothing, earned by a course of its own."""
    (entry,) = (one for one in school.catalogue if one.id == IN_FILE)
    return {**content_of(entry), "earned_by": [{"module": "course:9"}]}


@pytest.fixture
def draft(school: Services, content: dict[str, Any]) -> Draft:
    """A new entry that is ready to be published."""
    begun = school.new_draft({"sv": "Laga mat för många", "en": "Cook for many"}, BY)
    return school.save_draft(begun.id, {**content, "title": begun.content["title"]}, begun.revision, BY)


@pytest.fixture
def beside(school: Services) -> Iterator[Services]:
    """Another process of the same school."""
    with open_services(school.settings) as other:
        yield other


def publish(school: Services, id: str) -> None:
    school.publish_draft(id, school.draft(id).revision, BY)


def test_published_draft_is_in_the_catalogue(school: Services, draft: Draft) -> None:
    assert school.catalogue.get(draft.id) is None
    made = school.publish_draft(draft.id, draft.revision, BY)
    assert school.catalogue.get("laga-mat-for-manga", 1) == made
    assert made in school.catalogue.latest()


def test_sync_after_publication_awards_what_was_completed_before(school: Services, draft: Draft) -> None:
    rule = school.record_rule(draft.id, "Rektor Test", date(2026, 8, 1), BY)
    HandSource.pages = [page(done("course:9"), cursor="c1")]
    assert school.sync().awards == 0
    school.publish_draft(rule.id, rule.revision, BY)
    HandSource.pages = []
    assert [school.sync().awards for _ in range(2)] == [1, 0]


def test_other_process_sees_publication_within_two_seconds(school: Services, beside: Services, draft: Draft) -> None:
    now = 100.0
    beside.catalogue_reader.ticks = lambda: now
    assert beside.catalogue.get(draft.id) is None
    publish(school, draft.id)
    now += 1.9
    assert beside.catalogue.get(draft.id) is None
    now += 0.1
    assert beside.catalogue.get(draft.id) is not None


def test_next_version_is_a_draft_and_leaves_the_published_one(school: Services, draft: Draft) -> None:
    publish(school, draft.id)
    second = school.next_draft(draft.id, BY)
    assert (second.version, second.content["title"]["sv"]) == (2, "Laga mat för många")
    school.save_draft(second.id, {**second.content, "workload_hours": 77}, second.revision, BY)
    assert [entry.workload_hours for entry in school.versions(draft.id)] == [30.0]
    publish(school, draft.id)
    assert [(entry.version, entry.workload_hours) for entry in school.versions(draft.id)] == [(2, 77.0), (1, 30.0)]


def test_draft_of_an_entry_in_a_file_is_its_next_version(school: Services) -> None:
    begun = school.next_draft(IN_FILE, BY)
    assert (begun.version, school.next_draft(IN_FILE, BY)) == (2, begun)


def test_rule_is_not_taken_over_by_the_next_version(school: Services) -> None:
    (entry,) = (one for one in school.catalogue if one.id == IN_FILE)
    assert entry.automatic is not None
    assert "automatic" not in school.next_draft(IN_FILE, BY).content


def test_rule_is_recorded_by_its_own_act_alone(school: Services, draft: Draft) -> None:
    sneaked = {**draft.content, "automatic": {"decided_by": "Ingen", "decided_on": "2026-01-01"}}
    assert "automatic" not in school.save_draft(draft.id, sneaked, draft.revision, BY).content
    recorded = school.record_rule(draft.id, " Rektor  Test ", date(2026, 8, 1), BY)
    saved = school.save_draft(draft.id, {**draft.content, "workload_hours": 31}, recorded.revision, BY)
    assert saved.content["automatic"] == {"decided_by": "Rektor Test", "decided_on": "2026-08-01"}
    assert "automatic" not in school.drop_rule(draft.id, BY).content


@pytest.mark.parametrize(
    ("name", "day"), [(" ", date(2026, 8, 1)), ("Rektor", date(2026, 11, 25))], ids=["name", "day"]
)
def test_rule_needs_a_name_and_a_day_that_has_been(school: Services, draft: Draft, name: str, day: date) -> None:
    with pytest.raises(UserError) as raised:
        school.record_rule(draft.id, name, day, BY)
    assert raised.value.code == "rule"


def test_later_of_two_who_save_is_told(school: Services, draft: Draft) -> None:
    school.save_draft(draft.id, {**draft.content, "workload_hours": 12}, draft.revision, BY)
    for late in (
        lambda: school.save_draft(draft.id, {**draft.content, "workload_hours": 99}, draft.revision, BY),
        lambda: school.publish_draft(draft.id, draft.revision, BY),
    ):
        with pytest.raises(UserError) as raised:
            late()
        assert raised.value.code == "stale"
    assert school.draft(draft.id).content["workload_hours"] == 12


def test_draft_with_holes_is_kept_and_not_published(school: Services) -> None:
    begun = school.new_draft({"sv": "Halvfärdig"}, BY)
    saved = school.save_draft(begun.id, {**begun.content, "workload_hours": "många"}, begun.revision, BY)
    assert school.draft(begun.id).content["workload_hours"] == "många"
    with pytest.raises(UserError) as raised:
        school.publish_draft(begun.id, saved.revision, BY)
    assert raised.value.code == "not_ready"


def test_draft_that_fails_a_principle_is_not_published(school: Services, draft: Draft) -> None:
    saved = school.save_draft(draft.id, {**draft.content, "title": {"sv": "Intyg EQF 3"}}, draft.revision, BY)
    assert school.judge_draft(saved).entry is not None
    with pytest.raises(UserError) as raised:
        school.publish_draft(draft.id, saved.revision, BY)
    assert raised.value.code == "not_ready"


def test_retired_entry_is_awarded_no_more_and_still_explained(school: Services, draft: Draft) -> None:
    publish(school, draft.id)
    school.retire_entry(draft.id, BY)
    assert draft.id not in {entry.id for entry in school.catalogue.latest()}
    assert school.catalogue.get(draft.id, 1) is not None
    with pytest.raises(NotFoundError):
        school.retire_entry(draft.id, BY)


def test_entry_in_a_file_can_be_retired(school: Services) -> None:
    school.retire_entry(IN_FILE, BY)
    HandSource.pages = [page(done("course:1"))]
    assert school.sync().awards == 0
    assert school.catalogue_reader.read().clashes == ()
    (entry,) = (one for one in school.entries() if one.id == IN_FILE)
    assert (entry.state, entry.in_file) == ("retired", True)


def test_credential_shows_the_version_that_it_was_issued_from(school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    begun = school.next_draft(IN_FILE, BY)
    school.save_draft(begun.id, {**begun.content, "title": {"sv": "Nytt namn", "en": "New"}}, begun.revision, BY)
    publish(school, IN_FILE)
    (view,) = school.all_credentials()
    assert (view.achievement.version, view.achievement.title["sv"]) == (1, "Digitala arbetsmiljöer i omsorgen")
    assert school.issued_counts([IN_FILE]) == {IN_FILE: 1}


@pytest.mark.parametrize(
    ("took", "good"),
    [(0.0002, 1.0), (0.04, 200.0), (10.0, 300.0)],
    ids=["small-school", "large-school", "busy-machine"],
)
def test_count_is_kept_the_longer_the_longer_it_takes(
    school: Services, monkeypatch: pytest.MonkeyPatch, took: float, good: float
) -> None:
    now, count = [1000.0], school._count_issued

    def slow() -> dict[str, int]:
        now[0] += took
        return count()

    monkeypatch.setattr(school, "_count_issued", slow)
    school.catalogue_reader.ticks = lambda: now[0]
    assert school.issued_counts([IN_FILE]) == {}
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    now[0] = 1000.0 + good * 0.9
    assert school.issued_counts([IN_FILE]) == {}
    now[0] = 1000.0 + good * 1.1
    assert school.issued_counts([IN_FILE]) == {IN_FILE: 1}


def test_file_wins_over_what_is_published(school: Services, school_folder: Path, draft: Draft) -> None:
    publish(school, draft.id)
    change_entry(school_folder, id=draft.id, workload_hours=55)
    school.catalogue_reader.forget()
    entry = school.catalogue.get(draft.id, 1)
    assert entry is not None
    assert (entry.workload_hours, school.catalogue_reader.read().clashes) == (55.0, (f"{draft.id}@1",))


def test_draft_whose_version_came_as_a_file_is_published_as_the_next(
    school: Services, school_folder: Path, draft: Draft
) -> None:
    change_entry(school_folder, id=draft.id, version=4)
    school.catalogue_reader.forget()
    assert school.publish_draft(draft.id, draft.revision, BY).version == 5


def test_two_entries_of_one_title_have_ids_of_their_own(school: Services, draft: Draft) -> None:
    assert school.new_draft({"sv": "Laga mat för många"}, BY).id == "laga-mat-for-manga-2"


def test_title_without_letters_makes_no_entry(school: Services) -> None:
    with pytest.raises(UserError) as raised:
        school.new_draft({"sv": "  –  "}, BY)
    assert raised.value.code == "title"


def test_discarded_draft_is_gone_and_versions_stay(school: Services, draft: Draft) -> None:
    publish(school, draft.id)
    school.next_draft(draft.id, BY)
    school.discard_draft(draft.id, BY)
    with pytest.raises(NotFoundError):
        school.draft(draft.id)
    assert [entry.version for entry in school.versions(draft.id)] == [1]


def test_draft_too_long_for_any_entry_is_refused(school: Services, draft: Draft) -> None:
    with pytest.raises(UserError) as raised:
        school.save_draft(draft.id, {**draft.content, "title": {"sv": "x" * 200_001}}, draft.revision, BY)
    assert raised.value.code == "long"


def test_credentials_are_shown_while_a_file_of_the_catalogue_is_broken(school: Services, school_folder: Path) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    (school_folder / "catalogue" / "trasig.yaml").write_text("id: [", "utf-8")
    school.catalogue_reader.forget()
    assert len(school.all_credentials()) == 1
