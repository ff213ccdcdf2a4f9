"""A PDF for an application leads to the share that it was made for, and ends with it."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pypdf
import pytest

from mimis_core import NotFoundError
from mimis_core.services import Services, ShareOrder, ShareView
from tests.school import HandSource, done, page

UNTIL = date(2026, 12, 24)


@pytest.fixture
def issued(school: Services) -> tuple[str, str]:
    """Ids of a learner and of her credential."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    credential = school.all_credentials()[0]
    return credential.learner_id, credential.id


def share(school: Services, issued: tuple[str, str], **changes: Any) -> ShareView:
    order = ShareOrder(credential_ids=(issued[1],), purpose="Ansökan", until=UNTIL, **{"anonymous": False, **changes})
    return school.create_share(issued[0], order)


def token_of(made: ShareView) -> str:
    return made.url.rpartition("/")[2]


def words_of(content: bytes) -> str:
    return "".join("".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def test_learners_page_names_the_share_and_holds_the_sealed_file(school: Services, issued: tuple[str, str]) -> None:
    made = share(school, issued)
    printed, sealed = school.printed_for(issued[0], made.id, issued[1]), school.sealed(*issued)
    assert made.url in words_of(printed.content)
    assert pypdf.PdfReader(io.BytesIO(printed.content)).attachments[sealed.filename] == [sealed.content]
    assert printed.filename != school.printed(*issued).filename


def test_making_it_is_no_look(school: Services, issued: tuple[str, str]) -> None:
    made = share(school, issued)
    school.printed_for(issued[0], made.id, issued[1])
    assert school.shares_of(issued[0])[0].disclosures == ()


def test_employer_gets_the_same_page_and_is_seen(school: Services, issued: tuple[str, str]) -> None:
    made = share(school, issued)
    printed = school.open_printed(token_of(made), "link-file", 1)
    assert printed == school.printed_for(issued[0], made.id, issued[1])
    assert [one.viewer for one in school.shares_of(issued[0])[0].disclosures] == ["link-file"]


@pytest.mark.parametrize("number", [0, 2], ids=["before", "after"])
def test_share_has_no_further_pages(school: Services, issued: tuple[str, str], number: int) -> None:
    with pytest.raises(NotFoundError):
        school.open_printed(token_of(share(school, issued)), "link-file", number)


def test_share_without_a_name_has_no_page(school: Services, issued: tuple[str, str]) -> None:
    made = share(school, issued, anonymous=True)
    with pytest.raises(NotFoundError):
        school.printed_for(issued[0], made.id, issued[1])
    with pytest.raises(NotFoundError):
        school.open_printed(token_of(made), "link-file", 1)


def test_link_of_a_share_with_one_employer_is_not_given_out(school: Services, issued: tuple[str, str]) -> None:
    partner = school.add_partner("Region Demo", "232100-0001", "region.example").partner
    made = share(school, issued, partner_id=partner.id)
    with pytest.raises(NotFoundError):
        school.printed_for(issued[0], made.id, issued[1])


def test_share_taken_back_has_no_page(school: Services, issued: tuple[str, str]) -> None:
    made = share(school, issued)
    school.withdraw_share(issued[0], made.id)
    with pytest.raises(NotFoundError) as refused:
        school.printed_for(issued[0], made.id, issued[1])
    assert refused.value.code == "withdrawn"


def test_page_is_the_learners_own_alone(school: Services, issued: tuple[str, str]) -> None:
    made = share(school, issued)
    with pytest.raises(NotFoundError):
        school.printed_for("0" * 32, made.id, issued[1])
    with pytest.raises(NotFoundError):
        school.printed_for(issued[0], made.id, "0" * 32)
