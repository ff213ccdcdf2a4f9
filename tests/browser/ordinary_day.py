"""What waits at the demo's school on an ordinary day, so that pages that ask for a decision have something to show."""

from __future__ import annotations

from mimis_europass.wallet.sandbox import WalletSandbox

from mimis_core import Completion, SourceLearner
from mimis_core.cli.demo import cast
from mimis_core.cli.demo.play import TEACHER
from mimis_core.cli.demo.stage import Stage

WAITING = 4
"""Validations that wait for a teacher."""


def leave_work(stage: Stage) -> None:
    """After the play: decisions to take, a corrected fact, people who are here twice, a delivery that stopped."""
    validation, corrected, _ = cast.files_completions()
    people = [_in_list(one, f"S-{number}") for number, one in enumerate(cast.class_of_thirty()[:WAITING], 30)]
    rows = [_of(person, validation) for person in (*people, _in_list(cast.ELI, "S-50"))]
    stage.sandboxes["files"].load([*rows, corrected.model_copy(update={"hours": 16.0})])
    again = cast.AMINA.model_copy(update={"key": "602"})
    stage.sandboxes["openedx"].load([_of(again, cast.openedx_completions()[0])])
    stage.school.sync()
    _make_one(stage)
    _stop_delivery(stage)


def _in_list(person: SourceLearner, key: str) -> SourceLearner:
    """The same person in the school's list, which knows no address."""
    return person.model_copy(update={"source": "files", "key": key, "email": None})


def _of(person: SourceLearner, example: Completion) -> Completion:
    """What somebody else has completed, as in an example."""
    key = example.key.replace(example.learner.key, person.key)
    return example.model_copy(update={"key": key, "learner": person})


def _make_one(stage: Stage) -> None:
    """Eli is in the list and in Moodle: somebody at the school has said so."""
    found = {name: learner.id for learner, names in stage.school.learners() for name in names}
    stage.school.merge_learners(found[f"moodle:{cast.ELI.key}"], found["files:S-50"], TEACHER)


def _stop_delivery(stage: Stage) -> None:
    """A wallet that is not there."""
    credential, wallet = stage.school.all_credentials()[0], stage.sandboxes["europass"]
    assert isinstance(wallet, WalletSandbox)
    wallet.refuse("WL-0003", times=9)
    stage.school.request_delivery(credential.learner_id, credential.id, "europass", "fel@demo.example")
    stage.school.drain()
