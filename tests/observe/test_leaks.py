"""The search for persons and secrets in what the suite logs finds what it is for, and knows the people of the tests."""

from __future__ import annotations

import logging
import secrets
import subprocess
import sys
from typing import Any

import pytest

from mimis_core import DataError
from mimis_core.cli.demo import cast
from tests.leaks import _NAME, Leaks
from tests.school import someone

KNOWN = [someone().full_name, cast.ELI.full_name, cast.AMINA.full_name, cast.SAMAN.full_name, cast.JACOB.full_name,
         cast.PROTECTED.full_name]  # fmt: skip


@pytest.fixture
def leaks(pytestconfig: pytest.Config) -> Any:
    """The running search, whose finds during this test are taken away again."""
    plugin: Any = pytestconfig.pluginmanager.get_plugin("mimis-leaks")
    before = dict(plugin.leaks.found)
    plugin.leaks.test, plugin.leaks.found = "this test", {}
    yield plugin.leaks
    plugin.leaks.found = before


@pytest.mark.parametrize("name", [*KNOWN, *(name for name in cast._FAMILY if name != "Wu")])
def test_people_of_the_tests_are_known(name: str) -> None:
    assert _NAME.search(f"learner {name.upper()} set aside")


def test_name_in_a_log_is_found(leaks: Leaks) -> None:
    logging.getLogger("anything").error("delivered to %s", someone().full_name)
    assert list(leaks.found.values()) == ["Öberg"]
    assert "test_leaks.py" in next(iter(leaks.found))


def test_address_in_an_error_is_found(leaks: Leaks) -> None:
    DataError("No such learner.", mend="Ask asa@privat.example.")
    assert leaks.found == {"this test: DataError": "asa@privat.example"}


def test_drawn_token_is_found(leaks: Leaks) -> None:
    token = secrets.token_urlsafe(24)
    logging.getLogger("anything").error("GET /s/%s", token)
    assert list(leaks.found.values()) == [token]


PROGRAMS = {
    "log": "import logging; logging.getLogger('mimis.any').error('to %s', {name!r})",
    "masked log": "from mimis_core.observe import configure; configure(); import logging; "
    "logging.getLogger('mimis.any').error('to %s', {name!r})",
    "error": "from mimis_core import UserError; UserError({name!r})",
    "uncaught": "from mimis_core import UserError; import mimis_core.observe.crashes; raise OSError(2, {name!r})",
    "killed": "import logging, os; logging.error({name!r}); os.kill(os.getpid(), 9)",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_name_in_a_process_of_a_test_is_found(leaks: Leaks, pytestconfig: pytest.Config, program: str) -> None:
    command = [sys.executable, "-c", program.format(name=someone().full_name)]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    plugin: Any = pytestconfig.pluginmanager.get_plugin("mimis-leaks")
    plugin.hear_children()
    assert set(leaks.found.values()) == {"Öberg"}
    assert "in a process that it started" in next(iter(leaks.found))


def test_token_that_a_process_drew_is_found(leaks: Leaks, pytestconfig: pytest.Config) -> None:
    program = "import logging, secrets; logging.error('GET /s/%s', secrets.token_urlsafe(24))"
    subprocess.run([sys.executable, "-c", program], stderr=subprocess.DEVNULL, check=True)
    plugin: Any = pytestconfig.pluginmanager.get_plugin("mimis-leaks")
    plugin.hear_children()
    assert len(leaks.found) == 1


def test_ids_are_no_finds(leaks: Leaks) -> None:
    DataError("The learner 0b8e1c5a5f3c4c6f9d1f2a3b4c5d6e7f of organisation 802002-6509 has no course-v1:A+B@c.")
    assert leaks.found == {}
