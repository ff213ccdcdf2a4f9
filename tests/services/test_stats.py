"""Figures without persons: what counts as what, what is too small to be shown, and that no document is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from mimis_core import UserError
from mimis_core.services import CredentialView, Figures, Services, ShareOrder, Statistics
from mimis_core.store.database import Database
from tests.school import NOW, Clock, HandSource, done, page, someone

ENTRY = "digitala-arbetsmiljoer"


def exact(school: Services, *months: str) -> dict[str, dict[str, Any]]:
    """All figures of the one entry, by month."""
    rows = school.statistics(*months, least=None).rows
    assert {row.achievement for row in rows} <= {ENTRY}
    return {row.month: row.model_dump(exclude={"achievement", "month"}) for row in rows}


def issue(school: Services, *keys: str) -> None:
    HandSource.pages = [page(*(done("course:1", someone(key)) for key in keys))]
    school.sync()
    school.drain()


def test_nothing_issued_is_no_row(yearly: Services) -> None:
    assert yearly.statistics().rows == ()


def test_life_of_a_credential_is_counted(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    order = ShareOrder(
        credential_ids=(issued.id,), purpose="Jobb", until=clock.now.date() + timedelta(days=60), anonymous=False
    )
    share = yearly.create_share(issued.learner_id, order)
    clock.forward(days=10)
    for _ in range(3):
        yearly.open_share(share.url.rpartition("/")[2], "länk")
    yearly.revoke_credential(issued.id, "Fel person", "Rektor Test")
    assert exact(yearly) == {
        "2026-11": {"issued": 1, "delivered": 0, "viewed": 0, "shared": 1, "revoked": 0},
        "2026-12": {"issued": 0, "delivered": 0, "viewed": 3, "shared": 0, "revoked": 1},
    }


def test_month_is_of_the_swedish_calendar(yearly: Services, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    issue(yearly, "1")
    assert list(exact(yearly)) == ["2026-12"]
    assert (list(exact(yearly, "2026-12")), exact(yearly, "2026-11", "2026-11")) == (["2026-12"], {})


def test_many_looks_at_one_learner_are_not_shown(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    order = ShareOrder(
        credential_ids=(issued.id,), purpose="Jobb", until=clock.now.date() + timedelta(days=60), anonymous=False
    )
    share = yearly.create_share(issued.learner_id, order)
    for _ in range(12):
        yearly.open_share(share.url.rpartition("/")[2], "länk")
    (row,) = yearly.statistics().rows
    assert (row.viewed, exact(yearly)["2026-11"]["viewed"]) == (None, 12)


def test_correction_is_not_issued_anew_but_renewal_is(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    clock.forward(days=10)
    yearly.reissue_credential(issued.id, "Namn", "Rektor Test")
    yearly.drain()
    assert list(exact(yearly)) == ["2026-11"]


@pytest.mark.parametrize(("count", "shown"), [(9, None), (10, 10)])
def test_small_counts_are_not_shown(yearly: Services, count: int, shown: int | None) -> None:
    issue(yearly, *map(str, range(count)))
    (row,) = yearly.statistics().rows
    assert (row.issued, row.revoked) == (shown, 0)


def test_protected_learner_is_never_counted(yearly: Services, issued: CredentialView) -> None:
    yearly.protect_learner(issued.learner_id, "Officer", True)
    assert exact(yearly) == {}


@pytest.mark.parametrize(
    ("months", "found"), [(("2026-11", "2026-11"), 1), (("2026-12",), 0), (("2025-01", "2026-10"), 0), ((), 1)]
)
def test_period_is_whole_months(yearly: Services, issued: CredentialView, months: tuple[str, ...], found: int) -> None:
    assert len(exact(yearly, *months)) == found


@pytest.mark.parametrize("month", ["2026-13", "2026", "0000-01", "2026-11-24", "november"])
def test_what_is_no_month_is_refused(yearly: Services, month: str) -> None:
    with pytest.raises(UserError, match="no month"):
        yearly.statistics(month)


def test_last_month_of_all_time_is_one(yearly: Services, issued: CredentialView) -> None:
    assert len(exact(yearly, "2026-11", "9999-12")) == 1


@given(st.lists(st.one_of(st.none(), st.just(0), st.integers(10, 99)), max_size=8))
def test_sum_gives_no_small_count_away(counts: list[int | None]) -> None:
    rows = tuple(Figures(achievement=f"a{index}", month="2026-11", issued=count) for index, count in enumerate(counts))
    assert Statistics(rows=rows, least=10).shown("issued") == sum(count or 0 for count in counts)


@pytest.fixture
def indexed(tmp_path: Path) -> Iterator[Database]:
    """The tables of this version on SQLite, empty, with what SQLite is told about them beforehand."""
    database = Database(f"sqlite:///{tmp_path}/plans.db")
    database.migrate()
    yield database
    database.close()


def plan(school: Services, indexed: Database, measure: str) -> list[str]:
    """How SQLite would count a measure over two months, step by step."""
    query, at = next((query, at) for name, query, at in school._measured() if name == measure)
    months = [(NOW, NOW + timedelta(days=30)), (NOW + timedelta(days=30), NOW + timedelta(days=60))]
    sql = str(school._tally(query, at, months).compile(indexed.engine, compile_kwargs={"literal_binds": True}))
    with indexed.reading() as session:
        steps = [row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {sql}"))]
    return [step for step in steps if step.startswith(("SEARCH", "SCAN")) and "SCAN one" not in step]


@pytest.mark.parametrize("measure", ["issued", "delivered"])
def test_rows_with_documents_are_counted_from_indexes_alone(yearly: Services, indexed: Database, measure: str) -> None:
    light = ("award", "learner", "credential_1")
    read = [step for step in plan(yearly, indexed, measure) if not set(step.split()) & set(light)]
    assert read
    assert [step for step in read if "COVERING INDEX" not in step] == []


@pytest.mark.parametrize("measure", ["issued", "delivered", "viewed", "shared", "revoked"])
def test_no_table_is_read_from_end_to_end(yearly: Services, indexed: Database, measure: str) -> None:
    steps = plan(yearly, indexed, measure)
    assert [step for step in steps if step.startswith("SCAN")] == []
    assert any("learner_protected" in step for step in steps)


def test_what_a_clock_that_ran_ahead_dated_is_counted(yearly: Services, clock: Clock) -> None:
    clock.forward(days=60)
    issue(yearly, "1")
    clock.forward(days=-60)
    assert list(exact(yearly)) == ["2027-01"]


def test_months_are_those_that_were_asked_for(yearly: Services, clock: Clock) -> None:
    for key in ("1", "2", "3"):
        issue(yearly, key)
        clock.forward(days=31)
    assert list(exact(yearly)) == ["2026-11", "2026-12", "2027-01"]
    assert list(exact(yearly, "2026-12", "2026-12")) == ["2026-12"]
    assert exact(yearly, "2027-01", "2026-12") == {}
