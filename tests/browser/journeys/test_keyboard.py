"""The share journey by keyboard alone: Tab, Enter and Space, and at each stop one sees where one is."""

from __future__ import annotations

from collections.abc import Callable

from mimis_core.cli.demo import cast
from tests.browser.journeys.conftest import Company
from tests.browser.journeys.runs import KEYBOARD, Run


def test_learner_shares_and_employer_checks_without_a_pointer(meet: Callable[[Run], Company]) -> None:
    company, learner_of_class = meet(KEYBOARD), KEYBOARD.person(cast.class_of_thirty()[0])
    learner = company.learner()
    title = learner.say.pick(company.town.entry(cast.CLASS_ACHIEVEMENT).title)
    learner.come_by_mail(learner_of_class.email or "")
    learner.read_credential(title)
    company.go_with_employer(learner, learner_of_class.full_name, title, "Välfärdsteknik AB, vikariat")
