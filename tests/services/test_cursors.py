"""Where a pull starts: from the stored cursor, or from nothing when everything must be asked about."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from mimis_core import PulledPage, SetAside, TemporaryError
from mimis_core.services import Services
from mimis_core.settings import Privacy, Sync
from mimis_core.store.tables import SourceStateRow
from tests.school import NOW, Clock, HandSource, change_entry, done, page, someone

LEFT = SetAside(source="hand", key="course:1/1", reason="left", message="Enrol her.")


def with_table(school: Services, **table: Any) -> None:
    """Change the source's table, as after an edit of mimis.toml and a new start."""
    school.settings = school.settings.model_copy(update={"sources": {"hand": table}})
    school._opened.clear()


def stored(school: Services) -> SourceStateRow:
    with school.database.transaction() as session:
        return session.query(SourceStateRow).one()


@pytest.fixture
def pulled(school: Services) -> Services:
    """A school whose source was pulled in full and gave a cursor."""
    HandSource.pages = [page(done("course:1"), cursor="c1")]
    school.sync()
    HandSource.pages = []
    return school


def test_next_pull_starts_from_stored_cursor(pulled: Services) -> None:
    HandSource.pages = [page(cursor="c2")]
    reports = [pulled.sync() for _ in range(2)]
    assert HandSource.cursors == [None, "c1", "c2"]
    assert [report.full for report in reports] == [(), ()]


def test_source_without_cursor_is_pulled_in_full(school: Services) -> None:
    assert [school.sync().full for _ in range(2)] == [("hand",), ("hand",)]


def test_source_that_gives_no_cursor_any_more_is_pulled_in_full(pulled: Services) -> None:
    for full in (True, False):
        pulled.sync(full=full)
    assert HandSource.cursors == [None, None, None]


def test_full_is_asked_for(pulled: Services) -> None:
    assert pulled.sync(full=True).full == ("hand",)
    assert HandSource.cursors[-1] is None


@pytest.mark.parametrize(("full_days", "passed", "start"), [(7, 6.9, "c1"), (7, 7, None), (0, 0, None), (0.5, 1, None)])
def test_everything_is_asked_about_now_and_then(
    pulled: Services, clock: Clock, full_days: float, passed: float, start: str | None
) -> None:
    pulled.settings = pulled.settings.model_copy(update={"sync": Sync(full_days=full_days)})
    clock.forward(days=passed)
    pulled.sync()
    assert HandSource.cursors[-1] == start


def test_days_count_from_last_full_pull_not_last_pull(pulled: Services, clock: Clock) -> None:
    for _ in range(2):
        clock.forward(days=4)
        pulled.sync()
    assert HandSource.cursors == [None, "c1", None]


def test_failed_pull_keeps_cursor_of_last_page_taken(pulled: Services) -> None:
    HandSource.pages = [page(cursor="c2"), TemporaryError("down")]
    assert len(pulled.sync().errors) == 1
    pulled.sync()
    assert HandSource.cursors[-1] == "c2"


def test_cursor_is_not_kept_when_its_page_is_not(pulled: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    HandSource.pages = [page(done("course:9"), cursor="c2")]

    def fail(*_: object) -> None:
        raise OSError("disk")

    with monkeypatch.context() as patch:
        patch.setattr(pulled, "_note_departures", fail)
        assert pulled.sync().errors
    pulled.sync()
    assert HandSource.cursors[-1] == "c1"


def test_first_pull_that_was_cut_off_goes_on_where_it_was(school: Services, clock: Clock) -> None:
    HandSource.pages = [page(cursor="c1"), TemporaryError("down")]
    for _ in range(2):
        school.sync()
    assert (HandSource.cursors, stored(school).full_at) == ([None, "c1"], None)
    HandSource.pages = [page(cursor="c2")]
    school.sync()
    assert (stored(school).cursor, stored(school).full_at) == ("c2", clock())


@pytest.mark.parametrize(
    ("table", "start"),
    [({}, "c1"), ({"event_token": "b" * 40}, "c1"), ({"courses": ["2"]}, None), ({"kind": "hand"}, "c1")],
)
def test_other_settings_but_no_new_secret_ask_about_everything(
    school: Services, table: dict[str, Any], start: str | None
) -> None:
    with_table(school, **({"event_token": "a" * 40} if "event_token" in table else {}))
    HandSource.pages = [page(cursor="c1")]
    school.sync()
    with_table(school, **table)
    school.sync()
    assert HandSource.cursors[-1] == start


def test_failed_pull_with_other_settings_leads_back_to_no_old_cursor(pulled: Services) -> None:
    with_table(pulled, courses=["2"])
    HandSource.pages = [TemporaryError("down")]
    for _ in range(2):
        pulled.sync()
    assert HandSource.cursors == [None, None, None]


def test_newly_listed_person_is_protected_by_next_sync(pulled: Services) -> None:
    privacy = Privacy(protected="list", values=("hand:1",))
    pulled.settings = pulled.settings.model_copy(update={"privacy": privacy})
    HandSource.pages = [page(done("course:1"), cursor="c2")]
    assert pulled.sync().set_aside == 1
    assert HandSource.cursors[-1] is None


@pytest.mark.parametrize("full", [False, True])
def test_dry_run_stores_no_cursor(pulled: Services, full: bool) -> None:
    HandSource.pages = [page(cursor="c2", as_of=NOW)]
    assert pulled.sync(dry_run=True, full=full).as_of == {"hand": NOW}
    assert (stored(pulled).cursor, stored(pulled).as_of) == ("c1", None)


def test_report_says_until_when_was_asked(pulled: Services) -> None:
    HandSource.pages = [page(as_of=NOW)]
    assert pulled.sync().as_of == {"hand": NOW}
    assert (stored(pulled).as_of, stored(pulled).pulled_at) == (NOW, NOW)


def test_failed_pull_says_nothing_about_until_when(pulled: Services) -> None:
    HandSource.pages = [page(as_of=NOW), TemporaryError("down")]
    assert (pulled.sync().as_of, stored(pulled).as_of) == ({}, None)


def test_cursor_is_not_readable_in_the_database(pulled: Services) -> None:
    with pulled.database.engine.connect() as connection:
        assert connection.execute(text("select cursor from source_state")).scalar_one() != "c1"


# What is set aside -----------------------------------------------------------------------------------------------


def aside(school: Services) -> list[str]:
    return [one["record"] for one in school.set_aside_records()]


def test_completion_that_arrives_is_set_aside_no_longer(pulled: Services) -> None:
    HandSource.pages = [page(set_aside=(LEFT.model_copy(update={"key": "course:9/1"}),), cursor="c2")]
    pulled.sync()
    HandSource.pages = [page(done("course:9"), cursor="c3")]
    report = pulled.sync()
    assert (aside(pulled), report.adds_up, report.set_aside) == ([], True, 0)


def test_same_key_given_and_set_aside_at_once_adds_up(school: Services) -> None:
    HandSource.pages = [page(done("course:1"), set_aside=(LEFT,))]
    reports = [school.sync() for _ in range(2)]
    assert all(report.adds_up and report.set_aside == 1 for report in reports)


@pytest.mark.parametrize(
    ("pages", "full", "left"),
    [([page()], True, []), ([page()], False, ["course:1/1"]), ([TemporaryError("down")], True, ["course:1/1"])],
)
def test_only_complete_full_pull_ends_what_it_did_not_see(
    school: Services, pages: list[PulledPage], full: bool, left: list[str]
) -> None:
    HandSource.pages = [page(set_aside=(LEFT,), cursor="c1")]
    school.sync()
    HandSource.pages = list(pages)
    school.sync(full=full)
    assert aside(school) == left


def test_full_pull_ends_nothing_of_another_source(school: Services) -> None:
    HandSource.pages = [page(set_aside=(LEFT.model_copy(update={"source": "other"}),))]
    school.sync()
    school.settings = school.settings.model_copy(update={"sources": {"hand": {}, "other": {"kind": "hand"}}})
    HandSource.pages = []
    school.sync(["hand"], full=True)
    assert [one["source"] for one in school.set_aside_records()] == ["other"]


# What is not pulled again ----------------------------------------------------------------------------------------


def test_new_entry_awards_what_is_not_pulled_again(pulled: Services, school_folder: Path) -> None:
    HandSource.pages = [page(done("course:7"), done("course:7", someone("2")), cursor="c2")]
    assert pulled.sync().awards == 0
    rule = {"decided_by": "Rektor Test", "decided_on": date(2026, 8, 1).isoformat()}
    change_entry(school_folder, id="ny", earned_by=[{"module": "course:7"}], automatic=rule)
    pulled.catalogue_reader.forget()
    # Not while it is away: it might have said that somebody is protected now.
    HandSource.pages = [TemporaryError("down")]
    assert pulled.sync().awards == 0
    HandSource.pages = []
    assert [pulled.sync().awards for _ in range(2)] == [2, 0]


def test_person_no_longer_protected_is_awarded_without_new_pull(school: Services) -> None:
    HandSource.pages = [page(done("course:1", someone(protected=True)), cursor="c1")]
    school.sync()
    HandSource.pages = []
    school.protect_learner(school.learners()[0][0].id, "Rektor", protected=False)
    assert [school.sync().awards for _ in range(2)] == [1, 0]
    assert school.set_aside_records() == []


def test_entry_changed_and_mark_of_same_pull_awards_nothing(pulled: Services) -> None:
    HandSource.pages = [page(done("course:9", someone("2")), cursor="c2")]
    pulled.sync()
    change_entry(pulled.settings.folder, version=2, earned_by=[{"module": "course:9"}])
    pulled.catalogue_reader.forget()
    HandSource.pages = [page(done("course:8", someone("2", protected=True)))]
    report = pulled.sync()
    assert (report.awards, [one["learner"] for one in pulled.awards() if one["achievement"].endswith("@2")]) == (0, [])


@pytest.mark.parametrize(("whole", "left"), [(False, 1), (True, 0)])
def test_pull_that_gave_everything_forgets_what_stands_aside_no_longer(
    pulled: Services, whole: bool, left: int
) -> None:
    HandSource.pages = [page(set_aside=(LEFT,), cursor="c2")]
    pulled.sync()
    HandSource.pages = [page(), page(whole=whole)]
    report = pulled.sync()
    assert (report.full, len(pulled.set_aside_records()), stored(pulled).cursor) == ((), left, None if whole else "c2")
