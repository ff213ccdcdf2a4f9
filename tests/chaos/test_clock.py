"""The clock jumps, forward and back, with work in hand: nothing is lost, doubled, or left until the clock is right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.kill.ground import Ground, Step
from tests.kill.truth import check

ROUND: tuple[Step, ...] = (("sync",), ("drain",))


def test_clock_that_jumps_with_each_worker(school: Ground) -> None:
    for days, name in (
        (9, "jades.seal: after"),
        (-9, "europass.deliver: after"),
        (5, "mail.deliver: before"),
        (-5, "mail.deliver: after"),
    ):
        school.forward(days=days)
        school.enrol(2)
        school.die(*ROUND, at=name)
    school.come_to_rest()
    check(school)


@pytest.mark.parametrize("name", ["jades.seal: after", "europass.deliver: before"])
def test_lease_of_a_clock_that_ran_ahead_binds_nobody(school: Ground, name: str) -> None:
    school.enrol()
    school.forward(days=20)
    school.die(*ROUND, at=name)
    school.forward(days=-20, hours=1)
    assert school.run(*ROUND)["failed"] == []
    assert school.unfinished() == []
    check(school)


def test_wait_of_a_clock_that_ran_ahead_is_no_longer_than_any(school: Ground) -> None:
    school.enrol()
    school.wallet.fail("reset")
    school.forward(days=20)
    assert school.run(*ROUND)["did"][1]["postponed"] == 1
    before = school.ahead = school.ahead - timedelta(days=20)
    school.come_to_rest()
    assert school.ahead - before < timedelta(hours=1), "it waited for the wrong time"
    check(school)
