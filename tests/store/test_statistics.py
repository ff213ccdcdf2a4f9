"""SQLite finds what is asked for by the index that leads to it, however much an organisation has."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from mimis_core.store.database import Database
from mimis_core.store.statistics import foretell

TWENTY = ", ".join(f"'{number}'" for number in range(20))
DUE = "state IN ('queued', 'doing') AND lease_until IS NULL ORDER BY not_before, id LIMIT 100"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new one."""
    database = Database(f"sqlite:///{tmp_path / 'mimis.db'}")
    database.migrate()
    yield database
    database.close()


def plan(database: Database, query: str) -> str:
    with database.engine.connect() as connection:
        return " / ".join(row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))


@pytest.mark.parametrize(
    ("query", "how"),
    [
        (f"SELECT * FROM learner WHERE organisation = 'a' AND id IN ({TWENTY})", "(id=?)"),
        (f"SELECT * FROM credential WHERE organisation = 'a' AND award_id IN ({TWENTY})", "(award_id=?)"),
        (f"SELECT * FROM completion WHERE organisation = 'a' AND learner_id IN ({TWENTY})", "(learner_id=?)"),
        (
            f"SELECT * FROM completion WHERE organisation = 'a' AND source IN ('s') AND key IN ({TWENTY})",
            "(organisation=? AND source=? AND key=?)",
        ),
        (
            f"SELECT * FROM outbox WHERE organisation = 'a' AND state != 'done' AND destination = 'd' AND {DUE}",
            "outbox_undone (organisation=? AND destination=?)",
        ),
        (
            f"SELECT * FROM outbox WHERE organisation = 'a' AND state != 'done' AND destination IS NULL AND {DUE}",
            "outbox_undone (organisation=? AND destination=?)",
        ),
        ("SELECT count(*) FROM outbox WHERE organisation = 'a' AND state != 'done'", "outbox_undone"),
        (
            "SELECT name, value_key FROM alias WHERE organisation = 'a' GROUP BY name, value_key HAVING count(*) > 1",
            "COVERING INDEX alias_equal (organisation=?)",
        ),
        (
            "SELECT achievement_id, count(*) FROM credential WHERE organisation = 'a' GROUP BY achievement_id",
            "COVERING INDEX credential_achievement (organisation=?)",
        ),
    ],
)
def test_rows_are_found_by_what_tells_them_apart(database: Database, query: str, how: str) -> None:
    assert how in plan(database, query)
    assert "TEMP B-TREE" not in plan(database, query)


def test_statistics_are_written_once(database: Database) -> None:
    with database.engine.begin() as connection:
        before = connection.execute(text("SELECT * FROM sqlite_stat1 ORDER BY tbl, idx")).all()
        foretell(connection)
        assert connection.execute(text("SELECT * FROM sqlite_stat1 ORDER BY tbl, idx")).all() == before
        assert len(before) > 50


def test_new_index_gets_statistics_too(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("CREATE INDEX further ON award (organisation, decided_at)"))
        foretell(connection)
        found = connection.execute(text("SELECT stat FROM sqlite_stat1 WHERE idx = 'further'")).scalar_one()
    assert found == "1000000 1000000 10"


def test_threads_of_one_process_take_turns(database: Database) -> None:
    """None begins while another is at it: SQLite would let it sleep."""
    steps: list[str] = []
    event.listen(database.engine, "begin", lambda _: steps.append("begin"))
    event.listen(database.engine, "commit", lambda _: steps.append("end"))

    def write(*_: Any) -> None:
        for _ in range(10):
            with database.transaction() as session:
                session.execute(text("UPDATE award SET round = 2"))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert steps == ["begin", "end"] * 40
