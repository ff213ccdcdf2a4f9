"""Who has a link answers on a phone without an account; who has not, or had, gets nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mimis_core.services import Services
from tests.school import Clock
from tests.services.attesting import TEACHER
from tests.web.site import Browser

FACTS = {
    "identity": "known", "started_on": "2026-10-05", "ended_on": "2026-11-13", "hours": "180,5", "name": "Petra Sjö",
    "role": "receptionschef",
}  # fmt: skip


def questions(school: Services, link: str) -> int:
    return len(school.open_attestation(link.rpartition("/")[2]).achievement.outcomes)


def answer_all(browser: Browser, link: str, *, seen: str = "yes") -> None:
    """From the mail to the last look."""
    browser.get(link)
    browser.send(link)
    while not browser.path.endswith("/send"):
        fields = FACTS if 'name="role"' in browser.page.text else {"seen": seen}
        browser.send(browser.path, **fields)
        assert browser.page.status_code == 200, browser.page.text


def test_supervisor_goes_from_the_mail_to_the_receipt(supervisor: Browser, school: Services, link: str) -> None:
    supervisor.get(link)
    for said in ("Åsa Öberg 1", "Lärare Lo Berg", "070-123 45 67", "Hotell Demo", "5 oktober 2026"):
        assert said in supervisor.page.text
    answer_all(supervisor, link)
    assert "180,5" in supervisor.page.text
    supervisor.send(f"{link}/send")
    assert (supervisor.path, "Tack." in supervisor.page.text) == (link, True)
    (award,) = school.awards()
    assert award["state"] == "proposed"


def test_receipt_shows_nothing_else(supervisor: Browser, link: str) -> None:
    answer_all(supervisor, link)
    supervisor.send(f"{link}/send")
    for path in (link, f"{link}/1", f"{link}/send"):
        text = supervisor.get(path).text
        assert ("Tack." in text, "Åsa" in text, "Hotell" in text, "Petra" in text) == (True, False, False, False)


def test_answers_are_there_after_the_phone_slept(
    supervisor: Browser, browse: Callable[[], Browser], school: Services, link: str
) -> None:
    supervisor.get(link)
    supervisor.send(link)
    supervisor.send(supervisor.path, seen="partly", comment="Bara vid låg beläggning.")
    awake = browse()
    assert "Fortsätt" in awake.get(link).text
    awake.send(link)
    assert awake.path == f"{link}/2"
    awake.get(f"{link}/1")
    assert "Bara vid låg beläggning." in awake.page.text
    assert 'value="partly" checked' in awake.page.text


def test_last_look_leads_back_to_each_answer(supervisor: Browser, school: Services, link: str) -> None:
    answer_all(supervisor, link)
    supervisor.get(f"{link}/2")
    supervisor.send(f"{link}/2", seen="no")
    assert (supervisor.path, "Nej, inte än" in supervisor.page.text) == (f"{link}/send", True)


def test_nothing_is_sent_before_all_is_answered(supervisor: Browser, school: Services, link: str) -> None:
    supervisor.get(link)
    supervisor.send(f"{link}/send")
    assert (supervisor.path, school.awards()) == (f"{link}/1", [])


def follow_links(scanner: Browser, *paths: str) -> None:
    """As programs do that look at mails before people: twice, without a form."""
    for path in paths:
        for method in ("HEAD", "GET"):
            assert scanner._session.request(method, scanner.address + path, timeout=20).status_code == 200


def test_program_that_follows_links_changes_nothing(browse: Callable[[], Browser], school: Services, link: str) -> None:
    follow_links(browse(), link, f"{link}/1", f"{link}/send")
    (shown,) = school.attestation_page().attestations
    assert shown.state == "asked"


def test_program_that_follows_links_sends_no_answer(
    supervisor: Browser, browse: Callable[[], Browser], school: Services, link: str
) -> None:
    answer_all(supervisor, link)
    follow_links(browse(), link, f"{link}/1", f"{link}/send")
    (shown,) = school.attestation_page().attestations
    assert shown.state == "opened"


@pytest.mark.parametrize("path", ["/attest/unknown", "/attest/unknown/1", "/attest/unknown/send"])
def test_guessed_link_is_not_found(supervisor: Browser, link: str, path: str) -> None:
    assert supervisor.get(path).status_code == 404
    supervisor.get(link)
    assert supervisor.send(path).status_code == 404


def test_form_without_the_page_it_stands_on_is_refused(supervisor: Browser, school: Services, link: str) -> None:
    supervisor.get("/")
    assert supervisor.send(f"{link}/1", csrf_token="", seen="yes").status_code == 400
    assert school.open_attestation(link.rpartition("/")[2]).answers.outcomes == {}


@pytest.mark.parametrize("step", ["0", "99"])
def test_step_that_is_none_is_not_found(supervisor: Browser, link: str, step: str) -> None:
    assert supervisor.get(f"{link}/{step}").status_code == 404


def test_withdrawn_and_old_links_say_so_in_plain_words(
    supervisor: Browser, school: Services, link: str, clock: Clock
) -> None:
    (shown,) = school.attestation_page().attestations
    clock.forward(days=15)
    old = supervisor.get(link)
    assert (old.status_code, "Länken är för gammal." in old.text, "Åsa" in old.text) == (410, True, False)
    school.withdraw_attestation(shown.id, TEACHER)
    gone = supervisor.get(link)
    assert (gone.status_code, "Skolan behöver inget svar längre." in gone.text) == (410, True)


def test_link_about_a_protected_person_is_not_found(
    supervisor: Browser, school: Services, link: str, learner: str
) -> None:
    school.protect_learner(learner, "Test")
    assert supervisor.get(link).status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"name": ""}, "Skriv namnet", id="name"),
        pytest.param({"role": ""}, "Skriv din roll", id="role"),
        pytest.param({"identity": "maybe"}, "Välj hur du vet vem personen är.", id="identity"),
        pytest.param({"started_on": "i höstas"}, "Skriv första dagen.", id="first-day"),
        pytest.param({"ended_on": "2026-10-04"}, "Sista dagen kan inte vara före första dagen.", id="period"),
        pytest.param({"ended_on": "2026-12-24"}, "Sista dagen kan inte vara efter i dag.", id="future"),
        pytest.param({"hours": "nan"}, "Skriv antalet timmar", id="nan"),
        pytest.param({"hours": "många"}, "Skriv antalet timmar", id="hours"),
        pytest.param({"role": "chef 19811218-9876"}, "Ta bort personnumret.", id="personal-number"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_kept(
    supervisor: Browser, school: Services, link: str, changes: dict[str, str], said: str
) -> None:
    step = f"{link}/{questions(school, link) + 1}"
    supervisor.get(step)
    supervisor.send(step, **{**FACTS, **changes})
    assert (supervisor.page.status_code, said in supervisor.page.text) == (400, True)
    assert FACTS["name" if "role" in changes else "role"] in supervisor.page.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({}, "Välj ett svar.", id="nothing"),
        pytest.param({"seen": "always"}, "Välj ett svar.", id="unknown"),
        pytest.param({"seen": "no", "comment": "x" * 1001}, "Kommentaren är för lång.", id="long"),
        pytest.param({"seen": "no", "comment": "19811218-9876"}, "Ta bort personnumret.", id="personal-number"),
    ],
)
def test_answer_that_is_none_is_refused(supervisor: Browser, link: str, fields: dict[str, str], said: str) -> None:
    supervisor.get(f"{link}/1")
    supervisor.send(f"{link}/1", **fields)
    assert (supervisor.page.status_code, said in supervisor.page.text) == (400, True)


def test_who_writes_too_often_is_asked_to_wait(supervisor: Browser, link: str) -> None:
    supervisor.get(link)
    codes = {supervisor.send(link).status_code for _ in range(62)}
    assert codes == {200, 429} or codes == {200, 400, 429}
