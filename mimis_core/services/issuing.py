"""From an approved award to a stored credential, some at a time: the database is asked once for all of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mimis_core.errors import ConfigurationError, MimisError, NotFoundError, PermanentError, TemporaryError
from mimis_core.model import Achievement, AwardState, CredentialStatus, Sealed
from mimis_core.observe import step
from mimis_core.pipeline import issue
from mimis_core.services.credentials import DeliveryGround, greeting, titles_of
from mimis_core.services.messages import received_mail, renewed_mail
from mimis_core.services.orders import Plan, not_now
from mimis_core.services.succession import SuccessionServices
from mimis_core.services.views import RENEWED
from mimis_core.settings import DeliveryRule
from mimis_core.store.tables import AwardRow, CredentialRow, LearnerRow, OutboxRow, new_id

MOST_MAKERS = 4
"""Credentials that are built and sealed at once, at most one a core: drawing leaves the interpreter's lock."""
REMOTE_MAKERS = 8
"""The same where a seal waits for another machine, whatever the number of cores."""
Outcomes = dict[str, bool | MimisError]
"""By award: True for a new credential, False for one that was there before, or why there is none."""


@dataclass(frozen=True)
class Made:
    """A sealed credential that is not stored yet."""

    plan: Plan
    sealed: Sealed

    @property
    def award_id(self) -> str:
        """The decision that it was made for."""
        return self.plan.order.award.id


class IssueServices(SuccessionServices):
    """Builds, seals and stores."""

    def _issue_awards(self, award_ids: Sequence[str]) -> Outcomes:
        """Issue what these awards entitle to, and mark the jobs of all that have a credential then as done."""
        outcomes: Outcomes = {}
        made = []
        plans = self._plans(award_ids, outcomes)
        making = [self._makers.submit(self._make, plan) for plan in plans]
        for plan, future in zip(plans, making, strict=True):
            try:
                made.append(future.result())
            except MimisError as error:
                outcomes[plan.order.award.id] = error
        self._keep(made, outcomes)
        return outcomes

    def close(self) -> None:
        """Let what is being built end, then close adapters and database."""
        if "_makers" in self.__dict__:
            self._makers.shutdown()
        super().close()

    @cached_property
    def _makers(self) -> ThreadPoolExecutor:
        # Kept, since each thread of a format may have tools of its own that take time to set up.
        count = REMOTE_MAKERS if self._seals_afar() else min(MOST_MAKERS, os.cpu_count() or 1)
        return ThreadPoolExecutor(count, "issue")

    def _seals_afar(self) -> bool:
        # What is set up wrongly is told by each credential that is to be made.
        with suppress(ConfigurationError):
            return self._signer.remote or self._sealer.remote
        return False

    @step("issue")
    def _make(self, plan: Plan) -> Made:
        return Made(plan, issue(plan.order, self._format, self._sealer, self._signer))

    def _plans(self, award_ids: Sequence[str], outcomes: Outcomes) -> list[Plan]:
        """What to build for each award; awards that need nothing built go into ``outcomes``."""
        query = (
            select(AwardRow, LearnerRow, exists().where(CredentialRow.award_id == AwardRow.id))
            .join(LearnerRow, LearnerRow.id == AwardRow.learner_id)
            .where(AwardRow.organisation == self.organisation, AwardRow.id.in_(award_ids))
        )
        plans = []
        with self.database.reading() as session:
            places = self._free_places(session, len(award_ids))
            found = {award.id: (award, learner, issued) for award, learner, issued in session.execute(query)}
            for award_id in award_ids:
                if award_id not in found:
                    outcomes[award_id] = NotFoundError(f"There is no award {award_id!r} here.", code="unknown")
                    continue
                award, learner, issued = found[award_id]
                if issued:
                    outcomes[award_id] = False
                    continue
                try:
                    plans.append(self._plan(session, award, learner, places.pop(), self._predecessor(session, award)))
                except MimisError as error:
                    outcomes[award_id] = error
        if issued_before := [award_id for award_id, outcome in outcomes.items() if outcome is False]:
            with self._transaction() as session:
                self._finish_issue(session, issued_before)
        return plans

    def _keep(self, made: Sequence[Made], outcomes: Outcomes) -> None:
        """Store all with what follows from them, in one transaction; when one cannot be, each on its own."""
        try:
            with self._transaction() as session:
                self._store(session, made, outcomes)
        except IntegrityError:
            if len(made) > 1:
                for one in made:
                    self._keep([one], outcomes)
                return
            outcomes[made[0].award_id] = self._explain_clash(made[0])

    def _explain_clash(self, made: Made) -> bool | MimisError:
        """Another worker was faster with this award, which is fine; or something else has what it needs."""
        order = made.plan.order
        with self._transaction() as session:
            if self._rows(session, CredentialRow, CredentialRow.award_id == made.award_id):
                self._finish_issue(session, [made.award_id])
                return False
            place = CredentialRow.status_list == made.plan.status_list, CredentialRow.status_index == order.status_index
            if self._rows(session, CredentialRow, *place):
                return TemporaryError("Its place in the status list was taken meanwhile.", mend="Try again.")
        return PermanentError(
            "The learner has a live credential of this achievement already.",
            mend="Revoke that one first, or reject the award.",
        )

    def _store(self, session: Session, made: Sequence[Made], outcomes: Outcomes) -> None:
        approved = self._still_approved(session, [one.award_id for one in made])
        learners = {row.id: row for row in self._rows_in(session, LearnerRow, LearnerRow.id, set(approved.values()))}
        rows = []
        # In one order everywhere, so that two workers never wait for each other's rows.
        for one in sorted(made, key=lambda one: one.plan.replaces or ""):
            outcomes[one.award_id] = True
            try:
                self._refuse_changed(one, learners.get(approved.get(one.award_id, "")))
                self._mandate(session, one.plan.order.achievement)  # its owner may have ended it meanwhile
                old = self._step_aside(session, one.plan, RENEWED)
            except (TemporaryError, PermanentError) as error:
                outcomes[one.award_id] = error
                continue
            rows.append((one, old, self._credential_row(one)))
        session.add_all(row for _, _, row in rows)
        session.flush()  # mails and deliveries refer to them
        for one, old, row in rows:
            self._follow_up(session, one, old, row, learners[row.learner_id])
        self._apply_rule(session, [(one, row, learners[row.learner_id]) for one, _, row in rows])
        self._stack(session, {row.learner_id for _, _, row in rows})
        self._finish_in_hand(session, [row.award_id for _, _, row in rows])

    def _still_approved(self, session: Session, award_ids: Sequence[str]) -> dict[str, str]:
        """The learners of those that are, locked until all is stored: who rejects one then finds its credential."""
        columns = AwardRow.id, AwardRow.state, AwardRow.learner_id
        query = select(*columns).where(AwardRow.id.in_(award_ids)).order_by(AwardRow.id).with_for_update()
        return {row.id: row.learner_id for row in session.execute(query) if row.state == AwardState.APPROVED}

    def _refuse_changed(self, made: Made, learner: LearnerRow | None) -> None:
        """Raise unless the award is still approved, its learner unprotected and the one whom the document names."""
        if learner is None or learner.protected:
            raise not_now(made.award_id)
        if learner.id != made.plan.order.learner.id:
            raise TemporaryError("Its learner was merged with another meanwhile.", mend="Try again.")

    def _credential_row(self, made: Made) -> CredentialRow:
        order, sealed = made.plan.order, made.sealed
        return CredentialRow(
            id=new_id(),
            organisation=self.organisation,
            award_id=order.award.id,
            learner_id=order.learner.id,
            achievement_id=order.achievement.id,
            achievement=order.achievement.model_dump_json(),
            urn=order.urn,
            public_id=made.plan.public_id,
            live_key=f"{order.learner.id}:{order.achievement.ref}",
            format=sealed.format,
            media_type=sealed.media_type,
            filename=sealed.filename,
            content=sealed.content,
            status=CredentialStatus.ACTIVE,
            status_at=order.issued_at,
            issued_at=order.issued_at,
            valid_until=order.valid_until,
            supersedes_id=made.plan.replaces,
            status_list=made.plan.status_list,
            status_index=order.status_index,
        )

    def _follow_up(
        self, session: Session, made: Made, old: CredentialRow | None, row: CredentialRow, learner: LearnerRow
    ) -> None:
        """Record it, tell the learner, and queue what her permissions and the school's rule ask for."""
        achievement, school = made.plan.order.achievement, self.settings.organisation
        link, titles = self._link(row), titles_of(achievement)
        if old is None:
            self._audit(session, "mimis", "credential.issue", row.id)
            subject, text = received_mail(school, greeting(learner), titles, link)
        else:
            self._audit(session, "mimis", "credential.renew", old.id, by=row.id)
            wallets = self._carry_deliveries(session, old, row)
            day = row.valid_until.date().isoformat() if row.valid_until else None
            subject, text = renewed_mail(school, greeting(learner), titles, link, day, in_wallet=wallets > 0)
        self._queue_mail(session, learner, f"received:{row.award_id}", subject, text, row.id)

    def _link(self, row: CredentialRow) -> str:
        return f"{self.settings.base_url}/me/credentials/{row.id}"

    def _apply_rule(self, session: Session, issued: Sequence[tuple[Made, CredentialRow, LearnerRow]]) -> None:
        """Queue the deliveries that the school's recorded rule asks for; without a rule nothing is delivered."""
        rule = self.settings.delivery.rule
        if rule is None:
            return
        ground, new = DeliveryGround("rule", rule.decided_by, rule.decided_on), []
        for made, row, learner in issued:
            if not learner.email or not _covers(rule, made.plan.order.achievement):
                continue
            if made.plan.replaces is None:
                new.append((row, learner.email))
            else:  # the delivery that the old one had may have been carried over
                self._queue_delivery(session, row, rule.courier, learner.email, ground)
        self._queue_first_deliveries(session, new, rule.courier, ground)

    def _finish_in_hand(self, session: Session, award_ids: Sequence[str]) -> None:
        """Mark jobs that this worker has in hand as done, or raise: then another has them, and nothing may be kept."""
        self._finish_issue(session, award_ids)

    def _finish_issue(self, session: Session, award_ids: Sequence[str]) -> None:
        """Mark the jobs of awards that need nothing any more as done, whoever has them in hand."""
        if award_ids:
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.organisation == self.organisation, OutboxRow.kind == "issue")
                .where(OutboxRow.ref.in_(award_ids))
                .values(state="done", lease=None, lease_until=None, reason=None, code=None)
                .execution_options(synchronize_session=False)
            )


def _covers(rule: DeliveryRule, achievement: Achievement) -> bool:
    return not rule.achievements or achievement.id in rule.achievements
