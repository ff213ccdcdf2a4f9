"""A school with something in every place, and databases to move it to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from mimis_core.services import Services, ShareOrder
from mimis_core.store.database import Database, make_engine, open_database
from mimis_core.store.every_table import METADATA
from tests.postgres import make_schema
from tests.school import HandSource, done, page, someone


@pytest.fixture(autouse=True)
def closed_engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each database that a test opens is closed after it, however many it swaps."""
    engines: list[Engine] = []

    def make(url: str) -> Engine:
        engines.append(make_engine(url))
        return engines[-1]

    monkeypatch.setattr("mimis_core.store.database.make_engine", make)
    yield
    for engine in engines:
        engine.dispose()


@pytest.fixture
def full(school: Services) -> Services:
    """A school that has issued, corrected, shared and sent."""
    HandSource.pages = [page(*(done("course:1", someone(key, aliases={"username": f"asa{key}"})) for key in "123"))]
    school.sync()
    school.drain()
    learner, first = school.learners()[0][0].id, school.all_credentials()[0]
    order = ShareOrder(credential_ids=(first.id,), purpose="Ansökan", until=date(2027, 1, 31))
    token = school.create_share(first.learner_id, order).url.rpartition("/")[2]
    school.open_share(token, "Bygg AB")
    school.request_delivery(first.learner_id, first.id, "europass", "asa@demo.example")
    HandSource.pages = [page(done("course:1", someone("1", full_name="Åsa Ek")))]
    school.sync()
    school.reissue_credential(first.id, "Nytt namn.", "Rektor")
    school.drain()
    school.make_slip(learner, "Rektor")
    school.add_partner("Bygg AB", "556036-0793", "bygg.example")
    return school


@pytest.fixture
def crowd(school: Services) -> Services:
    """A school with so many learners that one transaction is not enough for them."""
    HandSource.pages = [page(*(done("course:9", someone(str(number))) for number in range(450)))]
    school.sync()
    return school


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path, postgres: str | None) -> Iterator[Database]:
    """An empty database of each kind, with the keys of the school."""
    if request.param == "postgresql" and postgres is None:
        pytest.skip("MIMIS_POSTGRES=1 runs this")
    settings = request.getfixturevalue("school").settings
    url = make_schema(postgres) if request.param == "postgresql" and postgres else f"sqlite:///{tmp_path}/other.db"
    database = open_database(settings.model_copy(update={"database": url}))
    yield database
    database.close()


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, decrypted, by table: what a copy must equal."""
    with database.transaction() as session:
        return {
            table.name: sorted(map(tuple, session.execute(table.select())), key=repr)
            for table in METADATA.sorted_tables
        }


def stored(database: Database, query: str) -> list[object]:
    """The first column of a query, as it is stored."""
    with database.engine.connect() as connection:
        return [
            bytes(value) if isinstance(value, memoryview) else value for (value,) in connection.execute(text(query))
        ]
