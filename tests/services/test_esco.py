"""ESCO as it is kept and asked: one version for each organisation, read once, followed when another is imported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mimis_core import DataError, UserError
from mimis_core.services import Esco, EscoEntry, EscoRelease, EscoTexts, Services

PREFIX = "http://data.europa.eu/esco"
CARE, ELDERLY, DEMENTIA, BIKES = (f"{PREFIX}/skill/{name}" for name in ("care", "elderly", "dementia", "bikes"))
GROUP = f"{PREFIX}/isced-f/0921"
ASSISTANT = f"{PREFIX}/occupation/assistant"
RELEASE = EscoRelease(
    version="1.2.0",
    entries=(
        EscoEntry(DEMENTIA, "skill", type="knowledge"),
        EscoEntry(CARE, "skill", type="skill", reuse="cross-sector"),
        EscoEntry(ELDERLY, "skill", type="skill"),
        EscoEntry(BIKES, "skill", type="skill"),
        EscoEntry(GROUP, "group", "0921"),
        EscoEntry(ASSISTANT, "occupation", "5321.1"),
    ),
    broader=((ELDERLY, CARE), (DEMENTIA, CARE), (CARE, GROUP)),
    relations=((ASSISTANT, ELDERLY, "essential"), (ASSISTANT, DEMENTIA, "optional"), (ASSISTANT, ELDERLY, "optional")),
    texts={
        "en": EscoTexts(
            labels={
                CARE: "provide care",
                ELDERLY: "tend to elderly people",
                DEMENTIA: "older adults' needs",
                BIKES: "repair bicycles",
                GROUP: "care of the elderly",
                ASSISTANT: "healthcare assistant",
            },
            others={BIKES: ("mend bikes", "fix bicycles")},
            descriptions={ELDERLY: "Help elderly people."},
        )
    },
)
SWEDISH = replace(RELEASE, texts={"sv": EscoTexts({ELDERLY: "ta hand om äldre", CARE: "ge omsorg"})})


@pytest.fixture
def esco(school: Services) -> Esco:
    school.import_esco(RELEASE)
    return school.esco()


def labels(found: list[object]) -> list[str]:
    return [one.labels["en"] for one in found]  # type: ignore[attr-defined]


# Asking ----------------------------------------------------------------------------------------------------------


def test_nothing_imported_is_an_empty_version_that_says_what_to_do(school: Services) -> None:
    esco = school.esco()
    assert (esco.version, esco.concept(CARE), esco.broader(CARE), esco.skills_of(ASSISTANT)) == ("", None, (), ())
    assert esco.search("care", "en", "skill") == []
    with pytest.raises(UserError, match="mimis esco import"):
        esco.require()


def test_concept_has_kind_labels_and_code(esco: Esco) -> None:
    skill, occupation = esco.require().concept(CARE), esco.concept(ASSISTANT)
    assert skill is not None
    assert occupation is not None
    assert (skill.kind, skill.labels, skill.type, skill.reuse) == (
        "skill",
        {"en": "provide care"},
        "skill",
        "cross-sector",
    )
    assert (occupation.kind, occupation.code) == ("occupation", "5321.1")
    assert esco.concept(f"{PREFIX}/skill/unknown") is None


def test_concept_without_a_label_is_called_by_its_address(school: Services) -> None:
    school.import_esco(replace(RELEASE, texts={"en": EscoTexts({})}))
    concept = school.esco().concept(CARE)
    assert concept is not None
    assert concept.labels == {"und": CARE}


def test_steps_lead_up_and_down(esco: Esco) -> None:
    assert (esco.broader(ELDERLY), esco.broader(CARE), esco.broader(GROUP)) == ((CARE,), (GROUP,), ())
    assert (esco.narrower(CARE), esco.narrower(ELDERLY)) == ((DEMENTIA, ELDERLY), ())


def test_occupation_needs_each_skill_once_and_essential_wins(esco: Esco) -> None:
    assert esco.skills_of(ASSISTANT) == ((ELDERLY, "essential"), (DEMENTIA, "optional"))
    assert esco.skills_of(CARE) == ()


def test_description_is_there_where_esco_has_one(esco: Esco) -> None:
    assert (esco.description(ELDERLY, "sv"), esco.description(CARE, "en")) == ("Help elderly people.", "")
    assert esco.description("unknown", "en") == ""


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("elder", "skill", ["tend to elderly people"]),
        ("PEOPLE tend", "skill", ["tend to elderly people"]),
        ("bicycles", "skill", ["repair bicycles"]),
        ("mend bikes", "skill", ["repair bicycles"]),
        ("adults needs", "skill", ["older adults' needs"]),
        ("lderly", "skill", []),
        ("elderly", "group", ["care of the elderly"]),
        ("care", "occupation", []),
        ("health", "occupation", ["healthcare assistant"]),
        ("  -- ", "skill", []),
    ],
    ids=[
        "begin",
        "any-order",
        "label",
        "other-label",
        "apostrophe",
        "middle",
        "group",
        "kind",
        "occupation",
        "no-word",
    ],
)
def test_search_finds_words_by_how_they_begin(esco: Esco, text: str, kind: str, found: list[str]) -> None:
    assert labels(list(esco.search(text, "en", kind))) == found  # type: ignore[arg-type]


def test_closest_comes_first_and_no_more_than_asked_for(school: Services) -> None:
    uris = [f"{PREFIX}/skill/{number}" for number in range(4)]
    names = ("teach and care for animals", "care", "care for pets", "carer's notes")
    texts = {"en": EscoTexts(dict(zip(uris, names, strict=True)))}
    school.import_esco(EscoRelease("1.2.0", tuple(EscoEntry(uri, "skill") for uri in uris), (), (), texts))
    found = labels(list(school.esco().search("care", "en", "skill", limit=3)))
    assert found == ["care", "care for pets", "carer's notes"]


def test_language_that_is_not_there_is_searched_in_english(esco: Esco) -> None:
    assert labels(list(esco.search("elderly", "fi", "skill"))) == ["tend to elderly people"]
    assert (esco.spoken("fi"), esco.spoken("en"), Esco().spoken("en")) == ("en", "en", "")


# Importing -------------------------------------------------------------------------------------------------------


def test_import_tells_what_it_did(school: Services) -> None:
    done = school.import_esco(RELEASE)
    assert (done.state, done.version, done.before, done.languages, done.lost) == ("new", "1.2.0", "", ("en",), ())
    assert done.counts == {"skills": 4, "groups": 1, "occupations": 1, "broader": 3, "relations": 3}


def test_same_again_changes_nothing(school: Services) -> None:
    school.import_esco(RELEASE)
    before, records = school.esco(), school.audit_page().lines
    turned = replace(RELEASE, entries=RELEASE.entries[::-1], broader=RELEASE.broader[::-1])
    assert school.import_esco(turned).state == "same"
    assert school.esco() is before
    assert school.audit_page().lines == records


def test_trial_run_tells_and_changes_nothing(school: Services) -> None:
    assert school.import_esco(RELEASE, dry_run=True).state == "new"
    assert school.esco().version == ""


def test_language_of_the_same_version_is_added(school: Services) -> None:
    school.import_esco(RELEASE)
    done = school.import_esco(SWEDISH)
    concept = school.esco().concept(ELDERLY)
    assert (done.state, done.languages, done.lost) == ("changed", ("en", "sv"), ())
    assert concept is not None
    assert concept.labels == {"en": "tend to elderly people", "sv": "ta hand om äldre"}


def test_other_version_takes_its_place_with_its_languages(school: Services) -> None:
    school.import_esco(RELEASE)
    school.import_esco(SWEDISH)
    done = school.import_esco(replace(RELEASE, version="1.10"))
    assert (done.state, done.before, done.languages, done.lost) == ("changed", "1.2.0", ("en",), ("sv",))
    assert school.esco().version == "1.10"


def test_other_concepts_of_the_same_version_take_their_place(school: Services) -> None:
    school.import_esco(SWEDISH)
    done = school.import_esco(replace(RELEASE, entries=(*RELEASE.entries, EscoEntry(f"{PREFIX}/skill/new", "skill"))))
    assert (done.state, done.lost, school.esco().count("skill")) == ("changed", ("sv",), 5)


def test_older_version_is_taken_only_on_purpose(school: Services) -> None:
    school.import_esco(replace(RELEASE, version="1.2.1"))
    with pytest.raises(UserError, match="--force"):
        school.import_esco(RELEASE)
    assert school.esco().version == "1.2.1"
    assert school.import_esco(RELEASE, force=True).state == "changed"
    assert school.esco().version == "1.2.0"


@pytest.mark.parametrize("version", ["", "1", "latest", "v1.2.0", "1.2.0.1"])
def test_version_that_is_none_is_refused(school: Services, version: str) -> None:
    with pytest.raises(UserError, match="no version"):
        school.import_esco(replace(RELEASE, version=version))


def test_relation_to_nothing_is_refused_and_nothing_changes(school: Services) -> None:
    with pytest.raises(DataError):
        school.import_esco(replace(RELEASE, broader=((CARE, f"{PREFIX}/skill/unknown"),)))
    assert school.esco().version == ""


def test_what_another_process_imports_is_seen(school: Services) -> None:
    school.import_esco(RELEASE)
    assert school.esco().version == "1.2.0"
    other = Services(school.settings, school.plugins, school.database)
    other.import_esco(replace(RELEASE, version="1.2.1"))
    assert school.esco().version == "1.2.1"


def test_organisations_with_the_same_content_hold_it_once(school: Services) -> None:
    organisation = school.settings.organisation.model_copy(update={"id": "other"})
    settings = school.settings.model_copy(update={"organisation": organisation})
    other = Services(settings, school.plugins, school.database)
    school.import_esco(RELEASE)
    assert other.esco().version == ""
    other.import_esco(RELEASE)
    assert other.esco() is school.esco()
