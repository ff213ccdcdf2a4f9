"""The search for persons and secrets in what the suite logs finds what it is for, and knows the people of the tests."""

from __future__ import annotations

import logging
import secrets
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


def test_ids_are_no_finds(leaks: Leaks) -> None:
    DataError("The learner 0b8e1c5a5f3c4c6f9d1f2a3b4c5d6e7f of organisation 802002-6509 has no course-v1:A+B@c.")
    assert leaks.found == {}
