"""Issued credentials: what a learner sees, and their deliveries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, UserError
from mimis_core.model import Achievement, Completion, CredentialStatus, Sealed
from mimis_core.services.learners import PROTECTED_NAME
from mimis_core.services.status import StatusServices
from mimis_core.services.views import CredentialView, DeliveryView
from mimis_core.store.tables import (
    PROTECTED,
    AwardRow,
    CredentialRow,
    DeliveryRow,
    LearnerRow,
    OutboxRow,
    PermissionRow,
    new_id,
)

TAKEN_BACK = (CredentialStatus.REVOKED, CredentialStatus.SUPERSEDED)
"""A credential in one of these is given to nobody any more."""


class DeliveryGround(NamedTuple):
    """What lets deliveries go: the learner's own word, or a rule of the school's with the day of its decision."""

    kind: Literal["learner", "rule"]
    given_by: str
    decided_on: date | None = None

    @property
    def details(self) -> dict[str, str]:
        """What is recorded beside who gave it."""
        return {"decided_on": self.decided_on.isoformat()} if self.decided_on else {}


def load_evidence(award: AwardRow) -> tuple[Completion, ...]:
    """The completions that an award rests on."""
    return tuple(Completion.model_validate(item) for item in json.loads(award.evidence))


class CredentialServices(StatusServices):
    """Credentials of one organisation."""

    def credentials_of(self, learner_id: str) -> list[CredentialView]:
        """All credentials of a learner, newest first."""
        with self.database.reading() as session:
            rows = self._rows(session, CredentialRow, CredentialRow.learner_id == learner_id)
            return sorted(self._views(session, rows), key=lambda view: view.issued_at, reverse=True)

    def credential(self, learner_id: str, credential_id: str) -> CredentialView:
        """One credential of a learner. Raises NotFoundError, also for somebody else's."""
        with self.database.reading() as session:
            return self._views(session, [self._credential_of(session, learner_id, credential_id)])[0]

    def all_credentials(self) -> list[CredentialView]:
        """Every credential of the organisation, for its administrators; a protected learner is named by id only."""
        with self.database.reading() as session:
            protected = self._protected_ids(session)
            views = self._views(session, self._rows(session, CredentialRow))
        hidden = {"learner_name": PROTECTED_NAME}
        return [view.model_copy(update=hidden) if view.learner_id in protected else view for view in views]

    def sealed(self, learner_id: str, credential_id: str) -> Sealed:
        """The sealed file of a learner's credential."""
        with self.database.reading() as session:
            return to_sealed(self._credential_of(session, learner_id, credential_id))

    def sealed_files(self) -> list[Sealed]:
        """Every sealed file, for export by the school; erased ones are gone, protected learners' go by hand."""
        with self.database.reading() as session:
            protected = self._protected_ids(session)
            rows = self._rows(session, CredentialRow, CredentialRow.filename != "")
            return [to_sealed(row) for row in rows if row.learner_id not in protected]

    def request_delivery(self, learner_id: str, credential_id: str, courier: str, to: str) -> None:
        """Record the learner's permission to send one credential to one address, and queue it.

        Repeating it sends nothing twice; a delivery that needed attention is tried again. Raises ConfigurationError for
        an unknown courier, and UserError for a protected learner or a credential that was revoked or replaced.
        """
        self._courier(courier)
        with self._transaction() as session:
            credential = self._credential_of(session, learner_id, credential_id)
            if self._get(session, LearnerRow, learner_id, "learner").protected:
                raise UserError("Nothing is sent for a person with protected identity.", mend="Talk to the school.")
            if credential.status in TAKEN_BACK:
                raise UserError(f"Credential {credential_id} is {credential.status}.", mend="Send the newer one.")
            self._queue_delivery(session, credential, courier, to, DeliveryGround("learner", learner_id))

    def deliveries_of(self, learner_id: str) -> list[DeliveryView]:
        """All deliveries of a learner's credentials."""
        with self.database.reading() as session:
            rows = self._rows(session, DeliveryRow, DeliveryRow.learner_id == learner_id)
            return [self._delivery_view(session, row) for row in rows]

    def deliveries(self) -> list[DeliveryView]:
        """All deliveries of the organisation."""
        with self.database.reading() as session:
            return [self._delivery_view(session, row) for row in self._rows(session, DeliveryRow)]

    def _queue_delivery(
        self, session: Session, credential: CredentialRow, courier: str, to: str, ground: DeliveryGround
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
        self._queue_first_deliveries(session, [(credential, to)], courier, ground)

    def _queue_first_deliveries(
        self, session: Session, wanted: Sequence[tuple[CredentialRow, str]], courier: str, ground: DeliveryGround
    ) -> None:
        """Record the permissions for credentials that have not been sent to these addresses, and queue all of them."""
        permissions = [self._permission(credential, ground) for credential, _ in wanted]
        session.add_all(permissions)
        session.flush()  # deliveries refer to them
        for (credential, to), permission in zip(wanted, permissions, strict=True):
            to_key = self.database.cipher.fingerprint(to)
            self._add_delivery(session, credential, permission.id, courier, to, to_key)
            details = {"courier": courier, **ground.details}
            self._audit(session, ground.given_by, f"permission.delivery.{ground.kind}", credential.id, **details)

    def _permission(self, credential: CredentialRow, ground: DeliveryGround) -> PermissionRow:
        return PermissionRow(
            id=new_id(),
            organisation=self.organisation,
            learner_id=credential.learner_id,
            kind=f"delivery.{ground.kind}",
            subject=credential.id,
            given_by=", ".join((ground.given_by, *ground.details.values())),
            given_at=self.clock(),
        )

    def _add_delivery(
        self, session: Session, credential: CredentialRow, permission_id: str, courier: str, to: str, to_key: str
    ) -> None:
        row = DeliveryRow(
            id=new_id(),
            organisation=self.organisation,
            credential_id=credential.id,
            learner_id=credential.learner_id,
            permission_id=permission_id,
            courier=courier,
            to=to,
            to_key=to_key,
            state="queued",
            at=self.clock(),
        )
        session.add(row)
        self._enqueue(session, "deliver", row.id, f"couriers.{courier}")

    def _protected_ids(self, session: Session) -> frozenset[str]:
        mine = LearnerRow.organisation == self.organisation
        return frozenset(session.scalars(select(LearnerRow.id).where(mine, PROTECTED)))

    def _is_mailbox(self, courier: str) -> bool:
        """Whether a courier mails: a mailbox cannot be asked what it has, and is no place to keep a credential in."""
        return bool(self.settings.couriers.get(courier, {}).get("kind", courier) == "mail")

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

    def _views(self, session: Session, rows: list[CredentialRow]) -> list[CredentialView]:
        learners = self._by_id(session, LearnerRow, [row.learner_id for row in rows])
        awards = self._by_id(session, AwardRow, [row.award_id for row in rows])
        replaced = self._successors(session, rows)
        return [
            self._view(row, learners[row.learner_id].full_name, awards[row.award_id], replaced.get(row.id))
            for row in rows
        ]

    def _successors(self, session: Session, rows: list[CredentialRow]) -> dict[str, str]:
        """Ids of what was issued in the place of these, by the older one's id; one in force has none."""
        ids = [row.id for row in rows if row.status != CredentialStatus.ACTIVE]
        newer = self._rows_in(session, CredentialRow, CredentialRow.supersedes_id, ids)
        return {row.supersedes_id: row.id for row in newer if row.supersedes_id}

    def _view(self, row: CredentialRow, learner_name: str, award: AwardRow, replaced_by: str | None) -> CredentialView:
        achievement = self.reviewed(_entry_in(row.achievement))
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
            replaced_by=replaced_by,
        )

    def _delivery_view(self, session: Session, row: DeliveryRow) -> DeliveryView:
        credential = self._get(session, CredentialRow, row.credential_id, "credential")
        return DeliveryView(
            credential_id=row.credential_id,
            title=title_of(credential),
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


def credential_titles(row: CredentialRow) -> tuple[str, str]:
    """Swedish and English title of what a credential is about."""
    return titles_of(_entry_in(row.achievement))


def title_of(row: CredentialRow) -> dict[str, str]:
    """The title of what a credential is about, in all languages that it has."""
    return _entry_in(row.achievement).title


@lru_cache(maxsize=256)
def _entry_in(achievement: str) -> Achievement:
    # An entry is the same text in each of its many credentials, and reading it takes as long as some queries.
    return Achievement.model_validate_json(achievement)


def titles_of(achievement: Achievement) -> tuple[str, str]:
    """Swedish and English title; one stands in for the other where only one exists."""
    title = achievement.title
    any_title = next(iter(title.values()))
    return title.get("sv", any_title), title.get("en", any_title)
