"""Histories to check: honest ones, and what somebody who has the database may make of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, text

from mimis_core.services import Services
from mimis_core.services.audit_chain import first_link, next_link
from mimis_core.store.record_tables import AuditHeadRow
from mimis_core.store.tables import AuditRow

ROWS = 7


def write(school: Services, count: int = ROWS, actor: str = "Lärare Lind") -> None:
    """Some audited events, the last two of them together."""
    for number in range(count):
        with school._transaction() as session:
            school._audit(session, actor, "award.approved", f"{number:032x}", round=number)


def faults(school: Services, **asked: Any) -> list[tuple[str, int]]:
    return [(one.what, one.seq) for one in school.verify_audit(**asked).faults]


def tamper(school: Services, *statements: str) -> None:
    """Change rows as somebody does who has the database and takes its triggers away first."""
    with school.database.engine.begin() as connection:
        names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        for statement in (*(f"DROP TRIGGER {name}" for name in names), *statements):
            connection.execute(text(statement))


def rewrite(school: Services, change: Callable[[list[AuditRow]], list[AuditRow]]) -> None:
    """Make a whole new history that fits in itself, head and all, as the most able attacker without the key does."""
    tamper(school)
    with school.database.transaction() as session:
        before = list(session.scalars(select(AuditRow).order_by(AuditRow.seq)))
        rows = change(before)
        for row in before:
            row.seq = row.chain = None
        session.flush()
        link = first_link(school.organisation)
        for number, row in enumerate(rows, 1):
            link = next_link(link, number, row)
            row.seq, row.chain = number, link
        for row in before:
            if row not in rows:
                session.delete(row)
        head = session.scalars(select(AuditHeadRow)).one()
        head.seq, head.chain = len(rows), link


def without_third(rows: list[AuditRow]) -> list[AuditRow]:
    return rows[:2] + rows[3:]


def cut_off(rows: list[AuditRow]) -> list[AuditRow]:
    return rows[:4]
