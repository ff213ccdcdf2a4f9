"""The whole pull against the sandbox: who counts, what is taken back, and what a later pull asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from mimis_ss12000.changes import read_cursor, write_cursor
from mimis_ss12000.sandbox import SS12000Sandbox, refuse
from mimis_ss12000.sandbox_data import make_id, make_syllabus
from mimis_ss12000.source import SS12000Source
from pydantic import ValidationError

from mimis_core import PermissionDeniedError, PulledPage, TemporaryError
from mimis_core.testing.conformance import completions_of, cursor_of, pull_all

from .conftest import CODE, DAY, LOADED, add_person, completion, connect

FIRST = LOADED[0]


def pulled(source: SS12000Source, cursor: str | None = None) -> dict[str, Any]:
    """What one pull gave, by sort."""
    pages = pull_all(source, cursor)
    return {
        "completions": {one.key: one for one in completions_of(pages)},
        "set_aside": {one.key: one.reason for page in pages for one in page.set_aside},
        "withdrawn": {one.key: one.reason for page in pages for one in page.withdrawn},
        "departed": {one.key: one.reason for page in pages for one in page.departed},
        "cursor": cursor_of(pages),
    }


def id_of(key: str) -> str:
    return key.removeprefix("grade:")


def test_pull_gives_what_was_loaded(source: SS12000Source) -> None:
    found = pulled(source)
    assert found["completions"] == {one.key: one for one in LOADED}
    assert (found["set_aside"], found["withdrawn"], found["departed"]) == ({}, {}, {})


def test_last_page_says_until_when_was_asked(source: SS12000Source) -> None:
    last: PulledPage = pull_all(source)[-1]
    assert last.as_of == read_cursor(last.cursor)


def test_progress_counts_to_its_end(source: SS12000Source) -> None:
    told = [(page.done, page.total) for page in pull_all(source) if page.total]
    assert [done for done, _ in told] == sorted({done for done, _ in told if done})
    assert told[-1][0] == told[-1][1]


# What counts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"gradeValue": "Deltagit"}, "unknown-grade"),
        ({"adaptedStudyPlan": True}, "adapted-study-plan"),
        ({"registeredDate": "igår"}, "malformed"),
        ({"syllabus": {"id": make_id("nowhere")}}, "syllabus-missing"),
        ({"student": {"id": make_id("nobody")}}, "person-missing"),
    ],
)
def test_grade_for_a_person_to_look_at_is_set_aside(
    source: SS12000Source, server: SS12000Sandbox, fields: dict[str, Any], reason: str
) -> None:
    odd = server.add_grade(add_person(server, "prov"), CODE, "B", DAY)
    server.change("grades", odd, **fields)
    found = pulled(source)
    assert found["set_aside"] == {f"grade:{odd}": reason}
    assert len(found["completions"]) == len(LOADED)


def test_row_without_id_is_named_by_its_place(source: SS12000Source, server: SS12000Sandbox) -> None:
    server.tables["grades"]["broken"] = {"meta": {"modified": "2026-01-01T00:00:00+00:00"}}
    (key,) = pulled(source)["set_aside"]
    assert key.startswith("grades/page:")


@pytest.mark.parametrize(
    ("settings", "more"),
    [({"adapted": True}, {"adaptedStudyPlan": True}), ({"passing": ["Deltagit"]}, {"gradeValue": "Deltagit"})],
)
def test_school_decides_what_counts(server: SS12000Sandbox, settings: dict[str, Any], more: dict[str, Any]) -> None:
    odd = server.add_grade(add_person(server, "prov"), CODE, "B", DAY)
    server.change("grades", odd, **more)
    with connect(server, **settings) as source:
        assert f"grade:{odd}" in pulled(source)["completions"]


def test_children_are_not_even_looked_up(source: SS12000Source, server: SS12000Sandbox) -> None:
    pulled(source)
    looked_up = [request.body.decode() for request in server.requests if request.path.endswith("persons/lookup")]
    assert looked_up
    assert not [body for body in looked_up if make_id("person", "child") in body]


def test_all_school_types_when_none_is_named(server: SS12000Sandbox) -> None:
    with connect(server, school_types=[]) as source:
        assert f"grade:{make_id('grade', 'child')}" in pulled(source)["completions"]


def test_school_type_of_other_version_is_the_same(server: SS12000Sandbox, source: SS12000Source) -> None:
    server.put("syllabuses", make_syllabus("SVASVA01", "Svenska", school_type="VUX"))
    odd = server.add_grade(add_person(server, "prov"), "SVASVA01", "E", DAY)
    assert f"grade:{odd}" in pulled(source)["completions"]


def test_only_named_codes_are_pulled(server: SS12000Sandbox) -> None:
    with connect(server, codes=["SVESVE02"]) as source:
        assert list(pulled(source)["completions"]) == [LOADED[1].key]


def test_only_named_organisations_are_asked_for(server: SS12000Sandbox) -> None:
    server.add_grade(add_person(server, "prov"), CODE, "A", DAY, organisation={"id": make_id("other")})
    with connect(server, organisations=[make_id("unit")]) as source:
        assert pulled(source)["completions"].keys() == {one.key for one in LOADED}


def test_syllabus_without_code_is_set_aside(server: SS12000Sandbox, source: SS12000Source) -> None:
    server.change("syllabuses", make_id("syllabus", "SVESVE02"), courseCode=None, subjectCode="")
    assert pulled(source)["set_aside"] == {LOADED[1].key: "syllabus-without-code"}


# Protected, deceased, deleted ----------------------------------------------------------------------------------


def test_protected_learner_is_marked(source: SS12000Source, server: SS12000Sandbox) -> None:
    server.change("persons", FIRST.learner.key, securityMarking="Skyddad folkbokföring")
    marked = {one.learner.key for one in pulled(source)["completions"].values() if one.learner.protected}
    assert marked == {FIRST.learner.key}


def test_mark_that_comes_later_is_seen_at_next_pull(source: SS12000Source, server: SS12000Sandbox) -> None:
    cursor = pulled(source)["cursor"]
    server.change("persons", FIRST.learner.key, securityMarking="Sekretessmarkering")
    found = pulled(source, cursor)["completions"]
    assert {key: one.learner.protected for key, one in found.items()} == {LOADED[0].key: True, LOADED[1].key: True}


def test_deceased_learner_departs(source: SS12000Source, server: SS12000Sandbox) -> None:
    server.change("persons", FIRST.learner.key, personStatus="Avliden")
    found = pulled(source)
    assert found["departed"] == {FIRST.learner.key: "deceased"}
    assert FIRST.key not in found["completions"]


def test_learner_abroad_keeps_what_she_has(source: SS12000Source, server: SS12000Sandbox) -> None:
    server.change("persons", FIRST.learner.key, personStatus="Utvandrad")
    assert FIRST.key in pulled(source)["completions"]


@pytest.mark.parametrize("full", [True, False])
def test_deleted_grade_is_taken_back(source: SS12000Source, server: SS12000Sandbox, full: bool) -> None:
    cursor = pulled(source)["cursor"]
    server.delete("grades", id_of(FIRST.key))
    assert pulled(source, None if full else cursor)["withdrawn"] == {FIRST.key: "grade-deleted"}


def test_deleted_learner_departs(source: SS12000Source, server: SS12000Sandbox) -> None:
    cursor = pulled(source)["cursor"]
    server.delete("persons", FIRST.learner.key)
    assert pulled(source, cursor)["departed"] == {FIRST.learner.key: "person-deleted"}


def test_what_is_no_longer_listed_is_not_taken_back(source: SS12000Source, server: SS12000Sandbox) -> None:
    cursor = pulled(source)["cursor"]
    del server.tables["grades"][id_of(FIRST.key)]
    found = pulled(source, cursor)
    assert (found["withdrawn"], found["set_aside"]) == ({}, {})


def test_deleted_grade_that_was_restored_is_not_taken_back(source: SS12000Source, server: SS12000Sandbox) -> None:
    record = server.tables["grades"][id_of(FIRST.key)]
    server.delete("grades", record["id"])
    server.put("grades", record)
    found = pulled(source)
    assert (found["withdrawn"], FIRST.key in found["completions"]) == ({}, True)


def test_register_that_refuses_deletions_stops_nothing(source: SS12000Source, server: SS12000Sandbox) -> None:
    usual = server.handle
    server.handle = lambda request: refuse(400) if "deletedEntities" in request.path else usual(request)  # type: ignore[method-assign]
    found = pulled(source)
    assert found["set_aside"] == {"deletedEntities": "no-deletions"}
    assert len(found["completions"]) == len(LOADED)


def test_register_without_deletions_is_told(source: SS12000Source, server: SS12000Sandbox) -> None:
    server.absent.add("deletedEntities")
    found = pulled(source)
    assert found["set_aside"] == {"deletedEntities": "no-deletions"}
    assert len(found["completions"]) == len(LOADED)


# Corrections ---------------------------------------------------------------------------------------------------


def correct_in_place(server: SS12000Sandbox, value: str) -> None:
    server.change("grades", id_of(FIRST.key), gradeValue=value, correctionType="Ändring")


def correct_by_new_row(server: SS12000Sandbox, value: str) -> None:
    server.add_grade(FIRST.learner.key, CODE, value, DAY, correctionType="Rättelse")


CORRECTIONS = pytest.mark.parametrize("correct", [correct_in_place, correct_by_new_row])
Correct = Callable[[SS12000Sandbox, str], None]


@CORRECTIONS
@pytest.mark.parametrize("full", [True, False])
def test_correction_comes_under_same_key(
    source: SS12000Source, server: SS12000Sandbox, correct: Correct, full: bool
) -> None:
    cursor = pulled(source)["cursor"]
    correct(server, "A")
    found = pulled(source, None if full else cursor)["completions"]
    assert found[FIRST.key].grade.text == "A"
    assert len(found) == (len(LOADED) if full else 1)


@CORRECTIONS
def test_correction_to_no_pass_is_taken_back(source: SS12000Source, server: SS12000Sandbox, correct: Correct) -> None:
    cursor = pulled(source)["cursor"]
    correct(server, "F")
    found = pulled(source, cursor)
    assert (found["withdrawn"], found["completions"]) == ({FIRST.key: "grade-corrected"}, {})


def test_correction_to_not_final_is_taken_back(source: SS12000Source, server: SS12000Sandbox) -> None:
    server.change("grades", id_of(FIRST.key), finalGrade=False, correctionType="Rättelse")
    found = pulled(source)
    assert found["withdrawn"] == {FIRST.key: "grade-corrected"}
    assert FIRST.key not in found["completions"]


def test_touched_first_row_does_not_bring_old_grade_back(source: SS12000Source, server: SS12000Sandbox) -> None:
    correct_by_new_row(server, "A")
    cursor = pulled(source)["cursor"]
    server.change("grades", id_of(FIRST.key), remark="rättat")
    assert pulled(source, cursor)["completions"][FIRST.key].grade.text == "A"


@pytest.mark.parametrize("value", ["", None])
def test_correction_without_a_grade_takes_nothing_back(
    source: SS12000Source, server: SS12000Sandbox, value: str | None
) -> None:
    server.change("grades", id_of(FIRST.key), gradeValue=value, correctionType="Ändring")
    found = pulled(source)
    assert (found["withdrawn"], found["set_aside"]) == ({}, {FIRST.key: "unknown-grade"})


def test_failed_grade_was_never_a_completion(source: SS12000Source, server: SS12000Sandbox) -> None:
    server.add_grade(add_person(server, "prov"), CODE, "F", DAY)
    found = pulled(source)
    assert (found["withdrawn"], found["set_aside"]) == ({}, {})


# Later pulls ---------------------------------------------------------------------------------------------------


def test_unchanged_register_is_asked_little(source: SS12000Source, server: SS12000Sandbox) -> None:
    cursor = pulled(source)["cursor"]
    server.forget()
    assert pulled(source, cursor)["completions"] == {}
    assert server.count() == 4  # the clock, deletions, grades and persons


def test_new_grade_brings_no_other(source: SS12000Source, server: SS12000Sandbox) -> None:
    cursor = pulled(source)["cursor"]
    again = server.add_grade(FIRST.learner.key, "SVESVE03", "B", DAY)
    server.forget()
    assert list(pulled(source, cursor)["completions"]) == [f"grade:{again}"]
    assert server.count(f"student={FIRST.learner.key}") == server.count("student=") > 0


def test_unreadable_change_is_set_aside(source: SS12000Source, server: SS12000Sandbox) -> None:
    cursor = pulled(source)["cursor"]
    server.change("grades", id_of(FIRST.key), finalGrade="kanske")
    assert pulled(source, cursor)["set_aside"] == {FIRST.key: "malformed"}


@pytest.mark.parametrize("kind", ["grades", "persons"])
def test_register_that_cannot_say_what_changed_is_pulled_whole(
    source: SS12000Source, server: SS12000Sandbox, kind: str
) -> None:
    cursor = pulled(source)["cursor"]
    server.unfiltered.add(kind)
    assert len(pulled(source, cursor)["completions"]) == len(LOADED)


def test_many_changes_are_found_in_whole_list(
    source: SS12000Source, server: SS12000Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor = pulled(source)["cursor"]
    monkeypatch.setattr("mimis_ss12000.source.MANY", 0)
    server.change("persons", FIRST.learner.key, givenName="Åse")
    server.forget()
    assert pulled(source, cursor)["completions"].keys() == {LOADED[0].key, LOADED[1].key}
    assert server.count(r"student=") == 0


def test_each_school_unit_is_a_question_of_its_own(server: SS12000Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimis_ss12000.source.MANY", 2)
    with connect(server, organisations=[make_id("unit"), "b", "c"]) as source:
        cursor = pulled(source)["cursor"]
        server.change("persons", FIRST.learner.key, givenName="Åse")
        server.forget()
        pulled(source, cursor)
    assert server.count(r"student=") == 0


def test_pull_that_began_earlier_is_asked_for_again(source: SS12000Source) -> None:
    began = read_cursor(pulled(source)["cursor"])
    assert began is not None
    assert read_cursor(write_cursor(began)) == began - timedelta(minutes=10)


@pytest.mark.parametrize("cursor", [None, "", "1", "0 2026-06-01T00:00:00+00:00", "1 2026-06-01T00:00:00", "1 igår"])
def test_unreadable_cursor_is_none(cursor: str | None) -> None:
    assert read_cursor(cursor) is None


# What ends a pull ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["grades", "persons", "syllabuses"])
def test_lacking_right_is_named(source: SS12000Source, server: SS12000Sandbox, kind: str) -> None:
    server.denied.add(kind)
    with pytest.raises(PermissionDeniedError, match=f"/{kind}"):
        pull_all(source)


def test_pages_before_a_fault_stay_valid(source: SS12000Source, server: SS12000Sandbox) -> None:
    server.fail("500", times=99, path="persons/lookup")
    pages = source.pull(None)
    assert next(pages).withdrawn == ()
    with pytest.raises(TemporaryError):
        list(pages)


# Settings and checks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"token": "t"},
        {"client_secret": None},
        {"client_id": None, "client_secret": None, "login_url": None},
        {"url": "api.example.se"},
        {"page_size": 0},
        {"codes": [" "]},
    ],
)
def test_wrong_settings_are_refused(server: SS12000Sandbox, changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        connect(server, **changed)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("grades", "error"), ("persons", "error"), ("syllabuses", "error"), ("deletedEntities", "warning")],
)
def test_check_names_lacking_right(source: SS12000Source, server: SS12000Sandbox, kind: str, status: str) -> None:
    server.denied.add(kind)
    wrong = {(finding.status, finding.mend) for finding in source.check() if finding.status != "ok"}
    assert {one for one, _ in wrong} == {status}
    assert all(kind in str(mend) for _, mend in wrong)


def test_check_warns_of_open_line(server: SS12000Sandbox) -> None:
    with connect(server, url="http://register.invalid/v2.0") as source:
        first = next(iter(source.check()))  # before anything is asked there
    assert (first.subject, first.status) == ("url", "warning")


def test_check_of_empty_register_is_warning(source: SS12000Source, server: SS12000Sandbox) -> None:
    server.tables["grades"].clear()
    assert "warning" in {one.status for one in source.check()}


def test_load_can_be_pulled_back(source: SS12000Source, server: SS12000Sandbox) -> None:
    more = completion("li", value="MVG").model_copy(update={"evidence": "Betyg efter prövning"})
    server.load([more])
    assert pulled(source)["completions"][more.key] == more
