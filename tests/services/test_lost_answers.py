"""Every call that leaves the house, when its answer is lost: repeated without doubling, or left to a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from mimis_core.testing.faults import FAULTS
from tests.command import replace_tables, sandbox
from tests.school import Clock, HandPlugin, HandSource, done, page
from tests.services.workers import queue_deliveries

DAMAGED = frozenset({"empty", "truncated", "types"})


@pytest.fixture
def wallet(school_folder: Path) -> Iterator[Any]:
    box = sandbox("europass")
    box.trust((school_folder / "secrets" / "trial-anchor.pem").read_text("utf-8"))
    with box:
        yield box


@pytest.fixture
def mailbox() -> Iterator[Any]:
    with sandbox("mail") as box:
        yield box


@pytest.fixture
def real(school_folder: Path, clock: Clock, wallet: Any, mailbox: Any) -> Iterator[Services]:
    """A school that delivers to a wallet and mails over real connections."""
    HandSource.start_anew()
    couriers = {"couriers.europass": wallet.settings(), "couriers.mail": mailbox.settings()}
    replace_tables(school_folder, {"sources.hand": {}, **couriers})
    with open_services(load_settings(school_folder)) as services:
        services.plugins.manager.register(HandPlugin(), "hand")
        services.clock = clock
        HandSource.pages = [page(done("course:1"))]
        services.sync()
        yield services


def work_for_two_days(services: Services, clock: Clock) -> None:
    """Drain as workers do."""
    for _ in range(8):
        services.drain()
        clock.forward(hours=6)


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"slow"}))
def test_wallet_gets_each_credential_once(real: Services, wallet: Any, clock: Clock, fault: str) -> None:
    real.drain()
    queue_deliveries(real, "asa@privat.example")
    wallet.fail(fault, 3)
    work_for_two_days(real, clock)
    (delivery,) = real.deliveries()
    # Of a damaged answer nobody knows what it said: then a person is told, and the credential is there all the same.
    wanted = {"sent", "attention"} if fault in DAMAGED else {"sent"}
    assert (len(wallet.received()), delivery.state in wanted) == (1, True)


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"slow"}))
def test_mail_goes_out_at_most_once_and_a_doubt_is_told(real: Services, mailbox: Any, clock: Clock, fault: str) -> None:
    mailbox.fail(fault, 1)
    work_for_two_days(real, clock)
    came, stopped = len(mailbox.received()), len(real.attention())
    assert came <= 1
    assert came == 1 or stopped == 1
