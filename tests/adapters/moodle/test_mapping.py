"""From Moodle's answers to the model, with what Moodle is known to leave out or to write oddly."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_moodle.mapping import (
    Course,
    Participant,
    Seen,
    activity_completion_of,
    activity_names_of,
    aliases_of,
    course_completion_of,
    course_of,
    grades_of,
    is_deleted,
    latest,
    participant_of,
    plain_text,
)

from mimis_core import CompletionKind, DataError, Grade

PERSON = Participant(3, "Åsa Öberg", "Åsa", "Öberg", None, False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def seen(**grades: Grade) -> Seen:
    by_number = {int(name[1:]): grade for name, grade in grades.items()}
    return Seen("school", Course(2, "Hygien", True), PERSON, by_number)


def status(*times: Any, completed: Any = True, complete: bool = True) -> dict[str, Any]:
    return {"completed": completed, "completions": [{"complete": complete, "timecompleted": time} for time in times]}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Grundkurs i måltidshygien &amp; livsmedel ", "Grundkurs i måltidshygien & livsmedel"),
        ("Hygien & livsmedel <nivå 1>", "Hygien & livsmedel <nivå 1>"),
        ('<p dir="ltr">Mat<br/>och <b>hygien</b></p>', "Mat och hygien"),
        ("&lt;b&gt; betyder fet", "<b> betyder fet"),
        ('<span lang="sv" class="multilang">Mat</span><span lang="en" class="multilang">Food</span>', "Mat"),
        ('<span class="multilang" lang="de">Essen</span> 2', "Essen 2"),
        ("2 < 3 > 1", "2 < 3 > 1"),
        (" \n ", ""),
    ],
)
def test_names_become_plain_text(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@given(st.text(alphabet=st.characters(exclude_characters="<>&", exclude_categories=["Cs", "Cc", "Z"])))
def test_plain_names_stay_as_written(text: str) -> None:
    assert plain_text(text) == " ".join(text.split())


@given(st.text())
def test_any_name_gives_single_blanks(text: str) -> None:
    plain = plain_text(text)
    assert plain == " ".join(plain.split())


@given(st.lists(st.integers(1, 4_000_000_000), min_size=1))
def test_latest_criterion_is_the_date(times: list[int]) -> None:
    completion = course_completion_of(seen(), status(*times))
    assert completion is not None
    assert completion.completed_at == datetime.fromtimestamp(max(times), UTC)


@given(st.lists(st.none() | st.just(0) | st.booleans() | st.text() | st.integers(max_value=0) | st.just(10**20)))
def test_no_usable_time_is_no_date(times: list[Any]) -> None:
    with pytest.raises(DataError) as caught:
        latest(times)
    assert (caught.value.code, bool(caught.value.mend)) == ("no-date", True)


@pytest.mark.parametrize("completed", [False, None, 0, 1, "true"])
def test_only_completed_true_decides(completed: Any) -> None:
    assert course_completion_of(seen(), status(1788249600, completed=completed)) is None


def test_open_criterion_gives_no_date() -> None:
    body = status(1788249600)
    body["completions"].append({"complete": False, "timecompleted": 1999999999})
    completion = course_completion_of(seen(), body)
    assert completion is not None
    assert completion.completed_at.year == 2026


def test_course_completion_carries_all() -> None:
    completion = course_completion_of(seen(g0=Grade(value=94, minimum=0, maximum=110)), status(1788249600))
    assert completion is not None
    assert (completion.key, completion.module, completion.title) == ("course:2/user:3", "course:2", "Hygien")
    assert completion.grade is not None
    assert completion.grade.percent == pytest.approx(85.4545, abs=1e-4)
    assert completion.learner.key == "3"
    assert not completion.learner.email_verified


def test_activity_completion_has_own_key() -> None:
    body = {"cmid": 17, "timecompleted": 1788249600, "isoverallcomplete": True, "istrackeduser": True}
    completion = activity_completion_of(seen(g17=Grade(value=9)), body, {17: "Slutprov"})
    assert completion is not None
    assert (completion.key, completion.kind) == ("course:2/activity:17/user:3", CompletionKind.ACTIVITY)
    assert (completion.title, completion.grade) == ("Slutprov", Grade(value=9))


@pytest.mark.parametrize("change", [{"isoverallcomplete": False}, {"istrackeduser": False}])
def test_failed_or_untracked_activity_is_none(change: dict[str, bool]) -> None:
    body = {"cmid": 17, "state": 3, "timecompleted": 1788249600, "isoverallcomplete": True, "istrackeduser": True}
    assert activity_completion_of(seen(), {**body, **change}, {}) is None


def test_activity_without_time_is_told() -> None:
    body = {"cmid": 17, "timecompleted": 0, "isoverallcomplete": True, "istrackeduser": True}
    with pytest.raises(DataError):
        activity_completion_of(seen(), body, {})


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"id": 3, "fullname": "Åsa Öberg"}, Participant(3, "Åsa Öberg", None, None, None, False)),
        ({"id": 3, "firstname": "Åsa", "lastname": "Öberg"}, Participant(3, "Åsa Öberg", "Åsa", "Öberg", None, False)),
        (
            {"id": 3, "fullname": " Sukarno ", "firstname": "Sukarno", "lastname": "", "email": ""},
            Participant(3, "Sukarno", "Sukarno", None, None, False),
        ),
    ],
)
def test_name_in_one_field_is_enough(record: dict[str, Any], expected: Participant) -> None:
    assert participant_of(record) == expected


@pytest.mark.parametrize(
    ("extra", "protected"),
    [
        ({"roles": [{"shortname": "hemlig"}]}, True),
        ({"groups": [{"name": "Skyddade"}]}, True),
        ({"roles": [], "groups": [{"name": "Vilande &amp; skyddade"}]}, True),
        ({"roles": [{"shortname": "student"}], "groups": [{"name": "Grupp Öster"}]}, False),
        ({}, True),
        ({"roles": []}, False),
    ],
)
def test_role_or_group_marks_protected(extra: dict[str, Any], protected: bool) -> None:
    record = {"id": 3, "fullname": "Åsa Öberg", **extra}
    assert participant_of(record, ("hemlig",), ("Skyddade", "Vilande & skyddade")).protected is protected


def test_nameless_user_is_set_aside() -> None:
    with pytest.raises(DataError) as caught:
        participant_of({"id": 3, "fullname": " "})
    assert caught.value.code == "no-name"


@pytest.mark.parametrize(
    ("record", "tracked"),
    [({"id": 5}, False), ({"id": 5, "enablecompletion": 0}, False), ({"id": 5, "enablecompletion": 1}, True)],
)
def test_course_says_whether_tracked(record: dict[str, Any], tracked: bool) -> None:
    assert course_of(record) == Course(5, "Course 5", tracked)


def test_default_grouping_is_seen() -> None:
    assert course_of({"id": 5, "fullname": "K", "defaultgroupingid": 4}).grouping


def test_grades_stand_by_activity() -> None:
    items = [
        {"itemtype": "mod", "cmid": 17, "graderaw": 8, "grademin": 0, "grademax": 10},
        {"itemtype": "mod", "cmid": 18, "graderaw": None, "grademin": 0, "grademax": 10},
        {"itemtype": "category", "graderaw": 5.5, "grademin": 0, "grademax": 10},
        {"itemtype": "course", "graderaw": 83.5, "grademin": 0, "grademax": 110},
    ]
    found = {17: Grade(value=8, minimum=0, maximum=10), 0: Grade(value=83.5, minimum=0, maximum=110)}
    assert grades_of({"userid": 3, "gradeitems": items}) == found


def test_activity_names_lose_their_html() -> None:
    assert activity_names_of([{"modules": [{"id": 1, "name": "L&auml;s &amp; lär"}]}, {"modules": []}]) == {
        1: "Läs & lär"
    }


def code_of(function: Callable[..., object], *arguments: object) -> str | None:
    try:
        function(*arguments)
    except DataError as error:
        return error.code
    return None


@given(st.dictionaries(st.sampled_from(["completed", "completions", "x"]), JSON | st.just(True)))
def test_odd_status_never_breaks_otherwise(body: dict[str, Any]) -> None:
    assert code_of(course_completion_of, seen(), body) in (None, "no-date", "unexpected-answer")


@given(st.dictionaries(st.sampled_from(["id", "fullname", "firstname", "roles", "groups", "email"]), JSON))
def test_odd_user_never_breaks_otherwise(record: dict[str, Any]) -> None:
    assert code_of(participant_of, record) in (None, "no-name", "unexpected-answer")


ITEMS = st.lists(st.dictionaries(st.sampled_from(["itemtype", "cmid", "graderaw", "grademax"]), JSON))


@given(st.dictionaries(st.sampled_from(["userid", "gradeitems"]), JSON | ITEMS))
def test_odd_grades_never_break_otherwise(record: dict[str, Any]) -> None:
    assert code_of(grades_of, record) in (None, "unexpected-answer")


# Who is who -------------------------------------------------------------------------------------------------------

PERSONAL_NUMBERS = ["19700101-1234", "197001011234", "700101-1234", "7001011234", "700161+1234", "elev-20050231-0000"]
PERSONAL_NUMBERS += ["20130101TF01", "19800101Tf29", "130101-T123"]


@pytest.mark.parametrize("number", PERSONAL_NUMBERS)
def test_personal_number_is_no_alias(number: str) -> None:
    assert aliases_of({"idnumber": number, "username": "u01"}, ("idnumber", "username")) == {"username": "u01"}


@pytest.mark.parametrize("told", ["A-100001", "900001", "u01@example.invalid", "20261399001", "1234567890123"])
def test_other_numbers_are_aliases(told: str) -> None:
    assert aliases_of({"idnumber": told}, ("idnumber",)) == {"idnumber": told}


@given(st.dates(), st.integers(0, 9999), st.sampled_from(["", "-", "+", " "]), st.text("abcåäö-_ "), st.booleans())
def test_no_personal_number_gets_through(day: Any, last: int, sign: str, around: str, century: bool) -> None:
    digits = f"{day.year % 2 + 19}{day.year % 100:02}" if century else f"{day.year % 100:02}"
    number = f"{digits}{day.month:02}{day.day:02}{sign}{last:04}"
    assert aliases_of({"idnumber": f"{around}{number}{around}"}, ("idnumber",)) == {}


@pytest.mark.parametrize("told", [None, "", "  ", 7])
def test_absent_alias_is_left_out(told: Any) -> None:
    assert aliases_of({"username": told}, ("username",)) == {}


def test_aliases_reach_the_learner() -> None:
    person = participant_of({"id": 3, "fullname": "Å", "username": "u01"}, identify=("username",))
    assert Seen("school", Course(2, "K", True), person, {}).learner.aliases == {"username": "u01"}


DELETED = {"id": 21, "fullname": "X", "username": "u19@example.invalid.1795526554", "email": "0d" * 16}


@pytest.mark.parametrize(
    ("record", "code"),
    [(DELETED, "userdeleted"), ({"id": 22, "fullname": "X", "confirmed": False}, "usernotconfirmed")],
)
def test_dead_account_is_no_learner(record: dict[str, Any], code: str) -> None:
    with pytest.raises(DataError) as caught:
        participant_of(record)
    assert (caught.value.code, bool(caught.value.mend)) == (code, True)


@pytest.mark.parametrize("change", [{"email": "u19@example.invalid"}, {"username": "u19"}, {"email": None}])
def test_living_account_is_not_taken_for_deleted(change: dict[str, Any]) -> None:
    assert not is_deleted({**DELETED, **change})


def test_suspended_account_is_still_a_learner() -> None:
    assert participant_of({"id": 19, "fullname": "Rönn", "suspended": True, "confirmed": True}).user == 19


@pytest.mark.official
def test_recorded_accounts_are_told_apart(shared: Path) -> None:
    body = json.loads((shared / "moodle" / "users_by_field_special.json").read_text("utf-8"))["response"]["json"]
    told = {}
    for record in body:
        try:
            told[record["id"]] = participant_of(record).email
        except DataError as error:
            told[record["id"]] = error.code
    assert told == {19: "u17@example.invalid", 21: "userdeleted", 22: "usernotconfirmed", 24: "u22@example.invalid"}
