"""Eli left an education unfinished: the parts that were completed become a credential."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mimis_core.cli.demo import cast
from tests.browser.journeys.conftest import Company
from tests.browser.journeys.runs import BOTH, Run


@pytest.mark.parametrize("run", BOTH.values(), ids=BOTH)
def test_completed_parts_of_an_education_become_a_credential(meet: Callable[[Run], Company], run: Run) -> None:
    company, eli = meet(run), run.person(cast.ELI)
    learner, teacher = company.learner(), company.teacher()
    title = learner.say.pick(company.town.entry("solenergi-grund").title)
    teacher.approve(eli.full_name, title, evidence="course:111")
    learner.come_by_mail(eli.email or "")
    learner.read_credential(title)
    learner.save_in_europass(eli.email or "")
    company.go_with_employer(learner, eli.full_name, title, "Solkraft AB, montör")
