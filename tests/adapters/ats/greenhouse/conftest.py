"""A Greenhouse with one candidate, and feeds connected to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mimis_ats.greenhouse.feed import GreenhouseFeed
from mimis_ats.greenhouse.pace import Pace
from mimis_ats.greenhouse.sandbox import GreenhouseSandbox
from mimis_ats.greenhouse.settings import GreenhouseSettings

from mimis_core import Candidate, TalentEntry
from tests.adapters.ats.conftest import EMAIL, NAME
from tests.adapters.ats.connecting import connecting

__all__ = ["EMAIL"]

ENTRY = TalentEntry(
    key="https://school.example/shares/1",
    candidate=Candidate(id="978031"),
    summary="1 kontrollerad mikromerit / 1 verified micro-credential",
    url="https://school.example/s/token",
    details={"Batterier för nybörjare": "Malmö folkhögskola"},
)
Connect = Callable[..., GreenhouseFeed]


@pytest.fixture
def server() -> Iterator[GreenhouseSandbox]:
    with GreenhouseSandbox(limit=10_000) as sandbox:
        sandbox.add_candidate(EMAIL, NAME)
        yield sandbox


@pytest.fixture
def connect(server: GreenhouseSandbox) -> Iterator[Connect]:
    def opened(v1: bool = False, pace: Pace | None = None, **changed: Any) -> GreenhouseFeed:
        table = {**(server.settings_v1() if v1 else server.settings()), **changed}
        return GreenhouseFeed(table.pop("kind"), GreenhouseSettings(**table), pace)

    with connecting(opened) as connect:
        yield connect


@pytest.fixture
def feed(connect: Connect) -> GreenhouseFeed:
    return connect()


@pytest.fixture
def entry() -> TalentEntry:
    return ENTRY
