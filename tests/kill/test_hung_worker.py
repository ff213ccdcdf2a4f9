"""A worker that stops where it is, and comes back after others have done its work."""

from __future__ import annotations

from tests.kill.ground import Ground
from tests.kill.truth import check


def test_worker_halted_at_every_boundary_outside_a_transaction(school: Ground) -> None:
    school.enrol()
    school.run(("sync",))
    boundaries = [name for name in school.run(("drain",))["passed"] if "before commit" not in name]
    assert len(boundaries) >= 8
    for name in boundaries:
        school.enrol()
        school.run(("sync",))
        late = school.worker()
        late.order(("drain",), ahead=school.ahead, halt_at=name)
        late.wait_until_halted()
        school.forward(minutes=11)
        assert school.run(("drain",))["failed"] == []
        late.go_on()
        assert late.answer()["failed"] == [], name
        late.dismiss()
        school.kills += 1
    school.come_to_rest()
    check(school)
