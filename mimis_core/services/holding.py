"""Holding learners with all that is theirs, for what touches all of it at once: merging, undoing that, and erasing.

Who issues or revokes has an award or credential locked first, and waits for its learner when it writes what refers to
her. Whoever holds her and then waits for that award would wait for ever, and PostgreSQL would end one of the two. So
nothing is waited for here: what is rare and asked for by a person gives way. SQLite has one writer and no such locks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mimis_core.errors import TemporaryError
from mimis_core.services.learner_tables import learner_models, table_of
from mimis_core.store.tables import Base, LearnerRow

LOCKED = "55P03"
"""PostgreSQL's code for a row that somebody else has locked (``lock_not_available``)."""


def hold_learners(session: Session, organisation: str, learner_ids: Collection[str]) -> None:
    """Lock learners and every row of theirs until the transaction ends; call it before any of them is read.

    Raises TemporaryError when somebody is writing one of them just now.
    """
    learners = table_of(LearnerRow)
    tables = [(learners, learners.c.id), *((table_of(one), table_of(one).c.learner_id) for one in learner_models())]
    with _giving_way():
        for table, column in tables:
            mine = table.c.organisation == organisation, column.in_(learner_ids)
            session.execute(select(table.c.id).where(*mine).with_for_update(nowait=True)).all()


def hold_rows(session: Session, rows: Iterable[Base]) -> None:
    """Lock further rows likewise, and bring them up to date. Raises TemporaryError."""
    with _giving_way():
        for row in rows:
            session.refresh(row, with_for_update={"nowait": True})


@contextmanager
def _giving_way() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != LOCKED:
            raise
        raise TemporaryError("Something of theirs is being written just now.", mend="Try again.") from None
