"""Platsbanken's advertisements: what maps exactly, what does not, and what goes wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from mimis_ats.jobtech.ad import PAGE, ad_id, read_ad
from mimis_ats.jobtech.client import Jobtech
from mimis_ats.jobtech.mapping import needs_of
from mimis_ats.jobtech.sandbox import (
    CARE,
    CYCLES,
    EMPATHISE,
    HEALTHCARE_ASSISTANT,
    OPEN,
    REMOVED,
    TEND,
    JobtechSandbox,
)
from mimis_ats.jobtech.settings import JobtechSettings, jobtech_settings
from mimis_ats.jobtech.taxonomy import AT_ONCE, questions, read_matches

from mimis_core import NotFoundError, PermanentError, TemporaryError, UserError
from mimis_core.services import Esco, EscoEntry, EscoRelease, EscoTexts
from mimis_core.services.esco_parts import pack


@pytest.fixture
def sandbox() -> Iterator[JobtechSandbox]:
    with JobtechSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def jobtech(sandbox: JobtechSandbox) -> Iterator[Jobtech]:
    with Jobtech(JobtechSettings(**sandbox.settings())) as jobtech:
        yield jobtech


def esco(*entries: EscoEntry) -> Esco:
    texts = {"sv": EscoTexts({one.uri: f"{one.kind} på svenska" for one in entries})}
    return Esco("1.2.0", "digest", pack(EscoRelease("1.2.0", entries, (), (), texts)))


FULL = esco(
    EscoEntry(TEND, "skill"), EscoEntry(EMPATHISE, "skill"), EscoEntry(HEALTHCARE_ASSISTANT, "occupation", "5321")
)


# What an advertisement asks for ----------------------------------------------------------------------------------


def test_exact_matches_become_skills_and_all_else_stays_visible(jobtech: Jobtech) -> None:
    needs = jobtech.needs(CARE, FULL)
    assert [(one.label, one.uri, one.need) for one in needs.skills] == [
        ("Äldreomsorg", TEND, "essential"),
        ("Bemötande", EMPATHISE, "essential"),
    ]
    assert [(one.item.label, one.why, one.item.need) for one in needs.unmapped] == [
        ("Schemaläggning i Tes", "text", "essential"),
        ("Svenska", "unmatched", "essential"),
        ("Vårdbiträde", "no-skill", "essential"),
        ("Samspel", "several", "optional"),
        ("Lokalkännedom", "unmatched", "optional"),
    ]


def test_occupation_title_text_and_page_come_along(jobtech: Jobtech) -> None:
    needs = jobtech.needs(f"{PAGE}{CARE}", FULL)
    assert (needs.title, needs.text) == ("Vårdbiträde till hemtjänsten", "Du har erfarenhet av äldreomsorg.")
    assert needs.occupation is not None
    assert (needs.occupation.label, needs.occupation.uri) == ("Vårdbiträde", HEALTHCARE_ASSISTANT)
    assert (needs.url, needs.says_nothing) == (f"{PAGE}{CARE}", False)


@pytest.mark.parametrize("key", [OPEN, CYCLES], ids=["empty-lists", "no-lists"])
def test_empty_lists_say_nothing_and_keep_the_text(jobtech: Jobtech, key: str) -> None:
    needs = jobtech.needs(key, FULL)
    assert (needs.skills, needs.unmapped, needs.says_nothing) == ((), (), True)
    assert needs.text == "Vi söker dig som vill arbeta hos oss."


def test_occupation_may_be_a_list_and_need_not_be_in_esco(jobtech: Jobtech) -> None:
    occupation = jobtech.needs(CYCLES, FULL).occupation
    assert occupation is not None
    assert (occupation.label, occupation.uri) == ("Cykelmekaniker", None)


def test_what_is_a_must_is_not_repeated_as_good_to_have(jobtech: Jobtech) -> None:
    assert [one.label for one in jobtech.ad(CARE).items].count("Äldreomsorg") == 1


def test_skill_that_the_imported_esco_lacks_is_told(jobtech: Jobtech) -> None:
    needs = jobtech.needs(CARE, esco(EscoEntry(EMPATHISE, "skill")))
    assert ("Äldreomsorg", "version") in [(one.item.label, one.why) for one in needs.unmapped]
    assert needs.occupation is not None
    assert needs.occupation.uri is None


def test_without_esco_the_taxonomy_is_taken_at_its_word(jobtech: Jobtech) -> None:
    assert [one.uri for one in jobtech.needs(CARE, Esco()).skills] == [TEND, EMPATHISE]


def test_two_items_that_are_one_skill_are_one_need() -> None:
    item = {"label": "Omsorg", "concept_id": "aaaa_bbb_ccc"}, {"label": "Vård", "concept_id": "dddd_eee_fff"}
    ad = read_ad({"id": "1", "headline": "Test", "must_have": {"skills": list(item)}})
    needs = needs_of(ad, {"aaaa_bbb_ccc": (TEND,), "dddd_eee_fff": (TEND,)}, Esco())
    assert [one.label for one in needs.skills] == ["Omsorg"]


# Which advertisement ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where",
    [CARE, f" {CARE} ", f"{PAGE}{CARE}", f"{PAGE}{CARE}/", f"https://jobsearch.api.jobtechdev.se/ad/{CARE}"],
    ids=["id", "spaces", "page", "slash", "api"],
)
def test_advertisement_is_named_by_id_or_address(where: str) -> None:
    assert ad_id(where) == CARE


@pytest.mark.parametrize(
    "where",
    [
        "",
        "../search",
        "https://arbetsformedlingen.se.example.org/annonser/1",
        f"ftp://arbetsformedlingen.se/{CARE}",
        "1?2",
    ],
    ids=["empty", "path", "other-host", "other-scheme", "query"],
)
def test_another_address_is_refused_unopened(sandbox: JobtechSandbox, jobtech: Jobtech, where: str) -> None:
    with pytest.raises(UserError, match="no advertisement of Platsbanken"):
        jobtech.needs(where, FULL)
    assert sandbox.count() == 0


@pytest.mark.parametrize(("key", "code"), [(REMOVED, "removed"), ("99999999", "unknown")], ids=["removed", "unknown"])
def test_advertisement_that_is_gone_is_told(jobtech: Jobtech, key: str, code: str) -> None:
    with pytest.raises(NotFoundError) as refused:
        jobtech.ad(key)
    assert (refused.value.code, refused.value.mend is not None) == (code, True)


def test_search_finds_what_is_open(jobtech: Jobtech) -> None:
    (hit,) = jobtech.search("vårdbiträde")
    assert (hit.id, hit.employer, hit.url) == (CARE, "Testbygdens omsorg AB", f"{PAGE}{CARE}")
    assert jobtech.search("finns inte") == []


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (101, 0), (10, 2001), (10, -1)])
def test_search_does_not_ask_beyond_what_is_given(
    sandbox: JobtechSandbox, jobtech: Jobtech, limit: int, offset: int
) -> None:
    with pytest.raises(UserError):
        jobtech.search("vård", limit, offset)
    assert sandbox.count() == 0


def test_names_of_contacts_are_never_asked_for(sandbox: JobtechSandbox, jobtech: Jobtech) -> None:
    jobtech.ad(CARE)
    jobtech.search("vård")
    masks = [request.headers["x-fields"] for request in sandbox.requests]
    assert len(masks) == 2
    assert not any("contact" in mask for mask in masks)


def test_page_is_never_another_address() -> None:
    ad = {"id": "1", "headline": "Test", "webpage_url": "javascript:alert(1)"}
    assert read_ad(ad).url == f"{PAGE}1"


# The taxonomy ----------------------------------------------------------------------------------------------------


def test_only_exact_matches_are_asked_for_in_a_pinned_version() -> None:
    (query,) = questions(["eldE_rly_001"], "esco-skill", 22)
    assert 'version: "22"' in query
    assert "exact_match" in query
    assert not any(other in query for other in ("close_match", "broad_match", "narrow_match"))


def test_many_concepts_are_asked_for_in_turns_and_others_not_at_all() -> None:
    ids = [f"abcd_efg_{number:03}" for number in range(AT_ONCE + 1)]
    asked = list(questions([*ids, *ids, 'x") { id } }', ""], "esco-skill", None))
    assert [query.count("concepts(") for query in asked] == [AT_ONCE, 1]


def test_concept_that_became_two_has_no_match() -> None:
    heirs = [{"id": "b", "exact_match": [{"esco_uri": TEND}]}, {"id": "c", "exact_match": [{"esco_uri": EMPATHISE}]}]
    concept = {"id": "a", "exact_match": [], "replaced_by": heirs}
    assert read_matches({"data": {"c0": [concept]}}) == {"a": ()}


def test_address_that_is_none_of_esco_is_no_match() -> None:
    concept = {"id": "a", "exact_match": [{"esco_uri": "https://example.org/1"}, {"esco_uri": None}]}
    assert read_matches({"data": {"c0": [concept], "c1": []}}) == {"a": ()}


def test_error_of_the_taxonomy_is_not_taken_for_no_match() -> None:
    with pytest.raises(TemporaryError):
        read_matches({"data": {"c0": None}, "errors": [{"message": "no"}]})


# Faults ----------------------------------------------------------------------------------------------------------

ODD = ("html", "truncated", "empty", "types")
REPEATED = ("500", "503", "429", "429-silent", "drop", "reset")


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        *(("/ad/", fault) for fault in (*ODD, *REPEATED)),
        *((path, fault) for path in ("/graphql", "/search") for fault in (*ODD, "500")),
    ],
)
def test_fault_that_lasts_is_told_as_temporary(sandbox: JobtechSandbox, path: str, fault: str) -> None:
    sandbox.fail(fault, times=20, path=path)
    with Jobtech(JobtechSettings(**sandbox.settings())) as jobtech, pytest.raises(TemporaryError):
        jobtech.search("vård") if path == "/search" else jobtech.needs(CARE, FULL)


@pytest.mark.parametrize("fault", ["500", "503", "429", "drop", "reset"])
def test_fault_that_passes_is_not_noticed(sandbox: JobtechSandbox, jobtech: Jobtech, fault: str) -> None:
    sandbox.fail(fault, path="/ad/")
    assert jobtech.needs(CARE, FULL).skills


def test_refused_question_is_not_repeated(sandbox: JobtechSandbox, jobtech: Jobtech) -> None:
    query: dict[str, Any] = {"query": "{ nothing }"}
    with pytest.raises(PermanentError):
        jobtech._get(jobtech._taxonomy, "v1/taxonomy/graphql", params=query)
    assert sandbox.count() == 1


# Settings --------------------------------------------------------------------------------------------------------


def test_environment_changes_addresses_and_version() -> None:
    environment = {"MIMIS_JOBSEARCH_URL": "http://127.0.0.1:9", "MIMIS_TAXONOMY_VERSION": "22", "OTHER": "1"}
    settings = jobtech_settings(environment)
    assert (settings.jobsearch_url, settings.taxonomy_version) == ("http://127.0.0.1:9", 22)
    assert settings.taxonomy_url == "https://taxonomy.api.jobtechdev.se"
