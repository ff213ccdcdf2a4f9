"""Qualifications made of credentials: what is in force counts as a part, and no longer when it does not hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mimis_core import AwardState, CompletionKind, ConfigurationError
from mimis_core.services import CredentialView, Services
from mimis_core.services.stacking import PARTS
from tests.school import Clock, HandCourier, HandSource, done, page, someone

SMALL, OTHER, LARGE = "digitala-arbetsmiljoer", "verktygsvana", "helhet"


def write_larger(folder: Path, **changes: Any) -> None:
    """An entry that is made of two others."""
    template = json.loads((folder / "catalogue" / f"{SMALL}.yaml").read_text("utf-8"))
    parts = [{"module": f"credential:{SMALL}"}, {"module": f"credential:{OTHER}"}]
    own = {"id": LARGE, "title": {"sv": "Hela paketet", "en": "The whole package"}, "earned_by": parts}
    entry = {**template, **own, "automatic": None, **changes}
    (folder / "catalogue" / f"{LARGE}.yaml").write_text(json.dumps(entry), "utf-8")


@pytest.fixture
def stacked(school_folder: Path, school: Services) -> Services:
    write_larger(school_folder)
    return school


def pull(school: Services, *modules: str, who: str = "1") -> None:
    HandSource.pages = [page(*(done(module, someone(who)) for module in modules))]
    school.sync()
    school.drain()


def decide(school: Services, entry: str, *, approve: bool = True) -> None:
    """Decide on the proposal of this entry that waits, and issue."""
    (award,) = waiting(school, entry)
    school.decide_award(award["id"], approve=approve, by="Rektor Test")
    school.drain()


def waiting(school: Services, entry: str = LARGE) -> list[dict[str, Any]]:
    return [one for one in school.awards(AwardState.PROPOSED) if one["achievement"] == f"{entry}@1"]


def credential(school: Services, entry: str) -> CredentialView:
    (one,) = (one for one in school.all_credentials() if one.achievement.id == entry and one.replaced_by is None)
    return one


def both(school: Services) -> None:
    """A learner with the credentials of both parts."""
    pull(school, "course:1", "course:2", "course:3")
    decide(school, OTHER)


def evidence(school: Services, entry: str = LARGE) -> list[Any]:
    (award,) = waiting(school, entry)
    return list(school.award(award["id"]).evidence)


def test_larger_one_is_proposed_when_its_last_part_is_issued(stacked: Services) -> None:
    pull(stacked, "course:1")
    assert waiting(stacked) == []
    both(stacked)
    assert len(waiting(stacked)) == 1
    held = evidence(stacked)
    assert [one.kind for one in held] == [CompletionKind.CREDENTIAL] * 2
    pages = {f"{stacked.settings.base_url}/c/{credential(stacked, entry).public_id}" for entry in (SMALL, OTHER)}
    assert {one.document.url for one in held} == pages


def test_repeating_every_step_proposes_nothing_twice(stacked: Services) -> None:
    both(stacked)
    pull(stacked, "course:1", "course:2", "course:3")
    stacked.look_at_calendar()
    assert len(waiting(stacked)) == 1


def test_recorded_rule_decides_on_parts_too(school_folder: Path, school: Services) -> None:
    write_larger(school_folder, automatic={"decided_by": "Rektor Test", "decided_on": "2026-08-01"})
    both(school)
    school.drain()
    assert credential(school, LARGE).status.status.value == "active"


def test_entry_published_later_finds_credentials_of_before(school_folder: Path, school: Services) -> None:
    both(school)
    write_larger(school_folder)
    school.catalogue_reader.forget()
    pull(school, "course:1", "course:2", "course:3")
    assert len(waiting(school)) == 1


def test_calendar_finds_credentials_that_no_source_speaks_of(school_folder: Path, school: Services) -> None:
    both(school)
    write_larger(school_folder)
    school.catalogue_reader.forget()
    school.look_at_calendar()
    assert len(waiting(school)) == 1


def test_some_parts_are_enough_where_the_entry_says_so(school_folder: Path, school: Services) -> None:
    write_larger(school_folder, enough_parts=1)
    pull(school, "course:1")
    assert len(waiting(school)) == 1


def test_revoked_part_raises_a_review_of_the_larger_one(stacked: Services) -> None:
    both(stacked)
    decide(stacked, LARGE)
    stacked.revoke_credential(credential(stacked, SMALL).id, "Fel person", "Rektor Test")
    (review,) = stacked.reviews()
    assert (review["kind"], review["source"]) == ("withdrawn", PARTS)
    assert credential(stacked, LARGE).status.status.value == "active"


def test_learner_is_told_that_it_is_a_part_that_is_gone(stacked: Services) -> None:
    both(stacked)
    decide(stacked, LARGE)
    stacked.revoke_credential(credential(stacked, SMALL).id, "Fel person", "Rektor Test")
    assert stacked.accept_review(stacked.reviews()[0]["id"], "Rektor Test") == "revoked"
    stacked.drain()
    told = " ".join(parcel.text for parcel in HandCourier.parcels)  # several go out at once, in any order
    assert ("En mikromerit som ingår gäller inte längre." in told, "lärplattform" in told) == (True, False)


@pytest.mark.parametrize("name", [PARTS, "attestation"])
def test_source_may_not_be_called_as_the_records_of_mimis_itself(school: Services, name: str) -> None:
    school.settings.sources[name] = school.settings.sources["hand"]
    with pytest.raises(ConfigurationError, match=name):
        school.sync()


def test_suspended_part_counts_again_when_it_is_reinstated(stacked: Services) -> None:
    both(stacked)
    decide(stacked, LARGE)
    part = credential(stacked, SMALL)
    stacked.suspend_credential(part.id, "Utreds", "Rektor Test")
    assert len(stacked.reviews()) == 1
    stacked.reinstate_credential(part.id, "Rektor Test")
    assert stacked.reviews() == []


def test_corrected_part_is_the_same_part(stacked: Services) -> None:
    both(stacked)
    decide(stacked, LARGE)
    stacked.reissue_credential(credential(stacked, SMALL).id, "Namnbyte", "Rektor Test")
    assert stacked.reviews() == []
    assert waiting(stacked) == []


def test_expired_part_counts_no_longer(school_folder: Path, school: Services, clock: Clock) -> None:
    write_larger(school_folder)
    file = school_folder / "catalogue" / f"{SMALL}.yaml"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "valid_months": 12}), "utf-8")
    pull(school, "course:1")
    clock.forward(days=400)
    school.look_at_calendar()
    pull(school, "course:2", "course:3")
    decide(school, OTHER)
    assert waiting(school) == []


def test_nothing_of_a_protected_learner_is_stacked(stacked: Services) -> None:
    pull(stacked, "course:1", "course:2", "course:3")
    stacked.protect_learner(credential(stacked, SMALL).learner_id, "Rektor Test")
    stacked.look_at_calendar()
    assert waiting(stacked) == []


def test_parts_follow_a_merge_and_its_undoing(stacked: Services) -> None:
    pull(stacked, "course:1", who="1")
    pull(stacked, "course:2", "course:3", who="2")
    decide(stacked, OTHER)
    assert waiting(stacked) == []
    keep, other = (credential(stacked, entry).learner_id for entry in (SMALL, OTHER))
    merge = stacked.merge_learners(keep, other, "Rektor Test")
    stacked.look_at_calendar()
    pull(stacked, "course:1", who="1")
    assert len(waiting(stacked)) == 1
    decide(stacked, LARGE, approve=False)
    stacked.unmerge_learners(merge, "Rektor Test")
    assert stacked.reviews() == []


def test_school_without_larger_entries_asks_nothing(school: Services) -> None:
    both(school)
    assert school.known_completions(PARTS, [credential(school, SMALL).id]) == {}


def test_path_tells_how_much_is_enough_and_what_counts(school_folder: Path, school: Services) -> None:
    parts = [
        {"module": f"credential:{SMALL}", "points": 5, "required": True},
        {"module": f"credential:{OTHER}", "points": 10},
    ]
    write_larger(school_folder, earned_by=parts, enough_points=15)
    pull(school, "course:1", "course:2", "course:3")
    (goal,) = (one for one in school.path_of(credential(school, SMALL).learner_id) if one.title["sv"] == "Hela paketet")
    assert [(one.state, one.points, one.required) for one in goal.parts] == [("have", 5, True), ("waiting", 10, False)]
    assert (goal.done, goal.points, goal.enough_points, goal.state) == (1, 5, 15, "missing")
    decide(school, OTHER)
    (goal,) = (one for one in school.path_of(credential(school, SMALL).learner_id) if one.title["sv"] == "Hela paketet")
    assert (goal.done, goal.points, goal.state) == (2, 15, "waiting")
