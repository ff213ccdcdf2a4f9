"""The catalogue as LOQ XML, for the Europass register of courses."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from mimis_europass.exports.qdr import Export, export_catalogue
from mimis_europass.exports.qdr_xml import LOQ

from mimis_core import (
    Achievement,
    Body,
    ConfigurationError,
    Credit,
    Level,
    Organisation,
)
from mimis_core.store.catalogue_files import load_catalogue, write_starter_catalogue
from tests.command import Mimis

from .conftest import PLAIN, achievement_of
from .rich import rich_fields

BASE = "https://mimis.example"
SCHOOL = Organisation(
    id="skola", legal_name={"sv": "Ekbackens folkhögskola", "en": "Ekbacken Folk High School"}, region="SE224",
    registration="802002-6509", eidas="NTRSE-8020026509", address="Ekvägen 1", homepage="https://skola.example",
)  # fmt: skip
Entry = Callable[..., Achievement]


@cache
def schema(shared: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared / "elm" / "xsd" / "loq" / "loq.xsd"))


def violations(shared: Path, content: bytes) -> list[str]:
    judge = schema(shared)
    judge.validate(etree.fromstring(content))
    return [f"{error.line}: {error.message}" for error in judge.error_log]


def find_owner(owner: str) -> Organisation:
    if owner == "nobody":
        raise ConfigurationError("The catalogue names the owner 'nobody'.", mend="Add it under [[owners]].")
    return SCHOOL.model_copy(update={"id": owner})


def export(*entries: Achievement, **changes: Any) -> Export:
    return export_catalogue(entries, SCHOOL.model_copy(update=changes), find_owner, BASE)


def texts(content: bytes, path: str) -> list[str]:
    found = etree.fromstring(content).iterfind(f".//{path.replace('q:', f'{{{LOQ}}}')}")
    return [element.get("uri") or element.get("idref") or element.text or "" for element in found]


@pytest.fixture
def starters(tmp_path: Path) -> tuple[Achievement, ...]:
    write_starter_catalogue(tmp_path, "skola")
    return load_catalogue(tmp_path).latest()


@pytest.fixture
def rich(achievement: Entry) -> Achievement:
    """An entry that fills everything that can be filled, with characters that XML minds."""
    both = {"sv": "Svenska \x0b <text>", "en": "English & text"}
    fields = rich_fields(achievement())
    changes = {"description": both, "entry_requirement": both, "languages": ("sv", "en", "so")}
    return achievement(**{**fields, **changes, "assessment": ("written", "practical"), "mode": ("online", "work")})


@pytest.mark.official
def test_starter_catalogue_is_valid(shared: Path, starters: tuple[Achievement, ...]) -> None:
    made = export(*starters)
    assert violations(shared, made.content) == []
    assert made.problems == ()
    assert made.written == tuple(entry.ref for entry in starters)


@pytest.mark.official
def test_ideas_are_valid(shared: Path, ideas: dict[str, Any], from_idea: Entry) -> None:
    made = export(*map(from_idea, ideas.values()))
    assert violations(shared, made.content) == []
    assert len(made.written) == len(ideas)


@pytest.mark.official
@pytest.mark.parametrize("level", ["part_of_decided", "decided", "self_assessed"])
def test_full_entry_is_valid(shared: Path, rich: Achievement, level: str) -> None:
    assert rich.level is not None
    accredited = rich.quality_assurance.accreditations
    made = export(rich.model_copy(update={"level": Level(value=4, state=level)}), accreditations=accredited)
    assert violations(shared, made.content) == []
    assert made.problems == ()


@pytest.mark.official
@pytest.mark.parametrize("lost", ["homepage", "ISCEDFCode", "language", "learningOutcome", "EQFLevel", "providedBy"])
def test_schema_misses_what_is_taken(shared: Path, rich: Achievement, lost: str) -> None:
    tree = etree.fromstring(export(rich).content)
    for element in list(tree.iter(f"{{{LOQ}}}{lost}")):
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
    assert violations(shared, etree.tostring(tree))


def test_ids_are_same_next_time(starters: tuple[Achievement, ...]) -> None:
    assert export(*starters).content == export(*starters).content
    ids = etree.fromstring(export(starters[0]).content).xpath("//@id")
    assert f"{BASE}/qdr/{starters[0].id}/1/opportunity" in ids
    assert all(str(one).startswith(f"{BASE}/qdr/") for one in ids)


def test_id_stays_when_text_changes(achievement: Entry) -> None:
    ids = [
        etree.fromstring(export(achievement(title={"sv": title})).content).xpath("//@id") for title in ("Ett", "Två")
    ]
    assert ids[0] == ids[1]


def test_decided_level_makes_qualification(achievement: Entry) -> None:
    content = export(achievement(level=Level(value=4, state="decided", decision="MYH 1"))).content
    assert texts(content, "q:qualification/q:NQFLevel") == ["http://data.europa.eu/snb/qdr/c_6477e349"]
    assert texts(content, "q:isPartialQualification") == ["false"]


def test_own_opinion_claims_no_level(achievement: Entry) -> None:
    content = export(achievement(level=Level(value=4, state="self_assessed"))).content
    assert texts(content, "q:EQFLevel") == []
    assert any("ungefär nivå 4" in text for text in texts(content, "q:noteLiteral"))


def test_texts_stand_in_all_languages(rich: Achievement) -> None:
    content = export(rich).content
    assert "Svenska   <text>" in texts(content, "q:learningOpportunity/q:description")
    assert texts(content, "q:entryRequirement/q:noteLiteral") == ["Svenska   <text>"]
    assert "Prerequisites: English & text" in texts(content, "q:noteLiteral")


def test_entry_speaks_its_own_languages(achievement: Entry) -> None:
    swedish = achievement(title={"sv": "Titel"}, level=Level(value=4, state="self_assessed"))
    root = etree.fromstring(export(swedish).content)
    sections = root.iter(f"{{{LOQ}}}learningAssessmentSpecification", f"{{{LOQ}}}learningOpportunity")
    assert {text.get("language") for section in sections for text in section.iter(f"{{{LOQ}}}title")} == {"sv"}
    assert not any("about level 4" in text for text in texts(export(swedish).content, "q:noteLiteral"))


def test_parts_and_target_group_are_notes(rich: Achievement) -> None:
    notes = texts(export(rich).content, "q:qualification/q:additionalNote/q:noteLiteral")
    assert {"Del: Del ett", "Part: Part one", "Del: Del två"} <= set(notes)
    assert any("Vuxna" in note for note in notes)


def test_shared_things_stand_once(starters: tuple[Achievement, ...]) -> None:
    assert texts(export(*starters).content, "q:organisation/q:legalName") == list(SCHOOL.legal_name.values())


def test_owner_publishes_issuer_provides(achievement: Entry) -> None:
    content = export(achievement(owner="branschen")).content
    assert texts(content, "q:publisher") == [f"{BASE}/qdr/organisation/branschen"]
    assert texts(content, "q:providedBy") == [f"{BASE}/qdr/organisation/skola"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"iscedf": "1234"}, "1234"),
        ({"homepage": "skola.example/kurs"}, "complete address"),
        ({"languages": ()}, "no language"),
        ({"languages": ("xx",)}, "'xx'"),
        ({"mode": ("dreaming",)}, "dreaming"),
        ({"assessment": ("guessing",)}, "guessing"),
        ({"title": {"sv": "  "}}, "title"),
        ({"owner": "nobody"}, "nobody"),
    ],
)
def test_invalid_entry_is_told(achievement: Entry, change: dict[str, Any], words: str) -> None:
    good, bad = achievement(), achievement(id="dalig", **change)
    made = export(good, bad)
    assert made.written == (good.ref,)
    assert [(problem.entry, problem.written) for problem in made.problems] == [(bad.ref, False)]
    assert words in made.problems[0].message
    assert made.problems[0].mend
    assert made.content == export(good).content


def test_no_homepage_is_told(achievement: Entry) -> None:
    made = export(achievement(), homepage=None)
    assert made.written == ()
    assert "homepage" in made.problems[0].message


@pytest.mark.parametrize("change", [{"country": "XYZ"}, {"country": "SE"}])
def test_unknown_country_keeps_entries_out(achievement: Entry, change: dict[str, Any]) -> None:
    made = export(achievement(), achievement(id="annan"), **change)
    assert made.written == ()
    assert len(made.problems) == 1


@pytest.mark.official
def test_detail_is_lost_and_told(shared: Path, rich: Achievement) -> None:
    far = Body(legal_name={"en": "Far"}, country="XYZ")
    decision = rich.quality_assurance.accreditations[0].model_copy(update={"body": far})
    points = Credit(points=3, framework="https://points.example/c")
    made = export(rich.model_copy(update={"credit": points}), region="SE999", accreditations=(decision,))
    assert made.written == (rich.ref,)
    assert [problem.written for problem in made.problems] == [True, True, True]
    assert violations(shared, made.content) == []


@pytest.mark.official
@given(text=st.text(min_size=1).filter(str.strip), language=st.sampled_from(["sv", "en", "se", "ti"]))
def test_any_text_is_valid(shared: Path, text: str, language: str) -> None:
    both = {language: text}
    entry = achievement_of(PLAIN, title=both, note=both, entry_requirement=both, part_of=both, description=both)
    assert violations(shared, export(entry).content) == []


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\ufffe", "\uffff", "\ud800"])
def test_unwritable_character_is_dropped(achievement: Entry, character: str) -> None:
    content = export(achievement(title={"sv": f"Kö{character}k"})).content
    assert texts(content, "q:learningOpportunity/q:title")[0].replace(" ", "") == "Kök"


@pytest.fixture
def mimis(capsys: pytest.CaptureFixture[str]) -> Mimis:
    return Mimis(capsys)


def with_homepage(folder: Path) -> None:
    config = folder / "mimis.toml"
    text = config.read_text("utf-8")
    config.write_text(text.replace("[organisation]\n", '[organisation]\nhomepage = "https://skola.example"\n'), "utf-8")


@pytest.mark.parametrize("broken", [False, True])
def test_command_exits_by_what_is_written(mimis: Mimis, school_folder: Path, tmp_path: Path, broken: bool) -> None:
    with_homepage(school_folder)
    entry = school_folder / "catalogue" / "verktygsvana.yaml"
    if broken:
        entry.write_text(entry.read_text("utf-8").replace('"0715"', '"1234"'), "utf-8")
    done = mimis("europass", "export-qdr", "--config", school_folder, "--output", tmp_path / "q.xml", "--json")
    assert done.code == (3 if broken else 0)
    assert ("verktygsvana@1" in done.json["written"]) is not broken
    assert ("1234" in done.err) is broken
    assert (tmp_path / "q.xml").read_bytes().startswith(b"<?xml")


def test_command_writes_no_empty_file(mimis: Mimis, school_folder: Path, tmp_path: Path) -> None:
    done = mimis("europass", "export-qdr", "--config", school_folder, "--output", tmp_path / "q.xml")
    assert done.code == 1
    assert "homepage" in done.err
    assert not (tmp_path / "q.xml").exists()
