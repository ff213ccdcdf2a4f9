"""Scheduled commands: each time that one is due has a row, and whoever makes the row or takes it over runs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mimis_core.errors import ConfigurationError
from mimis_core.model import Finding
from mimis_core.services.audit_signing import SIGN_MEND
from mimis_core.services.destinations import LONGEST_LEASE
from mimis_core.services.leases import LeaseServices
from mimis_core.services.when import parse_when
from mimis_core.store.tables import ScheduleRow, new_id

ALWAYS = {"school": {"renewals --remind": "hourly"}}
"""What a role needs without being told; ``never`` in ``[schedule]`` ends it."""
SIGNED = {"audit sign": "03:45"}
"""The same for whoever has a seal's key."""
SOON = "soon"
"""In the place of a time: at the next look, once."""
TRIES = 3
"""How often a command that fails is run for one due time."""
TRY_AGAIN = timedelta(minutes=15)
KEPT = timedelta(days=90)
"""How long it is remembered that a command has run."""
PARTLY = 3
"""Exit code of a command that has done what could be done, and says what stopped."""


@dataclass(frozen=True)
class Run:
    """One run of a command that this worker has to itself; ``lease`` is its own."""

    id: str
    command: str
    lease: str


class ScheduleServices(LeaseServices):
    """Says what is due, to one worker only."""

    def schedule(self) -> Mapping[str, str]:
        """The commands and when each is due, those that need not be told among them."""
        signed = SIGNED if self.settings.signer is not None else {}
        return {**ALWAYS.get(self.settings.role, {}), **signed, **self.settings.schedule}

    def check_schedule(self) -> None:
        """Raise ConfigurationError for a time that cannot be read."""
        for form in self.schedule().values():
            parse_when(form, self.jobs_table.zone)

    def schedule_findings(self) -> Iterator[Finding]:
        """What is wrong with ``[schedule]``: times that cannot be read, and commands that would fail each time."""
        for command, form in self.schedule().items():
            try:
                when = parse_when(form, self.jobs_table.zone)
            except ConfigurationError as error:
                yield Finding(subject="schedule", status="error", message=error.message, mend=error.mend)
                continue
            if command in SIGNED and when is not None and self.settings.signer is None:
                yield Finding(
                    subject="schedule",
                    status="error",
                    message=f'"{command}" is in [schedule], and there is no seal key: it fails each time.',
                    mend=SIGN_MEND,
                )

    def take_due(self) -> Run | None:
        """A command that is due now and that no other worker runs; None when there is none.

        Of the times that were missed only the last counts. A schedule that is new, or written anew, starts with the
        next time. A run whose worker died or stopped is taken over.
        """
        for command, form in self.schedule().items():
            when = parse_when(form, self.jobs_table.zone)
            if when is None or self._stopping.is_set():
                continue
            due = when.latest(self.clock())
            try:
                with self._transaction() as session:
                    run = self._take_run(session, command, form, due)
            except IntegrityError:  # another worker was faster
                continue
            if run is not None:
                return run
        return None if self._stopping.is_set() else self._take_soon()

    def run_soon(self, command: str) -> bool:
        """Have a command run at some worker's next look, within a minute; False when it waits for that already.

        For what somebody else says that there is to do. A run that is under way does not count: it may be past that.
        """
        mine = ScheduleRow.organisation == self.organisation, ScheduleRow.command == command
        with self._transaction() as session:
            waiting = select(ScheduleRow.id).where(*mine, ScheduleRow.form == SOON, ScheduleRow.state == "waiting")
            if session.scalar(waiting.limit(1)) is not None:
                return False
            last = session.scalar(select(func.max(ScheduleRow.due)).where(*mine))
            now = self.clock()
            # Of one command there is one run for each second.
            due = now if last is None or last < now else last + timedelta(seconds=1)
            new = {"form": SOON, "due": due, "state": "waiting", "not_before": now}
            session.add(ScheduleRow(id=new_id(), organisation=self.organisation, command=command, **new))
            self._forget_runs(session, command, now)
            return True

    def keep_run(self, run: Run) -> bool:
        """Keep a run from being taken over; call it well within ``[jobs] lease_seconds``. False when it was lost."""
        return self._update_run(run, lease_until=self.clock() + self._lease)

    def end_run(self, run: Run, code: int | None) -> None:
        """Record how a command ended; None hands it back, so that another worker runs it at once."""
        now, over = self.clock(), {"lease": None, "lease_until": None}
        if code is None:
            self._update_run(run, **over, state="waiting", attempts=ScheduleRow.attempts - 1)
        elif code in (0, PARTLY):
            self._update_run(run, **over, state="done", code=code, ended_at=now)
        else:
            again = self._attempts(run) < TRIES
            state, later = ("waiting" if again else "failed"), now + TRY_AGAIN
            self._update_run(run, **over, state=state, code=code, ended_at=now, not_before=later)

    def scheduled(self) -> list[dict[str, Any]]:
        """Each command with when it is due and how its last run went, for administrators."""
        return [self._standing(command, form) for command, form in self.schedule().items()]

    def _standing(self, command: str, form: str) -> dict[str, Any]:
        query = select(ScheduleRow).where(
            ScheduleRow.organisation == self.organisation,
            ScheduleRow.command == command,
            ScheduleRow.began_at.is_not(None),
        )
        with self.database.reading() as session:
            row = session.scalars(query.order_by(ScheduleRow.began_at.desc()).limit(1)).first()
        return {
            "command": command,
            "when": form,
            "last": row.began_at.isoformat() if row is not None and row.began_at else None,
            "state": row.state if row is not None else None,
            "code": row.code if row is not None else None,
        }

    def _take_run(self, session: Session, command: str, form: str, due: datetime) -> Run | None:
        now, mine = self.clock(), ScheduleRow.command == command
        held = ScheduleRow.lease_until.between(now, now + LONGEST_LEASE)
        if self._rows(session, ScheduleRow, mine, ScheduleRow.state == "running", held):
            return None
        row = next(iter(self._rows(session, ScheduleRow, mine, ScheduleRow.due == due)), None)
        if row is not None:
            row.form = form
        else:
            same = select(ScheduleRow.id).where(ScheduleRow.organisation == self.organisation, mine)
            known = session.scalar(same.where(ScheduleRow.form == form).limit(1)) is not None
            row = ScheduleRow(
                id=new_id(),
                organisation=self.organisation,
                command=command,
                form=form,
                due=due,
                state="waiting" if known else "done",
                not_before=due,
            )
            session.add(row)
            session.flush()
            self._forget_runs(session, command, now)
        return self._begin_run(session, row, now)

    def _take_soon(self) -> Run | None:
        """One of those that are to run soon, unless the same command is under way."""
        now = self.clock()
        held = ScheduleRow.state == "running", ScheduleRow.lease_until.between(now, now + LONGEST_LEASE)
        with self._transaction() as session:
            busy = {row.command for row in self._rows(session, ScheduleRow, *held)}
            open_ = ScheduleRow.form == SOON, ScheduleRow.state.in_(("waiting", "running"))
            for row in sorted(self._rows(session, ScheduleRow, *open_), key=lambda one: (one.due, one.id)):
                if row.command not in busy and (run := self._begin_run(session, row, now)) is not None:
                    return run
        return None

    def _begin_run(self, session: Session, row: ScheduleRow, now: datetime) -> Run | None:
        run = Run(row.id, row.command, f"{self.worker}:{next(self._claims)}")
        lease = ScheduleRow.lease_until
        free = or_(lease.is_(None), lease < now, lease > now + LONGEST_LEASE)
        mine = {
            "state": "running",
            "attempts": ScheduleRow.attempts + 1,
            "lease": run.lease,
            "lease_until": now + self._lease,
            "began_at": now,
        }
        query = (
            update(ScheduleRow)
            .where(ScheduleRow.id == row.id, ScheduleRow.state.in_(("waiting", "running")), free)
            .where(or_(ScheduleRow.not_before <= now, ScheduleRow.attempts == 0))
            .values(mine)
            .execution_options(synchronize_session=False)
        )
        return run if session.execute(query).rowcount else None  # type: ignore[attr-defined]  # of an UPDATE

    def _update_run(self, run: Run, **values: Any) -> bool:
        query = update(ScheduleRow).where(ScheduleRow.id == run.id, ScheduleRow.lease == run.lease).values(values)
        with self._transaction() as session:
            result = session.execute(query.execution_options(synchronize_session=False))
            return bool(result.rowcount)  # type: ignore[attr-defined]  # of an UPDATE

    def _attempts(self, run: Run) -> int:
        with self.database.reading() as session:
            return self._get(session, ScheduleRow, run.id, "scheduled run").attempts

    def _forget_runs(self, session: Session, command: str, now: datetime) -> None:
        old = (
            ScheduleRow.organisation == self.organisation,
            ScheduleRow.command == command,
            ScheduleRow.due < now - KEPT,
        )
        session.execute(delete(ScheduleRow).where(*old).execution_options(synchronize_session=False))
