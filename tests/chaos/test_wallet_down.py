"""The wallet is down for a day, and then everything arrives once, without anybody's help."""

from __future__ import annotations

import pytest

from tests.kill.ground import Ground
from tests.kill.truth import check


@pytest.mark.parametrize("fault", ["503", "reset"])
def test_wallet_down_for_a_day(school: Ground, fault: str) -> None:
    school.wallet.fail(fault, times=1000)
    for _ in range(6):
        school.enrol()
        assert school.run(("sync",), ("drain",))["did"][1]["attention"] == 0
        school.forward(hours=4)
    school.wallet.heal()
    school.come_to_rest()
    truth = check(school)
    assert sum(truth.mails.values()) == school.enrolled, "nobody was told of a failure that passed"
