"""The school's pages about what is issued, over real HTTP, on a school that issues without drawing."""

from __future__ import annotations

from pathlib import Path

import pytest

from mimis_core.services import CredentialView, Role, Services
from tests.adapters.portal.catalogue.conftest import Enter, as_role, site
from tests.school import HandSource, change_entry, done, page, someone
from tests.services.conftest import NoSealer, NotingFormat
from tests.web.site import Browser

__all__ = ["as_role", "site"]
MANY = 12


@pytest.fixture
def school(school_folder: Path, school: Services) -> Services:
    """The entry that is awarded by rule is valid for a year; documents take no time."""
    change_entry(school_folder, valid_months=12)
    school._opened["format", "elm"] = NotingFormat()  # type: ignore[assignment]  # all that is asked of it
    school._opened["sealer", "jades"] = NoSealer()  # type: ignore[assignment]  # likewise
    return school


@pytest.fixture
def issued(school: Services) -> list[CredentialView]:
    """The credentials of Åsa and Bo, in the order of their names."""
    bo = someone("2", full_name="Bo Ek", given_name="Bo")
    HandSource.pages = [page(done("course:1"), done("course:1", bo))]
    school.sync()
    school.drain()
    return sorted(school.all_credentials(), key=lambda view: view.learner_name, reverse=True)


@pytest.fixture
def issuer(as_role: Enter) -> Browser:
    """Who decides on credentials, with a fresh passkey."""
    return as_role(Role.ISSUER)


@pytest.fixture
def reader(as_role: Enter) -> Browser:
    """Who changes nothing."""
    return as_role(Role.READER)


@pytest.fixture
def many(school: Services) -> Services:
    """So many have got one that they may be counted."""
    people = [someone(str(number), full_name=f"Person {number}") for number in range(MANY)]
    HandSource.pages = [page(*(done("course:1", one) for one in people))]
    school.sync()
    school.drain()
    return school
