"""The second half of the main job, drained from the outbox: issue, deliver, mail, follow. All may be repeated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from mimis_core.errors import NotFoundError, PermanentError
from mimis_core.model import Parcel, Receipt
from mimis_core.observe import bound, step
from mimis_core.services.asked_pulls import PULL
from mimis_core.services.backlog import DOUBT, BacklogServices
from mimis_core.services.credentials import TAKEN_BACK, credential_titles, greeting, to_sealed
from mimis_core.services.destinations import COURIER, Lane
from mimis_core.services.events import EVENT
from mimis_core.services.hand import Job
from mimis_core.services.leases import BATCH, LeaseLostError
from mimis_core.services.messages import file_mail
from mimis_core.services.outcomes import Outcome, OutcomeServices
from mimis_core.services.webhooks import WEBHOOK
from mimis_core.store.database import AWAY
from mimis_core.store.tables import CredentialRow, DeliveryRow, LearnerRow, MessageRow

TOGETHER = 20
"""Credentials that are stored in one transaction; as many may have to be built again after a crash."""


@dataclass
class WorkDone:
    """What one drain did, and what now needs a person."""

    credentials: int = 0
    deliveries: int = 0
    mails: int = 0
    events: int = 0
    webhooks: int = 0
    attention: int = 0
    postponed: int = 0

    def note(self, outcome: Outcome) -> None:
        """Count one."""
        if outcome is not None:
            setattr(self, outcome, getattr(self, outcome) + 1)


class WorkServices(OutcomeServices, BacklogServices):
    """Does what outbox rows ask for."""

    def drain(self) -> WorkDone:
        """Do all work that is due, in batches, until there is none left that may be done now.

        What goes to different destinations is done side by side. Another call, in this process or another, does other
        rows. It ends early after :meth:`hand_back`. Raises the database's own errors when that is away, and
        ConfigurationError for a queue that is configured wrongly; what was not begun is free for others then.
        """
        done, flights, jobs = WorkDone(), dict[Future[Outcome], Job](), list[Job]()
        try:
            jobs = self._claim()
            while jobs or flights:
                if len(jobs) >= BATCH and self.on_queued is not None:
                    self.on_queued()  # there is more than one worker's share
                self._send_off(jobs, flights)
                self._do_here([job for job in jobs if job.destination not in self._lanes], done)
                self._collect(flights, done, wait_for_one=not jobs)
                jobs = self._claim_again()
            return done
        except BaseException:
            flying = {job for flight, job in flights.items() if not flight.cancel()}
            self._release([job for job in (*jobs, *flights.values()) if job not in flying])
            raise
        finally:
            wait(flights)
            self._release_destinations()

    def _send_off(self, jobs: Sequence[Job], flights: dict[Future[Outcome], Job]) -> None:
        """Hand what goes to a destination to the threads of its lane."""
        for job in jobs:
            lane = self._lanes.get(job.destination or "")
            if lane is not None:
                flights[lane.submit(self._take_turn, job)] = job

    def _collect(self, flights: dict[Future[Outcome], Job], done: WorkDone, *, wait_for_one: bool) -> None:
        """Count what has come back. Raises what stopped one, such as a database that is away."""
        wait(flights, None if wait_for_one else 0, return_when=FIRST_COMPLETED)
        for flight in [one for one in flights if one.done()]:
            del flights[flight]
            done.note(flight.result())

    def _do_here(self, jobs: Sequence[Job], done: WorkDone) -> None:
        """Do the rest in this thread: what has no destination, and issuing, which keeps the processor busy."""
        for job in jobs:
            if job.kind != "issue":
                done.note(self._do(job))
        issuing = [job for job in jobs if job.kind == "issue"]
        for start in range(0, len(issuing), TOGETHER):
            for outcome in self._issue(issuing[start : start + TOGETHER]):
                done.note(outcome)

    def _take_turn(self, job: Job) -> Outcome:
        lane: Lane = self._lanes[job.destination or ""]
        if lane.closings == job.gate and lane.wait_turn(self._stopping) and lane.closings == job.gate:
            return self._do(job)
        self._release([job])
        return None

    def _issue(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Issue some credentials. Storing is one transaction and needs no mark: what was not stored is made again."""
        if self._stopping.is_set():
            self._release(jobs)
            return
        try:
            outcomes = self._issue_awards([job.ref for job in jobs])
        except AWAY:
            raise
        except Exception as error:  # one of them has lost its lease, or has what nobody foresaw: each on its own
            if len(jobs) > 1:
                for job in jobs:
                    yield from self._issue([job])
                return
            outcomes = {jobs[0].ref: error}  # type: ignore[dict-item]  # judged like the foreseen ones
        for job in jobs:
            outcome = outcomes[job.ref]
            if isinstance(outcome, Exception):
                yield self._ended(job, outcome)
            else:
                yield "credentials" if outcome else None
            self._hand.drop(job)

    def _finish_in_hand(self, session: Session, award_ids: Sequence[str]) -> None:
        jobs = self._hand.of_kind("issue", award_ids)
        if len(jobs) != len(award_ids):  # given up since, when the process was told to end
            raise LeaseLostError
        self._finish(session, jobs)

    def _do(self, job: Job) -> Outcome:
        """Do one job and keep what came of it."""
        with bound(job=job.id):
            try:
                return self._doers[job.kind](job)
            except AWAY:
                raise
            except Exception as error:  # whatever it is, it must end with this row and be seen
                return self._ended(job, error)
            finally:
                self._hand.drop(job)

    @property
    def _doers(self) -> dict[str, Callable[[Job], Outcome]]:
        """Who does which kind of work."""
        return {
            "deliver": self._deliver,
            "mail": self._mail,
            EVENT: self._follow_hint,
            PULL: self._pull_asked,
            WEBHOOK: self._tell_webhook,
        }

    def _kinds(self) -> Collection[str]:
        return ("issue", *self._doers)

    def _begin(self, session: Session, job: Job) -> None:
        """Mark a job as under way, in the transaction that reads what is to go: what leaves the house is marked before.

        Raises LeaseLostError, and PermanentError for a mail that a dead worker had under way: a mailbox cannot be
        asked, and two mails are worse than a question to the administrator.
        """
        row = self._held(session, job)
        if job.interrupted and self._is_mail(job):
            raise PermanentError(
                "A worker ended while this mail was under way: nobody knows whether it went out.",
                mend="Ask the learner; send it again with: mimis retry --doubtful",
                code=DOUBT,
            )
        row.state, row.lease_until = "doing", self.clock() + self._lease

    def _is_mail(self, job: Job) -> bool:
        return job.kind == "mail" or (
            job.kind == "deliver" and self._is_mailbox((job.destination or "").removeprefix(COURIER))
        )

    # Deliver, mail and follow ----------------------------------------------------------------------------------

    @step("deliver")
    def _deliver(self, job: Job) -> Outcome:
        with self._transaction() as session:
            row, learner, credential = self._to_deliver(session, job.ref)
            if row.state == "sent":
                self._finish(session, [job])
                return None
            if learner.protected:
                raise PermanentError("The learner is protected: nothing is sent.", mend="The officer takes over.")
            if credential.status in TAKEN_BACK:
                row.state, row.reason, row.at = "cancelled", credential.status, self.clock()
                self._audit(session, "mimis", "delivery.cancelled", row.id)
                self._finish(session, [job])
                return None
            self._begin(session, job)
            subject, text = file_mail(self.settings.organisation, greeting(learner), credential_titles(credential))
            parcel = Parcel(key=row.id, to=row.to, subject=subject, text=text, sealed=to_sealed(credential))
            courier = row.courier
        receipt = self._courier(courier).deliver(parcel)
        self._note_receipt(DeliveryRow, job, receipt)
        return None if receipt.already else "deliveries"

    def _to_deliver(self, session: Session, delivery_id: str) -> tuple[DeliveryRow, LearnerRow, CredentialRow]:
        """All that a delivery needs, the file too, by one query: there is a delivery for each credential."""
        query = (
            select(DeliveryRow, LearnerRow, CredentialRow)
            .join(LearnerRow, LearnerRow.id == DeliveryRow.learner_id)
            .join(CredentialRow, CredentialRow.id == DeliveryRow.credential_id)
            .where(DeliveryRow.organisation == self.organisation, DeliveryRow.id == delivery_id)
            .options(undefer(CredentialRow.content))
        )
        found = session.execute(query).one_or_none()
        if found is None:
            raise NotFoundError(f"There is no delivery {delivery_id!r} here.", code="unknown")
        row, learner, credential = found
        return row, learner, credential

    @step("mail")
    def _mail(self, job: Job) -> Outcome:
        with self._transaction() as session:
            row = self._get(session, MessageRow, job.ref, "message")
            if row.state == "sent":
                self._finish(session, [job])
                return None
            if self._get(session, LearnerRow, row.learner_id, "learner").protected:
                raise PermanentError("The learner is protected: nothing is mailed.", mend="The officer takes over.")
            self._begin(session, job)
            parcel = Parcel(key=row.key, to=row.to, subject=row.subject, text=row.text)
        self._note_receipt(MessageRow, job, self._courier("mail").deliver(parcel))
        return "mails"

    def _follow_hint(self, job: Job) -> Outcome:
        with self._transaction() as session:
            self._begin(session, job)
        self._follow(job.ref)
        with self._transaction() as session:
            self._note_success(session, job.destination)
        return "events"

    def _pull_asked(self, job: Job) -> Outcome:
        with self._transaction() as session:
            source = self._pull_begins(session, job.ref)
            self._begin(session, job)
        report = self.sync([source], progress=self._teller(job.ref))
        with self._transaction() as session:
            self._finish(session, [job])
            self._pull_ends(session, job.ref, report)
            if not report.errors:
                self._note_success(session, job.destination)
        return None

    def _note_receipt(self, table: type[DeliveryRow] | type[MessageRow], job: Job, receipt: Receipt) -> None:
        told: dict[str, Any] = {"state": "sent", "reason": None, "reference": receipt.reference, "at": self.clock()}
        if table is DeliveryRow:
            told["url"] = receipt.url
        mine = table.organisation == self.organisation, table.id == job.ref
        with self._transaction() as session:
            self._finish(session, [job])
            session.execute(update(table).where(*mine).values(told).execution_options(synchronize_session=False))
            self._audit(session, "mimis", f"{table.__tablename__}.sent", job.ref)
            self._note_success(session, job.destination)
