"""The pages of the catalogue over real HTTP, on a school with its starter catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from mimis_core.services import Role, Services
from tests.web.site import Browser, browsers, enter_proved, served

Enter = Callable[..., Browser]


@pytest.fixture
def site(school: Services) -> Iterator[str]:
    """The address of the pages."""
    with served(school) as address:
        yield address


@pytest.fixture
def as_role(school: Services, site: str) -> Iterator[Enter]:
    """Gives the browser of somebody new in these roles who has just proved with a passkey that it is she."""
    numbers = count(1)
    with browsers(site) as opened:

        def make(*roles: Role) -> Browser:
            browser = opened()
            enter_proved(browser, school, f"Person {next(numbers)}", *roles)
            return browser

        yield make


@pytest.fixture
def owner(as_role: Enter) -> Browser:
    """Who answers for the content."""
    return as_role(Role.OWNER)


@pytest.fixture
def reviewer(as_role: Enter) -> Browser:
    """Who looks at it from outside."""
    return as_role(Role.REVIEWER)
