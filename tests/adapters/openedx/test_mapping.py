"""Records into completions: what counts, what is set aside, and what odd values become."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_openedx.mapping import (
    completion_key,
    explain_reason,
    map_completion,
    map_grade,
    map_learner,
)
from mimis_openedx.records import Account, Certificate, Course, GradeRow, read_fraction, read_record, reason_of

from mimis_core import DataError

NOW = datetime(2026, 6, 1, tzinfo=UTC)
COURSE = Course(course_id="course-v1:A+B+C", name="Batterier")
ROW = {"username": "astrid", "passed": True, "percent": 0.87, "letter_grade": "Pass"}
CERTIFICATE = {"status": "downloadable", "created_date": "2026-05-04T10:11:12Z", "grade": "0.87"}
ACCOUNT = {"username": "astrid", "id": 7, "name": "Åsa Öberg", "email": "a@example.org", "is_active": True}


def row(**changed: Any) -> GradeRow:
    return read_record(GradeRow, {**ROW, **changed})


def certificate(**changed: Any) -> Certificate:
    return read_record(Certificate, {**CERTIFICATE, **changed})


def account(**changed: Any) -> Account:
    return read_record(Account, {**ACCOUNT, **changed})


@pytest.mark.parametrize(
    ("percent", "grade", "expected"),
    [
        (0.87, "0.5", 87),
        (0.29, None, 29),
        (1, "", 100),
        (1.05, "", 105),
        (None, "0.87", 87),
        (None, "", None),
        (None, None, None),
        (None, "Godkänd", None),
        ("nan", "-1", None),
        (True, "inf", None),
    ],
)
def test_grade_is_read_leniently(percent: object, grade: object, expected: float | None) -> None:
    found = map_grade(row(percent=percent, letter_grade=None), certificate(grade=grade))
    assert (found.percent if found else None) == expected


def test_letter_alone_is_grade() -> None:
    found = map_grade(row(percent=None, letter_grade="Godkänd"), None)
    assert found is not None
    assert (found.text, found.percent) == ("Godkänd", None)


@given(st.floats(min_value=0, max_value=1))
def test_percent_survives_the_scale(share: float) -> None:
    found = map_grade(row(percent=share), None)
    assert found is not None
    assert found.percent is not None
    assert found.percent == pytest.approx(share * 100, abs=1e-5)
    assert 0 <= found.percent <= 100


@given(st.integers(min_value=0, max_value=100))
def test_whole_percent_stays_whole(percent: int) -> None:
    found = map_grade(row(percent=percent / 100), None)
    assert found is not None
    assert found.percent == percent


@given(st.one_of(st.text(), st.none(), st.booleans(), st.lists(st.integers()), st.floats()))
def test_any_grade_value_is_survived(value: object) -> None:
    share = read_fraction(value)
    assert share is None or 0 <= share <= 2


@pytest.mark.parametrize("forced", ["87", "8.7", "1e300", "-0.1", "G", "nan"])
def test_forced_text_is_no_grade(forced: str) -> None:
    certificate = read_record(Certificate, {**CERTIFICATE, "grade": forced})
    assert map_grade(GradeRow(username="astrid", passed=False), certificate) is None


@given(st.dictionaries(st.text(max_size=8), st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text()))))
def test_unknown_fields_are_dropped(extra: dict[str, object]) -> None:
    learner = map_learner("edx", read_record(Account, {**extra, **ACCOUNT}), True)
    assert (learner.key, learner.full_name) == ("7", "Åsa Öberg")


@given(st.text(min_size=1), st.text(min_size=1))
def test_key_holds_no_username(username: str, other: str) -> None:
    key = completion_key("C", None, f"user-{username}")
    assert f"user-{username}" not in key
    assert (key == completion_key("C", None, f"user-{other}")) == (username == other)


def test_learner_is_keyed_by_number() -> None:
    learner = map_learner("edx", account(username="bytt namn"), True)
    assert (learner.key, learner.source) == ("7", "edx")


def test_name_stays_in_one_piece() -> None:
    learner = map_learner("edx", account(name=" Anna Maria af Klint "), True)
    assert (learner.full_name, learner.given_name, learner.family_name) == ("Anna Maria af Klint", None, None)


def test_verified_name_goes_first() -> None:
    assert map_learner("edx", account(verified_name="Åsa Lena Öberg"), True).full_name == "Åsa Lena Öberg"


@pytest.mark.parametrize(
    ("email", "active", "only_verified", "expected"),
    [
        ("a@example.org", True, True, ("a@example.org", True)),
        ("a@example.org", False, True, (None, False)),
        ("a@example.org", None, True, (None, False)),
        ("a@example.org", False, False, ("a@example.org", False)),
        ("", True, False, (None, False)),
        (None, True, True, (None, False)),
    ],
)
def test_email_is_proved_by_activation(
    email: str | None, active: bool | None, only_verified: bool, expected: tuple[str | None, bool]
) -> None:
    learner = map_learner("edx", account(email=email, is_active=active), only_verified)
    assert (learner.email, learner.email_verified) == expected


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (None, "retired"),
        (account(username="retired__user_1a2b"), "retired"),
        (account(id=None), "account_without_id"),
        (account(name=None), "name_missing"),
        (account(name="  "), "name_missing"),
    ],
)
def test_unusable_account_is_refused(found: Account | None, reason: str) -> None:
    with pytest.raises(DataError) as caught:
        map_learner("edx", found, True)
    assert caught.value.code == reason
    assert "status" not in explain_reason(reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-04T10:11:12Z", datetime(2026, 5, 4, 10, 11, 12, tzinfo=UTC)),
        ("2026-05-04T10:11:12.5+02:00", datetime(2026, 5, 4, 8, 11, 12, 500000, tzinfo=UTC)),
        ("2026-05-04T10:11:12", datetime(2026, 5, 4, 10, 11, 12, tzinfo=UTC)),
    ],
)
def test_certificate_dates_the_completion(text: str, expected: datetime) -> None:
    learner = map_learner("edx", account(), True)
    found = map_completion(COURSE, row(), certificate(created_date=text), learner, NOW)
    assert found.completed_at == expected
    assert (found.key, found.module) == ("course-v1:A+B+C/user:7", "course:course-v1:A+B+C")


def test_no_certificate_means_seen_now() -> None:
    found = map_completion(COURSE, row(), None, map_learner("edx", account(), True), NOW)
    assert found.completed_at == NOW
    assert "dated when first seen" in str(found.evidence)


def test_certificate_outlives_its_result() -> None:
    found = map_grade(row(passed=False, percent=0.2, letter_grade=None), certificate(grade="0.87"))
    assert found is not None
    assert (found.percent, found.text) == (87, None)


@pytest.mark.parametrize("number", ["197001011234", "700101-1234", "700101 1234", "20130101TF01", "19800101Tf29"])
def test_personal_number_is_no_alias(number: str) -> None:
    assert map_learner("edx", account(username=f"elev_{number}"), True).aliases == {}


def test_username_is_alias() -> None:
    assert map_learner("edx", account(), True).aliases == {"username": "astrid"}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (GradeRow, {"username": "astrid"}),
        (GradeRow, {"username": "astrid", "passed": "true"}),
        (GradeRow, {"username": "", "passed": True}),
        (GradeRow, "astrid"),
        (Certificate, {"status": "downloadable", "created_date": "igår, astrid"}),
        (Certificate, {"created_date": "2026-05-04T10:11:12Z"}),
        (Account, {"username": "astrid", "id": "astrid"}),
    ],
)
def test_broken_record_names_fields_only(kind: type[GradeRow | Certificate | Account], data: object) -> None:
    with pytest.raises(DataError) as caught:
        read_record(kind, data)
    assert "astrid" not in str(caught.value)


@pytest.mark.parametrize("body", [None, [], "x", {"detail": "Eli"}, {"error_code": "Eli Ström"}, {"error": 4}])
def test_prose_is_no_reason(body: object) -> None:
    assert reason_of(body) is None
