"""What becomes of a credential after it was issued: each change by a person, recorded, told, and seen at once."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mimis_core.errors import TemporaryError, UserError
from mimis_core.model import AwardState, CredentialStatus
from mimis_core.services.credentials import credential_titles, greeting
from mimis_core.services.issuing import IssueServices, Made
from mimis_core.services.messages import Mail, corrected_mail, reinstated_mail, revoked_mail, suspended_mail
from mimis_core.services.orders import to_award
from mimis_core.store.tables import AwardRow, CredentialRow, LearnerRow, new_id

Step = Callable[[Session, AwardRow], object]
"""Something that is done about an award on the way."""


def _nothing(session: Session, award: AwardRow) -> None:
    """No step."""


class LifeServices(IssueServices):
    """Suspends, reinstates, revokes, corrects and renews credentials of one organisation."""

    def suspend_credential(self, credential_id: str, reason: str, by: str) -> None:
        """Stop a credential for now: checks say so at once, the learner is told why.

        Raises NotFoundError, or UserError when it is not in force.
        """
        with self._transaction() as session:
            row = self._in_state(session, credential_id, CredentialStatus.ACTIVE)
            self._mark(row, CredentialStatus.SUSPENDED, reason)
            self._audit(session, by, "credential.suspend", credential_id)
            self._stack(session, [row.learner_id])
            learner = self._get(session, LearnerRow, row.learner_id, "learner")
            day = row.status_at.date().isoformat()
            mail = suspended_mail(self.settings.organisation, greeting(learner), credential_titles(row), day, reason)
            self._tell(session, learner, row, mail, f"suspended:{new_id()}")

    def reinstate_credential(self, credential_id: str, by: str) -> None:
        """Let a suspended credential hold again; the file stays the same. Raises NotFoundError and UserError."""
        with self._transaction() as session:
            row = self._in_state(session, credential_id, CredentialStatus.SUSPENDED)
            self._mark(row, CredentialStatus.ACTIVE, None)
            self._audit(session, by, "credential.reinstate", credential_id)
            self._stack(session, [row.learner_id])
            learner = self._get(session, LearnerRow, row.learner_id, "learner")
            mail = reinstated_mail(
                self.settings.organisation, greeting(learner), credential_titles(row), self._link(row)
            )
            self._tell(session, learner, row, mail, f"reinstated:{new_id()}")

    def revoke_credential(self, credential_id: str, reason: str, by: str) -> None:
        """Revoke for good: the status changes at once, the learner is told, employers see it at their next look.

        Raises NotFoundError, or UserError when it is neither in force nor suspended.
        """
        with self._transaction() as session:
            self._revoke(session, credential_id, reason, by)

    def reissue_credential(self, credential_id: str, reason: str, by: str) -> str:
        """Issue a corrected credential of the same award, from the names and texts of today; gives the new one's id.

        The old one is superseded in the transaction that stores the new one, so that there is always exactly one. The
        end of the validity stays. Shares show the new one, and wallets that the learner had let the old one into get
        the new one too, since both permissions are about this award.

        Raises NotFoundError; UserError when the old one is not in force, or somebody was faster; PermanentError when
        the learner is protected, or the owner does not let this organisation issue any more; DataError when today's
        text does not conform; TemporaryError when the seal is away.
        Nothing is changed then.
        """
        return self._reissue(credential_id, reason, by)

    def _reissue(
        self, credential_id: str, reason: str, by: str, amend: Step = _nothing, record: Step = _nothing
    ) -> str:
        """Reissue an award as ``amend`` leaves it; what that changed and ``record`` writes is kept with the new one.

        ``amend`` is done twice: first to see what is to be built.
        """
        with self._transaction() as session:
            old = self._in_state(session, credential_id, CredentialStatus.ACTIVE)
            award = self._get(session, AwardRow, old.award_id, "award")
            learner = self._get(session, LearnerRow, old.learner_id, "learner")
            trial = session.begin_nested()
            amend(session, award)
            plan = self._plan(session, award, learner, self._free_places(session, 1)[0], old)
            trial.rollback()
        made = self._make(plan)
        try:
            with self._transaction() as session:
                award = self._get(session, AwardRow, made.award_id, "award")
                amend(session, award)
                if to_award(award) != plan.order.award:
                    raise TemporaryError("The award has changed meanwhile.")
                record(session, award)
                return self._store_correction(session, made, reason, by)
        except (IntegrityError, TemporaryError):
            raise UserError(
                f"Credential {credential_id} was changed by somebody else meanwhile.", mend="Look at it again."
            ) from None

    def renew_credential(self, credential_id: str, by: str) -> str:
        """Decide that a credential is renewed, from today; gives the id of the decision, an award of its own.

        The new credential follows from the outbox as after every decision, and supersedes the old one with the reason
        ``renewed``. A renewal that was proposed for a recompleted course is approved by this.

        Raises NotFoundError, or UserError when it has no end, was revoked or replaced, or is being renewed already.
        """
        states = CredentialStatus.ACTIVE, CredentialStatus.SUSPENDED, CredentialStatus.EXPIRED
        try:
            with self._transaction() as session:
                row = self._in_state(session, credential_id, *states)
                if row.valid_until is None or row.id in self._successors(session, [row]):
                    raise UserError(f"Credential {credential_id} cannot be renewed: it has no end or is replaced.")
                return self._decide_renewal(session, row, by)
        except IntegrityError:
            raise UserError(f"Credential {credential_id} is being renewed by somebody else.") from None

    def _decide_renewal(self, session: Session, row: CredentialRow, by: str) -> str:
        before = self._get(session, AwardRow, row.award_id, "award")
        rounds = self._rounds(session, before)
        last = max(rounds, key=lambda one: one.round)
        if any(one.round > before.round and one.state == AwardState.APPROVED for one in rounds):
            raise UserError(f"Credential {row.id} is being renewed already.", mend="Do the queued work: mimis retry")
        if last.round == before.round or last.state == AwardState.REJECTED:
            last = self._renewal(before, last.round + 1, before.completed_at, before.evidence, self.clock())
            # The evidence is that of before: who renews by hand has assessed no more than the rule had.
            last.by_rule = before.by_rule
            session.add(last)
            session.flush()
        self._decide(session, last, AwardState.APPROVED, by, None)
        return last.id

    def _revoke(self, session: Session, credential_id: str, reason: str, by: str) -> None:
        row = self._in_state(session, credential_id, CredentialStatus.ACTIVE, CredentialStatus.SUSPENDED)
        self._mark(row, CredentialStatus.REVOKED, reason)
        self._audit(session, by, "credential.revoke", credential_id)
        self._stack(session, [row.learner_id])
        learner = self._get(session, LearnerRow, row.learner_id, "learner")
        day = row.status_at.date().isoformat()
        mail = revoked_mail(self.settings.organisation, greeting(learner), credential_titles(row), day, reason)
        self._tell(session, learner, row, mail, f"revoked:{row.id}")

    def _store_correction(self, session: Session, made: Made, reason: str, by: str) -> str:
        self._mandate(session, made.plan.order.achievement)  # its owner may have ended it meanwhile
        old = self._step_aside(session, made.plan, reason)
        new = self._credential_row(made)
        session.add(new)
        session.flush()  # deliveries and the mail refer to it
        learner = self._get(session, LearnerRow, new.learner_id, "learner")
        if old is None or learner.protected:
            raise TemporaryError("The credential or its learner has changed meanwhile.")
        self._audit(session, by, "credential.reissue", old.id, by=new.id)
        self._stack(session, [new.learner_id])
        in_wallet = self._carry_deliveries(session, old, new) > 0
        school, titles = self.settings.organisation, credential_titles(new)
        mail = corrected_mail(school, greeting(learner), titles, self._link(new), reason, in_wallet=in_wallet)
        self._tell(session, learner, new, mail, f"corrected:{new.id}")
        return new.id

    def _in_state(self, session: Session, credential_id: str, *states: CredentialStatus) -> CredentialRow:
        """The row, locked, when its status is one of these; otherwise UserError says how it stands."""
        self._get(session, CredentialRow, credential_id, "credential")
        row = session.get_one(CredentialRow, credential_id, with_for_update=True, populate_existing=True)
        status = self._status(row).status
        if status not in states:
            raise UserError(
                f"Credential {credential_id} is already {status.value}.", mend="See: mimis credentials show ID"
            )
        return row

    def _tell(self, session: Session, learner: LearnerRow, row: CredentialRow, mail: Mail, key: str) -> None:
        self._queue_mail(session, learner, key, *mail, credential=row.id)
