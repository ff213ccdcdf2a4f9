"""Signing the audit's head with the seal's key, and beginning anew where the history is not the one that was signed."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from mimis_core.errors import ConfigurationError, DataError, UserError
from mimis_core.services.audit_sealing import ASK_WHY
from mimis_core.services.audit_signature import KIND, read_signed_head
from mimis_core.services.intake import holds_personal_number
from mimis_core.services.status import StatusServices
from mimis_core.store.record_tables import AuditHeadRow
from mimis_core.store.tables import AuditRow

SIGN_MEND = 'Add [signer] to mimis.toml (docs/sigill.md), or take "audit sign" out of its [schedule].'
"""What to do where the audit is to be signed and there is nothing to sign it with."""
BEGUN_ANEW = "audit.begin_anew"
"""What stands in the record where signing began anew."""
LONGEST_DECISION = 200
"""Characters of the number of a decision."""


class Cause(StrEnum):
    """Why a history is not the one that was signed. A word and no text: the record is kept for good, names and all."""

    RESTORED = "restored"
    """The database is a backup from before the signature."""
    DAMAGED = "damaged"
    """Rows or the signature were lost or changed by a fault."""
    TAMPERED = "tampered"
    """Somebody changed them, and that has been looked into."""


class AuditSigningServices(StatusServices):
    """Signs one organisation's record."""

    def seal_audit(self) -> int:
        """Chain what is not in the chain yet; gives how many rows. Whoever writes does it in passing too."""
        return self.audit_sealer.seal()

    def sign_audit(self) -> str | None:
        """Sign the head of the chain with the seal's key; daily is often enough. None when there is nothing to sign.

        From then on nobody without that key can make another history up to there that holds; and none that was made
        meanwhile is signed. Raises as the signer does, ConfigurationError when there is none, and UserError when the
        chain is not the one that was signed last.
        """
        self._require_signer()
        self.seal_audit()
        with self.database.reading() as session:
            head = self._head_row(session)
            if head is None or head.seq == 0:
                return None
            if difference := self._other_history(session, head):
                raise UserError(f"{difference} Nothing is signed now.", mend=ASK_WHY, code="audit")
            seq, link = head.seq, head.chain
        now = self.clock()
        claims = {"iss": self.settings.base_url, "organisation": self.organisation, "seq": seq, "head": link}
        signed = self._sign(KIND, {**claims, "iat": int(now.timestamp())}).decode()
        with self._transaction() as session:
            row = self._head_row(session, locked=True)
            if row is not None and (row.signed is None or read_signed_head(row.signed).seq <= seq):
                row.signed, row.signed_at = signed, now
        return signed

    def begin_audit_anew(self, cause: Cause, decision_number: str, by: str) -> str | None:
        """Sign what there is although it is not the history that was signed last; gives the new signature.

        What was signed, how far the chain reached, why and by which decision (its number) stand in the record, under
        the new signature: no trace is covered. Rows that are missing or changed inside the chain go on being found.

        Raises UserError when the history is the one that was signed, or no decision is named; and as
        :meth:`sign_audit`, whereupon signing is all that is left to do.
        """
        number = " ".join(decision_number.split())
        if not 0 < len(number) <= LONGEST_DECISION or holds_personal_number(number):
            raise UserError("To begin anew is a decision on record.", mend="Give its number with --decision.")
        self._require_signer()
        with self._transaction() as session:
            head = self._head_row(session, locked=True)
            last = self._last_row(session)
            beyond = head is not None and last is not None and last[0] > head.seq
            if head is None or not (beyond or self._other_history(session, head)):
                raise UserError("The audit is the one that was signed.", mend="Sign it: mimis audit sign")
            before = {"seq": head.seq, "head": head.chain, "signed": head.signed}
            self._audit(session, by, BEGUN_ANEW, self.organisation, cause=Cause(cause), decision=number, **before)
            if beyond and last is not None:
                head.seq, head.chain = last
            head.signed = head.signed_at = None
        return self.sign_audit()

    def _require_signer(self) -> None:
        if self.settings.signer is None:
            raise ConfigurationError("No seal key is configured, so the audit cannot be signed.", mend=SIGN_MEND)

    def _other_history(self, session: Session, head: AuditHeadRow) -> str | None:
        """How the chain differs from what was signed last, by whatever key that was; None when it holds all of it."""
        if head.signed is None:
            return None
        try:
            signed = read_signed_head(head.signed)
        except DataError as error:
            return error.message
        mine = AuditRow.organisation == self.organisation, AuditRow.seq == signed.seq
        if signed.seq > head.seq or session.scalar(select(AuditRow.chain).where(*mine)) != signed.head:
            return f"The audit is not the one whose first {signed.seq} rows were signed."
        return None

    def _last_row(self, session: Session) -> tuple[int, str] | None:
        """Number and link of the last row that has a number."""
        query = select(AuditRow.seq, AuditRow.chain).where(
            AuditRow.organisation == self.organisation, AuditRow.seq.is_not(None)
        )
        row = session.execute(query.order_by(AuditRow.seq.desc()).limit(1)).one_or_none()
        return None if row is None else (row.seq, row.chain)

    def _head_row(self, session: Session, *, locked: bool = False) -> AuditHeadRow | None:
        query = select(AuditHeadRow).where(AuditHeadRow.organisation == self.organisation)
        return session.scalars(query.with_for_update() if locked else query).one_or_none()
