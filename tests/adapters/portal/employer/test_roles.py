"""Roles over real HTTP: one is described, published and read by everybody, and a share is compared with it."""

from __future__ import annotations

import re

import pytest

from mimis_core.services import Services
from tests.adapters.portal.employer.conftest import EMAIL, NAME, Enter, Share
from tests.services.test_role_matching import CALL, MEET, OCCUPATION, give_esco
from tests.web.site import Browser

OUTCOME = "Delta i ett digitalt möte och dela skärm eller dokument."
WORDS = "Vi ser först på det som behövs."


@pytest.fixture
def editing(recruiter: Browser) -> str:
    """The address of the page where a new role is written."""
    recruiter.get("/employer/roles/new")
    recruiter.send("/employer/roles/new", **{"title.sv": "Kock"})
    assert recruiter.path.endswith("/edit")
    return recruiter.path


def fill_in(browser: Browser, path: str, step: str, **fields: str) -> str:
    """Press a button of the editor; gives the page after it."""
    browser.get(path)
    known = {"title.sv": "Kock", "revision": _revision(browser), **_chosen(browser)}
    return browser.send(path, step=step, **{**known, **fields}).text


def _revision(browser: Browser) -> str:
    found = re.search(r'name="revision" value="(\d+)"', browser.page.text)
    assert found is not None
    return found[1]


def _chosen(browser: Browser) -> dict[str, str]:
    """What is chosen in the lists of the page."""
    lists = re.findall(r'<select id="([^"]+)".*?</select>', browser.page.text, re.S)
    found = {}
    for name in lists:
        (inside,) = re.findall(rf'<select id="{re.escape(name)}".*?</select>', browser.page.text, re.S)
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        found[name] = chosen[1] if chosen else ""
    return found


def test_empty_list_leads_to_the_first_role(recruiter: Browser) -> None:
    assert "Ingen yrkesroll är beskriven än." in recruiter.get("/employer/roles").text


def test_role_without_a_title_is_asked_for_one(recruiter: Browser) -> None:
    recruiter.get("/employer/roles/new")
    assert recruiter.send("/employer/roles/new").status_code == 400
    assert "Skriv vad jobbet heter." in recruiter.page.text


def test_role_begins_with_an_occupation(recruiter: Browser, employer: Services) -> None:
    give_esco(employer)
    page = recruiter.get("/employer/roles/new?q=sjuk").text
    assert "Börja med sjuksköterska" in page
    page = recruiter.send("/employer/roles/new", occupation=OCCUPATION).text
    assert "mötas" in page
    assert "tala" in page


def test_needs_are_searched_added_weighed_and_removed(recruiter: Browser, employer: Services, editing: str) -> None:
    give_esco(employer)
    assert f'value="skill:{MEET}"' in fill_in(recruiter, editing, "search", wanted="möt")
    fill_in(recruiter, editing, f"skill:{MEET}")
    fill_in(recruiter, editing, f"skill:{CALL}")
    fill_in(recruiter, editing, "text", **{"text.sv": "Laga mat", "needs.0.weight": "desirable", "needs.0.level": "4"})
    fill_in(recruiter, editing, "eye", **{"eye.sv": "Körkort"})
    page = fill_in(recruiter, editing, "needs:1")
    (role,) = employer.role_profiles()
    assert [(need.label, need.weight, need.level) for need in role.profile.needs] == [
        ({"sv": "mötas"}, "desirable", 4),
        ({"sv": "Laga mat"}, "essential", None),
    ]
    assert role.profile.by_eye == ({"sv": "Körkort"},)
    assert "Laga mat" in page


def test_same_skill_is_added_once(recruiter: Browser, employer: Services, editing: str) -> None:
    give_esco(employer)
    for _ in range(2):
        fill_in(recruiter, editing, f"skill:{MEET}")
    assert len(employer.role_profiles()[0].profile.needs) == 1


@pytest.mark.parametrize("step", ["save", "done"])
def test_order_needs_words(recruiter: Browser, employer: Services, editing: str, step: str) -> None:
    page = fill_in(recruiter, editing, step, order="all")
    assert recruiter.page.status_code == 400
    assert "Skriv med ord hur ni väljer." in page
    assert employer.role_profiles()[0].profile.criteria is None


def test_what_another_has_saved_meanwhile_is_not_lost(recruiter: Browser, employer: Services, editing: str) -> None:
    page = fill_in(recruiter, editing, "save", revision="77", **{"title.sv": "Annat"})
    assert "Någon annan har sparat den här yrkesrollen." in page
    assert employer.role_profiles()[0].profile.title == {"sv": "Kock"}


@pytest.fixture
def published(recruiter: Browser, employer: Services, editing: str) -> str:
    """Id of a published role with one need and an order."""
    fill_in(recruiter, editing, "text", **{"text.sv": OUTCOME})
    fill_in(recruiter, editing, "done", order="essential", **{"words.sv": WORDS})
    recruiter.get(f"{recruiter.path}/publish")
    recruiter.send(recruiter.path)
    assert "Publicerad. Nu kan alla läsa yrkesrollen." in recruiter.page.text
    return employer.role_profiles()[0].profile.id


def test_everybody_reads_a_published_role_and_how_shares_are_ordered(
    as_role: Enter, employer: Services, published: str
) -> None:
    stranger = as_role()
    page = stranger.get(f"/roles/{published}").text
    for said in ("Kock", OUTCOME, WORDS, "Namn, ålder, kön, ursprung, skola och datum räknas inte."):
        assert said in page
    assert f"/roles/{published}" in stranger.get("/to-us").text
    data = stranger.get(f"/roles/{published}.json").json()
    assert data["role"]["criteria"] == {"order": ["essential_met", "essential_partly"], "words": {"sv": WORDS}}
    assert data["role"]["needs"][0]["label"] == {"sv": OUTCOME}


def test_ended_and_drafted_roles_are_read_by_nobody(
    recruiter: Browser, as_role: Enter, employer: Services, published: str
) -> None:
    draft = employer.new_role({"sv": "Utkast"}, "Test").profile.id
    recruiter.get(f"/employer/roles/{published}/end")
    recruiter.send(f"/employer/roles/{published}/end")
    stranger = as_role()
    codes = [stranger.get(f"/roles/{one}{end}").status_code for one in (draft, published) for end in ("", ".json")]
    assert codes == [404] * 4
    assert "Jobb som vi har beskrivit" not in stranger.get("/to-us").text


def test_share_is_explained_line_by_line(recruiter: Browser, employer: Services, share: Share, published: str) -> None:
    recruiter.get("/employer/import")
    page = recruiter.send("/employer/import", link=share(), email=EMAIL).text
    (line,) = employer.import_page().lines
    address = f"/employer/roles/{published}/shares/{line.id}"
    assert address in page
    page = recruiter.get(address).text
    for said in (NAME, "Visat", OUTCOME, "Digitala arbetsmiljöer i omsorgen visar det"):
        assert said in page


def test_nameless_share_of_an_issuer_that_is_not_asked_says_what_to_do(
    recruiter: Browser, employer: Services, share: Share, published: str
) -> None:
    recruiter.get("/employer/import")
    recruiter.send("/employer/import", link=share(anonymous=True))
    (line,) = employer.import_page().lines
    page = recruiter.get(f"/employer/roles/{published}/shares/{line.id}").text
    for said in ("Inte visat", "mimis frågar inte den här utfärdaren", "Ni kan fråga på utfärdarens sida vem det är."):
        assert said in page


def test_shares_are_ordered_only_by_published_criteria(
    recruiter: Browser, employer: Services, share: Share, published: str
) -> None:
    recruiter.get("/employer/import")
    recruiter.send("/employer/import", link=share(), email=EMAIL)
    page = recruiter.get(f"/employer/roles/{published}/shares").text
    for said in (WORDS, NAME, "1 sak som behövs är visad", "Det är ni som bestämmer, inte mimis."):
        assert said in page
    silent = employer.new_role({"sv": "Tyst"}, "Test").profile.id
    page = recruiter.get(f"/employer/roles/{silent}/shares").text
    assert "Delningarna ordnas inte för den här yrkesrollen." in page
    assert NAME not in page
