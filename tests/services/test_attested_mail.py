"""The teacher who asked is told that a supervisor has answered; and one supervisor is asked about several learners."""

from __future__ import annotations

import pytest

from mimis_core import Parcel, UserError
from mimis_core.services import AttestationLink, Role, Services
from tests.school import HandCourier, HandSource, done, page, someone
from tests.services.attesting import answer, ask, enrol, order, token_of

SUBJECT = "Du har fått svar på en förfrågan om intyg"


@pytest.fixture
def learner(school: Services) -> str:
    return enrol(school)


@pytest.fixture
def teacher(school: Services) -> str:
    """Id of a member of staff."""
    school.redeem_invitation(school.invite_staff("Lo Berg", "lo@demo.example", (Role.ISSUER,)).url.rpartition("/")[2])
    (staff,) = school.staff()
    return staff.id


def asked_by(school: Services, learner: str, teacher: str) -> AttestationLink:
    return school.ask_attestation(order(learner), teacher)


def told(school: Services) -> list[Parcel]:
    """The mails that say so."""
    school.drain()
    return [one for one in HandCourier.parcels if one.subject == SUBJECT]


def test_teacher_is_told_of_an_answer_and_led_to_it(school: Services, learner: str, teacher: str) -> None:
    link = asked_by(school, learner, teacher)
    answer(school, link, "yes", "no")
    (mail,) = told(school)
    swedish, _, english = mail.text.partition("---")
    assert mail.to == "lo@demo.example"
    for half in (swedish, english):
        assert f"{school.settings.base_url}/school/attestations/{link.attestation_id}" in half
        assert "Lo Berg" in half
    count = len(school.attestation(link.attestation_id).outcomes)
    assert f"Intygade läranderesultat: 1 av {count}." in swedish


def test_teacher_is_told_of_an_answer_that_attests_nothing(school: Services, learner: str, teacher: str) -> None:
    answer(school, asked_by(school, learner, teacher), "no")
    assert [school.awards(), "Intygade läranderesultat: 0 av" in told(school)[0].text] == [[], True]


def test_nobody_is_told_of_what_is_not_sent_yet(school: Services, learner: str, teacher: str) -> None:
    school.begin_attestation(token_of(asked_by(school, learner, teacher)))
    assert told(school) == []


@pytest.mark.parametrize("case", ["by a command", "has left"])
def test_nobody_is_told_where_nobody_waits(school: Services, learner: str, teacher: str, case: str) -> None:
    link = ask(school, learner) if case == "by a command" else asked_by(school, learner, teacher)
    if case == "has left":
        school.invite_staff("Kim Ö", "kim@demo.example", (Role.OWNER,))
        school.remove_staff(teacher, "Test")
    answer(school, link, "yes")
    assert told(school) == []


# Several at once -------------------------------------------------------------------------------------------------


@pytest.fixture
def class_(school: Services) -> list[str]:
    """Ids of three learners."""
    people = [someone(str(number), full_name=f"Elev {number}") for number in range(3)]
    HandSource.pages = [page(*(done("course:9", one) for one in people))]
    school.sync()
    return sorted(one.id for one, _ in school.learners())


def test_one_supervisor_is_asked_about_several_each_by_a_link_of_its_own(school: Services, class_: list[str]) -> None:
    asked = school.ask_attestations([*class_, class_[0]], order(""), "Test")
    assert (sorted(asked.links), asked.refused) == (class_, {})
    assert len({one.url for one in asked.links.values()}) == 3
    school.drain()
    assert [one.to for one in HandCourier.parcels] == ["petra@hotell.example"] * 3
    answer(school, asked.links[class_[1]], "yes")
    assert [one["learner"] for one in school.awards()] == [class_[1]]


def test_whom_nobody_may_be_asked_about_is_told_and_the_others_are_asked_about(
    school: Services, class_: list[str]
) -> None:
    school.protect_learner(class_[0], "Test")
    asked = school.ask_attestations([*class_, "nobody"], order(""), "Test")
    assert (sorted(asked.links), asked.refused) == (class_[1:], {class_[0]: "protected", "nobody": "unknown"})


def test_order_that_is_wrong_asks_nobody(school: Services, class_: list[str]) -> None:
    for wrong in (order("", workplace=" "), order("", achievement_id="none")):
        with pytest.raises(UserError):
            school.ask_attestations(class_, wrong, "Test")
    with pytest.raises(UserError) as refused:
        school.ask_attestations([str(number) for number in range(51)], order(""), "Test")
    assert (refused.value.code, school.attestation_page().attestations) == ("too_many", ())
