"""A school that a learning platform launches, a learner of its course, and a browser that goes between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from mimis_portal.lti.sandbox import PlatformSandbox
from pydantic import SecretStr

from mimis_core.cli.lti import new_key
from mimis_core.services import Services
from mimis_core.web import create_app
from tests.adapters.portal.lti.visits import HERE, USER, Visit
from tests.school import HandSource, done, page, someone


@pytest.fixture(scope="session")
def started() -> Iterator[Callable[[str], PlatformSandbox]]:
    """Platforms by what they are, each once: their keys take time to make."""
    with ExitStack() as stack:
        yield cache(lambda flavour: stack.enter_context(PlatformSandbox(flavour)))


@pytest.fixture
def flavour() -> str:
    """What the platform is; tests of what differs give another."""
    return "moodle"


@pytest.fixture(scope="session")
def own_key() -> str:
    """What signs placements; it takes time to make."""
    return new_key()


@pytest.fixture
def platform(started: Callable[[str], PlatformSandbox], flavour: str, school: Services) -> PlatformSandbox:
    """A platform as new, with the school's time."""
    made = started(flavour)
    made.reset()
    made.tool = HERE
    made.clock = lambda: school.clock().timestamp()
    return made


@pytest.fixture
def learner_id(school: Services) -> str:
    """Somebody of the course, who has a credential."""
    HandSource.pages = [page(done("course:1", someone(USER)))]
    school.sync(full=True)
    school.drain()
    (credential,) = school.all_credentials()
    return credential.learner_id


@pytest.fixture
def make_visit(school: Services, platform: PlatformSandbox, own_key: str) -> Callable[..., Visit]:
    """Makes browsers; ``[lti.school]`` is what the platform says, with changes."""

    def make(**table: Any) -> Visit:
        settings = {**platform.settings(), "keys": [SecretStr(own_key)], **table}
        changed = {"base_url": HERE, "lti": {"school": settings}}
        school.settings = school.settings.model_copy(update=changed)
        app = create_app(school.settings, school)
        assert "portal" not in app.extensions["mimis"].failures
        return Visit(app.test_client(), platform)

    return make


@pytest.fixture
def visit(make_visit: Callable[..., Visit]) -> Visit:
    return make_visit()
