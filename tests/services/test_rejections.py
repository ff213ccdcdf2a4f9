"""A rejection is told to the learner: the decision, its reason, and how she asks for a reconsideration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from mimis_core import AwardState, UserError, Withdrawal
from mimis_core.services import Services
from mimis_core.store.tables import LearnerRow, MessageRow
from tests.command import sandbox
from tests.school import HandSource, done, page, someone

WHY = "Du behöver visa ett moment till: städa ur maskinen."
SUBJECT = "Beslut från Testbygdens folkhögskola om en mikromerit"


@pytest.fixture
def mailbox(school: Services) -> Iterator[Any]:
    """A mail server that the school's mails go to."""
    with sandbox("mail") as server:
        school.settings.couriers["mail"] = server.settings()
        yield server


def proposed(school: Services, **who: Any) -> dict[str, Any]:
    HandSource.pages = [page(done("course:2", someone(**who)), done("course:3", someone(**who)))]
    school.sync()
    (award,) = school.awards(AwardState.PROPOSED)
    return award


def told(school: Services, box: Any) -> list[str]:
    """What was mailed about rejections."""
    school.drain()
    return [one.get_content().replace("\r\n", "\n") for one in box.messages() if str(one["Subject"]) == SUBJECT]


def test_learner_is_mailed_the_decision_its_reason_and_what_she_can_do(school: Services, mailbox: Any) -> None:
    school.decide_award(proposed(school)["id"], approve=False, by="Lärare Lind", reason=WHY)
    (text,) = told(school, mailbox)
    swedish, _, english = text.partition("---")
    link = f"{school.settings.base_url}/me/decisions"
    for half in (swedish, english):
        for words in (WHY, "2026-11-24", "Lärare Lind", link, "kontakt@demo.example"):
            assert words in half
    assert "Det kallas omprövning" in swedish


def test_rejection_of_many_is_mailed_too(school: Services, mailbox: Any) -> None:
    award = proposed(school)
    school.decide_awards([award["id"]], approve=False, by="Lärare Lind", reason=WHY)
    assert len(told(school, mailbox)) == 1


def test_rejection_is_mailed_once(school: Services, mailbox: Any) -> None:
    award = proposed(school)
    school.decide_award(award["id"], approve=False, by="Lärare Lind", reason=WHY)
    with pytest.raises(UserError, match="rejected already"):
        school.decide_award(award["id"], approve=False, by="Lärare Lind", reason=WHY)
    told(school, mailbox)
    assert len(told(school, mailbox)) == 1


def test_decision_stands_only_with_its_mail(school: Services, mailbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    award = proposed(school)

    def fail(*_: Any, **__: Any) -> None:
        raise UserError("No mail can be queued.")

    monkeypatch.setattr(school, "_queue_mail", fail)
    with pytest.raises(UserError, match="No mail"):
        school.decide_award(award["id"], approve=False, by="Lärare Lind", reason=WHY)
    assert [one["id"] for one in school.awards(AwardState.PROPOSED)] == [award["id"]]


@pytest.mark.parametrize("case", ["protected", "no address"])
def test_nothing_is_mailed_to_whom_no_mail_may_go(school: Services, mailbox: Any, case: str) -> None:
    award = proposed(school, **({"email": None} if case == "no address" else {}))
    if case == "protected":
        with school.database.transaction() as session:
            session.get_one(LearnerRow, award["learner"]).protected = True
    school.decide_award(award["id"], approve=False, by="Lärare Lind", reason=WHY)
    with school.database.transaction() as session:
        assert session.scalars(select(MessageRow.key).where(MessageRow.key.startswith("rejected:"))).all() == []
    assert told(school, mailbox) == []


def test_award_that_is_rejected_anew_is_told_of_anew(school: Services, mailbox: Any) -> None:
    award = proposed(school)
    school.decide_award(award["id"], approve=False, by="Lärare Lind", reason=WHY)
    school.decide_award(award["id"], approve=True, by="Lärare Lind", again=True)
    gone = Withdrawal(source="hand", key="course:2/1", reason="invalidated", message="The certificate is invalid.")
    HandSource.pages = [page(withdrawn=(gone,))]
    school.sync()
    (review,) = school.reviews()
    assert school.accept_review(review["id"], "Rektor Ek") == "rejected"
    texts = told(school, mailbox)
    for why in (WHY, "har tagits tillbaka i skolans lärplattform"):
        assert [why in text for text in texts].count(True) == 1
