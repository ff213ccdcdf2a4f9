"""Reviews of the catalogue: an external reviewer judges an entry by the six principles, and the owner answers.

An approval belongs to the exact content that was looked at. What is issued of that content afterwards carries it as an
accreditation; a change of the content leaves it behind.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, PermissionDeniedError, UserError
from mimis_core.model import Achievement, Model
from mimis_core.services.catalogue_list import unknown
from mimis_core.services.catalogue_reading import content_key, count_change, without_reviews
from mimis_core.services.drafts import DraftServices
from mimis_core.services.roles import Role, read_roles
from mimis_core.store.catalogue_tables import CatalogueReviewRow
from mimis_core.store.staff_tables import StaffRow
from mimis_core.store.tables import new_id

ReviewVerdict = Literal["approved", "changes"]
INSIDE = frozenset({Role.OWNER, Role.ISSUER})
"""Roles of those who answer for the content or decide by it: their word is no review from outside."""
COMMENT_MAX = 2_000


class Opinion(Model):
    """What a reviewer says of one principle."""

    principle: Literal[1, 2, 3, 4, 5, 6]
    holds: bool
    comment: str = ""


class CatalogueReview(Model):
    """One review. ``current``: the entry's content is still the one that it is about."""

    id: str
    reviewer: str
    body: str
    verdict: ReviewVerdict
    opinions: tuple[Opinion, ...]
    at: datetime
    answer: str | None
    answered_at: datetime | None
    current: bool


class CatalogueReviewServices(DraftServices):
    """Reviewing."""

    def entry_to_review(self, ref: str) -> Achievement:
        """A version by id and version, also a draft that has no holes.

        Raises NotFoundError; UserError with code ``not_ready`` for a draft that has.
        """
        achievement_id, _, number = ref.partition("@")
        if not (number.isascii() and number.isdigit() and len(number) < 7):
            raise unknown(ref)
        found = self.catalogue.get(achievement_id, int(number))
        if found is not None:
            return found
        draft = self.draft(achievement_id)
        if draft.version != int(number):
            raise unknown(ref)
        entry = self.judge_draft(draft).entry
        if entry is None:
            raise UserError(f"The draft {ref} has holes.", mend="Fill them first.", code="not_ready")
        return entry

    def key_of_content(self, entry: Achievement) -> str:
        """What tells this exact content from any other."""
        return content_key(without_reviews(entry))

    def catalogue_reviews(self, entry: Achievement) -> list[CatalogueReview]:
        """What reviewers have said of a version, newest first."""
        which = CatalogueReviewRow.achievement_id == entry.id, CatalogueReviewRow.version == entry.version
        key = self.key_of_content(entry)
        with self.database.reading() as session:
            rows = self._rows(session, CatalogueReviewRow, *which)
            names = {
                one.id: one.name for one in self._rows_in(session, StaffRow, StaffRow.id, {r.staff_id for r in rows})
            }
            newest = sorted(rows, key=lambda row: (row.at, row.id), reverse=True)
            return [_to_review(row, names[row.staff_id], key) for row in newest]

    def review_entry(
        self, ref: str, seen: str, opinions: Sequence[Opinion], verdict: ReviewVerdict, institution: str, by: str
    ) -> None:
        """Record what a reviewer says of a version.

        Arguments:
            ref: id and version.
            seen: key of the content that she looked at, as :meth:`key_of_content` gives it.
            opinions: one for each principle.
            verdict: an approval needs that all principles hold, and asking for changes a comment.
            institution: the organisation that she reviews for, as she states it; only an approval must name it.
            by: id of the member of staff.

        Raises NotFoundError; PermissionDeniedError for somebody who is no reviewer, or owner or issuer too; UserError
        with code ``stale`` when the content is another now, else ``principles``, ``comment`` or ``body``.
        """
        entry = self.entry_to_review(ref)
        if self.key_of_content(entry) != seen:
            raise UserError(f"{ref} was changed meanwhile.", mend="Look at it again.", code="stale")
        body = " ".join(institution.split())
        _check(opinions, verdict, body)
        with self._transaction() as session:
            self._require_outsider(session, by)
            row = CatalogueReviewRow(
                id=new_id(),
                organisation=self.organisation,
                achievement_id=entry.id,
                version=entry.version,
                content_key=seen,
                staff_id=by,
                body=body,
                verdict=verdict,
                findings=json.dumps([one.model_dump() for one in opinions]),
                at=self.clock(),
            )
            session.add(row)
            self._audit(session, by, f"catalogue.review.{verdict}", row.id, entry=entry.id, version=entry.version)
            count_change(session, self.organisation)
        self.catalogue_reader.look_again()

    def answer_catalogue_review(self, catalogue_review_id: str, text: str, by: str) -> None:
        """Record what the owner says to a review; a later answer takes its place.

        Raises NotFoundError; UserError with code ``comment`` for an empty or very long one.
        """
        said = text.strip()
        if not 0 < len(said) <= COMMENT_MAX:
            raise UserError("An answer has words.", mend="Write one.", code="comment")
        with self._transaction() as session:
            row = self._get(session, CatalogueReviewRow, catalogue_review_id, "review of the catalogue")
            row.answer, row.answered_at = said, self.clock()
            self._audit(session, by, "catalogue.answer", row.id)

    def _require_outsider(self, session: Session, staff_id: str) -> None:
        row = self._get(session, StaffRow, staff_id, "member of staff")
        if row.removed_at is not None:
            raise NotFoundError(f"There is no member of staff {staff_id!r} here.", code="unknown")
        roles = set(read_roles(row.roles.split(",")))
        if Role.REVIEWER not in roles or roles & INSIDE:
            raise PermissionDeniedError(
                f"Staff {staff_id} is no external reviewer.", mend="Let a reviewer do it who has no other part in it."
            )


def _check(opinions: Sequence[Opinion], verdict: ReviewVerdict, body: str) -> None:
    """Refuse a review that says too little for what it concludes, or too much to be read."""
    if sorted(one.principle for one in opinions) != [1, 2, 3, 4, 5, 6]:
        raise UserError("A review judges all six principles.", mend="Judge each.", code="principles")
    if verdict == "approved" and not all(one.holds for one in opinions):
        raise UserError("An approval needs that all hold.", mend="Ask for changes instead.", code="principles")
    if any(len(one.comment) > COMMENT_MAX for one in opinions):
        raise UserError("A comment is too long.", mend="Write less.", code="comment")
    if verdict == "changes" and not any(one.comment.strip() for one in opinions):
        raise UserError("Whoever asks for changes says which.", mend="Write a comment.", code="comment")
    if len(body) > 200 or (verdict == "approved" and not body):
        raise UserError("An approval names the reviewer's organisation.", mend="Write its name.", code="body")


def _to_review(row: CatalogueReviewRow, reviewer: str, key: str) -> CatalogueReview:
    return CatalogueReview(
        id=row.id,
        reviewer=reviewer,
        body=row.body,
        verdict="approved" if row.verdict == "approved" else "changes",
        opinions=tuple(Opinion.model_validate(one) for one in json.loads(row.findings)),
        at=row.at,
        answer=row.answer,
        answered_at=row.answered_at,
        current=row.content_key == key,
    )
