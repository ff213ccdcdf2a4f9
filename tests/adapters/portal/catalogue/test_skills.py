"""Choosing a learning outcome's ESCO skills from a search, beside the draft."""

from __future__ import annotations

import re
from html import unescape

import pytest

from mimis_core.services import EscoEntry, EscoRelease, EscoTexts, Services
from tests.adapters.portal.catalogue.test_editing import EDIT, begin, send
from tests.web.site import Browser

SKILL = "http://data.europa.eu/esco/skill"
COOK, DISHES, OLD = f"{SKILL}/cook", f"{SKILL}/dishes", f"{SKILL}/old"
PAGE = "/school/catalogue/laga-mat/outcomes/1/esco"


@pytest.fixture
def release(school: Services) -> EscoRelease:
    """ESCO with two skills."""
    texts = {
        "sv": EscoTexts({COOK: "laga mat", DISHES: "diska"}, {}, {COOK: "Tillaga <rätter>."}),
        "en": EscoTexts({COOK: "cook food", DISHES: "wash dishes"}, {}, {COOK: "Prepare dishes."}),
        "fi": EscoTexts({COOK: "valmistaa ruokaa"}),
    }
    entries = EscoEntry(COOK, "skill"), EscoEntry(DISHES, "skill"), EscoEntry(f"{SKILL}/group", "group")
    release = EscoRelease("1.2.0", entries, (), (), texts)
    school.import_esco(release)
    return release


@pytest.fixture
def drafting(owner: Browser) -> Browser:
    """A draft with one learning outcome."""
    begin(owner)
    send(owner, "add:outcomes")
    send(owner, "save", **{"outcomes.0.title.sv": "Laga tre rätter"})
    return owner


def choose(owner: Browser, **changes: str) -> None:
    revision = re.search(r'name="revision" value="(\d+)"', owner.page.text)
    owner.send(PAGE, **{"revision": revision.group(1) if revision else "0", "q": "", **changes})


def chosen(school: Services) -> list[str]:
    return [one["uri"] for one in school.draft("laga-mat").content["outcomes"][0].get("esco", ())]


def test_button_saves_and_leads_to_the_search(drafting: Browser, school: Services, release: EscoRelease) -> None:
    send(drafting, "esco:outcomes:0", **{"outcomes.0.criteria.sv": "3 av 3"})
    assert drafting.path.partition("#")[0] == PAGE
    assert school.draft("laga-mat").content["outcomes"][0]["criteria"] == {"sv": "3 av 3"}
    assert "Laga tre rätter" in unescape(drafting.page.text)


def test_skill_is_found_read_and_chosen(drafting: Browser, school: Services, release: EscoRelease) -> None:
    drafting.get(f"{PAGE}?q=mat")
    assert "laga mat" in drafting.page.text
    assert "Tillaga &lt;rätter&gt;." in drafting.page.text
    choose(drafting, add=COOK, q="mat")
    assert school.draft("laga-mat").content["outcomes"][0]["esco"] == [
        {"uri": COOK, "label": {"sv": "laga mat", "en": "cook food"}}
    ]
    assert "Redan vald" in drafting.page.text


def test_several_are_chosen_once_each_and_taken_away(drafting: Browser, school: Services, release: EscoRelease) -> None:
    drafting.get(f"{PAGE}?q=laga")
    for uri in (COOK, DISHES, COOK):
        choose(drafting, add=uri, q="laga")
    assert sorted(chosen(school)) == [COOK, DISHES]
    choose(drafting, remove=COOK)
    assert chosen(school) == [DISHES]


def test_what_was_chosen_is_kept_when_the_form_is_saved(
    drafting: Browser, school: Services, release: EscoRelease
) -> None:
    drafting.get(f"{PAGE}?q=laga")
    choose(drafting, add=COOK)
    drafting.get(EDIT)
    send(drafting, "save", **{"description.sv": "En text"})
    assert school.draft("laga-mat").content["outcomes"][0]["esco"][0]["label"]["sv"] == "laga mat"


def test_page_is_searched_in_its_language(drafting: Browser, release: EscoRelease) -> None:
    drafting.get(f"{PAGE}?q=food")
    assert "ESCO har ingen kompetens med de orden" in drafting.page.text
    assert "laga mat" not in drafting.page.text


def test_what_esco_does_not_have_is_not_chosen(drafting: Browser, school: Services, release: EscoRelease) -> None:
    drafting.get(PAGE)
    for uri in (f"{SKILL}/none", f"{SKILL}/group", "javascript:alert(1)"):
        choose(drafting, add=uri)
    assert chosen(school) == []


def test_search_without_a_find_says_so(drafting: Browser, release: EscoRelease) -> None:
    drafting.get(f"{PAGE}?q=astronomy")
    assert "ESCO har ingen kompetens med de orden" in drafting.page.text


def test_skill_that_a_newer_version_lacks_is_marked(drafting: Browser, school: Services, release: EscoRelease) -> None:
    drafting.get(EDIT)
    send(drafting, "save", **{"outcomes.0.esco": OLD})
    drafting.get(PAGE)
    assert "finns inte i ESCO 1.2.0" in drafting.page.text
    choose(drafting, remove=OLD)
    assert chosen(school) == []


def test_later_one_of_two_is_told(drafting: Browser, school: Services, release: EscoRelease) -> None:
    drafting.get(f"{PAGE}?q=laga")
    draft = school.draft("laga-mat")
    school.save_draft("laga-mat", {**draft.content, "iscedf": "1013"}, draft.revision, "0" * 32)
    choose(drafting, add=COOK)
    assert "Någon annan har sparat utkastet under tiden" in drafting.page.text
    assert chosen(school) == []


def test_without_esco_the_page_says_what_to_do(drafting: Browser) -> None:
    drafting.get(PAGE)
    assert "mimis esco import" in drafting.page.text


def test_outcome_that_is_not_there_is_not_found(drafting: Browser) -> None:
    drafting.get(PAGE.replace("/1/", "/2/"))
    assert drafting.page.status_code == 404
