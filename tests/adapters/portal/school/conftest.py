"""A school where a class waits, and browsers of those who work there."""

from __future__ import annotations

import pytest

from mimis_core import Attachment
from mimis_core.services import Role, Services
from tests.adapters.portal.catalogue.conftest import Enter, as_role, site
from tests.school import HandSource, done, page, someone
from tests.web.site import Browser

__all__ = ["as_role", "site"]

CLASS = ("Amina Yusuf", "Jacob Ek", "Åsa Öberg")
PAPER = Attachment(title={"sv": "Papper från bygget"}, url="https://papers.demo.example/1.pdf")


@pytest.fixture
def class_(school: Services) -> Services:
    """The school: three learners have done what a teacher decides on, and one what a rule decides."""
    people = [
        someone(str(number), full_name=name, given_name=name.split()[0], family_name=name.split()[1])
        for number, name in enumerate(CLASS)
    ]
    facts = {"by": "Handledare Grön", "place": "Gröna Bygg AB", "document": PAPER}
    waiting = [done(f"course:{course}", one, **facts) for one in people for course in (2, 3)]
    HandSource.pages = [page(*waiting, done("course:1", people[0]))]
    school.sync()
    school.drain()
    return school


@pytest.fixture
def teacher(class_: Services, as_role: Enter) -> Browser:
    """Who decides; has just proved with a passkey that it is she."""
    return as_role(Role.ISSUER)


@pytest.fixture
def ids(class_: Services) -> dict[str, str]:
    """Ids of learners by name."""
    return {one.full_name: one.id for one, _ in class_.learners()}


@pytest.fixture
def waiting(class_: Services) -> dict[str, str]:
    """Ids of what waits for a decision, by the learner's name."""
    return {one.name: one.id for one in class_.award_page().awards}
