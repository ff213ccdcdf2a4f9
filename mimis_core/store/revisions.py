"""Which learners a transaction changed: numbers them, so that what is kept in memory elsewhere can follow.

Each transaction that changes learners takes the organisation's next number as its last act, and writes it on them. The
row of the number is locked from then to the commit, so numbers become visible in their order: whoever has seen all up
to one number misses nothing by asking for what is above it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker

from mimis_core.store.tables import LearnerRow, StateRow, new_id

REVISION = "learners"
"""Name of the state that holds the last number."""
_CHANGED = "changed learners"


def count_revisions(sessions: sessionmaker[Session]) -> None:
    """Have every session made here number the learners that it changes.

    Statements that change learners without loading them (``update(LearnerRow)``) must not be used: they raise
    RuntimeError here, since nobody could tell whom they changed.
    """
    event.listen(sessions, "before_flush", _note_changes)
    event.listen(sessions, "do_orm_execute", _refuse_unseen)
    event.listen(sessions, "before_commit", _number_changes)


def last_revision(session: Session, organisation: str) -> int:
    """The number of the last change of a learner that this transaction sees; 0 before the first."""
    return int(state_of(session, organisation, REVISION) or 0)


def state_of(session: Session, organisation: str, name: str) -> str | None:
    """What is remembered about an organisation under a name."""
    return session.scalar(select(StateRow.value).where(StateRow.organisation == organisation, StateRow.name == name))


def keep_first(session: Session, organisation: str, name: str, value: str) -> str:
    """Remember a value unless there is one; gives what is remembered. Two processes that try at once agree."""
    # Both dialects have it, each as its own: one constant would not be typed.
    insert: Any = sqlite.insert if session.connection().dialect.name == "sqlite" else postgresql.insert
    new = insert(StateRow).values(id=new_id(), organisation=organisation, name=name, value=value)
    if state_of(session, organisation, name) is None:
        session.execute(new.on_conflict_do_nothing(index_elements=["organisation", "name"]))
    return state_of(session, organisation, name) or value


def next_number(session: Session, organisation: str, name: str) -> int:
    """Count one up what is remembered under a name. The row is locked from here to the commit."""
    keep_first(session, organisation, name, "0")
    query = select(StateRow).where(StateRow.organisation == organisation, StateRow.name == name).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    row.value = str(int(row.value) + 1)
    session.flush()
    return int(row.value)


def _note_changes(session: Session, context: object, instances: object) -> None:
    changed: dict[str, set[str]] = session.info.setdefault(_CHANGED, {})
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, LearnerRow) and (row not in session.dirty or session.is_modified(row)):
            changed.setdefault(row.organisation, set()).add(row.id)


def _refuse_unseen(state: ORMExecuteState) -> None:
    if (state.is_update or state.is_delete) and state.bind_mapper and state.bind_mapper.class_ is LearnerRow:
        raise RuntimeError("learners are changed one by one, so that their changes are numbered")


def _number_changes(session: Session) -> None:
    session.flush()
    changed: dict[str, set[str]] = session.info.pop(_CHANGED, {})
    # In a fixed order, so that two transactions over two organisations do not wait for each other.
    for organisation in sorted(changed):
        number = next_number(session, organisation, REVISION)
        table: Any = LearnerRow.__table__
        ids = sorted(changed[organisation])
        for start in range(0, len(ids), 1_000):
            rows = table.c.id.in_(ids[start : start + 1_000])
            session.connection().execute(update(table).where(rows).values(revision=number))
