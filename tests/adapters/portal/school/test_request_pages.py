"""Lists of requests, page by page: what stands on the first is not all, and nothing is shown twice."""

from __future__ import annotations

import re

import pytest
from mimis_portal.school import merges, requests

from mimis_core import Withdrawal
from mimis_core.services import Services
from tests.school import HandSource, done, page, someone
from tests.web.site import Browser

NEXT = re.compile(r'<a rel="next" href="([^"]+)"')
PEOPLE = 5


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two on a page."""
    monkeypatch.setattr(requests, "SHOWN", 2)
    monkeypatch.setattr(merges, "SHOWN", 2)


def walked(browser: Browser, path: str, link: str) -> list[list[str]]:
    """What the pages of a list lead to, page by page."""
    found: list[list[str]] = []
    while path:
        text = browser.get(path).text
        found.append(re.findall(link, text))
        onward = NEXT.search(text)
        path = onward.group(1).replace("&amp;", "&") if onward else ""
    return found


def sizes(pages: list[list[str]]) -> tuple[list[int], int]:
    """How much stands on each page, and how much that is without what stands there twice."""
    return [len(one) for one in pages], len({link for one in pages for link in one})


@pytest.fixture
def many(class_: Services) -> Services:
    """More people who wait for a decision."""
    people = [someone(f"9{number}", full_name=f"Person {number}") for number in range(PEOPLE)]
    HandSource.pages = [page(*(done(f"course:{course}", one) for one in people for course in (2, 3)))]
    class_.sync()
    return class_


def test_appeals_are_paged(teacher: Browser, many: Services, small_pages: None) -> None:
    for line in many.award_page(search="Person").awards:
        many.decide_award(line.id, approve=False, by="Lärare Wik", reason="Ett prov saknas.")
        many.appeal(line.learner_id, "Titta igen.", award_id=line.id)
    pages = walked(teacher, "/school/appeals", r'href="/school/appeals/([0-9a-f]{32})"')
    assert sizes(pages) == ([2, 2, 1], PEOPLE)
    assert 'rel="prev"' in teacher.page.text


def test_page_goes_on_where_the_last_one_ended_though_that_was_answered(
    teacher: Browser, many: Services, small_pages: None
) -> None:
    for line in many.award_page(search="Person").awards:
        many.decide_award(line.id, approve=False, by="Lärare Wik", reason="Ett prov saknas.")
        many.appeal(line.learner_id, "Titta igen.", award_id=line.id)
    first, second = (one["id"] for one in many.appeals(limit=2))
    for appeal_id in (first, second):
        many.decide_appeal(appeal_id, "unchanged", "Rektor", "Nej")
    assert first not in teacher.get(f"/school/appeals?after={second}").text
    assert len(re.findall(r"/school/appeals/[0-9a-f]{32}", teacher.page.text)) == 2


def test_reviews_are_paged(teacher: Browser, many: Services, small_pages: None) -> None:
    taken = [
        Withdrawal(source="hand", key=f"course:2/9{number}", reason="invalidated", message="It is invalid.")
        for number in range(PEOPLE)
    ]
    HandSource.pages = [page(withdrawn=taken)]
    many.sync()
    pages = walked(teacher, "/school/reviews", r'href="/school/reviews/([0-9a-f]{32})"')
    assert sizes(pages) == ([2, 2, 1], PEOPLE)


def test_pairs_and_merges_are_paged_each_by_itself(teacher: Browser, class_: Services, small_pages: None) -> None:
    twins = [
        someone(f"{side}{number}", full_name=f"Person {number}", email=f"p{number}@demo.example")
        for number in range(PEOPLE)
        for side in ("7", "8")
    ]
    HandSource.pages = [page(*(done("course:1", one) for one in twins))]
    class_.sync()
    pages = walked(teacher, "/school/merges", r'href="/school/merges/([0-9a-f/]{65})"')
    assert sizes(pages) == ([2, 2, 1], PEOPLE)


@pytest.mark.parametrize("part", ["appeals", "reviews", "merges"], ids=["appeals", "reviews", "merges"])
def test_page_after_nothing_known_is_not_found(teacher: Browser, class_: Services, part: str) -> None:
    name = "earlier" if part == "merges" else "after"
    assert teacher.get(f"/school/{part}?{name}={'f' * 32}").status_code == 404
