"""A school that shares, an employer's mimis that takes in what was shared, both served, and its recruitment system."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from mimis_ats.teamtailor.sandbox import TeamtailorSandbox

from mimis_core import Organisation
from mimis_core.cli.demo.stage import append_tables
from mimis_core.cli.init import write_folder
from mimis_core.services import Role, Services, ShareOrder, open_services
from mimis_core.services.base import utc_now
from mimis_core.settings import load_settings
from tests.filled_school import Known, fill
from tests.web.site import Browser, browsers, enter, invite, served

EMAIL, NAME = "asa@ansokan.example", "Åsa Öberg 1"
Share = Callable[..., str]
Enter = Callable[..., Browser]
EMPLOYER = Organisation(
    id="employer",
    legal_name={"sv": "Sjövägens omsorg AB", "en": "Sjövägen Care"},
    registration="556036-0793",
    eidas="NTRSE-5560360793",
)


@pytest.fixture
def ats() -> Iterator[TeamtailorSandbox]:
    """The employer's recruitment system, with one candidate."""
    with TeamtailorSandbox(limit=10_000) as sandbox:
        sandbox.add_candidate(EMAIL, NAME)
        yield sandbox


@pytest.fixture
def known(school: Services) -> Iterator[Known]:
    """The names of a filled school that is served at an address with a number, as trials on one machine are.

    Its clock is the real one: the employer asks it how a credential stands, and believes no old answer.
    """
    school.clock = utc_now
    with served(school) as address:
        there = school.settings.model_copy(update={"base_url": address.replace("localhost", "127.0.0.1")})
        school.settings = there
        yield fill(school)


@pytest.fixture
def share(school: Services, known: Known) -> Share:
    """Makes a share for the candidate's application; gives its link."""

    def make(**changes: Any) -> str:
        until = school.clock().date() + timedelta(days=9)
        order = {"credential_ids": (known["credential_id"],), "purpose": "Vikariat", "until": until}
        made = ShareOrder(**{**order, "application_email": EMAIL, **changes})
        return school.create_share(known["learner_id"], made).url

    return make


@pytest.fixture
def employer(tmp_path: Path, school_folder: Path, ready_file: Path, ats: TeamtailorSandbox) -> Iterator[Services]:
    """The employer's mimis, which trusts the school's trial seal."""
    folder = tmp_path / "employer"
    write_folder(folder, "employer", EMPLOYER, "http://127.0.0.1:9", "sqlite:///mimis.db", None)
    shutil.copyfile(ready_file, folder / "mimis.db")
    anchors = {"anchors": [str(school_folder / "secrets" / "trial-anchor.pem")]}
    append_tables(folder, {"trust": anchors, "feeds.teamtailor": ats.settings()})
    with open_services(load_settings(folder)) as services:
        yield services


@pytest.fixture
def site(employer: Services) -> Iterator[str]:
    """The address of the employer's pages."""
    with served(employer) as address:
        yield address


@pytest.fixture
def as_role(employer: Services, site: str) -> Iterator[Enter]:
    """Gives the browser of somebody new in these roles, or of a stranger for none."""
    numbers = count(1)
    with browsers(site) as opened:

        def make(*roles: Role) -> Browser:
            browser = opened()
            if roles:
                enter(browser, invite(employer, f"Person {next(numbers)}", *roles))
            return browser

        yield make


@pytest.fixture
def recruiter(as_role: Enter) -> Browser:
    """Who decides on what was shared."""
    return as_role(Role.ISSUER)
