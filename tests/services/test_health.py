"""How a mimis is, asked of real tables: ready or not, and what it measures."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from mimis_core import ConfigurationError, TemporaryError
from mimis_core.services import Services
from mimis_core.services.destinations import FAILURES
from mimis_core.services.health import LEAST_ROOM, HealthServices
from mimis_core.store.cipher import new_key
from mimis_core.store.database import Database
from mimis_core.store.tables import DestinationRow
from tests.school import Clock, HandCourier, HandSource, done, page
from tests.services.workers import queue_deliveries

WELL = {"database": True, "migrations": True, "keys": True, "queue": True, "disk": True}


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


def close_gate(school: Services) -> None:
    """Let the wallet fail until it is left alone, with more work for it than it was tried with."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    HandCourier.errors = [TemporaryError("away") for _ in range(FAILURES)]
    queue_deliveries(school, *(f"{number}@b.example" for number in range(FAILURES + 5)))
    for job in school._claim()[:FAILURES]:
        school._do(job)
    school._release(school._hand.jobs())


def test_wallet_that_is_down_lacks_no_workers(school: Services, clock: Clock) -> None:
    close_gate(school)
    for _ in range(8):
        clock.forward(minutes=15)
        HandCourier.errors = [TemporaryError("away")]
        school.drain()
    assert values(school)["mimis_destination_failures"][("couriers.europass",)] > FAILURES
    assert school.readiness() == WELL


def test_nobody_who_tries_a_wallet_again_is_told(school: Services, clock: Clock) -> None:
    close_gate(school)
    clock.forward(hours=2)
    assert school.readiness() == {**WELL, "queue": False}


def test_work_that_waits_for_its_turn_lacks_no_workers(school: Services, clock: Clock) -> None:
    close_gate(school)
    clock.forward(hours=2)
    held = update(DestinationRow).where(DestinationRow.name == "couriers.europass")
    with school.database.transaction() as session:
        session.execute(held.values(lease="another", lease_until=clock.now))
    assert not school.readiness()["queue"]
    clock.forward(minutes=-1)
    assert school.readiness() == WELL


def test_work_that_a_dead_worker_had_begun_is_told(school: Services, clock: Clock) -> None:
    close_gate(school)
    clock.forward(minutes=30)
    (job, *_) = school._claim()
    with school._transaction() as session:
        school._begin(session, job)
    clock.forward(hours=2)
    with school.database.transaction() as session:
        session.execute(text("DELETE FROM outbox WHERE state = 'queued'"))
    assert not school.readiness()["queue"]


def test_full_disk_is_told(school: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    total, used, _ = shutil.disk_usage(school.settings.folder)
    for free, holds in ((LEAST_ROOM, True), (LEAST_ROOM - 1, False)):
        left = shutil._ntuple_diskusage(total, used, free)
        monkeypatch.setattr("mimis_core.services.health.shutil.disk_usage", lambda folder, left=left: left)
        assert school.readiness() == {**WELL, "disk": holds}


def test_disk_of_the_database_is_asked_about_too(
    school: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: str | None
) -> None:
    if postgres is not None:
        pytest.skip("the disk of a PostgreSQL is not ours to look at")
    asked: list[Path] = []
    usage = shutil.disk_usage

    def note(folder: Path) -> object:
        asked.append(folder)
        return usage(folder)

    monkeypatch.setattr("mimis_core.services.health.shutil.disk_usage", note)
    school.settings = school.settings.model_copy(update={"folder": tmp_path})
    assert school.full_folders() == []
    assert asked == [tmp_path, tmp_path / "school"]


def test_other_tables_are_told(school: Services) -> None:
    with school.database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert school.readiness() == {**WELL, "migrations": False}


def test_lost_seal_key_is_told(school: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> None:
        raise ConfigurationError("The seal's file is away.")

    monkeypatch.setattr(HealthServices, "_signer", property(lost))
    assert school.readiness() == {**WELL, "keys": False}


def test_key_that_did_not_write_the_database_is_told(school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    right, wrong = school.database, Database(school.settings.database_url, new_key())
    try:
        school.database = wrong
        assert school.readiness() == {**WELL, "keys": False}
        school.database = right
        assert school.readiness() == WELL
    finally:
        wrong.close()


@pytest.mark.parametrize(("role", "holds"), [("school", False), ("employer", True)])
def test_only_who_issues_needs_a_seal_key(school: Services, role: str, holds: bool) -> None:
    school.settings = school.settings.model_copy(update={"role": role, "signer": None})
    assert school.readiness() == {**WELL, "keys": holds}


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
