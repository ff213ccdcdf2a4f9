"""A teacher asks, follows, reminds and takes back; the answer leads to the decision."""

from __future__ import annotations

import json
import re

import pytest

from mimis_core.services import Services
from tests.school import HandCourier, HandSource, done, page
from tests.services.attesting import ENTRY, answer, ask
from tests.web.site import Browser

ORDER = {
    "achievement": ENTRY, "kind": "attestation", "name": "Petra Sjö", "email": "petra@hotell.example",
    "workplace": "Hotell Demo", "started_on": "2026-10-05", "ended_on": "2026-11-13", "hours": "180", "phone": "070-1",
    "until": "2026-12-08",
}  # fmt: skip
LISTING = "/school/attestations"


def fill_in(teacher: Browser, learner: str, **changes: str) -> None:
    teacher.get(f"{LISTING}/new/{learner}")
    teacher.send(f"{LISTING}/new/{learner}", **{**ORDER, **changes})


def test_teacher_finds_the_learner_and_asks(teacher: Browser, school: Services, learner: str) -> None:
    teacher.get(f"{LISTING}/new?q=åsa")
    assert f"{LISTING}/new/{learner}" in teacher.page.text
    fill_in(teacher, learner)
    (made,) = school.attestation_page().attestations
    assert (teacher.path, made.made_by) == (f"{LISTING}/{made.id}", "Lo Berg")
    school.drain()
    assert HandCourier.parcels[-1].to == "petra@hotell.example"
    assert "Hotell Demo" in teacher.get(LISTING).text


def test_link_without_an_address_is_shown_once(teacher: Browser, learner: str, supervisor: Browser) -> None:
    fill_in(teacher, learner, email="")
    found = re.search(r'class="copy"[^>]*>([^<]+)<', teacher.page.text)
    assert found is not None
    assert "Åsa Öberg 1" in supervisor.get(found.group(1).removeprefix(supervisor.address)).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"achievement": ""}, "Välj en mikromerit i listan.", id="no-entry"),
        pytest.param({"name": ""}, "Skriv namnet", id="name"),
        pytest.param({"workplace": ""}, "Skriv arbetsplatsen", id="workplace"),
        pytest.param({"email": "petra"}, "Skriv en e-postadress", id="email"),
        pytest.param({"kind": "friend"}, "Välj vem som får frågan.", id="kind"),
        pytest.param({"ended_on": "2026-10-01"}, "Sista dagen kan inte vara före första dagen.", id="period"),
        pytest.param({"until": "2026-01-01"}, "Välj en dag inom 90 dagar.", id="until"),
        pytest.param({"hours": "-1"}, "Skriv antalet timmar", id="hours"),
        pytest.param({"workplace": "19811218-9876"}, "Ta bort personnumret.", id="personal-number"),
    ],
)
def test_what_cannot_be_asked_is_said_and_what_was_written_is_kept(
    teacher: Browser, learner: str, changes: dict[str, str], said: str
) -> None:
    fill_in(teacher, learner, **changes)
    assert (teacher.page.status_code, said in teacher.page.text, "070-1" in teacher.page.text) == (400, True, True)


def test_nobody_is_asked_about_a_protected_person(teacher: Browser, school: Services, learner: str) -> None:
    school.protect_learner(learner, "Test")
    assert "Ingen heter så." in teacher.get(f"{LISTING}/new?q=åsa").text
    fill_in(teacher, learner)
    assert (school.attestation_page().attestations, "skyddade personuppgifter" in teacher.page.text) == ((), True)


def test_request_about_somebody_who_is_protected_since_shows_nothing(
    teacher: Browser, school: Services, learner: str
) -> None:
    made = ask(school, learner)
    school.protect_learner(learner, "Test")
    for path in (LISTING, f"{LISTING}/{made.attestation_id}"):
        text = teacher.get(path).text
        assert ("Skyddad person" in text, "Åsa" in text, "Hotell Demo" in text, "Petra" in text) == (
            True,
            False,
            False,
            False,
        )


def test_answer_is_shown_and_leads_to_the_decision(teacher: Browser, school: Services, learner: str) -> None:
    made = ask(school, learner)
    answer(school, made, "yes", "partly", "yes")
    teacher.get(f"{LISTING}/{made.attestation_id}")
    (award,) = school.awards()
    for said in ("receptionschef", "Delvis", "1 läranderesultat är inte intygat.", f"/school/awards/{award['id']}"):
        assert said in teacher.page.text
    assert "Inte intygade: 2." in teacher.get(f"/school/awards/{award['id']}").text


def test_reminder_is_mailed_and_a_further_link_handed_over(teacher: Browser, school: Services, learner: str) -> None:
    one = f"{LISTING}/{ask(school, learner).attestation_id}"
    teacher.get(one)
    teacher.send(f"{one}/remind")
    school.drain()
    assert [one.to for one in HandCourier.parcels].count("petra@hotell.example") == 2
    teacher.send(f"{one}/remind", hand_over="yes")
    assert "/attest/" in teacher.page.text


def test_taking_back_asks_first(teacher: Browser, school: Services, learner: str, supervisor: Browser) -> None:
    made = ask(school, learner)
    one = f"{LISTING}/{made.attestation_id}"
    teacher.get(f"{one}/withdraw")
    assert school.attestation(made.attestation_id).state == "asked"
    teacher.send(f"{one}/withdraw")
    assert (teacher.path, school.attestation(made.attestation_id).state) == (one, "withdrawn")
    teacher.send(f"{one}/remind")
    assert "Gör en ny" in teacher.page.text


def test_answered_request_is_not_taken_back(teacher: Browser, school: Services, learner: str) -> None:
    made = ask(school, learner)
    answer(school, made, "yes")
    one = f"{LISTING}/{made.attestation_id}"
    teacher.get(f"{one}/withdraw")
    teacher.send(f"{one}/withdraw")
    assert (school.attestation(made.attestation_id).state, "redan besvarad" in teacher.page.text) == ("answered", True)


def test_list_says_when_it_is_empty(teacher: Browser, learner: str) -> None:
    assert "Ingen är tillfrågad just nu." in teacher.get(LISTING).text
    assert "Det finns ingen sådan förfrågan här." in teacher.get(f"{LISTING}?q=bo").text
    assert "Här finns inget än." in teacher.get(f"{LISTING}?state=over").text


def test_decision_on_an_entry_of_a_longer_name_is_another(teacher: Browser, school: Services, learner: str) -> None:
    folder = school.settings.folder / "catalogue"
    entry = json.loads((folder / f"{ENTRY}.yaml").read_text("utf-8"))
    longer = {**entry, "id": f"{ENTRY}-natt", "earned_by": [{"module": "course:8"}]}
    (folder / f"{ENTRY}-natt.yaml").write_text(json.dumps(longer), "utf-8")
    school.catalogue_reader.forget()
    made = ask(school, learner)
    answer(school, made, "yes")
    HandSource.pages = [page(done("course:8", completed_at=school.clock()))]
    school.sync()
    by_entry = {one["achievement"].partition("@")[0]: one["id"] for one in school.awards()}
    shown = teacher.get(f"{LISTING}/{made.attestation_id}").text
    assert [by_entry[one] in shown for one in (ENTRY, f"{ENTRY}-natt")] == [True, False]
