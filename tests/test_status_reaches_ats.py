"""From a school's decision to the entry in recruitment: real services, pages, partner API and sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mimis_core.cli.demo import cast
from mimis_core.cli.demo.play import Play
from mimis_core.cli.demo.stage import set_stage
from mimis_core.services import CredentialView

VALID = "1 kontrollerad mikromerit / 1 verified micro-credential"
NONE_HOLDS = "0 av 1 mikromeriter gäller / 0 of 1 micro-credentials hold"


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """The demo's main job, played once: Amina's share stands in the ATS."""
    with set_stage(tmp_path_factory.mktemp("play")) as stage:
        played = Play(stage)
        played.run()
        yield played


def credential(play: Play) -> CredentialView:
    """Amina's credential that is in force or suspended."""
    school, identity = play.stage.school, f"{cast.AMINA.source}:{cast.AMINA.key}"
    amina = next(learner.id for learner, known in school.learners() if identity in known)
    return next(one for one in school.credentials_of(amina) if one.status.status.value in ("active", "suspended"))


def told(play: Play) -> list[str]:
    """What stands in the ATS after the employer's next pull."""
    play.pull()
    entries: list[Any] = [json.loads(content) for _, content in play.stage.sandboxes["teamtailor"].received()]
    return [entry["summary"] for entry in entries]


def test_each_change_reaches_the_ats(play: Play) -> None:
    school, own = play.stage.school, credential(play).id
    assert told(play) == [VALID]
    school.suspend_credential(own, "Kontroll.", "Rektor")
    assert told(play) == [NONE_HOLDS]
    school.reinstate_credential(own, "Rektor")
    assert told(play) == [VALID]
    corrected = school.reissue_credential(own, "Namnet är rättat.", "Rektor")
    assert told(play) == [VALID]
    school.revoke_credential(corrected, "Fel person.", "Rektor")
    assert told(play) == [NONE_HOLDS]
