"""Learners sign in with an account elsewhere that they have bound while signed in: nothing binds by itself."""

from __future__ import annotations

from sqlalchemy import select

from mimis_core.errors import NotFoundError, UserError
from mimis_core.services.staff_sessions import Account, StaffSessionServices
from mimis_core.store.contact_tables import LearnerAccountRow
from mimis_core.store.tables import LearnerRow, new_id


class LearnerAccountServices(StaffSessionServices):
    """Accounts of one organisation's learners, known by a keyed hash as those of staff are."""

    def sign_in_learner_account(self, account: Account) -> str:
        """The learner whose account this is. Raises NotFoundError with code ``no_learner`` when nobody has bound it.

        An address that comes with it counts for nothing here: who may see a credential is not for a provider to say.
        """
        query = select(LearnerAccountRow).where(
            LearnerAccountRow.organisation == self.organisation,
            LearnerAccountRow.account_key == self._account_key(account),
        )
        with self._transaction() as session:
            row = session.scalars(query.with_for_update()).one_or_none()
            if row is None:
                raise NotFoundError("This account belongs to no learner.", mend="Bind it first.", code="no_learner")
            row.used_at = self.clock()
            self._audit(session, row.learner_id, "sign_in", row.learner_id, kind="account")
            return row.learner_id

    def bind_learner_account(self, learner_id: str, account: Account) -> None:
        """Let a learner who is signed in get in by this account too; once more changes nothing.

        Raises NotFoundError, and UserError with code ``taken`` for an account that another learner has.
        """
        key = self._account_key(account)
        with self._transaction() as session:
            self._get(session, LearnerRow, learner_id, "learner")
            known = next(iter(self._rows(session, LearnerAccountRow, LearnerAccountRow.account_key == key)), None)
            if known is not None and known.learner_id != learner_id:
                raise UserError("Another learner has this account.", mend="Talk to the school.", code="taken")
            if known is None:
                row = LearnerAccountRow(organisation=self.organisation, learner_id=learner_id, account_key=key)
                row.id, row.at = new_id(), self.clock()
                session.add(row)
                self._audit(session, learner_id, "account.bind", row.id)

    def unbind_learner_account(self, learner_id: str, account_id: str) -> None:
        """Let an account of hers open nothing any more. Raises NotFoundError."""
        with self._transaction() as session:
            row = self._get(session, LearnerAccountRow, account_id, "account")
            if row.learner_id != learner_id:
                raise NotFoundError(f"There is no account {account_id!r} here.", code="unknown")
            session.delete(row)
            self._audit(session, learner_id, "account.unbind", account_id)
