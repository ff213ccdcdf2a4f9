"""Built documents before the official shapes and contexts, which are the judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mimis_europass.rules.judge import find_violations, profiles_of
from mimis_europass.rules.specs import load_kinds
from mimis_europass.rules.walk import Walk

from mimis_core import Achievement, Completion, Concept, Grade, Level, LevelState, Organisation, QualityAssurance

from .rich import part

pytestmark = pytest.mark.official

IDEAS = (
    "yrkessvenska-rapportera", "yrkessvenska-samtala", "bemotande-demens", "informationssakerhet-vard",
    "digitala-arbetsmiljoer", "ritningslasning-grund", "verktygsvana", "felsokning-bil", "gastvard-hotell",
    "livsmedelshygien-servering", "kundbemotande", "solenergi-grund", "solcellsmontage-grund", "sakert-hojd",
    "samarbete-arbetsgrupp", "leda-unga-idrott",
)  # fmt: skip
Built = Callable[..., dict[str, Any]]
Make = Callable[..., Achievement]


def keys_of(item: Any) -> Iterator[str]:
    """All keys and types in a document, but for the languages of texts."""
    if isinstance(item, list):
        for part in item:
            yield from keys_of(part)
    elif isinstance(item, dict) and "id" in item:
        kinds = item.get("type", [])
        yield from [kinds] if isinstance(kinds, str) else kinds
        for key, part in item.items():
            yield key
            yield from keys_of(part)


def ids_of(item: Any) -> Iterator[str]:
    if isinstance(item, dict):
        yield from [item["id"]] if "id" in item else []
        for part in item.values():
            yield from ids_of(part)
    for part in item if isinstance(item, list) else ():
        yield from ids_of(part)


def test_all_ideas_are_judged_here(ideas: dict[str, Any]) -> None:
    assert set(ideas) == set(IDEAS)


@pytest.mark.parametrize("profile", ["no_cv", "full"])
@pytest.mark.parametrize("idea", IDEAS)
def test_every_idea_conforms(
    judge: Any, built: Built, from_idea: Make, ideas: dict[str, Any], idea: str, profile: str
) -> None:
    document = built(from_idea(ideas[idea]))
    assert judge.findings(document, profile) == ""


@pytest.mark.parametrize("idea", IDEAS)
def test_no_key_is_lost(judge: Any, built: Built, from_idea: Make, ideas: dict[str, Any], idea: str) -> None:
    document = built(from_idea(ideas[idea]))
    assert set(keys_of(document)) <= judge.keys
    assert [name for name in ids_of(document) if not name.startswith(("urn:", "http://", "https://"))] == []


@pytest.mark.parametrize("idea", IDEAS)
def test_every_idea_is_decided_in_one_walk(built: Built, from_idea: Make, ideas: dict[str, Any], idea: str) -> None:
    document = built(from_idea(ideas[idea]))
    walk = Walk(load_kinds(profiles_of(document)), document)
    assert (walk.shapes, walk.strict, find_violations(document)) == ([], [], [])


@pytest.mark.parametrize("state", [LevelState.DECIDED, LevelState.PART_OF_DECIDED])
def test_decided_level_conforms(judge: Any, built: Built, achievement: Make, state: LevelState) -> None:
    level = Level(value=5, state=state, decision="MYH 2026/17", qualification={"sv": "Hela", "en": "Whole"})
    document = built(achievement(level=level))
    assert judge.findings(document) == ""
    assert document["credentialSubject"]["hasClaim"]["specifiedBy"]["type"] == "Qualification"


def test_fullest_order_conforms(
    judge: Any, built: Built, achievement: Make, completion: Callable[..., Completion], school: Organisation
) -> None:
    entry = achievement(
        description={"sv": "Kort", "en": "Short"}, entry_requirement={"sv": "Inga"}, note={"en": "Note"},
        homepage="https://school.example/entry", assessment=("oral", "written"), mode=("blended", "work"),
        quality_assurance=QualityAssurance(internal={"sv": "a"}, external={"sv": "b"}, body={"sv": "c"}),
        languages=("sv", "ar"), workload_hours=7.5,
    )  # fmt: skip
    work = completion(kind="attestation", by="Ove Handledare")
    owner = school.model_copy(update={"id": "annan", "country": "NOR", "address": None, "region": None})
    evidence = (completion(grade=Grade(text="A")), work)
    document = built(entry, evidence=evidence, show_birth_date=True, owner=owner)
    assert (judge.findings(document), find_violations(document)) == ("", [])
    assert set(keys_of(document)) <= judge.keys


def test_parts_conform(judge: Any, built: Built, achievement: Make, completion: Callable[..., Completion]) -> None:
    foreign = part(completion, key="urn:credential:2", document=None, by="Annan skola")
    document = built(achievement(), evidence=(part(completion), foreign))
    assert (judge.findings(document), find_violations(document)) == ("", [])
    assert set(keys_of(document)) <= judge.keys


def test_poorest_order_conforms(judge: Any, built: Built, achievement: Make, school: Organisation) -> None:
    bare = school.model_copy(update={"address": None, "homepage": None, "region": None, "legal_name": {"sv": "S"}})
    entry = achievement(level=None, part_of=None)
    document = built(entry, issuer=bare, owner=bare, languages=("sv",), evidence=())
    assert judge.findings(document) == ""


def test_reusability_and_skill_labels_conform(judge: Any, built: Built, achievement: Make) -> None:
    entry = achievement()
    skill = Concept(uri="http://data.europa.eu/esco/skill/f041ce17-a005-4c69-846e-e3806e0b62f9")
    outcome = entry.outcomes[0].model_copy(update={"reusability": "sector-specific", "esco": (skill,)})
    assert judge.findings(built(entry.model_copy(update={"outcomes": (outcome,)}))) == ""
