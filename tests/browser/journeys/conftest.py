"""One town for all journeys, and the people of one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest

from mimis_core.cli.demo import cast
from mimis_core.model import Completion, SourceLearner
from mimis_core.services import Role
from tests.browser.conftest import Open
from tests.browser.journeys.hands import Pointer
from tests.browser.journeys.people import Attester, Employer, Learner, Person, Teacher
from tests.browser.journeys.runs import ALL, BOTH, KEYBOARD, Run
from tests.browser.journeys.town import Town, course, town
from tests.browser.journeys.words import Words
from tests.browser.keyboard import Keyboard

P = TypeVar("P", bound=Person)


@pytest.fixture(scope="package")
def served_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The town, whose learners have come so far that their journeys can begin."""
    with town(tmp_path_factory.mktemp("town") / "school", list(_before())) as made:
        yield made


@dataclass
class Company:
    """Those who meet on one run of a journey, each at a screen of her own."""

    run: Run
    town: Town
    visit: Open
    folder: Path

    def learner(self) -> Learner:
        """She whom it is about."""
        return self._come(Learner)

    def attester(self) -> Attester:
        """A supervisor or an assessor."""
        return self._come(Attester)

    def employer(self) -> Employer:
        """One who hires."""
        return self._come(Employer)

    def teacher(self) -> Teacher:
        """A teacher who has come by her invitation. Her passkey needs scripts, also where nobody else has any."""
        made = self._come(Teacher, scripts=True)
        email = f"maria.{uuid4().hex}@demo.example"
        made.arrive(self.town.school.invite_staff("Maria Demo", email, (Role.ISSUER,)).url)
        return made

    def go_with_employer(self, learner: Learner, name: str, title: str, purpose: str) -> None:
        """What ends each journey: she shares what is open, it is read and checked, and she takes it back."""
        employer = self.employer()
        link = learner.share(purpose, title)
        employer.open_share(link, name, title)
        employer.check_file(self.folder, name)
        learner.see_looks("Someone who has the link saved the file", "Someone who has the link")
        learner.take_back()
        employer.find_it_gone(link)

    def _come(self, kind: type[P], **options: bool) -> P:
        page = self.visit(**{**self.run.screen, **options}).page
        return kind(page, Words(self.run.language), self.town, Keyboard(page) if self.run.keyboard else Pointer())


@pytest.fixture
def meet(visit: Open, served_town: Town, tmp_path: Path) -> Callable[[Run], Company]:
    """Brings the people of a run together."""
    return lambda run: Company(run, served_town, visit, tmp_path)


def _before() -> Iterator[Completion]:
    for run in BOTH.values():
        yield course(run.person(cast.AMINA), "course-v1:Demo+INFO+2026")
        yield from (course(run.person(cast.ELI), f"course:{part}") for part in (110, 111))
        yield course(run.person(_at_moodle(cast.SAMAN)), "course:120")
    for run in ALL.values():
        yield course(run.person(_at_moodle(cast.JACOB)), "course:120")
    yield course(KEYBOARD.person(cast.class_of_thirty()[0]), cast.CLASS_COURSE)


def _at_moodle(person: SourceLearner) -> SourceLearner:
    """Known to the school by a course that earns nothing."""
    return person.model_copy(update={"source": "moodle"})
