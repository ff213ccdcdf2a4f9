"""A folder whose system knows one person, and the feed that writes there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from mimis_ats.generic.export import HrExportFeed
from mimis_ats.generic.folder import DropFolderFeed
from mimis_ats.generic.recruiter import RecruiterMailFeed
from mimis_ats.generic.sandbox import DropFolderSandbox, FaultyDisk

from mimis_core import Candidate, TalentEntry
from mimis_core.testing import Sandbox
from tests.adapters.ats.conftest import EMAIL, NAME

__all__ = ["EMAIL"]

ENTRY = TalentEntry(
    key="https://school.example/shares/1",
    candidate=Candidate(id="1001"),
    summary="1 kontrollerad mikromerit / 1 verified micro-credential",
    url="https://school.example/s/token",
    details={"Batterier för nybörjare": "Malmö folkhögskola"},
)


KINDS: dict[str, Any] = {one.kind: one for one in (DropFolderFeed, HrExportFeed, RecruiterMailFeed)}


def connect(server: Sandbox, **changed: Any) -> Any:
    """The feed of a sandbox, on a disk that has its faults."""
    table = {**server.settings(), **changed}
    kind = KINDS[table.pop("kind")]
    return kind(kind.kind, kind.Settings(**table), disk=FaultyDisk(server))


@pytest.fixture
def sandbox() -> Sandbox:
    return DropFolderSandbox()


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[Sandbox]:
    with sandbox:
        sandbox.add_candidate(EMAIL, NAME)
        yield sandbox


@pytest.fixture
def feed(server: Sandbox) -> Iterator[Any]:
    with connect(server) as feed:
        yield feed


@pytest.fixture
def entry() -> TalentEntry:
    return ENTRY
