"""How a mimis is, asked of real tables: ready or not, and what it measures."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from mimis_core import ConfigurationError
from mimis_core.services import Services
from mimis_core.services.health import HealthServices
from tests.school import Clock, HandSource, done, page

WELL = {"database": True, "migrations": True, "keys": True, "queue": True}


def values(school: Services) -> dict[str, Any]:
    return {gauge.name: gauge.values for gauge in school.gauges()}


def test_new_school_is_ready(school: Services) -> None:
    assert school.readiness() == WELL


def test_work_that_nobody_does_is_told(school: Services, clock: Clock) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    clock.forward(minutes=59)
    assert school.readiness() == WELL
    clock.forward(minutes=2)
    assert school.readiness() == {**WELL, "queue": False}
    assert values(school)["mimis_outbox_oldest_due_seconds"] == {(): 3660.0}
    school.drain()
    assert school.readiness() == WELL


def test_other_tables_are_told(school: Services) -> None:
    with school.database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert school.readiness() == {**WELL, "migrations": False}


def test_lost_seal_key_is_told(school: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> None:
        raise ConfigurationError("The seal's file is away.")

    monkeypatch.setattr(HealthServices, "_signer", property(lost))
    assert school.readiness() == {**WELL, "keys": False}


def test_lost_database_is_told_and_does_not_raise(school: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OSError(2, "No such file")

    monkeypatch.setattr(school.database, "reading", away)
    assert school.readiness() == {**WELL, "database": False, "keys": False, "queue": False}


def test_outbox_and_sources_are_measured(school: Services, clock: Clock) -> None:
    HandSource.pages = [page(done("course:1"), as_of=clock.now)]
    school.sync()
    measured = values(school)
    assert measured["mimis_outbox_rows"] == {("issue", "queued"): 1.0}
    assert measured["mimis_source_pulled_timestamp_seconds"] == {("hand",): clock.now.timestamp()}
    assert measured["mimis_source_as_of_timestamp_seconds"] == {("hand",): clock.now.timestamp()}
    assert measured["mimis_reviews_open"] == {(): 0.0}


def test_measuring_holds_up_no_writer(school: Services) -> None:
    with school.database.reading() as asked:
        asked.execute(text("SELECT count(*) FROM outbox"))
        with school.database.transaction() as session:
            session.execute(text("DELETE FROM outbox"))
