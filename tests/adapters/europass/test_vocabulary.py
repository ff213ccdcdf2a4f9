"""The tables of concepts and labels: complete, official, and open to more languages."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_europass.document import texts, vocabulary
from mimis_europass.document.vocabulary import AUTHORITY, COUNTRIES, LANGUAGES, SNB
from mimis_europass.rules.codes import members
from mimis_europass.rules.judge import find_violations
from mimis_europass.settings import ElmSettings
from pydantic import ValidationError

from mimis_core import Achievement, IssueOrder
from mimis_core.wording import ASSESSMENTS, MODES

from .test_document_shapes import written

LISTS = {
    "ASSESSMENTS": f"{SNB}assessment/25831c2",
    "MODES": f"{SNB}learning-assessment/25831c2",
    "ACTIVITIES": f"{SNB}learning-activity/25831c2",
    "SETTINGS": f"{SNB}learning-setting/25831c2",
    "SUPERVISION": f"{SNB}supervision-verification/25831c2",
    "OUTCOME_TYPES": f"{SNB}skill-type/25831c2",
    "REUSE": f"{SNB}skill-reuse-level/25831c2",
    "CREDITS": f"{SNB}education-credit/25831c2",
    "ACCREDITATIONS": f"{SNB}accreditation/25831c2",
    "PROFILES": f"{SNB}credential/25831c2",
    "EVIDENCE": f"{SNB}evidence-type/25831c2",
    "FILE_TYPES": f"{AUTHORITY}file-type",
    "LANGUAGES": f"{AUTHORITY}language",
    "COUNTRIES": f"{AUTHORITY}country",
}
EUROPE = set(
    re.findall(".{3}", "AUTBELBGRHRVCYPCZEDNKESTFINFRADEUGRCHUNIRLITALVALTULUXMLTNLDPOLPRTROUSVKSVNESPSWEISLLIENOR")
)
SPOKEN = set(re.findall("..", "bghrcsdanlenetfifrdeelhugaitlvltmtplptroskslessvnbnnissearfasotitruk"))
LABELS = sorted(
    name for name in dir(texts) if name.isupper() and name[0] != "_" and isinstance(getattr(texts, name), dict)
)


@pytest.mark.parametrize("name", LISTS)
def test_every_code_is_in_its_list(name: str) -> None:
    start = LISTS[name].removesuffix("/25831c2")
    known = members(LISTS[name])
    assert known
    codes = [code for code, _ in getattr(vocabulary, name).values()]
    assert [code for code in codes if f"{start}/{code}" not in known] == []
    assert len(codes) == len(set(codes)) or name == "LANGUAGES"


@pytest.mark.parametrize("name", sorted(set(LISTS) - {"FILE_TYPES"}))
def test_every_concept_is_labelled_twice(name: str) -> None:
    unlabelled = [word for word, (_, label) in getattr(vocabulary, name).items() if not {"sv", "en"} <= label.keys()]
    assert unlabelled == []


def test_all_of_europe_is_there() -> None:
    assert set(COUNTRIES) >= EUROPE
    assert set(LANGUAGES) >= SPOKEN


def test_catalogue_and_format_share_words() -> None:
    assert {word: code for word, (code, _) in vocabulary.ASSESSMENTS.items()} == ASSESSMENTS
    assert {word: code for word, (code, _) in vocabulary.MODES.items()} == MODES


@pytest.mark.parametrize("name", LABELS)
def test_fixed_texts_keep_their_places(name: str) -> None:
    text = getattr(texts, name)
    assert {"sv", "en"} <= text.keys()
    places = [sorted(field for _, field, *_ in string.Formatter().parse(one) if field) for one in text.values()]
    assert all(found == places[0] for found in places)


def test_unlabelled_country_has_no_label() -> None:
    assert "prefLabel" not in vocabulary.country("KAZ")


@pytest.mark.parametrize("code", ["xx", "SV", "svenska", ""])
def test_unknown_language_is_no_setting(code: str) -> None:
    with pytest.raises(ValidationError, match="no language that mimis knows"):
        ElmSettings(languages=("sv", code))


@given(st.lists(st.sampled_from(sorted(LANGUAGES)), min_size=1, unique=True))
def test_any_known_languages_are_settings(codes: list[str]) -> None:
    assert ElmSettings(languages=tuple(codes)).languages == tuple(codes)


@pytest.fixture
def finnish(order: Callable[..., IssueOrder], achievement: Callable[..., Achievement]) -> dict[str, Any]:
    """A document in Finnish and Arabic, of an entry that has Finnish, Swedish and English."""
    title = {"sv": "Samarbeta", "fi": "Tehdä yhteistyötä", "en": "Co-operate"}
    return written(order(achievement(title=title)), ("fi", "ar"))


def test_chosen_languages_of_catalogue_are_written(finnish: dict[str, Any]) -> None:
    claim = finnish["credentialSubject"]["hasClaim"]
    assert claim["title"] == {"fi": "Tehdä yhteistyötä"}
    assert claim["specifiedBy"]["learningOutcome"][0]["title"] == {"sv": "Planera ett pass.", "en": "Plan a session."}
    assert find_violations(finnish) == []


def test_english_stands_in_for_fixed_texts(finnish: dict[str, Any]) -> None:
    (assessment,) = finnish["credentialSubject"]["hasClaim"]["provenBy"]
    assert assessment["grade"]["noteLiteral"] == {"en": "Passed"}
    assert finnish["displayParameter"]["primaryLanguage"]["id"] == f"{AUTHORITY}language/FIN"
    assert [item["id"][-3:] for item in finnish["displayParameter"]["language"]] == ["FIN", "ARA"]


def test_new_label_needs_nothing_but_data(
    monkeypatch: pytest.MonkeyPatch, order: Callable[..., IssueOrder], achievement: Callable[..., Achievement]
) -> None:
    monkeypatch.setitem(texts.PASSED, "fi", "Hyväksytty")
    (assessment,) = written(order(achievement()), ("fi", "sv"))["credentialSubject"]["hasClaim"]["provenBy"]
    assert assessment["grade"]["noteLiteral"] == {"fi": "Hyväksytty", "sv": "Godkänd"}


@pytest.mark.parametrize(
    ("value", "code", "text"), [(2.5, "sv", "2,5"), (2.5, "en", "2.5"), (2.5, "de", "2,5"), (12, "fi", "12")]
)
def test_numbers_are_written_as_spoken(value: float, code: str, text: str) -> None:
    assert texts.number(value, code) == text


@pytest.mark.parametrize(
    ("uri", "scheme"),
    [
        (f"{SNB}dcf/1.1", f"{SNB}dcf/25831c2"),
        ("https://frame.example/skills/7", "https://frame.example/skills"),
        ("https://frame.example/skills#7", "https://frame.example/skills"),
    ],
)
def test_foreign_concept_names_its_list(uri: str, scheme: str) -> None:
    assert vocabulary.foreign(uri)["inScheme"]["id"] == scheme
