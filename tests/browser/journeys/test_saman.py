"""Saman seeks work and has skills but no papers: what was known already is assessed, without a course."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mimis_core.cli.demo import cast
from mimis_core.model import CompletionKind
from tests.browser.journeys.conftest import Company
from tests.browser.journeys.runs import BOTH, Run

ASSESSOR, GARAGE = "Lena Ek", "Demo Bilverkstad"


@pytest.mark.parametrize("run", BOTH.values(), ids=BOTH)
def test_skills_without_papers_are_assessed(meet: Callable[[Run], Company], run: Run) -> None:
    company, saman = meet(run), run.person(cast.SAMAN)
    learner, teacher, assessor = company.learner(), company.teacher(), company.attester()
    entry = company.town.entry("verktygsvana")
    title = learner.say.pick(entry.title)
    teacher.ask(CompletionKind.VALIDATION, saman.full_name, title, (ASSESSOR, GARAGE, ""))
    assessor.answer(teacher.link_to_hand_over(), role="Verkstadschef", outcomes=len(entry.outcomes))
    teacher.approve(saman.full_name, title, evidence=GARAGE)
    learner.come_by_mail(saman.email or "")
    learner.read_credential(title)
    learner.read(learner.say("Someone assessed what you already knew. That is called validation."))
    learner.save_in_europass(saman.email or "")
    company.go_with_employer(learner, saman.full_name, title, "Bilverkstan, mekaniker")
