"""What a draft lacks is told by field and principle, whatever it holds; what is there is judged all the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mimis_core.services.draft_checks import Judgement, judge

WHOLE: dict[str, Any] = {
    "title": {"sv": "Laga mat", "en": "Cook"},
    "owner": "school",
    "outcomes": [
        {
            "title": {"sv": "Laga tre rätter efter recept.", "en": "Cook three dishes by recipe."},
            "criteria": {"sv": "Lagar 3 av 3 rätter.", "en": "Cooks 3 of 3 dishes."},
            "type": "skill",
            "esco": [{"uri": "http://data.europa.eu/esco/skill/1"}],
        }
    ],
    "workload_hours": 40,
    "assessment": ["6a4db9f11d"],
    "mode": ["9191af2ed9"],
    "iscedf": "1013",
    "quality_assurance": {
        "internal": {"sv": "Två lärare bedömer.", "en": "Two teachers assess."},
        "external": {"sv": "En restaurang granskar.", "en": "A restaurant reviews."},
        "body": {"sv": "Restaurang Demo", "en": "Restaurant Demo"},
    },
    "part_of": {"sv": "Kock", "en": "Cook"},
}


def judged(**changes: Any) -> Judgement:
    content = {key: value for key, value in {**WHOLE, **changes}.items() if value is not None}
    return judge(content, "laga-mat", 1, ["school"])


def told(judgement: Judgement) -> list[tuple[int, str]]:
    return [(one.principle, one.reason["en"]) for one in judgement.checks if one.status != "ok"]


def test_whole_entry_is_ready() -> None:
    assert (judged().ready, told(judged()), len(judged().checks)) == (True, [], 6)


@pytest.mark.parametrize(
    ("changes", "principle", "said"),
    [
        ({"title": None}, 2, "The title is missing."),
        ({"owner": "annan"}, 5, "The owner is missing."),
        ({"outcomes": []}, 1, "There is no learning outcome."),
        ({"outcomes": [{**WHOLE["outcomes"][0], "title": None}]}, 1, "Outcome 1 lacks its text."),
        ({"outcomes": [WHOLE["outcomes"][0], {"type": "skill"}]}, 1, "Outcome 2 lacks its assessment criterion."),
        ({"workload_hours": "många"}, 2, "The workload in hours is missing."),
        ({"valid_months": "1.5"}, 2, "The validity is no whole number of months."),
        ({"assessment": None}, 4, "The type of assessment is missing."),
        ({"iscedf": "x"}, 4, "The field of education is missing: two to four digits."),
        ({"level": {"value": 9, "state": "decided"}}, 4, "The level is no digit from 1 to 8."),
        ({"quality_assurance": None}, 5, "The school's own quality assurance is missing."),
        ({"earned_by": [{"min_grade": 50}]}, 2, "Requirement 1 does not say what is to be completed."),
        ({"enough_parts": "två"}, 3, "How many parts are enough is no whole number."),
        ({"enough_points": 0}, 3, "The points that are enough are no number above zero."),
        ({"earned_by": [{"module": "x", "points": "fem"}]}, 3, "Requirement 1: the points are no number above zero."),
        ({"documents": [{"title": {}, "url": "http://x"}]}, 4, "The field documents.0.title is not filled in rightly."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_hole_is_told_by_its_principle(changes: dict[str, Any], principle: int, said: str) -> None:
    judgement = judged(**changes)
    assert (judgement.entry, judgement.ready) == (None, False)
    assert (principle, said) in told(judgement)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"enough_parts": 2, "earned_by": [{"module": "x"}]}, "enough_parts"),
        ({"enough_parts": 1}, "enough_parts"),
        ({"enough_points": 10, "earned_by": [{"module": "x", "points": 5}, {"module": "y"}]}, "enough_points"),
    ],
    ids=["parts", "none", "points"],
)
def test_what_can_never_be_reached_is_told_by_its_field(changes: dict[str, Any], field: str) -> None:
    judgement = judged(**changes)
    assert [fault.place for fault in judgement.faults] == [(field,)]
    assert (judgement.ready, len(told(judgement))) == (False, 1)


def test_some_of_the_requirements_can_be_enough() -> None:
    needs = [{"module": "x", "points": 5, "required": True}, {"module": "y", "points": 10}]
    assert judged(enough_points=15, enough_parts=1, earned_by=needs, parts_from=["*"]).ready


def test_stand_ins_say_nothing_of_their_own() -> None:
    judgement = judged(title=None, outcomes=[], workload_hours="", assessment=None, mode=None, iscedf="", part_of=None)
    assert {(fault.principle, fault.reason["en"]) for fault in judgement.faults} | {
        (3, "It is not said what larger qualification the micro-credential is part of, or what parts it has.")
    } == set(told(judgement))


NAMES = st.sampled_from([*WHOLE, "sv", "type"])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from([*WHOLE, "level", "earned_by", "valid_months", "grading", "enough_parts", "ny"]), JUNK
    )
)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_a_draft_holds_can_be_judged(junk: dict[str, Any]) -> None:
    judgement = judge({**WHOLE, **junk}, "laga-mat", 1, ["school"])
    assert {one.principle for one in judgement.checks} == {1, 2, 3, 4, 5, 6}
    assert judgement.ready == (judgement.entry is not None and not judgement.missing)
