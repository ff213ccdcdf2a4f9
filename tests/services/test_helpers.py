"""Helpers: what a learner lets them see, for how long, and what she sees of their looks; and the way to a whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mimis_core import NotFoundError, UserError
from mimis_core.services import HelperLink, HelperOrder, Services, ShareOrder
from tests.school import Clock, HandCourier, HandSource, change_entry, done, page

WHOLE = {"sv": "Digitala grunder", "en": "Digital basics"}


@pytest.fixture
def learner(school: Services) -> str:
    """Åsa, with one credential."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    HandCourier.parcels = []
    return school.all_credentials()[0].learner_id


def invite(school: Services, learner: str, **changes: object) -> HelperLink:
    """Invite somebody for thirty days."""
    order = {"name": "Kim", "until": school.clock().date() + timedelta(days=30), **changes}
    return school.invite_helper(learner, HelperOrder.model_validate(order))


def token_of(link: HelperLink) -> str:
    return link.url.rpartition("/")[2]


def share(school: Services, learner: str) -> None:
    until = school.clock().date() + timedelta(days=9)
    ids = tuple(one.id for one in school.credentials_of(learner))
    school.create_share(learner, ShareOrder(credential_ids=ids, purpose="Jobb", until=until))


def test_helper_sees_credentials_and_her_look_is_seen(school: Services, learner: str) -> None:
    link = invite(school, learner)
    seen = school.open_help(token_of(link))
    (helper,) = school.helpers_of(learner)
    assert (seen.learner_name, len(seen.credentials), seen.shares) == ("Åsa Öberg 1", 1, None)
    assert (helper.name, helper.state, helper.looks) == ("Kim", "active", (school.clock(),))
    assert "asa1@demo.example" not in repr(seen)


@pytest.mark.parametrize("ticked", [True, False], ids=["ticked", "not ticked"])
def test_shares_are_seen_where_she_says_so(school: Services, learner: str, ticked: bool) -> None:
    share(school, learner)
    seen = school.open_help(token_of(invite(school, learner, show_shares=ticked)))
    assert [one.purpose for one in seen.shares or ()] == (["Jobb"] if ticked else [])


@pytest.mark.parametrize("how", ["ended", "expired", "unknown"])
def test_link_that_is_over_shows_nothing(school: Services, learner: str, clock: Clock, how: str) -> None:
    link = invite(school, learner)
    if how == "ended":
        school.end_help(learner, link.helper.id)
        school.end_help(learner, link.helper.id)
    elif how == "expired":
        clock.forward(days=31)
    else:
        school.protect_learner(learner, "Rektor")
    with pytest.raises(NotFoundError) as refused:
        school.open_help(token_of(link))
    assert (refused.value.code, school.helpers_of(learner)[0].looks) == (how, ())


@pytest.mark.parametrize("days", [0, 185])
def test_help_lasts_from_a_day_to_half_a_year(school: Services, learner: str, days: int) -> None:
    with pytest.raises(UserError):
        invite(school, learner, until=school.clock().date() + timedelta(days=days))


def test_link_is_mailed_to_who_helps_and_its_token_is_not_kept(school: Services, learner: str) -> None:
    link = invite(school, learner, email="kim@demo.example")
    school.drain()
    (mail,) = HandCourier.parcels
    assert (mail.to, link.url in mail.text, link.mailed) == ("kim@demo.example", True, True)
    assert "Öberg" not in mail.subject


def test_helper_of_another_is_not_found(school: Services, learner: str) -> None:
    link = invite(school, learner)
    with pytest.raises(NotFoundError):
        school.end_help("0" * 32, link.helper.id)


def test_protected_learner_invites_nobody(school: Services, learner: str) -> None:
    school.protect_learner(learner, "Rektor")
    with pytest.raises(UserError):
        invite(school, learner)


def test_erasure_takes_helpers(school: Services, learner: str) -> None:
    link = invite(school, learner)
    school.open_help(token_of(link))
    report = school.erase_learner(learner, "Rektor", "Begärt")
    assert (report.erased["helper"], report.erased["helper_look"]) == (1, 1)


def test_path_says_what_she_has_and_what_is_missing(school_folder: Path, school: Services) -> None:
    change_entry(school_folder, part_of=WHOLE)
    other = next(one for one in school.catalogue.latest() if one.id == "verktygsvana")
    file = school_folder / "catalogue" / "verktygsvana.yaml"
    named = other.model_copy(update={"part_of": WHOLE, "has_parts": ({"sv": "En del som ingen annan har"},)})
    file.write_text(named.model_dump_json(exclude_none=True), "utf-8")
    del school.catalogue_reader
    HandSource.pages = [page(done("course:1"), done("course:2"), done("course:3"))]
    school.sync()
    school.drain()
    learner = school.all_credentials()[0].learner_id
    first = school.path_of(learner)[0]
    assert (first.title, [part.state for part in first.parts], first.done) == (WHOLE, ["have", "waiting"], 1)


def test_path_of_who_has_nothing_is_empty(school: Services, learner: str) -> None:
    school.revoke_credential(school.credentials_of(learner)[0].id, "Fel", "Rektor")
    assert [goal for goal in school.path_of(learner) if goal.done] == []
