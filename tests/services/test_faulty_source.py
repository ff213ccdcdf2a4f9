"""A plugin whose code is wrong: it raises what no adapter may, and stops nothing but its own source."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from mimis_core import PulledPage, Source, hookimpl
from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from tests.school import HandPlugin, HandSettings, HandSource, done, page, someone

SECRET = "Åsa Öberg"
"""A name that stands in the text of the error (tests/leaks.py would find it in the log)."""


class FaultySource(Source[HandSettings]):
    """Gives a page, and then looks for a learner whom it does not know."""

    kind = "faulty"
    Settings = HandSettings

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """One page, then a KeyError that quotes a name."""
        yield page(done("course:1", someone("9", source=self.name)))
        known: dict[str, list[PulledPage]] = {}
        yield from known[SECRET]


class FaultyPlugin:
    """Registers it."""

    @hookimpl
    def mimis_sources(self) -> Sequence[type[Source[Any]]]:
        """The source."""
        return (FaultySource,)


@pytest.fixture
def faulty(school_folder: Path) -> Iterator[Services]:
    """A school that pulls the faulty source first, and then a sound one."""
    HandSource.start_anew()
    HandSource.pages = [page(done("course:1"))]
    config = school_folder / "mimis.toml"
    tables = '[sources.broken]\nkind = "faulty"\n[sources.hand]'
    config.write_text(config.read_text("utf-8").replace("[sources.hand]", tables), "utf-8")
    with open_services(load_settings(school_folder)) as services:
        for plugin, name in ((HandPlugin(), "hand"), (FaultyPlugin(), "faulty")):
            services.plugins.manager.register(plugin, name)
        yield services


@pytest.mark.parametrize("dry_run", [False, True], ids=["real", "dry run"])
def test_other_sources_go_on(faulty: Services, dry_run: bool) -> None:
    report = faulty.sync(dry_run=dry_run)
    assert (report.pulled, report.awards, report.adds_up) == (2, 2, True)
    (told,) = report.errors
    assert told.startswith("broken: ")
    assert "KeyError" in told
    assert SECRET not in told


def test_what_it_gave_before_stays_and_is_asked_for_again(faulty: Services) -> None:
    faulty.sync()
    again = faulty.sync()
    assert (len(faulty.learners()), len(again.errors), again.awards, again.full) == (2, 1, 0, ("broken", "hand"))


def test_log_has_the_place_and_no_text_of_the_error(faulty: Services, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "mimis.sync"):
        faulty.sync()
    (record,) = caplog.records
    assert record.getMessage() == "source broken stopped by an unforeseen KeyError"
    assert record.exc_info is not None


def test_database_that_is_away_is_not_the_fault_of_a_source(faulty: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception())

    monkeypatch.setattr(faulty, "_take_page", away)
    with pytest.raises(OperationalError):
        faulty.sync()
