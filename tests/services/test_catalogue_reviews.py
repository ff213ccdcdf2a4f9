"""Reviews from outside: whose counts, for exactly which content, and where an approval is seen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mimis_core import Accreditation, IssueOrder, NotFoundError, PermissionDeniedError, UserError
from mimis_core.services import CredentialView, Opinion, Role, Services
from mimis_core.services.public_page import credential_page
from tests.school import HandSource, done, page, someone

REF = "digitala-arbetsmiljoer@1"
BODY = "Vårdens kompetensråd Demo"
ALL_HOLD = tuple(Opinion(principle=number, holds=True) for number in (1, 2, 3, 4, 5, 6))


@pytest.fixture
def reviewer(school: Services) -> str:
    """Id of one who only reviews."""
    return school.invite_staff("Gun Granskare", "gun@demo.example", (Role.REVIEWER,)).staff_id


def review(school: Services, by: str, **changes: Any) -> None:
    key = school.key_of_content(school.entry_to_review(changes.get("ref", REF)))
    order = {"ref": REF, "seen": key, "opinions": ALL_HOLD, "verdict": "approved", "institution": BODY, "by": by}
    school.review_entry(**{**order, **changes})


def shown(view: CredentialView) -> list[tuple[str, str]]:
    found = view.achievement.quality_assurance.accreditations
    return [(one.body.legal_name["sv"], str(one.issued)) for one in found]


def test_approval_is_seen_on_what_was_issued_before(yearly: Services, issued: CredentialView, reviewer: str) -> None:
    assert shown(issued) == []
    review(yearly, reviewer)
    (view,) = yearly.all_credentials()
    assert shown(view) == [(BODY, "2026-11-24")]
    public = yearly.public_credential(view.public_id)
    assert public.achievement.quality_assurance.accreditations == view.achievement.quality_assurance.accreditations
    assert f"Granskad av {BODY}, 2026-11-24" in credential_page(public)


def test_what_is_issued_after_an_approval_carries_it(
    yearly: Services, issued: CredentialView, reviewer: str, orders: list[IssueOrder]
) -> None:
    review(yearly, reviewer)
    HandSource.pages = [page(done("course:1", someone("2")))]
    yearly.sync()
    yearly.drain()
    before, after = (order.achievement.quality_assurance.accreditations for order in orders)
    assert before == ()
    (made,) = after
    assert isinstance(made, Accreditation)
    assert (made.type, made.body.legal_name, str(made.issued)) == ("programme_quality", {"sv": BODY}, "2026-11-24")
    assert [shown(one) for one in yearly.all_credentials()] == [[(BODY, "2026-11-24")]] * 2


def test_sealed_document_with_an_approval_conforms(school: Services, reviewer: str) -> None:
    review(school, reviewer)
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    (view,) = school.all_credentials()
    payload = json.loads(school.sealed(view.learner_id, view.id).content)["payload"]
    document = json.loads(payload)
    assert BODY in json.dumps(document["evidence"], ensure_ascii=False)
    assert school.verify(school.sealed(view.learner_id, view.id).content, offline=True).verdict != "invalid"


def test_change_of_the_content_voids_the_approval(school: Services, reviewer: str) -> None:
    draft = school.next_draft("digitala-arbetsmiljoer", reviewer)
    ref = f"{draft.id}@{draft.version}"
    review(school, reviewer, ref=ref)
    assert [one.current for one in school.catalogue_reviews(school.entry_to_review(ref))] == [True]
    saved = school.save_draft(draft.id, {**draft.content, "workload_hours": 31}, draft.revision, reviewer)
    assert [one.current for one in school.catalogue_reviews(school.entry_to_review(ref))] == [False]
    made = school.publish_draft(draft.id, saved.revision, reviewer)
    assert school.reviewed(made) == made


def test_approval_of_a_draft_holds_when_that_is_published(school: Services, reviewer: str) -> None:
    draft = school.next_draft("digitala-arbetsmiljoer", reviewer)
    review(school, reviewer, ref=f"{draft.id}@{draft.version}")
    made = school.publish_draft(draft.id, draft.revision, reviewer)
    assert len(school.reviewed(made).quality_assurance.accreditations) == 1


def test_reviewer_who_asks_for_changes_takes_her_approval_back(school: Services, reviewer: str) -> None:
    review(school, reviewer)
    school.clock.forward(days=1)  # type: ignore[attr-defined]  # the test's own clock
    wish = (Opinion(principle=1, holds=False, comment="Skriv ett antal."), *ALL_HOLD[1:])
    review(school, reviewer, opinions=wish, verdict="changes")
    entry = school.entry_to_review(REF)
    assert school.reviewed(entry) == entry
    assert [one.verdict for one in school.catalogue_reviews(entry)] == ["changes", "approved"]


@pytest.mark.parametrize("roles", [(Role.OWNER,), (Role.ISSUER, Role.REVIEWER), (Role.OWNER, Role.REVIEWER)], ids=str)
def test_who_has_a_part_in_it_is_no_reviewer(school: Services, roles: tuple[Role, ...]) -> None:
    inside = school.invite_staff("Bo", "bo@demo.example", roles).staff_id
    with pytest.raises(PermissionDeniedError):
        review(school, inside)


def test_reviewer_who_has_left_reviews_no_more(school: Services, reviewer: str) -> None:
    school.remove_staff(reviewer)
    with pytest.raises(NotFoundError):
        review(school, reviewer)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seen": "0" * 64}, "stale"),
        ({"opinions": ALL_HOLD[1:]}, "principles"),
        ({"opinions": (Opinion(principle=1, holds=False, comment="Nej"), *ALL_HOLD[1:])}, "principles"),
        ({"institution": " "}, "body"),
        ({"verdict": "changes"}, "comment"),
        ({"opinions": (Opinion(principle=1, holds=True, comment="x" * 2001), *ALL_HOLD[1:])}, "comment"),
    ],
    ids=["stale", "five", "not-all", "nobody", "wordless", "long"],
)
def test_review_that_says_too_little_is_refused(
    school: Services, reviewer: str, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(UserError) as raised:
        review(school, reviewer, **changes)
    assert raised.value.code == code
    assert school.catalogue_reviews(school.entry_to_review(REF)) == []


def test_owner_answers_a_review(school: Services, reviewer: str) -> None:
    review(school, reviewer)
    (before,) = school.catalogue_reviews(school.entry_to_review(REF))
    school.answer_catalogue_review(before.id, " Tack. ", reviewer)
    (after,) = school.catalogue_reviews(school.entry_to_review(REF))
    assert (after.answer, after.reviewer, after.body) == ("Tack.", "Gun Granskare", BODY)
    with pytest.raises(UserError):
        school.answer_catalogue_review(before.id, " ", reviewer)


@pytest.mark.parametrize("ref", ["digitala-arbetsmiljoer", "digitala-arbetsmiljoer@x", "saknas@1", "a@99999999999"])
def test_unknown_version_is_not_found(school: Services, ref: str) -> None:
    with pytest.raises(NotFoundError):
        school.entry_to_review(ref)
