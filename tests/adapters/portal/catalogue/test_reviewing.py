"""A reviewer's page, and what the owner and the public see of it."""

from __future__ import annotations

import re

from mimis_core.services import Role, Services
from tests.adapters.portal.catalogue.conftest import Enter
from tests.school import HandSource, done, page
from tests.web.site import Browser

REF = "digitala-arbetsmiljoer@1"
REVIEW = f"/school/catalogue/{REF}/review"
HOLD = {f"holds.{number}": "yes" for number in (1, 2, 3, 4, 5, 6)}


def key_on(page: str) -> str:
    found = re.search(r'name="content" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found.group(1)


def send(reviewer: Browser, **fields: str) -> None:
    reviewer.get(REVIEW)
    reviewer.send(REVIEW, content=key_on(reviewer.page.text), **fields)


def test_approval_is_seen_by_owner_and_public(reviewer: Browser, owner: Browser, school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    send(reviewer, **HOLD, institution="Region Demo", verdict="approved")
    assert reviewer.path == f"/school/catalogue/{REF}"
    assert "Region Demo" in owner.get(f"/school/catalogue/{REF}").text
    (view,) = school.all_credentials()
    assert "Granskad av Region Demo den 24 november 2026." in owner.get(f"/c/{view.public_id}?lang=sv").text


def test_wish_for_changes_is_answered(reviewer: Browser, owner: Browser, school: Services) -> None:
    send(reviewer, **{**HOLD, "holds.2": "no"}, **{"comment.2": "Vad är värdet?"}, verdict="changes")
    owner.get(f"/school/catalogue/{REF}")
    assert "Vad är värdet?" in owner.page.text
    (made,) = school.catalogue_reviews(school.entry_to_review(REF))
    owner.send(f"/school/catalogue/{REF}/answers/{made.id}", answer="Vi skriver om det.")
    assert "Vi skriver om det." in reviewer.get(f"/school/catalogue/{REF}").text


def test_review_that_says_too_little_keeps_what_was_written(reviewer: Browser) -> None:
    send(reviewer, **HOLD, **{"comment.3": "Min kommentar"}, institution="", verdict="approved")
    assert (reviewer.page.status_code, "Min kommentar" in reviewer.page.text) == (400, True)


def test_content_that_changed_meanwhile_is_not_approved(reviewer: Browser) -> None:
    reviewer.get(REVIEW)
    reviewer.send(REVIEW, content="0" * 64, **HOLD, institution="Region Demo", verdict="approved")
    assert reviewer.page.status_code == 409


def test_reviewer_who_is_owner_too_is_refused(as_role: Enter) -> None:
    both = as_role(Role.OWNER, Role.REVIEWER)
    send(both, **HOLD, institution="Region Demo", verdict="approved")
    assert both.page.status_code == 403


def test_reviewer_changes_nothing(reviewer: Browser) -> None:
    assert reviewer.get("/school/catalogue/new").status_code == 403
