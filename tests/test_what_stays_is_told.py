"""A recruitment system does not let go: taking back works all the same, and the learner reads what is left where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mimis_core.cli.demo import cast
from mimis_core.cli.demo.journeys import LearnerVisit
from mimis_core.cli.demo.play import Play
from mimis_core.cli.demo.stage import set_stage
from mimis_core.testing.suites.base import FOREVER

STAYS, GONE = "Kunde inte tas bort ur Teamtailor", "Borttaget ur Teamtailor"


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """The demo's main job: Amina's share stands in the ATS."""
    with set_stage(tmp_path) as stage:
        played = Play(stage)
        played.run()
        yield played


@pytest.fixture
def amina(play: Play) -> Iterator[LearnerVisit]:
    """Amina, signed in."""
    identity = f"{cast.AMINA.source}:{cast.AMINA.key}"
    learner_id = next(one.id for one, known in play.stage.school.learners() if identity in known)
    with closing(LearnerVisit(play.stage, learner_id)) as visit:
        visit.sign_in_by_slip("Läraren Maria Demo")
        yield visit


def timeline(visit: LearnerVisit) -> str:
    """Words of her page of shares."""
    return re.sub(r"<[^>]+>", "", visit._visitor.get("me/shares"))


def test_what_could_not_be_removed_stands_on_her_page_until_it_is(play: Play, amina: LearnerVisit) -> None:
    recruitment = play.stage.sandboxes["teamtailor"]
    amina.take_back("Ansökan från amina")
    recruitment.fail("500", times=FOREVER, path="^DELETE")
    for _ in range(2):
        assert play.pull()["states"]["attention"] == 1
    assert timeline(amina).count(STAYS) == 1
    assert GONE not in timeline(amina)

    recruitment.heal()
    play.pull()
    assert recruitment.received() == []
    assert timeline(amina).count(GONE) == timeline(amina).count(STAYS) == 1
