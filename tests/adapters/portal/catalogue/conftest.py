"""The pages of the catalogue over real HTTP, on a school with its starter catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mimis_core.services import Role, Services
from mimis_core.store.staff_tables import SessionRow
from tests.web.site import Browser, enter, invite, served

Enter = Callable[..., Browser]


@pytest.fixture
def site(school: Services) -> Iterator[str]:
    """The address of the pages."""
    with served(school) as address:
        yield address


@pytest.fixture
def as_role(school: Services, site: str) -> Iterator[Enter]:
    """Gives the browser of somebody new in these roles who has just proved with a passkey that it is she."""
    browsers: list[Browser] = []

    def make(*roles: Role) -> Browser:
        browsers.append(Browser(site))
        enter(browsers[-1], invite(school, f"Person {len(browsers)}", *roles))
        with school.database.transaction() as session:
            for row in session.query(SessionRow):
                row.second_factor_at = school.clock()
        return browsers[-1]

    yield make
    for browser in browsers:
        browser.close()


@pytest.fixture
def owner(as_role: Enter) -> Browser:
    """Who answers for the content."""
    return as_role(Role.OWNER)


@pytest.fixture
def reviewer(as_role: Enter) -> Browser:
    """Who looks at it from outside."""
    return as_role(Role.REVIEWER)
