"""Issued credentials: what a learner sees, their status, their deliveries, and revoking them."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, UserError
from mimis_core.model import Achievement, Completion, CredentialStatus, Sealed
from mimis_core.services.learners import LearnerServices
from mimis_core.services.messages import revoked_mail
from mimis_core.services.views import CredentialView, DeliveryView, PublicCredential, StatusView
from mimis_core.store.tables import AwardRow, CredentialRow, DeliveryRow, LearnerRow, OutboxRow, PermissionRow, new_id

STATUS_LIFE = timedelta(days=1)
"""How long a signed status answer may be relied on, also from a mirror."""


def load_evidence(award: AwardRow) -> tuple[Completion, ...]:
    """The completions that an award rests on."""
    return tuple(Completion.model_validate(item) for item in json.loads(award.evidence))


class CredentialServices(LearnerServices):
    """Credentials of one organisation."""

    def credentials_of(self, learner_id: str) -> list[CredentialView]:
        """All credentials of a learner, newest first."""
        with self._transaction() as session:
            rows = self._rows(session, CredentialRow, CredentialRow.learner_id == learner_id)
            return sorted(self._views(session, rows), key=lambda view: view.issued_at, reverse=True)

    def credential(self, learner_id: str, credential_id: str) -> CredentialView:
        """One credential of a learner. Raises NotFoundError, also for somebody else's."""
        with self._transaction() as session:
            return self._views(session, [self._credential_of(session, learner_id, credential_id)])[0]

    def all_credentials(self) -> list[CredentialView]:
        """Every credential of the organisation, for its administrators."""
        with self._transaction() as session:
            return self._views(session, self._rows(session, CredentialRow))

    def sealed(self, learner_id: str, credential_id: str) -> Sealed:
        """The sealed file of a learner's credential."""
        with self._transaction() as session:
            return to_sealed(self._credential_of(session, learner_id, credential_id))

    def sealed_files(self) -> list[Sealed]:
        """Every sealed file, for export by the school."""
        with self._transaction() as session:
            return [to_sealed(row) for row in self._rows(session, CredentialRow)]

    def public_credential(self, public_id: str) -> PublicCredential:
        """What the page behind the QR shows: no person. Raises NotFoundError."""
        with self._transaction() as session:
            row = self._by_public_id(session, public_id)
            achievement = Achievement.model_validate_json(row.achievement)
            return PublicCredential(
                achievement=achievement,
                issuer=self.settings.organisation,
                owner=self.owner(achievement.owner),
                status=self._status(row).model_copy(update={"reason": None}),
            )

    def signed_status(self, public_id: str) -> bytes:
        """The current status as a compact JWS, signed with the seal's key, cacheable for a day.

        Header ``typ`` is ``mimis-status+jwt``, ``x5c`` the certificates; the claims name the credential's urn and no
        person, and leave out the reason, which an administrator wrote for the learner alone. Raises NotFoundError.
        """
        with self._transaction() as session:
            view = self._status(self._by_public_id(session, public_id))
        signer, now = self._signer, self.clock()
        algorithm = signer.algorithms[0]
        chain = [base64.b64encode(certificate).decode() for certificate in signer.chain()]
        header = {"alg": algorithm, "typ": "mimis-status+jwt", "x5c": chain}
        claims = {
            "sub": view.urn,
            "status": view.status.value,
            "changed_at": view.changed_at.isoformat(),
            "iat": int(now.timestamp()),
            "exp": int((now + STATUS_LIFE).timestamp()),
        }
        signing_input = b".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        return signing_input + b"." + _base64url(signer.sign(signing_input, algorithm))

    def revoke_credential(self, credential_id: str, reason: str, by: str) -> None:
        """Revoke for good: the status changes at once, the learner is told, employers see it at their next look.

        Raises NotFoundError, or UserError when it is no longer active.
        """
        with self._transaction() as session:
            row = self._get(session, CredentialRow, credential_id, "credential")
            if row.status not in (CredentialStatus.ACTIVE, CredentialStatus.SUSPENDED):
                raise UserError(f"Credential {credential_id} is already {row.status}.")
            row.status, row.status_reason, row.status_at = CredentialStatus.REVOKED, reason, self.clock()
            row.live_key = None
            self._audit(session, by, "credential.revoke", credential_id)
            learner = self._get(session, LearnerRow, row.learner_id, "learner")
            day = row.status_at.date().isoformat()
            subject, text = revoked_mail(self.settings.organisation, greeting(learner), _titles(row), day, reason)
            self._queue_mail(session, learner, f"revoked:{row.id}", subject, text, row.id)

    def request_delivery(self, learner_id: str, credential_id: str, courier: str, to: str) -> None:
        """Record the learner's permission to send one credential to one address, and queue it.

        Repeating it sends nothing twice; a delivery that needed attention is tried again. Raises ConfigurationError for
        an unknown courier and UserError for a protected learner.
        """
        self._courier(courier)
        with self._transaction() as session:
            credential = self._credential_of(session, learner_id, credential_id)
            if self._get(session, LearnerRow, learner_id, "learner").protected:
                raise UserError("Nothing is sent for a person with protected identity.", mend="Talk to the school.")
            self._queue_delivery(session, credential, courier, to, "learner", learner_id)

    def deliveries_of(self, learner_id: str) -> list[DeliveryView]:
        """All deliveries of a learner's credentials."""
        with self._transaction() as session:
            rows = self._rows(session, DeliveryRow, DeliveryRow.learner_id == learner_id)
            return [self._delivery_view(session, row) for row in rows]

    def deliveries(self) -> list[DeliveryView]:
        """All deliveries of the organisation."""
        with self._transaction() as session:
            return [self._delivery_view(session, row) for row in self._rows(session, DeliveryRow)]

    def _queue_delivery(
        self, session: Session, credential: CredentialRow, courier: str, to: str, kind: str, given_by: str
    ) -> None:
        to_key = self.database.cipher.fingerprint(to)
        known = self._rows(
            session,
            DeliveryRow,
            DeliveryRow.credential_id == credential.id,
            DeliveryRow.courier == courier,
            DeliveryRow.to_key == to_key,
        )
        if known:
            self._requeue(session, known[0])
            return
        permission = PermissionRow(
            id=new_id(),
            organisation=self.organisation,
            learner_id=credential.learner_id,
            kind=f"delivery.{kind}",
            subject=credential.id,
            given_by=given_by,
            given_at=self.clock(),
        )
        row = DeliveryRow(
            id=new_id(),
            organisation=self.organisation,
            credential_id=credential.id,
            learner_id=credential.learner_id,
            permission_id=permission.id,
            courier=courier,
            to=to,
            to_key=to_key,
            state="queued",
            at=self.clock(),
        )
        session.add(permission)
        session.flush()
        session.add(row)
        self._enqueue(session, "deliver", row.id)
        self._audit(session, given_by, f"permission.delivery.{kind}", credential.id, courier=courier)

    def _requeue(self, session: Session, delivery: DeliveryRow) -> None:
        """Take a delivery up again that had stopped; one that is sent or queued stays as it is."""
        if delivery.state != "attention":
            return
        delivery.state, delivery.reason = "queued", None
        for row in self._rows(session, OutboxRow, OutboxRow.kind == "deliver", OutboxRow.ref == delivery.id):
            row.state, row.attempts, row.not_before = "queued", 0, self.clock()
            row.reason = row.code = None

    def _credential_of(self, session: Session, learner_id: str, credential_id: str) -> CredentialRow:
        row = self._get(session, CredentialRow, credential_id, "credential")
        if row.learner_id != learner_id:
            raise NotFoundError(f"There is no credential {credential_id!r} here.", code="unknown")
        return row

    def _by_public_id(self, session: Session, public_id: str) -> CredentialRow:
        rows = self._rows(session, CredentialRow, CredentialRow.public_id == public_id)
        if not rows:
            raise NotFoundError("There is no such credential here.", code="unknown")
        return rows[0]

    def _status(self, row: CredentialRow) -> StatusView:
        status = CredentialStatus(row.status)
        if status is CredentialStatus.ACTIVE and row.valid_until is not None and row.valid_until < self.clock():
            return StatusView(urn=row.urn, status=CredentialStatus.EXPIRED, changed_at=row.valid_until)
        return StatusView(urn=row.urn, status=status, reason=row.status_reason, changed_at=row.status_at)

    def _views(self, session: Session, rows: list[CredentialRow]) -> list[CredentialView]:
        names = dict(
            session.execute(
                select(LearnerRow.id, LearnerRow.full_name).where(LearnerRow.id.in_({row.learner_id for row in rows}))
            ).all()
        )
        awards = {
            row.id: row
            for row in session.scalars(select(AwardRow).where(AwardRow.id.in_({row.award_id for row in rows})))
        }
        return [self._view(row, names[row.learner_id], awards[row.award_id]) for row in rows]

    def _view(self, row: CredentialRow, learner_name: str, award: AwardRow) -> CredentialView:
        achievement = Achievement.model_validate_json(row.achievement)
        evidence = load_evidence(award)
        return CredentialView(
            id=row.id,
            urn=row.urn,
            public_id=row.public_id,
            learner_id=row.learner_id,
            learner_name=learner_name,
            achievement=achievement,
            issuer=self.settings.organisation,
            owner=self.owner(achievement.owner),
            status=self._status(row),
            issued_at=row.issued_at,
            valid_until=row.valid_until,
            completed_at=award.completed_at,
            assessed_by=next((item.by for item in evidence if item.by), None if award.by_rule else award.decided_by),
            kinds=tuple(sorted({item.kind.value for item in evidence})),
        )

    def _delivery_view(self, session: Session, row: DeliveryRow) -> DeliveryView:
        credential = self._get(session, CredentialRow, row.credential_id, "credential")
        return DeliveryView(
            credential_id=row.credential_id,
            title=Achievement.model_validate_json(credential.achievement).title,
            courier=row.courier,
            state=row.state,
            reason=row.reason,
            url=row.url,
            at=row.at,
        )


def to_sealed(row: CredentialRow) -> Sealed:
    """The sealed file of a row."""
    return Sealed(urn=row.urn, format=row.format, media_type=row.media_type, filename=row.filename, content=row.content)


def greeting(learner: LearnerRow) -> str:
    """How a mail speaks to the learner: her given name, or the whole name when the source has one field."""
    return learner.given_name or learner.full_name


def _titles(row: CredentialRow) -> tuple[str, str]:
    return titles_of(Achievement.model_validate_json(row.achievement))


def titles_of(achievement: Achievement) -> tuple[str, str]:
    """Swedish and English title; one stands in for the other where only one exists."""
    title = achievement.title
    any_title = next(iter(title.values()))
    return title.get("sv", any_title), title.get("en", any_title)


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
