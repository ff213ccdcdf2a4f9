"""An Odoo of any version with one person, and feeds connected to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mimis_ats.odoo.feed import OdooFeed
from mimis_ats.odoo.sandbox import OdooSandbox
from mimis_ats.odoo.settings import OdooSettings
from mimis_ats.texts import STANDING

from mimis_core import Candidate, Person, TalentEntry
from tests.adapters.ats.connecting import connecting

EMAIL = "amina_ek@example.org"
TITLE = "Batterier för nybörjare"
ENTRY = TalentEntry(
    key="https://school.example/shares/1",
    candidate=Candidate(id="41"),
    summary="1 kontrollerad mikromerit / 1 verified micro-credential",
    url="https://school.example/s/token",
    details={TITLE: "Malmö folkhögskola"},
)
REVOKED = ENTRY.model_copy(update={"details": {TITLE: f"Malmö folkhögskola ({STANDING['revoked']})"}})
SKILLS = "Mikromeriter"
Connect = Callable[..., OdooFeed]
each_version = pytest.mark.parametrize("version", [17, 18, 19])


@pytest.fixture
def version() -> int:
    return 18


@pytest.fixture
def records() -> str:
    return "recruitment"


@pytest.fixture
def server(version: int, records: Any) -> Iterator[OdooSandbox]:
    with OdooSandbox(version, records) as sandbox:
        sandbox.add_candidate(EMAIL, "Amina Ek")
        yield sandbox


@pytest.fixture
def connect(server: OdooSandbox) -> Iterator[Connect]:
    def opened(**changed: Any) -> OdooFeed:
        table = {**server.settings(), **changed}
        return OdooFeed(table.pop("kind"), OdooSettings(**table))

    with connecting(opened) as connect:
        yield connect


@pytest.fixture
def feed(connect: Connect) -> OdooFeed:
    return connect()


@pytest.fixture
def locked_out(connect: Connect) -> OdooFeed:
    return connect(api_key="0" * 40)


@pytest.fixture
def person() -> Person:
    return Person(email=EMAIL, full_name="Amina Ek")


@pytest.fixture
def entry() -> TalentEntry:
    return ENTRY
