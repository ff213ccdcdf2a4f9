"""Looks for test persons and secrets in everything that the whole suite logs, and in every error that mimis makes.

A pytest plugin, on for all tests and for the Python processes that they start. It fails the session with where each
stood. Names are those of the people that the tests and sandboxes make up; mail addresses are any; secrets are those
that were drawn while the tests ran.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

import pytest

from mimis_core.errors import MimisError
from mimis_core.observe.crashes import told
from tests.listening import Children

NAMES = (
    "Öberg", "Warsame", "Yusuf Abdi", "Sandström", "Rostami", "Jacob Öst", "Hemlig", "Åsa Ek", "Åsa Ny", "Älgmark",
    "Åkesson", "Ågren", "Haile", "Lindqvist", "Al-Sayed", "Nyström", "Pérez", "Šimić", "Kowalski", "Sukarno",
)  # fmt: skip
"""Of persons in tests, demo and sandboxes; those that are an everyday word too are given in full."""
HEARD = ("mimis", "mimis_core", "urllib3")
"""Loggers that are heard from DEBUG on; all others as they are set."""
ON_PURPOSE = "leaks_on_purpose"
FOUND = "mimis_leaks"
_NAME = re.compile("|".join(rf"\b{re.escape(name)}" for name in NAMES), re.IGNORECASE)
_MAIL = re.compile(
    r"(?<!://)(?<![\w.+-])(?![0-9a-f]{32}@)[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b",  # no Message-ID of ours
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w-])(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-8]\d-\d{4}(?!\d)")
_RUN = re.compile(r"[\w-]{16,}")
SHORTEST = 16


class Leaks:
    """What was found so far, and in which test."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.secrets: set[str] = set()
        self.test = "collection"
        self.deaf = False

    def look(self, text: str, where: str) -> None:
        """Note what a text holds that it must not."""
        if self.deaf or not text:
            return
        hit = _NAME.search(text) or _MAIL.search(text) or _NUMBER.search(text)
        shown = hit.group() if hit else next((run for run in _RUN.findall(text) if run in self.secrets), None)
        if shown is not None:
            self.found.setdefault(f"{self.test}: {where}", shown)


class _Ear(logging.Handler):
    """Hears every entry as the code wrote it, before anything masks it."""

    def __init__(self, leaks: Leaks) -> None:
        super().__init__()
        self._leaks = leaks

    def emit(self, record: logging.LogRecord) -> None:
        """Look at the text, at what came with it, and at the account of an exception as we would write it."""
        where = f"{record.name} at {record.pathname.rpartition('/')[2]}:{record.lineno}"
        self._leaks.look(record.getMessage(), where)
        if record.exc_info and record.exc_info[1] is not None:
            self._leaks.look(told(record.exc_info[1]), where)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen."""
    config.addinivalue_line("markers", f"{ON_PURPOSE}: writes a name where none may stand, to see that it is found")
    leaks = Leaks()
    config.pluginmanager.register(_Plugin(leaks), "mimis-leaks")


class _Plugin:
    def __init__(self, leaks: Leaks) -> None:
        self.leaks = leaks
        self.children = Children()
        self._ear = _Ear(leaks)
        self._put_back: list[Callable[[], None]] = []

    def pytest_sessionstart(self) -> None:
        logging.getLogger().addHandler(self._ear)
        for name in HEARD:
            logging.getLogger(name).setLevel(logging.DEBUG)
        self._replace(secrets, "token_urlsafe", self._drawing(secrets.token_urlsafe))
        self._replace(MimisError, "__init__", self._watched(MimisError.__init__))
        self._replace(sys, "excepthook", self._uncaught(sys.excepthook))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self.leaks.test, self.leaks.deaf = item.nodeid, item.get_closest_marker(ON_PURPOSE) is not None
        self.children.begin()  # not sooner: processes of pytest-xdist are none of these
        try:
            return (yield)
        finally:
            self.hear_children()

    def hear_children(self) -> None:
        """Look at what processes have said since they were last heard; secrets first, wherever they turn up."""
        heard = self.children.read()
        self.leaks.secrets.update(one.text for one in heard if one.kind == "secret" and len(one.text) > SHORTEST)
        for one in heard:
            if one.kind == "log":
                self.leaks.look(one.text, f"{one.where} in a process that it started")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.children.end()
        for undo in self._put_back:
            undo()
        logging.getLogger().removeHandler(self._ear)
        if (output := getattr(session.config, "workeroutput", None)) is not None:
            output[FOUND] = self.leaks.found
        if self.leaks.found and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Take over what a process of pytest-xdist has found."""
        self.leaks.found |= getattr(node, "workeroutput", {}).get(FOUND, {})

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for where, what in self.leaks.found.items():
            terminalreporter.write_line(f"LEAK {what!r} in {where}", red=True)

    def _replace(self, owner: Any, name: str, new: Any) -> None:
        old = getattr(owner, name)
        setattr(owner, name, new)
        self._put_back.append(lambda: setattr(owner, name, old))

    def _drawing(self, draw: Callable[[int | None], str]) -> Callable[[int | None], str]:
        def token_urlsafe(nbytes: int | None = None) -> str:
            drawn = draw(nbytes)
            if len(drawn) > SHORTEST:  # shorter ones are public ids
                self.leaks.secrets.add(drawn)
            return drawn

        return token_urlsafe

    def _watched(self, begin: Callable[..., None]) -> Callable[..., None]:
        def begun(error: MimisError, *arguments: Any, **named: Any) -> None:
            begin(error, *arguments, **named)
            self.leaks.look(str(error), type(error).__name__)

        return begun

    def _uncaught(self, usual: Callable[..., Any]) -> Callable[..., None]:
        def excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            self.leaks.look(told(error), "an uncaught exception")
            usual(kind, error, trace)

        return excepthook
