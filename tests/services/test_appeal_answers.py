"""What follows from a decision on an appeal: the learner is told, and there is one live credential at most."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from mimis_core import AwardState, TemporaryError, UserError
from mimis_core.services import CredentialView, Role, Services
from tests.command import sandbox
from tests.school import Clock, HandSource, done, page, someone
from tests.services.test_renewals import recomplete
from tests.services.workers import colleague

WHY = "Momenten är styrkta."


@pytest.fixture
def mailbox(school: Services) -> Iterator[Any]:
    """A mail server that the school's mails go to."""
    with sandbox("mail") as server:
        school.settings.couriers["mail"] = server.settings()
        yield server


def rejected_award(school: Services, by: str = "Lärare Lind", **who: Any) -> dict[str, Any]:
    HandSource.pages = [page(done("course:2", someone(**who)), done("course:3", someone(**who)))]
    school.sync()
    (award,) = school.awards(AwardState.PROPOSED)
    school.decide_award(award["id"], approve=False, by=by, reason="Underlaget räcker inte.")
    return award


def appealed(school: Services, by: str = "Lärare Lind", **who: Any) -> str:
    """Id of an appeal against a rejection."""
    award = rejected_award(school, by, **who)
    return school.appeal(award["learner"], "Jag har gjort alla moment.", award_id=award["id"])


def mails(box: Any) -> list[tuple[str, str]]:
    """Subject and text of the mails about appeals."""
    found = ((str(one["Subject"]), one.get_content()) for one in box.messages())
    return [(subject, text) for subject, text in found if "omprövning" in subject]


@pytest.mark.parametrize(
    ("outcome", "swedish", "english"),
    [
        ("changed", "Du får ett mejl till när beviset är klart.", "You get another e-mail when it is ready."),
        ("unchanged", "Beslutet ändras inte.", "The decision stays as it was."),
    ],
    ids=["changed", "unchanged"],
)
def test_learner_is_mailed_the_answer(school: Services, mailbox: Any, outcome: Any, swedish: str, english: str) -> None:
    school.decide_appeal(appealed(school), outcome, "Rektor Ek", WHY)
    school.drain()
    ((subject, text),) = mails(mailbox)
    assert subject == "Svar från Testbygdens folkhögskola på din begäran om omprövning"
    first, _, second = text.replace("\r\n", "\n").partition("---")
    for half, said in ((first, swedish), (second, english)):
        for words in (said, WHY, "2026-11-24", "kontakt@demo.example"):
            assert words in half
    assert "Handverktyg" not in subject
    assert "Åsa" not in subject


def test_learner_is_told_that_a_credential_is_to_be_changed(school: Services, mailbox: Any) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    (view,) = school.all_credentials()
    appeal = school.appeal(view.learner_id, "Fel datum.", credential_id=view.id)
    school.decide_appeal(appeal, "changed", "Rektor Ek", "Datumet rättas.")
    school.drain()
    ((_, text),) = mails(mailbox)
    assert "rättar eller återkallar" in text


def test_answer_is_mailed_once(school: Services, mailbox: Any) -> None:
    appeal = appealed(school)
    school.decide_appeal(appeal, "unchanged", "Rektor Ek", WHY)
    with pytest.raises(UserError, match="decided already"):
        school.decide_appeal(appeal, "unchanged", "Rektor Ek", WHY)
    school.drain()
    school.drain()
    assert len(mails(mailbox)) == 1


def test_nobody_is_mailed_who_is_protected(school: Services, mailbox: Any) -> None:
    appeal = appealed(school)
    school.drain()  # the rejection was told before anybody knew of it
    school.protect_learner(school.appeals()[0]["learner"], "Rektor Ek")
    school.decide_appeal(appeal, "unchanged", "Rektor Ek", WHY)
    assert (school.drain().attention, mails(mailbox)) == (0, [])


def test_nobody_is_mailed_who_has_no_address(school: Services, mailbox: Any) -> None:
    school.decide_appeal(appealed(school, email=None, email_verified=False), "unchanged", "Rektor Ek", WHY)
    assert (school.drain().attention, mailbox.received()) == (0, [])


def test_decision_that_fails_mails_nothing(school: Services, mailbox: Any) -> None:
    appeal = appealed(school)
    with pytest.raises(UserError, match="first decision"):
        school.decide_appeal(appeal, "changed", "Lärare Lind", WHY)
    school.drain()
    assert mails(mailbox) == []


# Rounds --------------------------------------------------------------------------------------------------------


@pytest.fixture
def renewal(yearly: Services, issued: CredentialView, clock: Clock) -> dict[str, Any]:
    """A renewal that was rejected, with the suspended credential that it would have renewed."""
    yearly.suspend_credential(issued.id, "Kontroll.", "Rektor")
    clock.forward(days=200)
    recomplete(yearly, clock)
    (award,) = yearly.awards(AwardState.PROPOSED)
    yearly.decide_award(award["id"], approve=False, by="Lärare Lind", reason="Inte än.")
    clock.forward(days=100)
    recomplete(yearly, clock)
    return award


def later_round(school: Services) -> str:
    (award,) = school.awards(AwardState.PROPOSED)
    assert award["round"] == 3
    return str(award["id"])


def statuses(school: Services) -> list[str]:
    return sorted(view.status.status.value for view in school.all_credentials())


def grant(school: Services, award: dict[str, Any], way: str) -> None:
    if way == "again":
        school.decide_award(award["id"], approve=True, by="Lärare Ek", again=True)
    else:
        appeal = school.appeal(award["learner"], "Jo.", award_id=award["id"])
        school.decide_appeal(appeal, "changed", "Rektor Ek", WHY)


@pytest.mark.parametrize("way", ["appeal", "again"])
def test_open_round_ends_with_the_one_that_is_granted(yearly: Services, renewal: dict[str, Any], way: str) -> None:
    open_round = later_round(yearly)
    grant(yearly, renewal, way)
    assert {one["id"]: one["state"] for one in yearly.awards()}[open_round] == "rejected"
    yearly.drain()
    assert statuses(yearly) == ["active", "superseded"]


@pytest.mark.parametrize("issued_yet", [False, True])
@pytest.mark.parametrize("way", ["appeal", "again"])
def test_nothing_is_granted_beside_a_later_round_that_stands(
    yearly: Services, renewal: dict[str, Any], way: str, issued_yet: bool
) -> None:
    yearly.decide_award(later_round(yearly), approve=True, by="Lärare Lind")
    if issued_yet:
        yearly.drain()
    before = yearly.awards()
    with pytest.raises(UserError, match="of the same") as refused:
        grant(yearly, renewal, way)
    assert (refused.value.code, yearly.awards()) == ("later-round" if issued_yet else "other-round", before)
    yearly.drain()
    assert statuses(yearly) == ["active", "superseded"]


def test_second_grant_waits_until_the_first_is_issued(yearly: Services, renewal: dict[str, Any]) -> None:
    later = {**renewal, "id": later_round(yearly)}
    yearly.decide_award(later["id"], approve=False, by="Lärare Lind", reason="Inte än.")
    grant(yearly, renewal, "again")
    with pytest.raises(UserError, match="not issued yet"):
        grant(yearly, later, "again")
    yearly.drain()
    grant(yearly, later, "again")
    yearly.drain()
    assert statuses(yearly) == ["active", "superseded", "superseded"]


def test_credential_never_replaces_that_of_a_later_round(
    yearly: Services, renewal: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    yearly.decide_award(later_round(yearly), approve=True, by="Lärare Lind")
    yearly.drain()
    (latest,) = [one.id for one in yearly.all_credentials() if one.status.status == "active"]
    monkeypatch.setattr(yearly, "_refuse_beside", lambda *words: None)  # as if both had been approved at once
    grant(yearly, renewal, "again")
    assert yearly.drain().attention == 1
    assert [one.id for one in yearly.all_credentials() if one.status.status == "active"] == [latest]


def test_renewal_waits_for_a_granted_round(yearly: Services, renewal: dict[str, Any], issued: CredentialView) -> None:
    yearly.decide_award(later_round(yearly), approve=False, by="Lärare Lind", reason="Inte än.")
    grant(yearly, renewal, "appeal")
    with pytest.raises(UserError, match="being renewed already"):
        yearly.renew_credential(issued.id, "Rektor")


# Who decides ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["lärare  lind ", "LÄRARE LIND", "La\u0308rare Lind"], ids=["spaces", "case", "marks"])
def test_first_decider_is_known_however_the_name_is_written(school: Services, by: str) -> None:
    with pytest.raises(UserError, match="first decision"):
        school.decide_appeal(appealed(school), "unchanged", by, WHY)


@pytest.mark.parametrize("second", ["id", "name", "email"])
@pytest.mark.parametrize("first", ["id", "name", "email"])
def test_first_decider_is_known_by_name_address_and_id(school: Services, first: str, second: str) -> None:
    staff = school.invite_staff("Lärare Lind", "lind@skolan.example", (Role.ISSUER,)).staff_id
    names = {"id": staff, "name": "Lärare Lind", "email": "Lind@skolan.example"}
    with pytest.raises(UserError, match="first decision"):
        school.decide_appeal(appealed(school, names[first]), "unchanged", names[second], WHY)


def test_namesakes_are_two_people_by_their_ids(school: Services) -> None:
    one, other = (
        school.invite_staff("Lärare Lind", address, (Role.ISSUER,)).staff_id
        for address in ("lind1@skolan.example", "lind2@skolan.example")
    )
    appeal = appealed(school, one)
    school.decide_appeal(appeal, "unchanged", other, WHY)
    assert school.audit_of(appeal)[-1]["details"]["same_person"] is False


def test_nobody_is_no_decider(school: Services) -> None:
    with pytest.raises(UserError, match="who decides"):
        school.decide_appeal(appealed(school), "unchanged", " ", WHY)


# At once -------------------------------------------------------------------------------------------------------


def test_two_appeals_at_once_are_one(school: Services) -> None:
    award = rejected_award(school)
    with colleague(school) as other, ThreadPoolExecutor(2) as pool:
        asking = [
            pool.submit(one.appeal, award["learner"], "Titta igen.", award_id=award["id"]) for one in (school, other)
        ]
        assert len({one.result() for one in asking}) == 1
    assert len(school.appeals()) == 1


def test_appeal_that_the_database_refuses_is_not_tried_for_ever(
    school: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    award = rejected_award(school)

    def refuse(*words: object) -> str:
        raise IntegrityError("INSERT", None, Exception("refused"))

    monkeypatch.setattr(school, "_keep_appeal", refuse)
    with pytest.raises(TemporaryError, match="Try again"):
        school.appeal(award["learner"], "Titta igen.", award_id=award["id"])


def test_list_shows_no_words_about_a_protected_learner(school: Services) -> None:
    appeal = appealed(school)
    school.decide_appeal(appeal, "unchanged", "Rektor Ek", "Åsa Öberg har inte gjort moment 2.")
    school.protect_learner(school.appeals(None)[0]["learner"], "Rektor Ek")
    (shown,) = school.appeals(None)
    assert (shown["text"], shown["reason"]) == ("", None)
