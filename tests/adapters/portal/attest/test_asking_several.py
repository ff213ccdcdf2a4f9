"""A teacher ticks several learners, over several searches, and asks one supervisor about all of them."""

from __future__ import annotations

import re

import pytest
from mimis_portal.attest import asking

from mimis_core.services import Services
from tests.adapters.portal.attest.test_asking import LISTING, ORDER
from tests.school import HandCourier, HandSource, done, page, someone
from tests.web.site import Browser

SEVERAL = f"{LISTING}/new/several"
BOX = re.compile(r'<input type="checkbox" name="learner" value="([0-9a-f]{32})"( checked)?>')


@pytest.fixture
def class_(school: Services) -> list[str]:
    """Ids of three learners."""
    people = [someone(str(number), full_name=f"{name} Elev") for number, name in enumerate(("Amina", "Bo", "Cai"))]
    HandSource.pages = [page(*(done("course:9", one) for one in people))]
    school.sync()
    return [one.id for one, _ in school.learners()]


def ticked(teacher: Browser) -> list[tuple[str, bool]]:
    """The boxes of the page, and whether each is ticked."""
    return [(learner_id, bool(checked)) for learner_id, checked in BOX.findall(teacher.page.text)]


def address(*learners: str) -> str:
    return f"{SEVERAL}?" + "&".join(f"learner={one}" for one in learners)


def test_those_who_were_ticked_stay_chosen_over_the_next_search(teacher: Browser, class_: list[str]) -> None:
    teacher.get(f"{LISTING}/new?q=am")
    assert ticked(teacher) == [(class_[0], False)]
    teacher.get(f"{LISTING}/new?q=bo&learner={class_[0]}")
    assert ticked(teacher) == [(class_[0], True), (class_[1], False)]
    teacher.get(address(*class_[:2]))
    assert ticked(teacher) == [(class_[0], True), (class_[1], True)]


def test_supervisor_is_asked_about_those_who_are_ticked_in_the_end(
    teacher: Browser, school: Services, class_: list[str]
) -> None:
    teacher.get(address(*class_))
    teacher.send(address(*class_), **ORDER, learner=class_[1:])
    assert (teacher.path, "2 länkar är på väg" in teacher.page.text) == (LISTING, True)
    assert {one.learner_id for one in school.attestation_page().attestations} == set(class_[1:])
    school.drain()
    assert [one.to for one in HandCourier.parcels].count("petra@hotell.example") == 2


def test_links_without_an_address_are_shown_once_with_names(
    teacher: Browser, class_: list[str], supervisor: Browser
) -> None:
    teacher.get(address(*class_))
    teacher.send(address(*class_), **{**ORDER, "email": ""}, learner=class_[:2])
    found = re.findall(r'<h2[^>]*>([^<]+)</h2>\s*<p class="copy"[^>]*>([^<]+)<', teacher.page.text)
    assert [name for name, _ in found] == ["Amina Elev", "Bo Elev"]
    for name, url in found:
        assert name in supervisor.get(url.removeprefix(supervisor.address)).text


def test_what_is_wrong_is_said_and_the_ticks_are_kept(teacher: Browser, school: Services, class_: list[str]) -> None:
    teacher.get(address(*class_))
    teacher.send(address(*class_), **{**ORDER, "workplace": ""}, learner=class_[:1])
    assert (teacher.page.status_code, "Skriv arbetsplatsen" in teacher.page.text) == (400, True)
    assert [checked for _, checked in ticked(teacher)] == [True, False, False]
    teacher.send(address(*class_), **ORDER)
    assert (teacher.page.status_code, "Kryssa för minst en deltagare." in teacher.page.text) == (400, True)
    assert school.attestation_page().attestations == ()


def test_who_ticks_too_many_is_told_that_some_are_left_out(
    teacher: Browser, class_: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_ASKED", 2)
    told = "Du kan fråga om 2 deltagare på en gång."
    assert told in teacher.get(address(*class_)).text
    assert ticked(teacher) == [(class_[0], True), (class_[1], True)]
    assert told not in teacher.get(address(*class_[:2], class_[0])).text


def test_protected_person_is_not_among_them(teacher: Browser, school: Services, class_: list[str]) -> None:
    school.protect_learner(class_[0], "Test")
    teacher.get(address(*class_))
    assert (ticked(teacher)[0][0], "Amina" in teacher.page.text) == (class_[1], False)
    teacher.send(address(*class_), **ORDER, learner=[class_[0], class_[1]])
    assert "Det gick inte att fråga om en av dem." in teacher.page.text
    assert {one.learner_id for one in school.attestation_page().attestations} == {class_[1]}


def test_nobody_ticked_leads_back_to_the_search(teacher: Browser, class_: list[str]) -> None:
    teacher.get(f"{SEVERAL}?q=am")
    assert (teacher.path, "Kryssa för minst en deltagare." in teacher.page.text) == (f"{LISTING}/new", True)
