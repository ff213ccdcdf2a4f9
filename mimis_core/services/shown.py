"""Shares as they are shown: what each shows now, and how one without a name is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from mimis_core.model import CredentialStatus
from mimis_core.services.contact_messages import ZONE
from mimis_core.services.looks import LookServices
from mimis_core.services.partners import PartnerServices, to_partner
from mimis_core.services.views import CredentialView, OpenShare, RevealView, SharedCredential, ShareView
from mimis_core.store.tables import (
    CredentialRow,
    LearnerRow,
    PartnerRow,
    RevealRequestRow,
    ShareCredentialRow,
    ShareRow,
)


class ShownServices(LookServices, PartnerServices):
    """Puts together what shares show, for many of them at once."""

    def _share_view(self, session: Session, row: ShareRow) -> ShareView:
        return self._share_views(session, [row])[0]

    def _share_views(
        self, session: Session, rows: Sequence[ShareRow], shown: dict[str, list[CredentialRow]] | None = None
    ) -> list[ShareView]:
        """Shares with their credentials, in the order of the rows; ``shown`` is what :meth:`_chosen` gave for them."""
        shown = self._chosen(session, [row.id for row in rows]) if shown is None else shown
        # Whoever applies for many jobs shares the same few credentials: each is read once.
        credentials = {one.id: one for row in rows for one in shown[row.id]}
        views = {one.id: one for one in self._views(session, list(credentials.values()))}
        wanted = {row.partner_id for row in rows if row.partner_id is not None}
        partners = self._by_id(session, PartnerRow, wanted)
        asked = self._reveals(session, rows)
        return [
            self._one_view(row, partners, [views[one.id] for one in shown[row.id]], asked.get(row.id)) for row in rows
        ]

    def _reveals(self, session: Session, rows: Sequence[ShareRow]) -> dict[str, RevealView]:
        """What was asked about these shares; only one without a name, or that had none, was ever asked about."""
        found = self._rows_in(session, RevealRequestRow, RevealRequestRow.share_id, [row.id for row in rows])
        return {row.share_id: RevealView.model_validate(row, from_attributes=True) for row in found}

    def _one_view(
        self,
        row: ShareRow,
        partners: dict[str, PartnerRow],
        credentials: Sequence[CredentialView],
        reveal: RevealView | None,
    ) -> ShareView:
        return ShareView(
            id=row.id,
            learner_id=row.learner_id,
            partner=None if row.partner_id is None else to_partner(partners[row.partner_id]),
            purpose=row.purpose,
            until=row.until,
            anonymous=row.anonymous,
            application_email=row.application_email,
            created_at=row.created_at,
            withdrawn_at=row.withdrawn_at,
            state=self._state(row),
            url=f"{self.settings.base_url}/s/{row.token}",
            credentials=tuple(credentials),
            reveal=reveal,
        )

    def _chosen(
        self, session: Session, share_ids: Sequence[str], *, with_files: bool = False
    ) -> dict[str, list[CredentialRow]]:
        """What each share shows now: the credentials that the learner chose, each as it was corrected last.

        A correction is about the same award, which is what she allowed to be seen. A renewal is a new decision on new
        evidence, which she has not been asked about: the share goes on showing the old one, as replaced.
        """
        files = [undefer(CredentialRow.content)] if with_files else []
        query = (
            select(ShareCredentialRow.share_id, CredentialRow)
            .join(CredentialRow, ShareCredentialRow.credential_id == CredentialRow.id)
            .where(ShareCredentialRow.share_id.in_(share_ids))
            .options(*files)
        )
        chosen: list[tuple[str, CredentialRow]] = [(share, row) for share, row in session.execute(query)]
        awards = {row.award_id for _, row in chosen if row.status != CredentialStatus.ACTIVE}
        same = self._rows_in(session, CredentialRow, CredentialRow.award_id, awards)
        corrected = {row.supersedes_id: row for row in same if row.supersedes_id}
        shown: dict[str, dict[str, CredentialRow]] = {share_id: {} for share_id in share_ids}
        for share_id, row in chosen:
            last = _last_correction(row, corrected)
            shown[share_id][last.id] = last
        return {share_id: sorted(rows.values(), key=_by_issue) for share_id, rows in shown.items()}

    def _open_anonymously(self, view: ShareView) -> OpenShare:
        """A share without a name: no file, and nothing by which two such shares are found to be one person's.

        Each credential gets a number of this share's own in the place of its own ones.
        """
        known = [nameless(one, self._number_in(view.id, one.id)) for one in view.credentials]
        share = view.model_copy(update={"learner_id": "", "application_email": None, "credentials": tuple(known)})
        return OpenShare(share=share, credentials=tuple(SharedCredential(view=one) for one in known))

    def _number_in(self, share_id: str, credential_id: str) -> str:
        return self.database.cipher.token_hash(f"anonymous {share_id} {credential_id}")[:32]

    def _is_protected(self, session: Session, row: ShareRow) -> bool:
        return self._get(session, LearnerRow, row.learner_id, "learner").protected

    def _protected_among(self, session: Session, rows: Sequence[ShareRow]) -> set[str]:
        """Ids of the learners of these shares who are protected."""
        learners = self._rows_in(session, LearnerRow, LearnerRow.id, [row.learner_id for row in rows])
        return {one.id for one in learners if one.protected}

    def _state(self, row: ShareRow) -> Literal["active", "withdrawn", "expired"]:
        if row.withdrawn_at is not None:
            return "withdrawn"
        return "active" if row.until >= self.clock().date() else "expired"


def _by_issue(row: CredentialRow) -> tuple[datetime, str]:
    return row.issued_at, row.id


def nameless(view: CredentialView, number: str = "") -> CredentialView:
    """A credential as one sees it who may not know whose it is; ``number`` stands for all ids of its own.

    Who assessed it, what somebody wrote about its status, and a day on which few others got the same would tell.
    """
    urn = f"urn:mimis:anonymous:{number}"
    hidden = {"urn": urn, "reason": None, "changed_at": _month_of(view.status.changed_at), "monthly": True}
    ids = {"id": number, "urn": urn, "public_id": number, "learner_id": "", "learner_name": "", "replaced_by": None}
    times = {"issued_at": _month_of(view.issued_at), "completed_at": _month_of(view.completed_at)}
    until = {"valid_until": view.valid_until and _month_of(view.valid_until)}
    status = view.status.model_copy(update=hidden)
    return view.model_copy(update={**ids, **times, **until, "status": status, "assessed_by": None})


def _month_of(moment: datetime) -> datetime:
    """Noon of the first day of its month in Sweden: the same month to all who read it."""
    return datetime.combine(moment.astimezone(ZONE).date().replace(day=1), time(12), UTC)


def _last_correction(row: CredentialRow, corrected: dict[str, CredentialRow]) -> CredentialRow:
    while (newer := corrected.get(row.id)) is not None and newer.award_id == row.award_id:
        row = newer
    return row
