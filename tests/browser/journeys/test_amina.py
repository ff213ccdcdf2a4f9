"""Amina is employed and wants a new role: what is missing, a short course, the credential, an application."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mimis_core.cli.demo import cast
from tests.browser.journeys.conftest import Company
from tests.browser.journeys.runs import BOTH, Run
from tests.browser.journeys.town import DEMENTIA, PARTS, ROLE, course


@pytest.mark.parametrize("run", BOTH.values(), ids=BOTH)
def test_short_course_closes_the_gap_to_a_role(meet: Callable[[Run], Company], run: Run) -> None:
    company, amina = meet(run), run.person(cast.AMINA)
    learner, teacher = company.learner(), company.teacher()
    has, lacks = (learner.say.pick(company.town.entry(part).title) for part in PARTS)
    learner.come_by_mail(amina.email or "")
    learner.read_credential(has)
    learner.see_way_to(learner.say.pick(ROLE), "%(done)s of %(all)s parts are ready.", done="1", all="2")
    company.town.complete([course(amina, part) for part in DEMENTIA])
    company.town.sync()
    teacher.approve(amina.full_name, lacks, evidence=DEMENTIA[1])
    learner.see_credential(lacks)
    learner.see_way_to(learner.say.pick(ROLE), "You have all the parts.")
    learner.see_credential(lacks)
    learner.read_credential(lacks)
    company.go_with_employer(learner, amina.full_name, lacks, "Hemtjänsten Demo, undersköterska")
