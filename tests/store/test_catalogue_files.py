"""Catalogue files: what they become, and how mistakes are told."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mimis_core.errors import ConfigurationError
from mimis_core.model import (
    Accreditation,
    Achievement,
    AutomaticRule,
    Body,
    LevelState,
    Outcome,
    QualityAssurance,
)
from mimis_core.principles import check_achievement, passes
from mimis_core.store.catalogue_files import load_catalogue, write_starter_catalogue
from mimis_core.wording import ASSESSMENTS, MODES

SOUND = """\
id: cykel
title: {sv: "Laga cykel", en: "Repair a cycle"}
owner: skolan
outcomes:
  - title: {sv: "Laga en cykel.", en: "Repair a cycle."}
    criteria: {sv: "Fem av fem.", en: "Five of five."}
    type: skill
workload_hours: 20
assessment: [practical]
mode: [work]
iscedf: "0716"
quality_assurance:
  internal: {sv: "Vi.", en: "We."}
  external: {sv: "De.", en: "They."}
"""
DECISION = """\
  accreditations:
    - title: {sv: "Granskad", en: "Reviewed"}
      type: diplom
      expires: "i morgon"
      body:
        name: {sv: "Rådet", en: "The council"}
"""


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    write_starter_catalogue(tmp_path / "starter", "demo-skola")
    return tmp_path / "starter"


def refuse(folder: Path, **texts: str) -> list[str]:
    """Load files of these texts and return the lines of the error."""
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_catalogue(folder)
    assert caught.value.mend
    return caught.value.message.splitlines()


def test_file_becomes_an_achievement(tmp_path: Path) -> None:
    (tmp_path / "cykel.yaml").write_text("\ufeff" + SOUND, encoding="utf-8")
    entry = load_catalogue(tmp_path).get("cykel")
    assert entry is not None
    assert (entry.ref, entry.outcomes[0].title["en"], entry.workload_hours) == ("cykel@1", "Repair a cycle.", 20)


@pytest.mark.parametrize("word", ["practical", "6a4db9f11d", "http://data.europa.eu/snb/assessment/6a4db9f11d"])
def test_words_become_official_codes(tmp_path: Path, word: str) -> None:
    (tmp_path / "cykel.yaml").write_text(SOUND.replace("practical", word), encoding="utf-8")
    entry = load_catalogue(tmp_path).entries[0]
    assert (entry.assessment, entry.mode) == (("6a4db9f11d",), ("729f3bed4b",))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("owner:", "ovner:", "cykel.yaml:3: ovner: There is no such field. Did you mean owner?"),
        ("    criteria:", "    kriteria:", "cykel.yaml:6: outcomes.1.kriteria: There is no such field"),
        ("  internal:", "  intern:", "cykel.yaml:13: quality_assurance.intern: There is no such field. Did you mean"),
        ("type: skill", "type: kunskap", "cykel.yaml:7: outcomes.1.type: Input should be 'knowledge' or 'skill'"),
        ('"0716"', "1013", 'cykel.yaml:11: iscedf: Input should be a valid string. Put it in quotation marks: "..."'),
        ("workload_hours: 20", "workload_hours: 7,5", "cykel.yaml:8: workload_hours: Input should be a valid number"),
        ("workload_hours: 20", "workload_hours: !!int x", "cykel.yaml:1: file: Is not readable as YAML"),
        (
            "workload_hours: 20",
            "automatic: {decided_by: rektor, decided_on: 2026-13-45}",
            "cykel.yaml:8: automatic.decided_on: Input should be a valid date",
        ),
        ("id: cykel", "id: Cykel ett", "cykel.yaml:1: id: String should match pattern"),
        ("mode: [work]", "mode: work", "cykel.yaml:10: mode: Input should be a valid tuple. Write a list"),
        ("workload_hours: 20", "id: bil", "cykel.yaml:8: id: Is written twice. Keep one of them."),
        ("workload_hours: 20", "", "cykel.yaml:1: workload_hours: Field required. Add it"),
        ("workload_hours: 20", "zzz: 20", "cykel.yaml:8: zzz: There is no such field. Remove it, or use one of"),
        ("  - title: {sv", "  - title: {sv: {", "cykel.yaml:5: file: Is not readable as YAML from here"),
        ("[practical]", "*all", "cykel.yaml:1: file: Refers to another place with *"),
        (
            "iscedf:",
            "credit: {poäng: 2}\niscedf:",
            "cykel.yaml:11: credit.poäng: There is no such field. Remove it, or",
        ),
        (
            "iscedf:",
            "grading: {titel: x}\niscedf:",
            "cykel.yaml:11: grading.titel: There is no such field. Did you mean",
        ),
        (
            "iscedf:",
            "documents:\n  - title: {sv: x}\n    url: kursplan.pdf\niscedf:",
            "cykel.yaml:13: documents.1.url: String should match pattern",
        ),
        (
            "    type: skill",
            "    type: skill\n    skills:\n      - url: http://x.example/1",
            "cykel.yaml:9: outcomes.1.skills.1.url: There is no such field. Did you mean uri?",
        ),
        ("iscedf:", "has_parts: [Bromsar]\niscedf:", "cykel.yaml:11: has_parts.1: Input should be a valid dictionary"),
        (
            "  external:",
            f"{DECISION}  external:",
            "cykel.yaml:19: quality_assurance.accreditations.1.body.name: There is",
        ),
        (
            "  external:",
            f"{DECISION}  external:",
            "cykel.yaml:16: quality_assurance.accreditations.1.type: Input should",
        ),
        ("  external:", f"{DECISION}  external:", "cykel.yaml:17: quality_assurance.accreditations.1.expires: Input"),
        (
            "iscedf:",
            "earned_by: [{module: a, points: 5}]\nenough_points: 6\niscedf:",
            "cykel.yaml:1: earned_by: All of earned_by together is less",
        ),
        ("iscedf:", "endorsements: [{title: {sv: x}}]\niscedf:", "cykel.yaml:1: endorsements: Are taken in, signed"),
        ("iscedf:", "enough_parts: 1\niscedf:", "cykel.yaml:1: earned_by: All of earned_by together is less"),
    ],
)
def test_mistake_names_line_and_mend(tmp_path: Path, old: str, new: str, told: str) -> None:
    lines = refuse(tmp_path, cykel=SOUND.replace(old, new))
    assert any(line.startswith(told) for line in lines), lines


def test_yaml_holds_no_surprises(tmp_path: Path) -> None:
    text = (
        SOUND.replace('"0716"', "0716")
        + "languages: [sv, no, on]\nautomatic: {decided_by: R, decided_on: 2026-11-24}\n"
    )
    (tmp_path / "cykel.yaml").write_text(text, encoding="utf-8")
    entry = load_catalogue(tmp_path).entries[0]
    assert (entry.iscedf, entry.languages) == ("0716", ("sv", "no", "on"))
    assert entry.automatic == AutomaticRule(decided_by="R", decided_on=date(2026, 11, 24))


@given(st.text("abc:-#[]{}&*!?|>%@`'\"\\,\n\t 0:é\x00", max_size=60))
def test_any_file_loads_or_is_told(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"a\.yaml:\d+: "):
        load_catalogue(folder)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words\n"])
def test_file_without_entry_is_told(tmp_path: Path, text: str) -> None:
    assert refuse(tmp_path, tom=text) == ["tom.yaml:1: file: Holds no entry. Start with a line such as id: my-entry."]


def test_endless_reference_is_refused(tmp_path: Path) -> None:
    assert refuse(tmp_path, ring="id: &all [*all]\n")[0].startswith("ring.yaml:1: file: Refers to another place")


def test_all_files_are_reported_together(tmp_path: Path) -> None:
    lines = refuse(tmp_path, a=SOUND.replace("owner", "ovner"), b=SOUND, c="[")
    assert {line.split(":")[0] for line in lines} == {"a.yaml", "c.yaml"}


def test_same_version_twice_is_refused(tmp_path: Path) -> None:
    lines = refuse(tmp_path, a=SOUND, b=SOUND)
    assert lines == [
        "b.yaml:1: version: Version 1 of cykel is already in a.yaml. Raise version by one, or remove one of the files."
    ]


def test_two_versions_stand_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(SOUND + "version: 2\n", encoding="utf-8")
    assert [entry.version for entry in load_catalogue(tmp_path).latest()] == [2]


def test_wrong_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes("title: å".encode("cp1252"))
    assert refuse(tmp_path) == ["a.yaml:1: file: Is not UTF-8. Save it again with the encoding UTF-8."]


def test_missing_folder_names_its_mend(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="mimis init"):
        load_catalogue(tmp_path / "nowhere")


# The entries that mimis ships


def test_starter_catalogue_passes_all_checks(starter: Path) -> None:
    catalogue = load_catalogue(starter)
    assert len(catalogue) == 16
    failing = [entry.id for entry in catalogue if not passes(check_achievement(entry))]
    assert failing == []


def test_starter_warns_only_of_unnamed_reviewer(starter: Path) -> None:
    for entry in load_catalogue(starter):
        warned = [check.principle for check in check_achievement(entry) if check.status == "warning"]
        assert warned == [5], entry.id


def test_starter_holds_all_elements(starter: Path) -> None:
    for entry in load_catalogue(starter):
        assert entry.owner == "demo-skola"
        assert entry.level
        assert entry.level.state is LevelState.SELF_ASSESSED
        assert [need.module for need in entry.earned_by] == [f"achievement:{entry.id}"]
        assert entry.automatic is None
        assert all((entry.description, entry.part_of, *(outcome.esco for outcome in entry.outcomes)))


def test_existing_files_are_left_alone(starter: Path) -> None:
    changed = starter / "verktygsvana.yaml"
    changed.write_text(SOUND, encoding="utf-8")
    (starter / "bemotande-demens.yaml").unlink()
    assert write_starter_catalogue(starter, "annan") == [starter / "bemotande-demens.yaml"]
    assert changed.read_text(encoding="utf-8") == SOUND


@pytest.mark.parametrize("owner", ["", "Min Skola", "a\nb: c"])
def test_unusable_owner_is_refused(tmp_path: Path, owner: str) -> None:
    with pytest.raises(ConfigurationError):
        write_starter_catalogue(tmp_path, owner)


def test_each_shipped_file_explains_itself(starter: Path) -> None:
    for path in starter.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# "), path.name
        assert "docs/katalog.md" in text, path.name
        assert re.search(r"(?m)^# automatic:", text), path.name


@pytest.mark.official
def test_starter_carries_facts_over(shared: Path, starter: Path) -> None:
    ideas = json.loads((shared / "facts" / "catalogue-ideas.json").read_text(encoding="utf-8"))
    catalogue = load_catalogue(starter)
    for idea in ideas:
        entry = catalogue.get(idea["id"])
        assert entry is not None
        assert [one.title["sv"] for one in entry.outcomes] == [one["sv"] for one in idea["outcomes"]]
        assert [uri.rsplit("/", 1)[1] for uri in idea["assessment_uris"]] == list(entry.assessment)
        assert [uri.rsplit("/", 1)[1] for uri in idea["mode_uris"]] == list(entry.mode)
        assert (entry.workload_hours, entry.iscedf) == (idea["workload_hours"], idea["iscedf"])


def test_starter_uses_the_optional_fields(starter: Path) -> None:
    entries = list(load_catalogue(starter))
    for name in ("target_group", "grading", "entry_requirement"):
        assert any(getattr(entry, name) for entry in entries), name
    assert [entry.id for entry in entries if entry.quality_assurance.accreditations or entry.credit] == []


# Its manual


def manual() -> str:
    return (Path(__file__).resolve().parents[2] / "docs" / "katalog.md").read_text(encoding="utf-8")


def test_example_of_manual_passes(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(id: .*?)```", manual(), re.DOTALL)
    assert example
    (tmp_path / "example.yaml").write_text(example[1], encoding="utf-8")
    assert all(check.status == "ok" for entry in load_catalogue(tmp_path) for check in check_achievement(entry))


def test_manual_names_every_field_and_word() -> None:
    text = manual()
    models = (Achievement, Outcome, QualityAssurance, Accreditation, Body)
    # Endorsements are taken in, signed, and never written by hand.
    fields = [name for model in models for name in model.model_fields if name != "endorsements"]
    assert [name for name in (*fields, *ASSESSMENTS, *MODES) if f"`{name}`" not in text] == []


def test_long_example_of_manual_is_complete(tmp_path: Path) -> None:
    pieces = re.findall(r"```yaml\n(?!id:)(.*?)```", manual(), re.DOTALL)
    (tmp_path / "cykel.yaml").write_text(_merged(pieces), encoding="utf-8")
    (entry,) = load_catalogue(tmp_path)
    assert entry.quality_assurance.accreditations[0].body.legal_name["sv"].startswith("Exempel: ")
    assert (entry.grading is None, entry.has_parts, entry.documents) != (True, (), ())
    assert all(check.status != "error" for check in check_achievement(entry))


def _merged(pieces: list[str]) -> str:
    """The sound entry with the fields of the manual's other examples, which replace its own."""
    fields = yaml.safe_load(SOUND)
    for piece in pieces:
        fields |= yaml.safe_load(piece)
    return yaml.safe_dump(fields, allow_unicode=True)
