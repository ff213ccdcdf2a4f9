"""Fixtures that every part of the tests may use."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

import hypothesis
import pytest
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from mimis_core import AutomaticRule, Organisation, Requirement
from mimis_core.cli.init import write_folder
from mimis_core.services import Services
from mimis_core.settings import load_settings
from mimis_core.store.catalogue_files import load_catalogue
from mimis_core.store.database import Database
from tests.postgres import ready_database, serve_postgres
from tests.school import Clock, HandCourier, HandSource, opened

pytest_plugins = ["tests.leaks", "tests.templates", "tests.feed_table"]

# `make test-long`: the property tests look twenty times as far.
hypothesis.settings.register_profile("long", max_examples=2000)
if os.environ.get("MIMIS_LONG") == "1":
    hypothesis.settings.load_profile("long")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of official data; absent, the test is skipped, or fails where CI must have it."""
    path = Path(os.environ.get("MIMIS_SHARED", ROOT.parent / "shared")).resolve()
    if not (path / "elm").is_dir():
        sentence = f"official data is not at {path}: set MIMIS_SHARED to run this test"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return path


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: a quarter of the tests' time goes by in waiting for servers."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Leave what was collected out of garbage collections, and have fewer: they took a fifth of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests ran on official data."""
    ran = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if report.when == "call" and "official" in report.keywords
    ]
    terminalreporter.write_line(f"{len(ran)} tests ran on official data")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the caller's mimis settings."""
    for name in ("MIMIS_CONFIG", "MIMIS_DISABLED_ADAPTERS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def keys_are_opened_once() -> Iterator[None]:
    """Opening a key file judges an RSA key of 3,072 bits, which takes longer than most tests; each is judged once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mimis_seals.keys.pkcs12.load_pkcs12", lru_cache(maxsize=100)(load_pkcs12))
        yield


@pytest.fixture(scope="session")
def school_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school folder as ``mimis init`` makes it: one entry awards by rule, one waits for a teacher."""
    folder = tmp_path_factory.mktemp("school") / "template"
    school = Organisation(
        id="school",
        legal_name={"sv": "Testbygdens folkhögskola", "en": "Testbygden Folk High School"},
        registration="802002-6509",
        eidas="NTRSE-8020026509",
        email="kontakt@demo.example",
    )
    write_folder(folder, "school", school, "http://127.0.0.1:9", "sqlite:///mimis.db", "none-enrolled")
    rule = AutomaticRule(decided_by="Rektor Test", decided_on=date(2026, 8, 1))
    earned = {
        "digitala-arbetsmiljoer": {"earned_by": (Requirement(module="course:1"),), "automatic": rule},
        "verktygsvana": {"earned_by": (Requirement(module="course:2"), Requirement(module="course:3"))},
    }
    for entry in load_catalogue(folder / "catalogue"):
        changed = entry.model_copy(update=earned.get(entry.id, {}))
        (folder / "catalogue" / f"{entry.id}.yaml").write_text(changed.model_dump_json(exclude_none=True), "utf-8")
    with (folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write('\n[sources.hand]\n[couriers.mail]\nkind = "hand"\n[couriers.europass]\nkind = "hand"\n')
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[str | None]:
    """Address of a PostgreSQL for this run when MIMIS_POSTGRES=1 (tox -e postgres), else None: SQLite."""
    if os.environ.get("MIMIS_POSTGRES") != "1":
        yield None
        return
    with serve_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def ready_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with all tables and no row: copied sooner than made."""
    file = tmp_path_factory.mktemp("ready") / "mimis.db"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@pytest.fixture
def school_folder(school_template: Path, tmp_path: Path, postgres: str | None, ready_file: Path) -> Iterator[Path]:
    """A copy of the template for one test, with a database of its own that has all tables."""
    folder = Path(shutil.copytree(school_template, tmp_path / "school"))
    if postgres is None:
        shutil.copyfile(ready_file, folder / "mimis.db")
        yield folder
        return
    config = folder / "mimis.toml"
    with ready_database(postgres) as url:
        config.write_text(config.read_text("utf-8").replace("sqlite:///mimis.db", url), "utf-8")
        yield folder


@pytest.fixture
def clock() -> Clock:
    """A clock that the test moves."""
    return Clock()


@pytest.fixture
def school(school_folder: Path, clock: Clock) -> Iterator[Services]:
    """An open school whose source and couriers are in the test's hand."""
    HandSource.start_anew()
    HandCourier.parcels, HandCourier.errors = [], []
    with opened(load_settings(school_folder), clock) as services:
        yield services
