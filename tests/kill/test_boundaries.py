"""Killed at each step boundary in turn: each time another worker goes on, and at the end nothing is lost or double."""

from __future__ import annotations

from tests.kill.ground import Ground, Step
from tests.kill.truth import check

ROUND: tuple[Step, ...] = (("sync",), ("drain",))
LEASE_AND_MORE = 11
"""Minutes after which a dead worker's jobs are anybody's."""


def test_round_killed_at_every_boundary(school: Ground) -> None:
    school.enrol()
    boundaries = school.run(*ROUND)["passed"]
    assert len(boundaries) >= 20
    for name in boundaries:
        school.enrol()
        school.die(*ROUND, at=name)
        school.forward(minutes=LEASE_AND_MORE)
    school.come_to_rest()
    check(school)


def test_failing_wallet_killed_at_every_boundary(school: Ground) -> None:
    school.enrol()
    school.wallet.fail("503")
    boundaries = [name for name in school.run(*ROUND)["passed"] if "_postpone" in name]
    assert boundaries
    for name in boundaries:
        school.enrol()
        school.wallet.fail("drop")
        school.die(*ROUND, at=name)
        school.forward(minutes=LEASE_AND_MORE)
    school.come_to_rest()
    check(school)


def test_decisions_killed_at_every_boundary(school: Ground) -> None:
    school.enrol(24)
    school.come_to_rest()
    ids = [one.id for one in school.school.all_credentials()]
    for decision in ("reissue", "revoke", "suspend", "renew"):
        boundaries = school.run((decision, ids.pop()))["passed"]
        assert len(boundaries) >= 2
        for name in boundaries:
            one = ids.pop()
            school.die((decision, one), at=name)
            # The person sees that it was not done, or is told that it was.
            again = school.run((decision, one))["failed"]
            assert all("UserError" in text and "already" in text for text in again)
    school.come_to_rest()
    check(school)
