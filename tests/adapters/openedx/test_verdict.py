"""When a result and a certificate make a completion, when they take one back, and when they do neither."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_openedx.mapping import WITHDRAWN
from mimis_openedx.records import Certificate
from mimis_openedx.verdict import COUNTS, NOTHING, Case, Verdict, judge

from mimis_core import DataError, NotFoundError, PermanentError

NONE = NotFoundError("No certificate.", code="no_certificate_for_user")
UNSET = NotFoundError("No certificate.", code="no_certificate_configuration_for_course")
LOST = NotFoundError("Not found.")
BROKEN = DataError("Broken.", code="server_error")


def state(status: str) -> Certificate:
    return Certificate(status=status, created_date=datetime(2026, 5, 4, tzinfo=UTC))


ISSUED, PENDING, REVOKED = state("downloadable"), state("generating"), state("unavailable")
OTHERS = ["generating", "unverified", "audit_passing", "requesting", "error", "nyhet"]


@pytest.mark.parametrize("status", OTHERS)
def test_only_downloadable_counts_when_required(status: str) -> None:
    assert judge(Case(True, state(status)), required=True) == Verdict(aside=status)
    assert judge(Case(True, state(status)), required=False) == COUNTS


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("status", sorted(WITHDRAWN))
def test_withdrawn_certificate_never_counts(status: str, required: bool) -> None:
    assert judge(Case(True, state(status)), required=required) == Verdict(taken_back=status, aside=status)


@pytest.mark.parametrize("passed", [True, False, None])
@pytest.mark.parametrize("required", [True, False])
def test_downloadable_certificate_always_counts(passed: bool | None, required: bool) -> None:
    assert judge(Case(passed, ISSUED), required=required) == COUNTS


CASES = [
    (Case(False, REVOKED), True, Verdict(taken_back="unavailable")),
    (Case(False, PENDING), True, NOTHING),
    (Case(False, PENDING, given=True, certified=True), True, Verdict(aside="generating")),
    (Case(True, NONE), True, Verdict(aside="no_certificate_for_user")),
    (Case(True, NONE), False, COUNTS),
    (Case(False, NONE), True, NOTHING),
    (Case(False, NONE), False, NOTHING),
    (Case(True, NONE, given=True, certified=True), False, COUNTS),
    (Case(True, UNSET, given=True, certified=True), True, Verdict(aside=str(UNSET.code))),
    (Case(None, NONE, given=True), False, NOTHING),
    (Case(False, NONE, given=True), False, Verdict(taken_back="no_longer_passes", aside="no_longer_passes")),
    (Case(True, LOST), True, Verdict(aside="not_found")),
    (Case(False, LOST), True, NOTHING),
    (Case(False, LOST, given=True, certified=True), True, Verdict(aside="not_found")),
    (Case(False, BROKEN), True, Verdict(aside="server_error")),
    (Case(True, PermanentError("No.", code="400")), True, Verdict(aside="400")),
    (Case(True, None), True, COUNTS),
    (Case(False, None), True, NOTHING),
    (Case(False, None, given=True), False, NOTHING),
]


@pytest.mark.parametrize(("case", "required", "verdict"), CASES)
def test_case_is_judged(case: Case, required: bool, verdict: Verdict) -> None:
    assert judge(case, required=required) == verdict


@pytest.mark.parametrize("passed", [True, False, None])
def test_certificate_gone_after_it_was_there_is_taken_back(passed: bool | None) -> None:
    found = judge(Case(passed, NONE, given=True, certified=True), required=True)
    assert found.taken_back == "no_certificate_for_user"


FOUND = st.sampled_from([ISSUED, PENDING, REVOKED, NONE, UNSET, LOST, BROKEN, None])


@given(FOUND, st.booleans(), st.booleans(), st.booleans())
def test_absence_alone_takes_nothing_back(found: object, given_: bool, certified: bool, required: bool) -> None:
    verdict = judge(Case(None, found, given_, given_ and certified), required=required)  # type: ignore[arg-type]
    said_no = found is REVOKED or (found is NONE and given_ and certified)
    assert bool(verdict.taken_back) == said_no


@given(st.sampled_from([True, False, None]), FOUND, st.booleans(), st.booleans())
def test_verdict_is_one_thing(passed: bool | None, found: object, given_: bool, required: bool) -> None:
    verdict = judge(Case(passed, found, given_, given_), required=required)  # type: ignore[arg-type]
    assert not (verdict.counts and (verdict.taken_back or verdict.aside))
