"""Writing an entry in the portal, from its title to its publication."""

from __future__ import annotations

import re
from html import unescape

from mimis_core.services import Services
from tests.web.site import Browser

IN_FILE = "digitala-arbetsmiljoer"
EDIT = "/school/catalogue/laga-mat/edit"
NAMED = re.compile(r'<(input|textarea|select)\b[^>]*\bname="([^"]+)"[^>]*>(?:\n?(.*?)</\1>)?', re.S)


def fields_on(page: str) -> dict[str, str | list[str]]:
    """What a browser would send of the form that is shown, without its buttons."""
    form = page[page.index("data-check=") :]
    found: dict[str, str | list[str]] = {}
    for match in NAMED.finditer(form):
        kind, name, inside = match.groups()
        whole = match.group(0)
        if kind == "textarea":
            found[name] = unescape(inside)
        elif kind == "select":
            chosen = re.search(r'<option value="([^"]*)" selected', whole) or re.search(
                r'<option value="([^"]*)"', whole
            )
            found[name] = chosen.group(1) if chosen else ""
        elif 'type="checkbox"' in whole:
            if " checked" in whole:
                value = re.search(r'value="([^"]*)"', whole)
                found[name] = [*found.get(name, []), value.group(1) if value else ""]
        else:
            value = re.search(r'value="([^"]*)"', whole)
            found[name] = unescape(value.group(1)) if value else ""
    return {name: value for name, value in found.items() if name != "csrf_token"}


def begin(owner: Browser) -> Browser:
    owner.get("/school/catalogue/new")
    owner.send("/school/catalogue/new", **{"title.sv": "Laga mat", "title.en": "Cook"})
    assert owner.path == EDIT
    return owner


def send(owner: Browser, step: str, **changes: str | list[str]) -> None:
    owner.send(owner.path, **{**fields_on(owner.page.text), **changes, "step": step})


def test_entry_is_written_and_published(owner: Browser, school: Services) -> None:
    begin(owner)
    send(owner, "add:outcomes")
    send(
        owner,
        "save",
        **{
            "outcomes.0.title.sv": "Laga tre maträtter efter recept.",
            "outcomes.0.title.en": "Cook three dishes by recipe.",
            "outcomes.0.criteria.sv": "Lagar 3 av 3 rätter.",
            "outcomes.0.criteria.en": "Cooks 3 of 3 dishes.",
            "workload_hours": "37,5",
            "assessment": ["6a4db9f11d", "4f03b91c0e"],
            "mode": ["9191af2ed9"],
            "iscedf": "1013",
            "quality_assurance.internal.sv": "Två lärare bedömer.",
            "quality_assurance.external.sv": "En restaurang granskar.",
        },
    )
    owner.get("/school/catalogue/laga-mat/publish")
    assert owner.page.status_code == 200
    revision = re.search(r'name="revision" value="(\d+)"', owner.page.text)
    assert revision is not None
    owner.send("/school/catalogue/laga-mat/publish", revision=revision.group(1))
    assert (owner.page.status_code, owner.path) == (200, "/school/catalogue/laga-mat@1")
    entry = school.catalogue.get("laga-mat", 1)
    assert entry is not None
    assert (entry.workload_hours, entry.assessment) == (37.5, ("6a4db9f11d", "4f03b91c0e"))


def test_rows_are_added_and_removed_and_nothing_written_is_lost(owner: Browser, school: Services) -> None:
    begin(owner)
    send(owner, "add:outcomes", **{"description.sv": "En text"})
    send(owner, "add:outcomes", **{"outcomes.0.title.sv": "Första"})
    send(owner, "add:earned_by", **{"outcomes.1.title.sv": "Andra"})
    send(owner, "remove:outcomes:0", **{"earned_by.0.module": "course:4"})
    content = school.draft("laga-mat").content
    assert [one["title"]["sv"] for one in content["outcomes"]] == ["Andra"]
    assert (content["description"]["sv"], content["earned_by"]) == ("En text", [{"module": "course:4"}])


def test_publication_says_what_is_missing(owner: Browser) -> None:
    begin(owner)
    page = owner.get("/school/catalogue/laga-mat/publish?lang=en")
    assert "The micro-credential cannot be published yet." in page.text
    assert "There is no learning outcome." in page.text
    owner.send("/school/catalogue/laga-mat/publish", revision="1")
    assert owner.page.status_code == 409


def test_later_of_two_is_told_and_keeps_what_she_wrote(owner: Browser, school: Services) -> None:
    begin(owner)
    mine = fields_on(owner.page.text)
    send(owner, "save", **{"description.sv": "Den andras"})
    owner.send(EDIT, **{**mine, "description.sv": "Min egen text", "step": "save"})
    assert owner.page.status_code == 409
    assert "Min egen text" in owner.page.text
    assert school.draft("laga-mat").content["description"]["sv"] == "Den andras"
    send(owner, "save")
    assert school.draft("laga-mat").content["description"]["sv"] == "Min egen text"


def test_check_answers_for_what_is_not_saved(owner: Browser, school: Services) -> None:
    begin(owner)
    sent = {**fields_on(owner.page.text), "title.sv": "Behörighetsintyg"}
    answer = owner.send("/school/catalogue/laga-mat/check", **sent)
    assert (answer.status_code, "behörighetsintyg" in answer.text) == (200, True)
    assert "<html" not in answer.text
    assert school.draft("laga-mat").content["title"]["sv"] == "Laga mat"


def test_button_checks_where_no_script_runs(owner: Browser) -> None:
    begin(owner)
    send(owner, "check", workload_hours="många")
    assert "/edit?checked=yes" in owner.page.url
    assert 'id="workload_hours-error"' in owner.page.text
    assert 'value="många"' in owner.page.text


def test_what_the_form_does_not_show_is_kept(owner: Browser, school: Services) -> None:
    owner.get(f"/school/catalogue/{IN_FILE}@1")
    owner.send(f"/school/catalogue/{IN_FILE}/draft")
    before = school.judge_draft(school.draft(IN_FILE)).entry
    send(owner, "save")
    assert school.judge_draft(school.draft(IN_FILE)).entry == before


def test_title_without_words_is_refused_beside_its_field(owner: Browser) -> None:
    owner.get("/school/catalogue/new")
    owner.send("/school/catalogue/new", **{"title.sv": " "})
    assert (owner.page.status_code, 'class="wrong"' in owner.page.text) == (400, True)


def test_rule_is_recorded_with_name_and_day(owner: Browser, school: Services) -> None:
    begin(owner)
    owner.get("/school/catalogue/laga-mat/rule")
    owner.send("/school/catalogue/laga-mat/rule", decided_by="", decided_on="2026-08-01")
    assert owner.page.status_code == 400
    owner.send("/school/catalogue/laga-mat/rule", decided_by="Rektor Ek", decided_on="2026-08-01")
    assert "Rektor Ek" in owner.page.text
    assert school.draft("laga-mat").content["automatic"]["decided_on"] == "2026-08-01"
    owner.get("/school/catalogue/laga-mat/rule")
    owner.send("/school/catalogue/laga-mat/rule", step="drop")
    assert "automatic" not in school.draft("laga-mat").content


def test_retired_entry_asks_first(owner: Browser, school: Services) -> None:
    owner.get(f"/school/catalogue/{IN_FILE}/retire")
    assert IN_FILE in {entry.id for entry in school.catalogue.latest()}
    owner.send(f"/school/catalogue/{IN_FILE}/retire")
    assert IN_FILE not in {entry.id for entry in school.catalogue.latest()}


def test_thrown_away_draft_asks_first(owner: Browser, school: Services) -> None:
    begin(owner)
    owner.get("/school/catalogue/laga-mat/discard")
    assert school.draft("laga-mat").version == 1
    owner.send("/school/catalogue/laga-mat/discard")
    assert owner.get(EDIT).status_code == 404


def test_list_is_searched_by_title(owner: Browser) -> None:
    whole = owner.get("/school/catalogue").text
    found = owner.get("/school/catalogue?q=digitala").text
    assert (IN_FILE in found, "verktygsvana" in found, "verktygsvana" in whole) == (True, False, True)


def test_previews_are_made_of_the_real_pages(owner: Browser) -> None:
    learner = owner.get(f"/school/catalogue/{IN_FILE}@1/preview/learner?lang=en").text
    employer = owner.get(f"/school/catalogue/{IN_FILE}@1/preview/employer").text
    assert ("What can you do?" in learner, "What can the person do?" in employer) == (True, True)
    assert owner.get(f"/school/catalogue/{IN_FILE}@1/preview/anyone").status_code == 404


def test_draft_with_holes_leads_to_its_form(owner: Browser) -> None:
    begin(owner)
    owner.get("/school/catalogue/laga-mat@1/preview/learner")
    assert owner.path == EDIT


def test_how_much_is_enough_is_kept_and_what_is_never_reached_is_told(owner: Browser, school: Services) -> None:
    begin(owner)
    send(owner, "add:earned_by")
    assert ('value="credential:verktygsvana"' in owner.page.text, ".points" in owner.page.text) == (True, False)
    asked = {
        "earned_by.0.module": "credential:verktygsvana",
        "earned_by.0.points": "7,5",
        "earned_by.0.required": "yes",
        "enough_points": "15",
        "parts_from": "NTRSE-5566778899\r\n*",
    }
    send(owner, "check", **asked)
    content = school.draft("laga-mat").content
    assert content["earned_by"] == [{"module": "credential:verktygsvana", "points": 7.5, "required": True}]
    assert (content["enough_points"], content["parts_from"]) == (15, ["NTRSE-5566778899", "*"])
    send(owner, "check", **{"outcomes.0.title.sv": ""})
    assert "Alla krav tillsammans är mindre än det som ska räcka." in unescape(owner.page.text)
    assert school.draft("laga-mat").content == content
