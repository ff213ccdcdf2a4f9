"""A filled school and an employer that ``mimis serve`` serves, and visitors in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from mimis_core import PermanentError
from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from tests.browser.axe import SCRIPT
from tests.browser.chrome import Visitor, chromium, find_chromium
from tests.browser.employers import make_employer
from tests.browser.serving import serving
from tests.command import replace_tables
from tests.filled_school import fill
from tests.school import HandCourier, HandPlugin, HandSource, done, someone
from tests.school import page as page_of

Open = Callable[..., Visitor]
COURIERS: dict[str, dict[str, Any]] = {
    "couriers.europass": {"url": "http://127.0.0.1:9"},
    "couriers.mail": {"host": "127.0.0.1", "port": 9, "sender": "Testbygden <kontakt@demo.example>"},
}
"""What a server of its own can load, in the place of the test's hand. Nothing is sent: it serves pages alone."""


def require(found: object, sentence: str) -> None:
    """Skip what needs something that is not here; in CI it must be."""
    if found:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="package")
def filled_folder(school_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a school that has something of everything, also of what has stopped."""
    folder = Path(shutil.copytree(school_template, tmp_path_factory.mktemp("browser") / "school"))
    HandSource.start_anew()
    HandCourier.parcels, HandCourier.errors = [], []
    with open_services(load_settings(folder)) as services:
        services.plugins.manager.register(HandPlugin(), "hand")
        known = fill(services)
        HandCourier.errors = [PermanentError("No such address.", mend="Correct it.")]
        services.request_delivery(known["learner_id"], known["credential_id"], "mail", "asa@demo.example")
        services.drain()
        HandSource.pages = [page_of(done("course:4", someone("9", full_name="Bo Ek", email="bo@demo.example")))]
        services.sync()
    replace_tables(folder, COURIERS)
    return folder


@pytest.fixture(scope="package")
def site(filled_folder: Path) -> Iterator[str]:
    """The address of the school's pages."""
    with serving(filled_folder) as address:
        yield address


@pytest.fixture(scope="package")
def served_school(filled_folder: Path, site: str) -> Iterator[Services]:
    """The services of the school that is served, on the same database."""
    with open_services(load_settings(filled_folder)) as services:
        yield services


@pytest.fixture(scope="package")
def sealed(served_school: Services) -> bytes:
    """The file of a credential that is valid."""
    credential = next(one for one in served_school.all_credentials() if one.status.status == "active")
    return served_school.sealed(credential.learner_id, credential.id).content


@pytest.fixture(scope="package")
def served_employer(sealed: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The services of an employer that is served beside the school."""
    folder = tmp_path_factory.mktemp("browser") / "employer"
    make_employer(folder, sealed)
    with serving(folder), open_services(load_settings(folder)) as services:
        yield services


@pytest.fixture(scope="package")
def browser(site: str) -> Iterator[Browser]:
    """Chromium, once for these tests in each process.

    It begins after the school is filled and ends with these tests: while it runs, this thread has an event loop, and
    nothing that calls ``asyncio.run`` works.
    """
    executable = find_chromium()
    require(executable, "There is no Chromium: apt-get install chromium, to run the tests in a browser.")
    with chromium(executable or "") as running:
        yield running


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Makes visitors: ``visit(size="phone", language="en", scripts=False, dark=True)``; fails the test on a fault."""
    visitors: list[Visitor] = []

    def come(**options: Any) -> Visitor:
        visitors.append(Visitor(browser, **options))
        return visitors[-1]

    yield come
    for one in visitors:
        one.close()
    faults = [fault for one in visitors for fault in one.faults]
    assert faults == [], "a page did what no page may do"


@pytest.fixture
def page(visit: Open) -> Page:
    """A page at a desktop, in Swedish."""
    return visit().page


@pytest.fixture(scope="package")
def axe() -> None:
    """axe-core is here."""
    require(SCRIPT.is_file(), f"axe-core is not at {SCRIPT}: `make axe` fetches it, or set MIMIS_AXE.")
