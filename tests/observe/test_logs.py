"""Entries of the log: their form, what they hold, and what they never hold."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from mimis_core import ConfigurationError, TemporaryError
from mimis_core.observe import bound, configure, tell_crash
from mimis_core.observe.logs import StderrHandler

log = logging.getLogger("mimis.sample")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Logging as it was before."""
    root, hook = logging.getLogger(), threading.excepthook
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    threading.excepthook = hook


@pytest.fixture
def entry(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Reads the one entry that stands on stderr now."""
    monkeypatch.delenv("MIMIS_LOG_LEVEL", raising=False)
    monkeypatch.setenv("MIMIS_LOG", "json")
    configure("INFO")
    return lambda: json.loads(capsys.readouterr().err)


def test_entry_is_one_line_of_json(entry: Any) -> None:
    log.info("deliver %s", "d1", extra={"seconds": 0.5})
    assert entry().items() >= {"event": "deliver d1", "level": "info", "logger": "mimis.sample", "seconds": 0.5}.items()


def test_unknown_extra_is_left_out(entry: Any) -> None:
    log.info("x", extra={"learner_name": "Åsa Öberg"})
    assert "learner_name" not in entry()


@pytest.mark.leaks_on_purpose
def test_entry_is_masked(entry: Any) -> None:
    log.warning("mail to %s", "asa@privat.example", extra={"code": "19121212-1212"})
    assert entry().items() >= {"event": "mail to [mail]", "code": "[number]"}.items()


def test_bound_ids_stand_in_entries_meanwhile(entry: Any) -> None:
    with bound(request="r1"), bound(job="j1"):
        log.info("x")
    assert entry().items() >= {"request": "r1", "job": "j1"}.items()
    log.info("y")
    assert "job" not in entry()


def test_exception_is_told_without_its_text(entry: Any) -> None:
    try:
        try:
            raise ValueError("Åsa Öberg")
        except ValueError as error:
            raise TemporaryError("Moodle is away.", mend="Wait.") from error
    except TemporaryError:
        log.exception("job failed")
    told = entry()["exception"]
    assert "Öberg" not in told
    assert "builtins.ValueError\n" in told
    assert told.endswith("mimis_core.errors.TemporaryError: Moodle is away. Wait.")
    assert "test_logs.py" in told


def test_operating_system_says_what_is_wrong(entry: Any) -> None:
    tell_crash(OSError(28, "No space left on device", "/home/asa"))
    assert entry()["exception"] == "builtins.OSError: No space left on device"


def test_entry_that_cannot_be_formatted_is_told_by_place(capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.LogRecord("sample", logging.INFO, __file__, 1, "%d", ("Öberg",), None)
    StderrHandler(as_json=True).emit(record)
    told = capsys.readouterr().err
    assert "test_logs.py" in told
    assert "Öberg" not in told


def test_terminal_gets_a_readable_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MIMIS_LOG", "text")
    configure("INFO")
    log.info("synced", extra={"source": "moodle"})
    line = capsys.readouterr().err
    assert "synced" in line
    assert "source=moodle" in line


@pytest.mark.parametrize("library", ["sqlalchemy.engine", "alembic.runtime", "urllib3.connectionpool", "huey.consumer"])
def test_libraries_say_only_warnings(entry: Any, library: str) -> None:
    assert not logging.getLogger(library).isEnabledFor(logging.INFO)


@pytest.mark.parametrize(("name", "value"), [("MIMIS_LOG", "xml"), ("MIMIS_LOG_LEVEL", "loud")])
def test_unknown_choice_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        configure()


def test_configuring_again_adds_no_handler(entry: Any) -> None:
    configure("INFO")
    assert len([one for one in logging.getLogger().handlers if isinstance(one, StderrHandler)]) == 1


def test_thread_that_ends_by_an_error_is_told(monkeypatch: pytest.MonkeyPatch, entry: Any) -> None:
    configure("INFO", threads=True)
    thread = threading.Thread(target=lambda: int("Öberg"))
    thread.start()
    thread.join()
    assert entry()["exception"].endswith("builtins.ValueError")
