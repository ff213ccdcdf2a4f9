"""The pages of attesting over real HTTP, on a school that has one learner."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mimis_core.services import Role, Services
from tests.services.attesting import ask, enrol
from tests.web.site import Browser, browsers, enter_proved, served


@pytest.fixture
def learner(school: Services) -> str:
    """Her id."""
    return enrol(school)


@pytest.fixture
def site(school: Services) -> Iterator[str]:
    """The address of the pages."""
    with served(school) as address:
        yield address


@pytest.fixture
def browse(site: str) -> Iterator[Callable[[], Browser]]:
    """Makes browsers of strangers who read Swedish."""
    with browsers(site) as opened:

        def make() -> Browser:
            browser = opened()
            browser.get("/?lang=sv")
            return browser

        yield make


@pytest.fixture
def supervisor(browse: Callable[[], Browser]) -> Browser:
    """Who has no account."""
    return browse()


@pytest.fixture
def teacher(school: Services, browse: Callable[[], Browser]) -> Browser:
    """Who asks and decides, with a fresh passkey."""
    browser = browse()
    enter_proved(browser, school, "Lo Berg", Role.ISSUER)
    return browser


@pytest.fixture
def link(school: Services, site: str, learner: str) -> str:
    """Path of the link of one request."""
    return ask(school, learner).url.removeprefix(site)
