"""Jacob is on a work placement: a supervisor without an account attests, the teacher decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mimis_core.cli.demo import cast
from mimis_core.model import CompletionKind
from tests.browser.journeys.conftest import Company
from tests.browser.journeys.runs import ALL, Run

SUPERVISOR, HOTEL = "Petra Sjö", "Hotell Demo"
WALLET = "jacob.privat@demo.example"


@pytest.mark.parametrize("run", ALL.values(), ids=ALL)
def test_supervisor_attests_and_teacher_decides(meet: Callable[[Run], Company], run: Run) -> None:
    company, jacob = meet(run), run.person(cast.JACOB)
    learner, teacher, supervisor = company.learner(), company.teacher(), company.attester()
    entry = company.town.entry("gastvard-hotell")
    title = learner.say.pick(entry.title)
    address = f"petra.{run.family.lower()}@demo.example"
    teacher.ask(CompletionKind.ATTESTATION, jacob.full_name, title, (SUPERVISOR, HOTEL, address))
    supervisor.answer(company.town.mailbox.link(address, "/attest/"), role="Värd", outcomes=len(entry.outcomes))
    teacher.approve(jacob.full_name, title, evidence=HOTEL)
    learner.come_by_code(teacher.make_slip(jacob.full_name))
    learner.see_credential(title)
    learner.read_credential(title)
    learner.read(learner.say("A supervisor at a workplace has attested what you did there."))
    learner.save_in_europass(WALLET)
    company.go_with_employer(learner, jacob.full_name, title, "Hotell Söder, värd")
