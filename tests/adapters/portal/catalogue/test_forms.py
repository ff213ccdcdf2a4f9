"""The form and the entry are two forms of one thing: what goes in comes out."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mimis_portal.catalogue.forms import Step, content_from, fields_of
from werkzeug.datastructures import MultiDict

from mimis_core import Achievement, Concept, Credit, Level, LevelState, Outcome, QualityAssurance, Requirement
from mimis_core.services import ASSESSMENTS, MODES
from mimis_core.services.catalogue_reading import complete, content_of

LETTERS = st.characters(codec="utf-8", exclude_categories=("C", "Z"))
LINE = st.lists(st.text(LETTERS, min_size=1, max_size=8), min_size=1, max_size=4).map(" ".join)
TEXTS = st.dictionaries(st.sampled_from(["sv", "en", "fi"]), LINE, min_size=1)
HOURS = st.integers(1, 40_000).map(lambda cents: cents / 100)
CONCEPTS = st.lists(
    st.builds(Concept, uri=st.uuids().map("http://data.europa.eu/esco/skill/{}".format), label=st.none() | TEXTS),
    max_size=3,
    unique_by=lambda one: one.uri,
).map(tuple)
OUTCOMES = st.builds(
    Outcome,
    title=TEXTS,
    criteria=TEXTS,
    type=st.sampled_from(["knowledge", "skill"]),
    reusability=st.none() | st.just("transversal"),
    esco=CONCEPTS,
    skills=CONCEPTS,
)
LEVELS = st.builds(
    Level,
    value=st.integers(1, 8),
    state=st.sampled_from(LevelState),
    decision=st.none() | LINE,
    qualification=st.none() | TEXTS,
)
NEEDS = st.builds(
    Requirement,
    module=LINE,
    source=st.none() | LINE,
    min_grade=st.none() | st.just(62.5),
    points=st.none() | HOURS,
    required=st.booleans(),
)
ENTRIES = st.builds(
    Achievement,
    id=st.just("entry"),
    version=st.integers(1, 9),
    title=TEXTS,
    description=st.none() | TEXTS,
    owner=st.just("school"),
    outcomes=st.lists(OUTCOMES, min_size=1, max_size=3).map(tuple),
    workload_hours=HOURS,
    credit=st.none() | st.builds(Credit, points=HOURS),
    level=st.none() | LEVELS,
    assessment=st.lists(st.sampled_from(ASSESSMENTS), min_size=1, unique=True).map(tuple),
    mode=st.lists(st.sampled_from(MODES), min_size=1, unique=True).map(tuple),
    setting=st.sampled_from(["formal", "non-formal"]),
    iscedf=st.sampled_from(["02", "0231"]),
    entry_requirement=st.none() | TEXTS,
    supervision=st.sampled_from(["unsupervised", "supervised_with_id", "id_only"]),
    quality_assurance=st.builds(QualityAssurance, internal=TEXTS, external=TEXTS, body=st.none() | TEXTS),
    part_of=st.none() | TEXTS,
    has_parts=st.lists(TEXTS, max_size=2).map(tuple),
    target_group=st.none() | TEXTS,
    valid_months=st.none() | st.integers(1, 120),
    earned_by=st.lists(NEEDS, max_size=3).map(tuple),
    enough_parts=st.none() | st.integers(1, 3),
    enough_points=st.none() | HOURS,
    parts_from=st.lists(st.sampled_from(["*", "NTRSE-5566778899", "NTRSE-2021000001"]), unique=True).map(tuple),
)
SHOWN = ("title", "outcomes", "assessment", "mode", "earned_by", "part_of", "workload_hours", "valid_months", "iscedf")


def entry_of(content: dict[str, Any], version: int) -> Achievement:
    return Achievement.model_validate(complete(content, "entry", version))


def as_sent(fields: MultiDict[str, str]) -> MultiDict[str, str]:
    """What a browser makes of it: lines end in two characters, and what is not ticked is not sent."""
    return MultiDict([(name, value.replace("\n", "\r\n")) for name, value in fields.items(multi=True)])


@given(ENTRIES)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_entry_goes_through_the_form_unchanged(entry: Achievement) -> None:
    base = content_of(entry)
    fields = fields_of(base)
    content = content_from(as_sent(fields), base)
    assert entry_of(content, entry.version) == entry
    assert sorted(fields_of(content).items(multi=True)) == sorted(fields.items(multi=True))


@given(ENTRIES)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_form_alone_holds_all_that_it_shows(entry: Achievement) -> None:
    fields = fields_of(content_of(entry))
    assert fields_of(content_from(as_sent(fields), {})) == fields


def test_fields_of_another_entry_leave_nothing_of_the_first() -> None:
    old = {"title": {"sv": "Gammal", "fi": "Vanha"}, "part_of": {"sv": "Del"}, "valid_months": 3, "grading": {"x": 1}}
    new = content_from(MultiDict({"title.sv": "Ny"}), old)
    assert new["title"] == {"sv": "Ny", "fi": "Vanha"}
    assert not {"part_of", "valid_months"} & new.keys()
    assert new["grading"] == {"x": 1}


def test_numbers_are_read_with_comma_and_blanks() -> None:
    assert content_from(MultiDict({"workload_hours": " 1 200,5 "}), {})["workload_hours"] == 1200.5
    assert content_from(MultiDict({"workload_hours": "tolv"}), {})["workload_hours"] == "tolv"
    assert content_from(MultiDict({"workload_hours": "9" * 400}), {})["workload_hours"] == "9" * 400


def test_unknown_button_saves() -> None:
    assert [Step.of(text).what for text in ("", "remove:owner:1", "add", "check", "add:outcomes:x")] == [
        "save", "save", "save", "check", "add",
    ]  # fmt: skip


def test_removing_a_row_that_is_gone_changes_nothing() -> None:
    content = {"outcomes": [{"type": "skill"}]}
    assert Step.of("remove:outcomes:7").apply(content) == content
