"""A nursery for the whole run, and a school of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.kill.ground import Ground, Nursery, ground
from tests.postgres import ready_database


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Makes the workers of all tests."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def school(tmp_path: Path, postgres: str | None, nursery: Nursery) -> Iterator[Ground]:
    """A school on SQLite, or with MIMIS_POSTGRES=1 on PostgreSQL."""
    with ExitStack() as stack:
        url = stack.enter_context(ready_database(postgres)) if postgres else "sqlite:///mimis.db"
        yield stack.enter_context(ground(tmp_path / "school", url, nursery))
