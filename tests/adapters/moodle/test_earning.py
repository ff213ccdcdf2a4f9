"""Parts of a course as completions: what counts, what never does, and what is odd in Moodle's answers."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_moodle.earning import (
    Section,
    competencies_of,
    competency_completion_of,
    grade_completion_of,
    section_completion_of,
    sections_of,
)
from mimis_moodle.mapping import Course, Participant, Seen
from mimis_moodle.standin.parts import module_record, section_record

from mimis_core import CompletionKind, DataError, Grade

COURSE = Course(2, "Hygien", True)
SEEN = Seen("school", COURSE, Participant(3, "Åsa Öberg", "Åsa", "Öberg", None, False), {})
SECTION = Section(7, "Hygien: Vecka 1", frozenset({1, 2}))
SEPTEMBER = 1788249600
ITEM = {"id": 17, "itemname": "Slutprov", "itemtype": "mod", "graderaw": 85, "grademin": 0, "grademax": 100}


def done(number: int, time: int = SEPTEMBER, **changes: Any) -> dict[str, Any]:
    return {"cmid": number, "timecompleted": time, "isoverallcomplete": True, "istrackeduser": True, **changes}


def statuses(*items: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {item["cmid"]: item for item in items}


# Sections ---------------------------------------------------------------------------------------------------------


def test_complete_section_has_latest_date() -> None:
    completion = section_completion_of(SEEN, SECTION, statuses(done(1), done(2, SEPTEMBER + 60)))
    assert completion is not None
    assert (completion.key, completion.module) == ("course:2/section:7/user:3", "course:2/section:7")
    assert completion.completed_at == datetime(2026, 9, 1, 8, 1, tzinfo=UTC)
    assert completion.kind is CompletionKind.ACTIVITY


@pytest.mark.parametrize(
    "told",
    [
        [done(1)],
        [done(1), done(2, isoverallcomplete=False, state=3)],
        [done(1), done(2, istrackeduser=False)],
        [],
    ],
    ids=["one is not told of", "one failed", "not tracked", "nothing is told"],
)
def test_section_waits_for_every_activity(told: list[dict[str, Any]]) -> None:
    assert section_completion_of(SEEN, SECTION, statuses(*told)) is None


@given(st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6), min_size=1))
def test_section_is_complete_only_with_all(complete: set[int], wanted: set[int]) -> None:
    section = Section(7, "Vecka 1", frozenset(wanted))
    completion = section_completion_of(SEEN, section, statuses(*map(done, complete)))
    assert (completion is not None) == (wanted <= complete)


def test_section_without_any_time_has_no_date() -> None:
    with pytest.raises(DataError) as caught:
        section_completion_of(SEEN, SECTION, statuses(done(1, 0), done(2, 0)))
    assert caught.value.code == "no-date"


def test_sections_count_tracked_and_visible_activities() -> None:
    modules = [
        module_record(1, "quiz", "Prov"),
        module_record(2, "label", "Text", completion=0),
        module_record(3, "page", "Dold", visible=0),
    ]
    (section,) = sections_of(COURSE, [section_record(7, "Vecka 1", 1, modules), section_record(8, "Tom", 2)])
    assert section == Section(7, "Hygien: Vecka 1", frozenset({1}))


def test_subsection_belongs_to_its_section() -> None:
    outer = [module_record(1, "quiz", "Prov"), {**module_record(5, "subsection", "Del", completion=0), "instance": 4}]
    within = section_record(9, "Del", 2, [module_record(6, "quiz", "Delprov")], component="mod_subsection", itemid=4)
    sections = {one.id: one.activities for one in sections_of(COURSE, [section_record(7, "V1", 1, outer), within])}
    assert sections == {7: {1, 6}, 9: {6}}


# Grades -----------------------------------------------------------------------------------------------------------


def test_graded_item_carries_points_and_date() -> None:
    completion = grade_completion_of(SEEN, {**ITEM, "gradedategraded": SEPTEMBER})
    assert completion is not None
    assert (completion.key, completion.title) == ("course:2/grade:17/user:3", "Slutprov")
    assert completion.grade == Grade(value=85, minimum=0, maximum=100)


@pytest.mark.parametrize("points", [None, "-", True])
def test_item_without_points_is_nothing(points: Any) -> None:
    assert grade_completion_of(SEEN, {**ITEM, "graderaw": points, "gradedategraded": SEPTEMBER}) is None


def test_zero_points_are_points() -> None:
    completion = grade_completion_of(SEEN, {**ITEM, "graderaw": 0, "gradedategraded": SEPTEMBER})
    assert completion is not None
    assert completion.grade == Grade(value=0, minimum=0, maximum=100)


@pytest.mark.parametrize("itemtype", ["course", "category"])
def test_total_is_named_by_course(itemtype: str) -> None:
    item = {**ITEM, "itemname": None, "itemtype": itemtype, "gradedategraded": SEPTEMBER}
    completion = grade_completion_of(SEEN, item)
    assert completion is not None
    assert completion.title == f"Hygien: {itemtype}"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"gradedategraded": None}, "no-date"),
        ({"gradedategraded": 0}, "no-date"),
        ({"gradeishidden": True}, "grade-hidden"),
        ({"gradehiddenbydate": True}, "grade-hidden"),
        ({"gradeishidden": 1}, "grade-hidden"),
        ({"id": "17"}, "unexpected-answer"),
    ],
)
def test_doubtful_grade_is_told(change: dict[str, Any], code: str) -> None:
    with pytest.raises(DataError) as caught:
        grade_completion_of(SEEN, {**ITEM, "gradedategraded": SEPTEMBER, **change})
    assert caught.value.code == code


def test_hidden_grade_may_be_asked_for() -> None:
    item = {**ITEM, "gradedategraded": SEPTEMBER, "gradeishidden": True}
    assert grade_completion_of(SEEN, item, hidden=True) is not None


# Competencies -----------------------------------------------------------------------------------------------------


def rating(**changes: Any) -> dict[str, Any]:
    return {"competencyid": 12, "proficiency": True, "gradename": "C", "timemodified": SEPTEMBER, **changes}


def test_competency_keeps_its_grade_word() -> None:
    completion = competency_completion_of(SEEN, rating(), {12: "Egenkontroll"})
    assert completion is not None
    assert (completion.module, completion.key) == ("competency:12", "competency:12/course:2/user:3")
    assert (completion.title, completion.grade) == ("Egenkontroll", Grade(text="C"))


@pytest.mark.parametrize("proficiency", [False, None, 1, "Yes"])
def test_only_proficient_true_decides(proficiency: Any) -> None:
    assert competency_completion_of(SEEN, rating(proficiency=proficiency), {}) is None


def test_competency_names_are_plain() -> None:
    record = {"competency": {"id": 3, "shortname": "Allergener &amp; märkning"}}
    assert competencies_of([record]) == {3: "Allergener & märkning"}


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.integers()), max_size=4))
def test_odd_competency_record_is_data_error(record: dict[str, Any]) -> None:
    with pytest.raises(DataError):
        competencies_of([record])


# Whatever Moodle says ---------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda within: st.lists(within, max_size=3) | st.dictionaries(st.text(max_size=5), within, max_size=3),
    max_leaves=6,
)


def odd(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Records that have some of these keys, with anything in them."""
    return st.dictionaries(st.sampled_from(names), JSON)


@given(odd("id", "itemname", "itemtype", "graderaw", "grademin", "grademax", "gradedategraded", "gradeishidden"))
def test_odd_grade_is_data_error_or_nothing(item: dict[str, Any]) -> None:
    with suppress(DataError):
        grade_completion_of(SEEN, item)


@given(odd("competencyid", "proficiency", "gradename", "timemodified"), st.booleans())
def test_odd_rating_is_data_error_or_nothing(record: dict[str, Any], proficient: bool) -> None:
    with suppress(DataError):
        competency_completion_of(SEEN, {**record, "proficiency": proficient}, {})


@given(st.lists(odd("id", "name", "section", "component", "itemid", "modules"), max_size=3))
def test_odd_section_is_data_error_or_nothing(records: list[dict[str, Any]]) -> None:
    with suppress(DataError):
        list(sections_of(COURSE, records))


@given(st.dictionaries(st.sampled_from([1, 2]), odd("timecompleted", "isoverallcomplete", "istrackeduser")))
def test_odd_status_never_completes_a_section(told: dict[int, dict[str, Any]]) -> None:
    complete = all(told.get(number, {}).get("isoverallcomplete") is True for number in (1, 2))
    with suppress(DataError):
        assert section_completion_of(SEEN, SECTION, told) is None or complete
