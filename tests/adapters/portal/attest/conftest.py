"""The pages of attesting over real HTTP, on a school that has one learner."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mimis_core.services import Role, Services
from mimis_core.store.staff_tables import SessionRow
from tests.services.attesting import ask, enrol
from tests.web.site import Browser, enter, invite, served


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
    made: list[Browser] = []

    def make() -> Browser:
        made.append(Browser(site))
        made[-1].get("/?lang=sv")
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def supervisor(browse: Callable[[], Browser]) -> Browser:
    """Who has no account."""
    return browse()


@pytest.fixture
def teacher(school: Services, browse: Callable[[], Browser]) -> Browser:
    """Who asks and decides, with a fresh passkey."""
    browser = browse()
    enter(browser, invite(school, "Lo Berg", Role.ISSUER))
    with school.database.transaction() as session:
        for row in session.query(SessionRow):
            row.second_factor_at = school.clock()
    return browser


@pytest.fixture
def link(school: Services, site: str, learner: str) -> str:
    """Path of the link of one request."""
    return ask(school, learner).url.removeprefix(site)
