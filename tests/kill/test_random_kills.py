"""Killed at any instant, seeded, with one worker and with three at once."""

from __future__ import annotations

from random import Random

import pytest

from tests.kill.ground import LONG, Ground, Worker
from tests.kill.truth import check

KILLS = 60 if LONG else 10
LONGEST = 0.5
"""Seconds after the order in which the blow falls: about as long as the work takes."""


@pytest.mark.parametrize("count", [1, 3])
def test_killed_at_any_instant(school: Ground, count: int) -> None:
    random = Random(f"{count} workers")
    workers = [school.worker() for _ in range(count)]
    while school.kills < KILLS:
        school.enrol(2)
        for worker in workers:
            worker.order(("sync",), ("drain",), ahead=school.ahead)
        victim = random.randrange(count)
        if not workers[victim].has_answered(random.uniform(0, LONGEST)):
            workers[victim].kill()
            school.kills += 1
            workers[victim] = school.worker()
            workers[victim].order(("drain",), ahead=school.ahead)
        _all_went_well(workers)
        school.forward(minutes=11)
    school.come_to_rest()
    check(school)


def _all_went_well(workers: list[Worker]) -> None:
    for worker in workers:
        assert worker.answer()["failed"] == []
