"""A learner at her own pages, over real HTTP, at a school that has issued her a credential."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mimis_core.services import Services
from tests.school import HandCourier, HandSource, done, page, someone
from tests.web.provider import Provider
from tests.web.site import Browser, served


@pytest.fixture(scope="session")
def started() -> Iterator[Provider]:
    """Its key takes time to make."""
    with Provider() as provider:
        yield provider


@pytest.fixture
def provider(started: Provider) -> Provider:
    """Where learners may have an account."""
    started.claims, started.denies = {}, False
    started.heal()
    return started


@pytest.fixture
def learner(school: Services) -> str:
    """Id of Åsa, who has a credential and a decision that waits; there is another learner beside."""
    everything = (done("course:1"), done("course:2"), done("course:3"), done("course:1", someone("2")))
    HandSource.pages = [page(*everything)]
    school.sync()
    school.drain()
    HandCourier.parcels = []
    return next(one.learner_id for one in school.all_credentials() if one.learner_name == "Åsa Öberg 1")


@pytest.fixture
def other(school: Services, learner: str) -> str:
    """Id of the other one."""
    return next(one.id for one, _ in school.learners() if one.id != learner)


@pytest.fixture
def site(school: Services, provider: Provider) -> Iterator[str]:
    """The address of the pages."""
    with served(school, oidc={**provider.settings(), "learners": True}) as address:
        yield address


@pytest.fixture
def come_as(school: Services, site: str) -> Iterator[Callable[[str | None], Browser]]:
    """Gives the browser of a learner, signed in by her slip; of a stranger for None. It reads English."""
    browsers: list[Browser] = []

    def come(learner_id: str | None) -> Browser:
        browsers.append(Browser(site))
        browsers[-1].get("/?lang=en")
        if learner_id is not None:
            code = school.make_slip(learner_id, "Test").code
            browsers[-1].get(f"/in/{code}")
            browsers[-1].send(f"/in/{code}")
        return browsers[-1]

    yield come
    for browser in browsers:
        browser.close()


@pytest.fixture
def her(come_as: Callable[[str | None], Browser], learner: str) -> Browser:
    """The learner's browser."""
    return come_as(learner)


@pytest.fixture
def post(school: Services) -> Callable[[], list[tuple[str, str]]]:
    """Sends what is queued, and gives to whom and what."""

    def send() -> list[tuple[str, str]]:
        HandCourier.parcels = []
        school.drain()
        return [(one.to, one.text) for one in HandCourier.parcels]

    return send
