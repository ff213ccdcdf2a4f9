"""Proposals of employers on the pages of the catalogue: read, answered, and made the beginning of a draft."""

from __future__ import annotations

from html import unescape

import pytest

from mimis_core.services import Services
from tests.services.test_proposals import ORDER
from tests.web.site import Browser

HERE = "/school/catalogue/proposals"


@pytest.fixture
def partner(school: Services) -> str:
    return school.add_partner("Bygg & Lyft AB", "556036-0793", "bygg.example").partner.id


@pytest.fixture
def waiting(school: Services, partner: str) -> str:
    """Id of a proposal that waits."""
    return school.propose_outcomes(partner, ORDER).id


def test_catalogue_tells_how_many_wait(owner: Browser, waiting: str) -> None:
    assert "1 väntar på svar" in owner.get("/school/catalogue").text
    shown = unescape(owner.get(HERE).text)
    assert ("Lyfta last" in shown, "Bygg & Lyft AB" in shown, "Väntar på svar" in shown) == (True, True, True)


def test_draft_begins_with_it(owner: Browser, school: Services, waiting: str) -> None:
    owner.get(f"{HERE}/{waiting}")
    owner.send(f"{HERE}/{waiting}", step="draft")
    assert owner.path.partition("#")[0] == "/school/catalogue/lyfta-last/edit"
    assert "Planera ett lyft" in owner.page.text
    assert "/school/catalogue/lyfta-last/edit" in owner.get(f"{HERE}/{waiting}").text


def test_answer_is_for_the_employer(owner: Browser, school: Services, partner: str, waiting: str) -> None:
    owner.get(f"{HERE}/{waiting}")
    assert owner.send(f"{HERE}/{waiting}", step="dismiss", answer=" ").status_code == 400
    owner.send(f"{HERE}/{waiting}", step="dismiss", answer="Vi har den redan.")
    assert school.proposal_of(partner, waiting).answer == "Vi har den redan."
    assert "Vi har den redan." in owner.get(f"{HERE}/{waiting}").text


def test_later_one_of_two_is_told(owner: Browser, school: Services, waiting: str) -> None:
    owner.get(f"{HERE}/{waiting}")
    school.answer_proposal(waiting, "Nej.", "Rektor")
    answer = owner.send(f"{HERE}/{waiting}", step="draft")
    assert (answer.status_code, "Någon annan har redan svarat." in answer.text) == (400, True)


def test_words_of_an_employer_are_text(owner: Browser, school: Services, partner: str) -> None:
    made = school.propose_outcomes(partner, ORDER.model_copy(update={"why": {"sv": '5 < 6 & "7" > 4'}}))
    assert "5 &lt; 6 &amp; &#34;7&#34; &gt; 4" in owner.get(f"{HERE}/{made.id}").text


def test_school_without_proposals_says_so(owner: Browser) -> None:
    assert "Ingen arbetsgivare har föreslagit något än." in owner.get(HERE).text
