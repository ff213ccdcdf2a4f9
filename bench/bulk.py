"""Rows in bulk: what the services would have written, encrypted and chained, at the pace of an insert."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import event, insert

from mimis_core.services import Services
from mimis_core.services.audit_chain import first_link, next_link
from mimis_core.store import tables as t
from mimis_core.store.record_tables import AuditHeadRow


@dataclass
class Entry:
    """A row of the audit before it is chained."""

    organisation: str
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    id: str = ""


class BulkRows:
    """Rows of one organisation, gathered by table until they are written."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.organisation, self.now = services.organisation, services.clock()
        self.rows: dict[type[t.Base], list[dict[str, Any]]] = defaultdict(list)
        self.turns: dict[str, int] = defaultdict(int)
        self.seq, self.link = 0, first_link(self.organisation)

    def add(self, table: type[t.Base], /, **values: Any) -> str:
        """One row; gives its id. All rows of a table have the same columns."""
        row = {"id": t.new_id(), "organisation": self.organisation, **values}
        self.rows[table].append(row)
        return str(row["id"])

    def add_audit(self, at: datetime, actor: str, action: str, subject: str, **details: Any) -> None:
        """A row of the audit, sealed into its chain."""
        entry = Entry(self.organisation, at, actor, action, subject, details, t.new_id())
        self.seq += 1
        self.link = next_link(self.link, self.seq, entry)
        self.add(t.AuditRow, **vars(entry), seq=self.seq, chain=self.link)

    def add_head(self) -> None:
        """How far the audit's chain has come."""
        self.add(AuditHeadRow, seq=self.seq, chain=self.link, at=self.now)

    def add_work(self, kind: str, ref: str, at: datetime, destination: str | None = None, **state: Any) -> None:
        """A row of the outbox; done, unless ``state`` says otherwise."""
        known = {"state": "done", "code": None, "reason": None, **state}
        self.add(t.OutboxRow, kind=kind, ref=ref, not_before=at, destination=destination, attempts=1, **known)

    def turn(self, what: str, of: int) -> int:
        """Counts what happens, from 0 to below ``of`` and round again: what is seldom is in a small school, too."""
        self.turns[what] += 1
        return (self.turns[what] - 1) % of

    def flush(self) -> None:
        """Write what is gathered, in one transaction; what others refer to first."""
        place = {table: number for number, table in enumerate(t.Base.metadata.sorted_tables)}
        with self.services.database.engine.begin() as connection:
            for kind in sorted(self.rows, key=lambda one: place[one.metadata.tables[one.__tablename__]]):
                connection.execute(insert(kind), self.rows[kind])
        self.rows.clear()

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Give the engine much memory and no wait for the disk: what is lost with the power is made anew."""

        def prepare(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA cache_size=-1000000")

        engine = self.services.database.engine
        engine.dispose()
        event.listen(engine, "connect", prepare)
        try:
            yield
        finally:
            event.remove(engine, "connect", prepare)
            engine.dispose()


def new_key() -> str:
    """What stands in the place of a keyed hash that nothing is found by."""
    return secrets.token_hex(32)
