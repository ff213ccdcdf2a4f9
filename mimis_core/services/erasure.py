"""Erasure of a learner: what goes, what must stay and why, who is told, and that she does not come back by herself.

A public school's record is erased by a recorded decision only (arkivlagen 1990:782; docs/integritet.md). Until
``[privacy] retention`` names it, what is not record goes: how to reach her, how she signs in, her shares and who
looked, mails. A private school erases all of it.

Of a credential only what its status needs is left: urn, public id, achievement, status and dates. Whoever holds the
file may go on asking whether it is valid, and gets an answer that names nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, TemporaryError, UserError
from mimis_core.model import Model
from mimis_core.services.holding import hold_learners, hold_rows
from mimis_core.services.learner_tables import table_of
from mimis_core.services.learners import ERASED_NAME
from mimis_core.services.signals import SignalServices
from mimis_core.store.attestation_tables import AttestationLinkRow, AttestationRow
from mimis_core.store.contact_tables import WAYS_TO_HER, HelperLookRow, HelperRow
from mimis_core.store.record_tables import AppealRow, ErasureRow, MergeRow, TombstoneRow
from mimis_core.store.tables import (
    AliasRow,
    AwardRow,
    Base,
    CompletionRow,
    CredentialRow,
    DeliveryRow,
    DisclosureRow,
    IdentityRow,
    LearnerRow,
    MessageRow,
    OutboxRow,
    PartnerRow,
    PermissionRow,
    RevealRequestRow,
    ReviewRow,
    SetAsideRow,
    ShareCredentialRow,
    ShareRow,
    SignInRow,
    TraceRow,
    new_id,
)

Scope = Literal["all", "contacts"]
STATUS_STAYS = "status of each credential: urn, public id, achievement and dates, for whoever holds the file to ask"
AUDIT_STAYS = "audit: what was done when, by ids that lead to nobody any more"
RECORD_STAYS = (
    "record of a public school: name, what she completed, decisions and credentials. It may only be erased by a"
    " recorded decision (gallringsbeslut): write its number and date as [privacy] retention in mimis.toml"
)
WITH_RECORD = (AttestationRow, ReviewRow, AppealRow, DeliveryRow, PermissionRow, CompletionRow)
"""Rows that go with the record, in an order that no reference stands against."""


class Erasure(Model):
    """What an erasure did, or would do.

    ``erased`` counts rows by table, ``kept`` says what stays and why. ``told`` are employers by name and ``links`` the
    number of plain links: their access ended, and what runs mimis there removes what it wrote at its next pull.
    ``out_of_reach`` counts copies by courier: a wallet is the learner's own, and what was mailed is gone.
    """

    learner_id: str
    scope: Scope
    already: bool = False
    erased: dict[str, int] = {}
    kept: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    links: int = 0
    out_of_reach: dict[str, int] = {}


class ErasureServices(SignalServices):
    """Erases learners of one organisation."""

    def erase_learner(self, learner_id: str, by: str, reason: str, *, dry_run: bool = False) -> Erasure:
        """Erase a learner in one transaction; repeating it changes nothing, unless more may be erased by now.

        With ``dry_run`` nothing is changed. Raises NotFoundError; UserError without a reason; TemporaryError while
        something of hers is being written, or is on its way to a wallet or mailbox.
        """
        if not reason.strip():
            raise UserError("An erasure needs a reason.", mend="Give --reason.")
        with self._transaction() as session:
            hold_learners(session, self.organisation, [learner_id])
            learner = self._get(session, LearnerRow, learner_id, "learner")
            done = next(iter(self._rows(session, ErasureRow, ErasureRow.learner_id == learner_id)), None)
            scope = self._erasure_scope()
            if done is not None and done.scope in ("all", scope):
                return Erasure(learner_id=learner_id, scope=scope, already=True, kept=_kept(scope))
            trial = session.begin_nested()
            report = self._erase(session, learner, scope)
            if dry_run:
                trial.rollback()
                return report
            self._keep_erasure(session, done, report, by, reason.strip())
            self._audit(session, by, "learner.erase", learner_id, scope=scope, **report.erased)
            return report

    def readmit_learner(self, source: str, key: str, by: str) -> str:
        """Let a source give a learner again that was erased; gives the id that she had. The next sync makes her anew.

        Call it when the school enrols her anew. Raises NotFoundError when no such identity was erased here.
        """
        with self._transaction() as session:
            mine = TombstoneRow.identity_key == self._identity_key(source, key)
            row = next(iter(self._rows(session, TombstoneRow, mine)), None)
            if row is None:
                raise NotFoundError(f"No learner of source {source!r} with this key was erased here.", code="unknown")
            session.delete(row)
            self._audit(session, by, "learner.readmit", row.learner_id, source=source)
            return row.learner_id

    def _erasure_scope(self) -> Scope:
        public = self.settings.organisation.public_body
        return "contacts" if public and not self.settings.privacy.retention else "all"

    def _erase(self, session: Session, learner: LearnerRow, scope: Scope) -> Erasure:
        work = _Work(self.organisation, session)
        self._refuse_under_way(session, learner.id, scope)
        told, links = self._end_shares(session, learner.id)
        reach = self._out_of_reach(session, learner.id)
        self._erase_contacts(session, learner, work)
        if scope == "all":
            self._erase_record(session, learner, work)
        session.flush()
        return Erasure(
            learner_id=learner.id,
            scope=scope,
            erased=work.counts,
            kept=_kept(scope),
            told=told,
            links=links,
            out_of_reach=reach,
        )

    # Who is told ------------------------------------------------------------------------------------------------

    def _refuse_under_way(self, session: Session, learner_id: str, scope: Scope) -> None:
        """Nothing of hers may be in a worker's hand; from here on none can take it. Queued work is called off.

        Where the record stays, what was decided is still issued.
        """
        awards = [row.id for row in self._rows(session, AwardRow, AwardRow.learner_id == learner_id)]
        refs = [
            row.id
            for table in (DeliveryRow, MessageRow)
            for row in self._rows(session, table, table.learner_id == learner_id)
        ]
        rows = self._rows_in(session, OutboxRow, OutboxRow.ref, [*awards, *refs])
        hold_rows(session, rows)
        leased = [row for row in rows if row.lease_until is not None and row.lease_until > self.clock()]
        if any(row.state in ("queued", "doing") for row in leased):
            raise TemporaryError(
                "Something of this learner's is under way just now.", mend="Try again in some minutes."
            )
        for row in rows:
            if scope == "all" or row.ref in refs:
                row.state, row.lease_until, row.reason, row.code = "done", None, None, None

    def _end_shares(self, session: Session, learner_id: str) -> tuple[tuple[str, ...], int]:
        """Take all shares back; gives the employers that lose one by this, and how many plain links end."""
        active = [
            row
            for row in self._rows(session, ShareRow, ShareRow.learner_id == learner_id)
            if self._state(row) == "active"
        ]
        for row in active:
            row.withdrawn_at = self.clock()
            self._audit(session, learner_id, "share.withdraw", row.id, erasure=True)
        partners = self._rows_in(session, PartnerRow, PartnerRow.id, [row.partner_id or "" for row in active])
        return tuple(sorted(one.name for one in partners)), sum(row.partner_id is None for row in active)

    def _out_of_reach(self, session: Session, learner_id: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        for row in self._rows(session, DeliveryRow, DeliveryRow.learner_id == learner_id, DeliveryRow.state == "sent"):
            counts[row.courier] = counts.get(row.courier, 0) + 1
        return counts

    # What goes --------------------------------------------------------------------------------------------------

    def _erase_contacts(self, session: Session, learner: LearnerRow, work: _Work) -> None:
        """What is no record: addresses, ways in, mails, what she shared and who looked. No source brings it back."""
        mine = self._rows(session, IdentityRow, IdentityRow.learner_id == learner.id)
        self._bury(session, learner.id, mine)
        work.remove(AliasRow, AliasRow.identity_id, [one.id for one in mine])
        for one in mine:
            one.aliases = None
        self._erase_ways(session, learner.id, work)
        shares = self._rows(session, ShareRow, ShareRow.learner_id == learner.id)
        for table, column in (
            (DisclosureRow, DisclosureRow.share_id),
            (RevealRequestRow, RevealRequestRow.share_id),
            (TraceRow, TraceRow.share_id),
            (ShareCredentialRow, ShareCredentialRow.share_id),
        ):
            work.remove(table, column, [one.id for one in shares])
        for share in shares:  # the row stays, so that whoever asks is told that it was taken back
            share.purpose, share.application_email = "", None
        for sent in self._rows(session, DeliveryRow, DeliveryRow.learner_id == learner.id):
            sent.to, sent.to_key = sent.id, self.database.cipher.fingerprint(sent.id)
            sent.reference = sent.url = None
            if sent.state in ("queued", "attention"):
                sent.state, sent.reason = "cancelled", "erased"
        learner.email = learner.email_key = None
        for merge in self._merges_of(session, learner.id):
            before = json.loads(merge.before)
            for person in (before[who] for who in ("keep", "other") if who in before):
                person["email"] = person["email_key"] = None
            merge.before = json.dumps(before)

    def _erase_ways(self, session: Session, learner_id: str, work: _Work) -> None:
        """How she, her helpers and who attests for her get in, and what was mailed. An answer is record."""
        asked = self._rows(session, AttestationRow, AttestationRow.learner_id == learner_id)
        work.remove(AttestationLinkRow, AttestationLinkRow.attestation_id, [one.id for one in asked])
        work.remove(AttestationRow, AttestationRow.id, [one.id for one in asked if one.answered_at is None])
        for answered in (one for one in asked if one.answered_at is not None):
            answered.email = answered.phone = None
        helpers = [one.id for one in self._rows(session, HelperRow, HelperRow.learner_id == learner_id)]
        work.remove(HelperLookRow, HelperLookRow.helper_id, helpers)
        ways_in: tuple[type[Base], ...] = (SignInRow, MessageRow, *WAYS_TO_HER)
        for ways in ways_in:
            work.remove(ways, table_of(ways).c.learner_id, [learner_id])

    def _merges_of(self, session: Session, learner_id: str) -> list[MergeRow]:
        return self._rows(session, MergeRow, or_(MergeRow.keep_id == learner_id, MergeRow.other_id == learner_id))

    def _bury(self, session: Session, learner_id: str, identities: Iterable[IdentityRow]) -> None:
        keys = {self._identity_key(one.source, one.key) for one in identities}
        known = {one.identity_key for one in self._rows_in(session, TombstoneRow, TombstoneRow.identity_key, keys)}
        for key in sorted(keys - known):
            session.add(
                TombstoneRow(organisation=self.organisation, identity_key=key, learner_id=learner_id, at=self.clock())
            )

    def _erase_record(self, session: Session, learner: LearnerRow, work: _Work) -> None:
        """All that says who she was and what she did; her row stays, empty and marked, for the rest to refer to."""
        completions = self._rows(session, CompletionRow, CompletionRow.learner_id == learner.id)
        for source in {one.source for one in completions}:
            keys = [one.key for one in completions if one.source == source]
            work.remove(SetAsideRow, SetAsideRow.key, keys, SetAsideRow.source == source)
        for table in WITH_RECORD:
            work.remove(table, table.learner_id, [learner.id])
        credentials = self._rows(session, CredentialRow, CredentialRow.learner_id == learner.id)
        for row in credentials:
            row.content, row.filename, row.status_reason = b"", "", None
        issued = {row.award_id for row in credentials}
        awards = self._rows(session, AwardRow, AwardRow.learner_id == learner.id)
        for award in awards:
            award.evidence, award.decided_by, award.reason = "[]", None, None
        session.flush()
        work.remove(AwardRow, AwardRow.id, [one.id for one in awards if one.id not in issued])
        work.remove(IdentityRow, IdentityRow.learner_id, [learner.id])
        for merge in self._merges_of(session, learner.id):
            merge.before = "{}"
        work.counts["credential"] = len(credentials)
        learner.full_name, learner.given_name, learner.family_name, learner.birth_date = ERASED_NAME, None, None, None
        # The mark stops every step that would otherwise be taken for her: mails, renewals, shares, corrections.
        learner.protected = True

    def _keep_erasure(self, session: Session, done: ErasureRow | None, report: Erasure, by: str, reason: str) -> None:
        row = done or ErasureRow(id=new_id(), organisation=self.organisation, learner_id=report.learner_id)
        row.scope, row.by, row.reason, row.at = report.scope, by, reason, self.clock()
        row.decision = (self.settings.privacy.retention or "")[:200] or None
        session.add(row)


class _Work:
    """Removes rows and counts them by table."""

    def __init__(self, organisation: str, session: Session) -> None:
        self.organisation, self.session = organisation, session
        self.counts: dict[str, int] = {}

    def remove(self, model: type[Base], column: Any, values: list[str], *conditions: Any) -> None:
        """Remove the rows whose column has one of these values."""
        table, count = table_of(model), 0
        self.session.flush()
        for start in range(0, len(values), 500):
            mine = table.c.organisation == self.organisation
            query = delete(table).where(mine, column.in_(values[start : start + 500]), *conditions)
            count += self.session.connection().execute(query).rowcount
        if count:
            self.counts[model.__tablename__] = self.counts.get(model.__tablename__, 0) + count


def _kept(scope: Scope) -> tuple[str, ...]:
    return (AUDIT_STAYS, STATUS_STAYS if scope == "all" else RECORD_STAYS)
