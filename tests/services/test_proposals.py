"""Proposals: what an employer says it needs is kept, answered once, and becomes a draft of the catalogue."""

from __future__ import annotations

from typing import Any

import pytest

from mimis_core import NotFoundError, UserError
from mimis_core.services import ProposalOrder, ProposedOutcome, Services
from mimis_core.services.proposals import MOST_OPEN
from mimis_core.services.requests_once import Mark

SKILL = "http://data.europa.eu/esco/skill/261e740b-d32d-4356-94a8-3ea29128b70b"
ORDER = ProposalOrder(
    title={"sv": "Lyfta  last", "en": "Lift loads"},
    why={"sv": "Vi bygger ut."},
    outcomes=(ProposedOutcome(title={"sv": "Planera ett lyft"}, esco=(SKILL,)),),
)


@pytest.fixture
def partner(school: Services) -> str:
    return school.add_partner("Bygg AB", "556036-0793", "bygg.example").partner.id


@pytest.fixture
def other(school: Services) -> str:
    return school.add_partner("Annat AB", "559000-0005", "annat.example").partner.id


def outcome(text: str = "Planera ett lyft", **changes: Any) -> ProposedOutcome:
    return ProposedOutcome(title={"sv": text}, **changes)


def test_proposal_waits_for_the_school(school: Services, partner: str) -> None:
    made = school.propose_outcomes(partner, ORDER)
    assert (made.state, made.partner_name, made.order.title["sv"]) == ("open", "Bygg AB", "Lyfta last")
    assert school.proposals() == [made] == [school.proposal_of(partner, made.id)] == [school.proposal(made.id)]


def test_another_employers_proposal_is_not_found(school: Services, partner: str, other: str) -> None:
    made = school.propose_outcomes(partner, ORDER)
    for asked in (made.id, "0" * 32, "\0"):
        with pytest.raises(NotFoundError):
            school.proposal_of(other, asked)


def test_removed_employer_proposes_nothing(school: Services, partner: str) -> None:
    school.remove_partner(partner)
    with pytest.raises(NotFoundError):
        school.propose_outcomes(partner, ORDER)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": {"sv": " "}}, "words"),
        ({"title": {"sv": "x" * 201}}, "words"),
        ({"title": {"de": "Lasten heben"}}, "words"),
        ({"title": {"sv": "Lyfta\u202elast"}}, "words"),
        ({"why": {"sv": "x" * 2001}}, "words"),
        ({"outcomes": ()}, "words"),
        ({"outcomes": (outcome(),) * 21}, "words"),
        ({"outcomes": (outcome("x" * 501),)}, "words"),
        ({"why": {"sv": "<script>alert(1)</script>"}}, "markup"),
        ({"outcomes": (outcome("Lyfta </b>"),)}, "markup"),
        ({"why": {"sv": "Anställ 19900101-1234 först."}}, "personal"),
        ({"outcomes": (outcome("Skriv till eva@bygg.example"),)}, "personal"),
        ({"outcomes": (outcome(esco=("http://data.europa.eu/esco/skill/../x",)),)}, "esco"),
        ({"outcomes": (outcome(esco=("javascript:alert(1)",)),)}, "esco"),
        ({"outcomes": (outcome(esco=(SKILL,) * 11),)}, "esco"),
    ],
    ids=[
        "empty", "long", "language", "hidden", "why", "none", "many", "outcome", "script", "tag", "number", "mail",
        "path", "script-address", "skills",
    ],
)  # fmt: skip
def test_what_no_catalogue_may_hold_is_refused(
    school: Services, partner: str, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(UserError) as caught:
        school.propose_outcomes(partner, ORDER.model_copy(update=changes))
    assert (caught.value.code, school.proposals()) == (code, [])


def test_only_so_many_wait(school: Services, partner: str, other: str) -> None:
    made = [school.propose_outcomes(partner, ORDER) for _ in range(MOST_OPEN)]
    with pytest.raises(UserError) as caught:
        school.propose_outcomes(partner, ORDER)
    assert caught.value.code == "too_many"
    school.propose_outcomes(other, ORDER)
    school.answer_proposal(made[0].id, "Vi har den redan.", "Rektor")
    school.propose_outcomes(partner, ORDER)


def test_marked_request_is_kept_once(school: Services, partner: str) -> None:
    mark = Mark(key="k", body=b"{}")
    assert school.propose_outcomes(partner, ORDER, mark) == school.propose_outcomes(partner, ORDER, mark)
    with pytest.raises(UserError) as caught:
        school.propose_outcomes(partner, ORDER, Mark(key="k", body=b"[]"))
    assert (caught.value.code, len(school.proposals())) == ("idempotency_key", 1)


def test_employer_reads_why_it_was_dismissed(school: Services, partner: str) -> None:
    made = school.propose_outcomes(partner, ORDER)
    school.answer_proposal(made.id, "Vi har  den redan.", "Rektor")
    answered = school.proposal_of(partner, made.id)
    assert (answered.state, answered.answer, answered.answered_at) == (
        "dismissed",
        "Vi har den redan.",
        school.clock(),
    )


@pytest.mark.parametrize("answer", [" ", "x" * 1001], ids=["empty", "long"])
def test_dismissing_needs_a_reason(school: Services, partner: str, answer: str) -> None:
    made = school.propose_outcomes(partner, ORDER)
    with pytest.raises(UserError) as caught:
        school.answer_proposal(made.id, answer, "Rektor")
    assert (caught.value.code, school.proposal(made.id).state) == ("answer", "open")


def test_draft_begins_with_what_was_proposed(school: Services, partner: str) -> None:
    made = school.propose_outcomes(partner, ORDER)
    draft = school.draft_proposal(made.id, "Rektor")
    assert draft == school.draft("lyfta-last")
    assert draft.content["outcomes"] == [
        {"title": {"sv": "Planera ett lyft"}, "type": "skill", "esco": [{"uri": SKILL}]}
    ]
    assert school.proposal_of(partner, made.id).achievement_id == "lyfta-last"


def test_draft_takes_no_entrys_place(school: Services, partner: str) -> None:
    for wanted in ("lyfta-last", "lyfta-last-2"):
        assert school.draft_proposal(school.propose_outcomes(partner, ORDER).id, "Rektor").id == wanted


def test_proposal_is_answered_once(school: Services, partner: str) -> None:
    made = school.propose_outcomes(partner, ORDER)
    school.draft_proposal(made.id, "Rektor")
    for again in (
        lambda: school.draft_proposal(made.id, "Rektor"),
        lambda: school.answer_proposal(made.id, "Nej.", "Rektor"),
    ):
        with pytest.raises(UserError) as caught:
            again()
        assert caught.value.code == "answered"
    assert [one.id for one in school.entries() if one.id.startswith("lyfta")] == ["lyfta-last"]


def test_what_waits_comes_first(school: Services, partner: str) -> None:
    first, second = (school.propose_outcomes(partner, ORDER) for _ in range(2))
    school.answer_proposal(first.id, "Nej.", "Rektor")
    assert [one.id for one in school.proposals()] == [second.id, first.id]
