"""Grades, persons and syllabuses into completions: what counts, what stands together, and what odd values become."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mimis_ss12000.mapping import (
    Result,
    Standing,
    choose_email,
    judge_value,
    link_rows,
    map_completion,
    map_learner,
    map_name,
    same_school_type,
)
from mimis_ss12000.records import GradeRecord, PersonRecord, Syllabus, looks_personal, read_id, read_record

from mimis_core import DataError

from .conftest import PERSONAL_NUMBER

GRADE = {
    "id": "g1",
    "student": {"id": "p1"},
    "syllabus": {"id": "s1"},
    "registeredDate": "2026-06-10",
    "gradeValue": "C",
    "finalGrade": True,
    "adaptedStudyPlan": False,
}
PERSON = {"id": "p1", "givenName": "Åsa Lena", "familyName": "Öberg"}
SYLLABUS = {"id": "s1", "schoolType": "KOMVUX", "subjectCode": "VÅR", "subjectName": "Vård", "official": True}


def grade(**changed: Any) -> GradeRecord:
    return read_record(GradeRecord, {**GRADE, **changed})


def person(**changed: Any) -> PersonRecord:
    return read_record(PersonRecord, {**PERSON, **changed})


def syllabus(**changed: Any) -> Syllabus:
    return read_record(Syllabus, {**SYLLABUS, **changed})


# Grades --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["A", "b", " E ", "G", "VG", "MVG", "Godkänt", "GODKÄND"])
def test_pass_is_pass(value: str) -> None:
    assert judge_value(value) is Standing.PASSED


@pytest.mark.parametrize("value", ["F", "IG", "Icke godkänt", "icke  godkänt", "-", "–", "—", "Streck"])
def test_no_pass_is_none(value: str) -> None:
    assert judge_value(value) is Standing.NOT_PASSED


@pytest.mark.parametrize("value", ["P", "Deltagit", "5", "Ej godkänt", "A-", "Underkänd", "", " ", None])
def test_unknown_or_absent_grade_is_neither(value: str | None) -> None:
    assert judge_value(value) is Standing.UNKNOWN


def test_school_may_have_passes_of_its_own() -> None:
    assert judge_value("deltagit", ["Deltagit"]) is Standing.PASSED


@given(st.text())
def test_any_grade_is_judged(value: str) -> None:
    assert judge_value(value) in Standing


@pytest.mark.parametrize(("value", "expected"), [(False, False), (None, False), ("", False), ("Nej", False),
                                                  (True, True), ("Reducerad", True)])  # fmt: skip
def test_adapted_study_plan_is_only_yes_or_no(value: object, expected: bool) -> None:
    assert grade(adaptedStudyPlan=value).adapted is expected


@pytest.mark.parametrize("odd", [None, "", "kanske", [], 7])
def test_odd_optional_fields_break_no_grade(odd: object) -> None:
    read = grade(trial=odd, correctionType=odd if isinstance(odd, list) else None, meta={"created": odd})
    assert (read.trial, read.correction) == (False, None)


@pytest.mark.parametrize("told", [True, "true", "Ja"])
def test_trial_is_seen(told: object) -> None:
    assert grade(trial=told).trial


# Corrections ---------------------------------------------------------------------------------------------------


def keys(*rows: GradeRecord) -> list[tuple[str, str | None]]:
    return [(one.key, one.last.value) for one in link_rows(rows)]


def test_correction_holds_under_key_of_first() -> None:
    later = grade(id="g2", gradeValue="B", registeredDate="2026-06-20", correctionType="Rättelse")
    assert keys(later, grade()) == [("grade:g1", "B")]


def test_correction_on_same_day_comes_after() -> None:
    assert keys(grade(id="a0", gradeValue="B", correctionType="Ändring"), grade()) == [("grade:g1", "B")]


def test_second_grade_is_result_of_its_own() -> None:
    again = grade(id="g2", gradeValue="A", registeredDate="2026-12-01", trial=True)
    assert keys(grade(), again) == [("grade:g1", "C"), ("grade:g2", "A")]


def test_correction_belongs_to_latest_before_it() -> None:
    again = grade(id="g2", gradeValue="A", registeredDate="2026-12-01")
    mended = grade(id="g3", gradeValue="B", registeredDate="2026-12-02", correctionType="Ändring")
    assert keys(grade(), again, mended) == [("grade:g1", "C"), ("grade:g2", "B")]


def test_correction_alone_has_key_of_its_own() -> None:
    assert keys(grade(correctionType="Ändring")) == [("grade:g1", "C")]


def test_other_learner_and_course_stay_apart() -> None:
    other = grade(id="g2", student={"id": "p2"}, correctionType="Ändring")
    third = grade(id="g3", syllabus={"id": "s2"}, correctionType="Ändring")
    assert len(keys(grade(), other, third)) == 3


def test_grade_that_is_not_final_is_no_result() -> None:
    assert keys(grade(finalGrade=False)) == []


ROWS = st.lists(
    st.builds(
        lambda number, student, course, day, correction: grade(
            id=f"g{number}",
            student={"id": f"p{student}"},
            syllabus={"id": f"s{course}"},
            registeredDate=(date(2026, 1, 1) + timedelta(days=day)).isoformat(),
            correctionType="Ändring" if correction else None,
        ),
        *(st.integers(0, top) for top in (20, 2, 2, 5)),
        st.booleans(),
    ),
    unique_by=lambda row: row.id,
)


@given(ROWS, st.randoms())
def test_order_of_rows_changes_no_result(rows: list[GradeRecord], random: Any) -> None:
    shuffled = random.sample(rows, len(rows))
    assert list(link_rows(rows)) == list(link_rows(shuffled))


@given(ROWS)
def test_each_row_is_in_one_result(rows: list[GradeRecord]) -> None:
    results = list(link_rows(rows))
    assert sorted(row.id for one in results for row in one.rows) == sorted(row.id for row in rows)
    assert len({one.key for one in results}) == len(results)


@given(ROWS)
def test_whole_list_and_one_learner_give_the_same(rows: list[GradeRecord]) -> None:
    apart = [one for student in ("p0", "p1", "p2") for one in link_rows(row for row in rows if row.student == student)]
    assert apart == list(link_rows(rows))


# Persons -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_name", "middle", "family", "expected"),
    [
        ("Åsa Lena", None, "Öberg", "Åsa Lena Öberg"),
        ("Eli", "Prov", "af Klint", "Eli Prov af Klint"),
        (" Noor ", None, "", "Noor"),
        ("Noor", None, "Noor", "Noor"),
        ("Noor", None, "-", "Noor"),
        (None, None, "Noor", "Noor"),
        ("de la Cruz", "", "O'Neill-ÅBERG", "de la Cruz O'Neill-ÅBERG"),
    ],
)
def test_name_stays_as_written(given_name: str | None, middle: str | None, family: str, expected: str) -> None:
    assert map_name(person(givenName=given_name, middleName=middle, familyName=family)) == expected


def test_person_without_name_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        map_name(person(givenName=" ", familyName="-"))
    assert caught.value.code == "name-missing"


def mail(value: str, kind: str | None = None) -> dict[str, str]:
    return {"value": value, **({"type": kind} if kind else {})}


@pytest.mark.parametrize(
    ("emails", "expected"),
    [
        ([mail("a@skola.example", "Skola elev"), mail("b@example.org", "Privat")], "b@example.org"),
        ([mail("a@skola.example", "Skola elev"), mail("c@example.org")], "c@example.org"),
        ([mail("a@jobb.example", "Arbete övrigt"), mail("b@skola.example", "Skola elev")], "b@skola.example"),
        ([mail("a@skola.example", "Skola personal")], None),
        ([mail("ingen adress", "Privat"), mail("b@skola.example", "Skola elev")], "b@skola.example"),
        ([mail(f"{PERSONAL_NUMBER}@example.org", "Privat")], None),
        (["a@example.org"], "a@example.org"),
        (None, None),
        ("a@example.org", None),
    ],
)
def test_private_address_goes_first(emails: object, expected: str | None) -> None:
    assert choose_email(person(emails=emails).emails) == expected


def test_principal_name_is_alias() -> None:
    learner = map_learner("r", person(eduPersonPrincipalNames=["190001019801@a.se", "asob@edu.example"]))
    assert learner.aliases == {"eduPersonPrincipalName": "asob@edu.example"}


def test_principal_name_of_early_servers_is_read() -> None:
    names = [{"value": "asob@edu.example", "type": "Elev"}]
    assert map_learner("r", person(eduPersonPrincipalNames=names)).aliases


@pytest.mark.parametrize("mark", ["Sekretessmarkering", "Skyddad folkbokföring", "SKYDDAD", True, "ny sorts skydd", 1])
def test_any_mark_protects(mark: object) -> None:
    assert map_learner("r", person(securityMarking=mark)).protected


@pytest.mark.parametrize("mark", ["Ingen", "ingen", None, False, ""])
def test_no_mark_protects_nobody(mark: object) -> None:
    assert not map_learner("r", person(securityMarking=mark)).protected


# Completions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "module", "title"),
    [
        ({"courseCode": "VÅRVÅR01", "courseName": "Vård 1"}, "syllabus:VÅRVÅR01", "Vård 1"),
        ({}, "syllabus:VÅR", "Vård"),
        ({"courseCode": " ", "subjectName": None}, "syllabus:VÅR", "VÅR"),
        ({"curriculum": "Gy99", "points": "hundra"}, "syllabus:VÅR", "Vård"),
    ],
)
def test_module_is_most_exact_code(fields: dict[str, Any], module: str, title: str) -> None:
    found = map_completion(Result((grade(),)), syllabus(**fields), map_learner("r", person()))
    assert (found.module, found.title) == (module, title)


def test_day_is_the_same_all_over_europe() -> None:
    found = map_completion(Result((grade(),)), syllabus(), map_learner("r", person()))
    assert found.completed_at.isoformat() == "2026-06-10T12:00:00+00:00"


def test_correction_changes_value_and_not_day() -> None:
    later = grade(id="g2", gradeValue="B", registeredDate="2026-08-20", correctionType="Ändring")
    found = map_completion(Result((grade(), later)), syllabus(), map_learner("r", person()))
    assert found.grade is not None
    assert (found.grade.text, found.completed_at.date()) == ("B", date(2026, 6, 10))


def test_prövning_is_told() -> None:
    found = map_completion(Result((grade(trial=True),)), syllabus(), map_learner("r", person()))
    assert (found.evidence, found.hours) == ("Betyg efter prövning", None)


@pytest.mark.parametrize(("name", "expected"), [("VUX", "KOMVUX"), ("komvux", "KOMVUX"), ("NYTT", "NYTT"), (None, "")])
def test_school_type_has_one_name(name: str | None, expected: str) -> None:
    assert same_school_type(name) == expected


# Reading -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["190001019801", "000101-9801", "19000101-9801", "20130101TF01", "701063-2391", "0001019801"]
)
def test_personal_number_is_seen(text: str) -> None:
    assert looks_personal(f"före {text} efter")
    assert read_id({"id": text}) is None


@pytest.mark.parametrize("value", [None, 7, "", " ", "x" * 65, [], {"id": "a"}])
def test_impossible_id_is_none(value: object) -> None:
    assert read_id({"id": value}) is None


def test_uuid_is_the_same_in_any_case() -> None:
    assert read_id({"id": "7A1B6A0E-27D1-4B0C-9C7B-3F1E6A5D0001"}) == "7a1b6a0e-27d1-4b0c-9c7b-3f1e6a5d0001"


def test_uuid_of_digits_is_no_personal_number() -> None:
    assert read_id({"id": "19000101-9801-4000-8000-190001019801"})


@pytest.mark.parametrize("field", ["student", "syllabus", "registeredDate", "finalGrade"])
@pytest.mark.parametrize("value", [None, "hemligt", {"id": PERSONAL_NUMBER}])
def test_broken_grade_names_fields_only(field: str, value: object) -> None:
    with pytest.raises(DataError) as caught:
        grade(**{field: value})
    assert field in str(caught.value)
    assert "hemligt" not in str(caught.value)
    assert PERSONAL_NUMBER not in str(caught.value)


READ = {
    "id", "student", "syllabus", "registeredDate", "gradeValue", "finalGrade", "adaptedStudyPlan", "trial",
    "correctionType", "meta",
}  # fmt: skip
"""Fields of a grade that are known; a name that is drawn may be one of them."""
UNKNOWN = st.text().filter(lambda name: name not in READ)


@given(st.dictionaries(UNKNOWN, st.none() | st.text() | st.integers() | st.lists(st.text()), max_size=5))
@example({"CorrectionType": "0", "created": "2026-01-01"})
def test_unknown_fields_are_dropped(extra: dict[str, object]) -> None:
    assert read_record(GradeRecord, {**extra, **GRADE}) == grade()


VALUES = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(VALUES, lambda one: st.lists(one) | st.dictionaries(st.text(), one), max_leaves=6)


def code_of_reading(kind: type[GradeRecord], data: object) -> str | None:
    try:
        read_record(kind, data)
    except DataError as error:
        return error.code
    return None


@given(JSON, st.sampled_from([GradeRecord, PersonRecord, Syllabus]))
def test_any_json_is_record_or_data_error(data: object, kind: type[GradeRecord]) -> None:
    assert code_of_reading(kind, data) in {None, "malformed"}


@given(st.fixed_dictionaries(dict.fromkeys(("emails", "eduPersonPrincipalNames", "securityMarking"), JSON)))
def test_odd_person_is_mapped_all_the_same(fields: dict[str, object]) -> None:
    assert map_learner("r", person(**fields)).full_name == "Åsa Lena Öberg"
