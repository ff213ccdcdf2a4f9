"""From an approved award to a stored credential, some at a time: the database is asked once for all of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mimis_core.errors import MimisError, NotFoundError, PermanentError, UserError
from mimis_core.model import Achievement, Award, AwardState, CredentialStatus, IssueOrder, Sealed
from mimis_core.pipeline import add_months, issue
from mimis_core.services.credentials import greeting, load_evidence, titles_of
from mimis_core.services.learners import to_learner
from mimis_core.services.messages import received_mail
from mimis_core.services.sync import SyncServices
from mimis_core.store.tables import AwardRow, CredentialRow, LearnerRow, OutboxRow, new_id

MOST_MAKERS = 4
"""Credentials that are built and sealed at once: drawing leaves the interpreter's lock, a remote seal waits."""
Outcomes = dict[str, bool | MimisError]
"""By award: True for a new credential, False for one that was there before, or why there is none."""


@dataclass(frozen=True)
class Made:
    """A sealed credential that is not stored yet."""

    order: IssueOrder
    public_id: str
    sealed: Sealed


class IssueServices(SyncServices):
    """Builds, seals and stores."""

    def _issue_awards(self, award_ids: Sequence[str]) -> Outcomes:
        """Issue what these awards entitle to, and mark the jobs of all that have a credential then as done."""
        outcomes: Outcomes = {}
        made = []
        orders = self._orders(award_ids, outcomes)
        making = [self._makers.submit(self._make, order, public_id) for order, public_id in orders]
        for (order, _), future in zip(orders, making, strict=True):
            try:
                made.append(future.result())
            except MimisError as error:
                outcomes[order.award.id] = error
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
        return ThreadPoolExecutor(min(MOST_MAKERS, os.cpu_count() or 1), "issue")

    def _make(self, order: IssueOrder, public_id: str) -> Made:
        return Made(order, public_id, issue(order, self._format, self._sealer, self._signer))

    def _orders(self, award_ids: Sequence[str], outcomes: Outcomes) -> list[tuple[IssueOrder, str]]:
        """What to build for each award, with the public id; awards that need nothing built go into ``outcomes``."""
        query = (
            select(AwardRow, LearnerRow, exists().where(CredentialRow.award_id == AwardRow.id))
            .join(LearnerRow, LearnerRow.id == AwardRow.learner_id)
            .where(AwardRow.organisation == self.organisation, AwardRow.id.in_(award_ids))
        )
        orders = []
        with self._transaction() as session:
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
                    orders.append(self._order(award, learner))
                except MimisError as error:
                    outcomes[award_id] = error
            self._finish_issue(session, [award_id for award_id, outcome in outcomes.items() if outcome is False])
        return orders

    def _order(self, award: AwardRow, learner: LearnerRow) -> tuple[IssueOrder, str]:
        achievement = self.catalogue.get(award.achievement_id, award.achievement_version)
        if award.state != AwardState.APPROVED or learner.protected or achievement is None:
            raise _not_now(award.id)
        if not self._ready(achievement):
            raise UserError(f"{achievement.ref} does not pass the six principles.", mend="See: mimis catalogue check")
        now, public_id = self.clock(), token_urlsafe(12)
        months = achievement.valid_months
        order = IssueOrder(
            urn=f"urn:credential:{UUID(new_id())}",
            award=_to_award(award),
            achievement=achievement,
            learner=to_learner(learner),
            issuer=self.settings.organisation,
            owner=self.owner(achievement.owner),
            issued_at=now,
            valid_until=add_months(now, months) if months else None,
            status_url=f"{self.settings.base_url}/status/{public_id}",
            public_url=f"{self.settings.base_url}/c/{public_id}",
            show_birth_date=self.settings.show_birth_date,
        )
        return order, public_id

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
            award_id = made[0].order.award.id
            outcomes[award_id] = self._explain_clash(award_id)

    def _explain_clash(self, award_id: str) -> bool | MimisError:
        """Another worker was faster with this award, which is fine; or another award has the live credential."""
        with self._transaction() as session:
            if self._rows(session, CredentialRow, CredentialRow.award_id == award_id):
                self._finish_issue(session, [award_id])
                return False
        return PermanentError(
            "The learner has a live credential of this achievement already.",
            mend="Revoke that one first, or reject the award.",
        )

    def _store(self, session: Session, made: Sequence[Made], outcomes: Outcomes) -> None:
        owners = {one.order.learner.id for one in made}
        learners = {row.id: row for row in self._rows(session, LearnerRow, LearnerRow.id.in_(owners))}
        rows = []
        for one in made:
            award_id = one.order.award.id
            # She may have been marked as protected while the document was being built.
            protected = learners[one.order.learner.id].protected
            outcomes[award_id] = _not_now(award_id) if protected else True
            if not protected:
                rows.append((one, self._credential_row(one)))
        session.add_all(row for _, row in rows)
        session.flush()  # mails and deliveries refer to them
        for one, row in rows:
            self._follow_up(session, one.order, row, learners[row.learner_id])
        self._finish_issue(session, [row.award_id for _, row in rows])

    def _credential_row(self, made: Made) -> CredentialRow:
        order, sealed = made.order, made.sealed
        return CredentialRow(
            id=new_id(),
            organisation=self.organisation,
            award_id=order.award.id,
            learner_id=order.learner.id,
            achievement=order.achievement.model_dump_json(),
            urn=order.urn,
            public_id=made.public_id,
            live_key=f"{order.learner.id}:{order.achievement.ref}",
            format=sealed.format,
            media_type=sealed.media_type,
            filename=sealed.filename,
            content=sealed.content,
            status=CredentialStatus.ACTIVE,
            status_at=order.issued_at,
            issued_at=order.issued_at,
            valid_until=order.valid_until,
        )

    def _follow_up(self, session: Session, order: IssueOrder, row: CredentialRow, learner: LearnerRow) -> None:
        """Record it, tell the learner, and queue what the school's rule asks for."""
        self._audit(session, "mimis", "credential.issue", row.id)
        link = f"{self.settings.base_url}/me/credentials/{row.id}"
        subject, text = received_mail(self.settings.organisation, greeting(learner), titles_of(order.achievement), link)
        self._queue_mail(session, learner, f"received:{row.award_id}", subject, text, row.id)
        self._apply_rule(session, row, order.achievement, learner)

    def _apply_rule(
        self, session: Session, credential: CredentialRow, achievement: Achievement, learner: LearnerRow
    ) -> None:
        """Queue the delivery that the school's recorded rule asks for; without a rule nothing is delivered."""
        rule = self.settings.delivery.rule
        if rule is None or not learner.email:
            return
        if rule.achievements and achievement.id not in rule.achievements:
            return
        given_by = f"{rule.decided_by}, {rule.decided_on.isoformat()}"
        self._queue_delivery(session, credential, rule.courier, learner.email, "rule", given_by)

    def _finish_issue(self, session: Session, award_ids: Sequence[str]) -> None:
        """Mark jobs as done, in the very transaction that keeps what they did."""
        if award_ids:
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.organisation == self.organisation, OutboxRow.kind == "issue")
                .where(OutboxRow.ref.in_(award_ids))
                .values(state="done", lease_until=None, reason=None)
                .execution_options(synchronize_session=False)
            )


def _not_now(award_id: str) -> PermanentError:
    return PermanentError(
        f"Award {award_id} may not be issued now.",
        mend="It must be approved, its catalogue entry present, and the learner not protected.",
    )


def _to_award(row: AwardRow) -> Award:
    return Award(
        id=row.id,
        learner_id=row.learner_id,
        achievement_id=row.achievement_id,
        achievement_version=row.achievement_version,
        state=AwardState(row.state),
        completed_at=row.completed_at,
        evidence=load_evidence(row),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        by_rule=row.by_rule,
        reason=row.reason,
    )
