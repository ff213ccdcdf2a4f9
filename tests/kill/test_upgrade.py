"""Work that an older version began and never ended, and work that only a newer one can do."""

from __future__ import annotations

from sqlalchemy import delete, update

from mimis_core.store.tables import OutboxRow, new_id
from tests.kill.ground import Ground
from tests.kill.truth import check

FIRST = {"id", "organisation", "kind", "ref", "state", "attempts", "not_before", "lease_until", "code", "reason"}
"""Columns of the outbox in the first version."""


def test_work_in_flight_of_an_older_version_is_taken_up(school: Ground) -> None:
    for name in ("europass.deliver: after", "mail.deliver: before", "jades.seal: after"):
        school.enrol(2)
        school.die(("sync",), ("drain",), at=name)
    later = {column.name: None for column in OutboxRow.__table__.columns if column.name not in FIRST}
    assert all(OutboxRow.__table__.columns[name].nullable for name in later)
    with school.school.database.transaction() as session:
        # A destination is known only to versions that keep one, and so on.
        session.execute(update(OutboxRow).values({**later, "attempts": OutboxRow.attempts}))
    school.forward(minutes=11)
    school.come_to_rest()
    check(school)


def test_work_of_a_newer_version_is_left_to_it(school: Ground) -> None:
    school.enrol()
    own = {"kind": "of-tomorrow", "ref": new_id(), "not_before": school.now(), "organisation": "school"}
    with school.school.database.transaction() as session:
        session.add(OutboxRow(**own))
    assert school.run(("sync",), ("drain",))["failed"] == []
    (left,) = [row for row in school.unfinished() if row.kind == own["kind"]]
    assert (left.state, left.attempts, left.reason, left.lease_until) == ("queued", 0, None, None)
    with school.school.database.transaction() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.id == left.id))
    check(school)
