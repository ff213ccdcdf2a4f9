"""Asking a workplace supervisor or an assessor, who has no account, what a learner has shown."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from mimis_core.errors import UserError
from mimis_core.model import Achievement, CompletionKind
from mimis_core.services.attestation_messages import Asked, assess_mail, attest_mail
from mimis_core.services.attestation_views import (
    Answers,
    AskedMany,
    Attestation,
    AttestationLink,
    AttestationOrder,
    AttestationPage,
    AttestationStanding,
    AttestationState,
)
from mimis_core.services.credentials import greeting
from mimis_core.services.directory import DirectoryServices
from mimis_core.services.intake import holds_personal_number
from mimis_core.services.learners import PROTECTED_NAME
from mimis_core.services.pulls import PullServices
from mimis_core.store.attestation_tables import AttestationLinkRow, AttestationRow
from mimis_core.store.record_tables import ErasureRow
from mimis_core.store.tables import LearnerRow, new_id

OPEN_FOR = timedelta(days=14)
LONGEST = timedelta(days=90)
"""A link is open for at most so long at a time."""
LONGEST_TEXT = 200
"""Characters of a name, a role or a workplace."""
MOST_HOURS = 10_000
PAGE = 50
MOST_ASKED = 50
"""Learners that are asked about at once."""
SEARCHED = 200
"""Learners of that name whose requests are looked up."""
HIDDEN = {"name": "", "email": None, "workplace": "", "phone": None, "answers": None, "hours": None}
"""What is not shown of a request about a protected learner."""


class AttestationServices(PullServices, DirectoryServices):
    """Requests of one organisation: the school's side."""

    def ask_attestation(self, attestation_order: AttestationOrder, by: str) -> AttestationLink:
        """Ask somebody, by a link that is mailed where an address is given; ``by`` is the teacher.

        Raises NotFoundError; UserError with a code: ``protected`` or ``erased`` (the learner), ``achievement`` (none
        that can be awarded), ``name``, ``workplace``, ``phone``, ``period``, ``hours``, ``until``, or
        ``personal_number``.
        """
        order = attestation_order
        entry = self._entry_to_attest(order.achievement_id)
        self._refuse_order(order)
        with self._transaction() as session:
            return self._ask_one(session, order, entry, by)

    def ask_attestations(self, learner_ids: Collection[str], attestation_order: AttestationOrder, by: str) -> AskedMany:
        """Ask the same of several learners, each by a link of its own; ``learner_id`` of the order counts for nothing.

        Whom nobody may be asked about, or who is not known, is among ``refused``, and the others are asked about.
        Raises UserError as :meth:`ask_attestation` does, and with the code ``too_many`` for more than
        :data:`MOST_ASKED`.
        """
        order, wanted = attestation_order, list(dict.fromkeys(learner_ids))
        if len(wanted) > MOST_ASKED:
            raise UserError(f"At most {MOST_ASKED} are asked about at once.", mend="Choose fewer.", code="too_many")
        entry = self._entry_to_attest(order.achievement_id)
        self._refuse_order(order)
        links, refused = {}, {}
        with self._transaction() as session:
            for learner_id in wanted:
                try:
                    one = order.model_copy(update={"learner_id": learner_id})
                    links[learner_id] = self._ask_one(session, one, entry, by)
                except UserError as error:
                    refused[learner_id] = error.code or "unknown"
        return AskedMany(links=links, refused=refused)

    def _ask_one(self, session: Session, order: AttestationOrder, entry: Achievement, by: str) -> AttestationLink:
        learner = self._get(session, LearnerRow, order.learner_id, "learner")
        self._refuse_learner(session, learner)
        row = AttestationRow(
            id=new_id(),
            organisation=self.organisation,
            achievement_version=entry.version,
            made_by=self._decider(session, by),
            asked_at=self.clock(),
            answers=Answers().model_dump_json(),
            **order.model_dump(exclude={"until"}),
        )
        row.until = order.until or self.clock().date() + OPEN_FOR
        session.add(row)
        session.flush()  # links refer to it
        self._audit(session, by, "attestation.ask", row.id, kind=row.kind)
        return self._attestation_link(session, row, learner, entry, mail=True)

    def attestation_page(
        self, standing: AttestationStanding | None = None, *, search: str = "", after: str | None = None
    ) -> AttestationPage:
        """One page of requests, the newest first; all, or those that stand so.

        Arguments:
            standing: which.
            search: only about learners whose names have words that begin like these; protected ones are not found.
            after: what the page before said.
        """
        found = [one.id for one in self.learner_page(search, limit=SEARCHED).learners] if search else []
        with self.database.reading() as session:
            query = select(AttestationRow).where(AttestationRow.organisation == self.organisation)
            query = query.where(self._attestations_in(standing)) if standing else query
            query = query.where(AttestationRow.learner_id.in_(found)) if search else query
            if after is not None:
                last = self._get(session, AttestationRow, after, "attestation")
                earlier = and_(AttestationRow.asked_at == last.asked_at, AttestationRow.id < last.id)
                query = query.where(or_(AttestationRow.asked_at < last.asked_at, earlier))
            newest = query.order_by(AttestationRow.asked_at.desc(), AttestationRow.id.desc()).limit(PAGE + 1)
            rows = list(session.scalars(newest))
            shown = self._attestations(session, rows[:PAGE])
        return AttestationPage(attestations=shown, after=rows[PAGE - 1].id if len(rows) > PAGE else None)

    def attestation(self, attestation_id: str) -> Attestation:
        """One request and what was answered. Raises NotFoundError."""
        with self.database.reading() as session:
            return self._attestations(session, [self._get(session, AttestationRow, attestation_id, "attestation")])[0]

    def remind_attestation(self, attestation_id: str, by: str, *, mail: bool = True) -> AttestationLink:
        """Make one more link, open for 14 days from now, and mail it; without ``mail`` it is handed over.

        Earlier links work on. Raises NotFoundError; UserError with code ``answered``, ``withdrawn``, ``protected``,
        ``erased``, or ``changed`` when the version that it is about has left the catalogue.
        """
        with self._transaction() as session:
            row = self._locked_attestation(session, attestation_id)
            learner = self._get(session, LearnerRow, row.learner_id, "learner")
            self._refuse_learner(session, learner)
            self._refuse_ended(row)
            entry = self._entry_of(row)
            if entry is None:
                raise UserError("The micro-credential has been changed.", mend="Ask anew.", code="changed")
            row.until = max(row.until, self.clock().date() + OPEN_FOR)
            row.reminded_at = self.clock()
            self._audit(session, by, "attestation.remind", row.id, mail=mail)
            return self._attestation_link(session, row, learner, entry, mail=mail)

    def withdraw_attestation(self, attestation_id: str, by: str) -> None:
        """End a request: its links answer nothing any more. Repeating it changes nothing.

        Raises NotFoundError; UserError with code ``answered``: what was answered stays.
        """
        with self._transaction() as session:
            row = self._locked_attestation(session, attestation_id)
            if row.withdrawn_at is None:
                self._refuse_ended(row)
                row.withdrawn_at = self.clock()
                self._audit(session, by, "attestation.withdraw", row.id)

    # Refusals ---------------------------------------------------------------------------------------------------

    def _entry_to_attest(self, achievement_id: str) -> Achievement:
        entry = self.catalogue.get(achievement_id)
        if entry is None or not self._ready(entry):
            raise UserError(
                f"{achievement_id} is nothing that can be awarded.", mend="See: mimis catalogue", code="achievement"
            )
        return entry

    def _refuse_order(self, order: AttestationOrder) -> None:
        refuse_texts({"name": order.name, "workplace": order.workplace})
        if order.phone is not None:
            refuse_texts({"phone": order.phone})
        refuse_period(order.started_on, order.ended_on, order.hours)
        today = self.clock().date()
        if order.until is not None and not today <= order.until <= today + LONGEST:
            raise UserError("A link is open until a day within 90 days.", mend="Choose another day.", code="until")

    def _refuse_learner(self, session: Session, learner: LearnerRow) -> None:
        if learner.protected:
            raise UserError(
                "Nobody is asked about a person with protected identity by a link.",
                mend="The responsible person at the school asks in person.",
                code="protected",
            )
        if self._rows(session, ErasureRow, ErasureRow.learner_id == learner.id):
            raise UserError("This learner was erased.", code="erased")

    def _refuse_ended(self, row: AttestationRow) -> None:
        state = self._attestation_state(row)
        if state in ("answered", "withdrawn"):
            raise UserError(f"Attestation {row.id} is {state}.", mend="Ask anew: mimis attestations ask", code=state)

    # Rows -------------------------------------------------------------------------------------------------------

    def _locked_attestation(self, session: Session, attestation_id: str) -> AttestationRow:
        self._get(session, AttestationRow, attestation_id, "attestation")
        return session.get_one(AttestationRow, attestation_id, with_for_update=True, populate_existing=True)

    def _attestation_link(
        self, session: Session, row: AttestationRow, learner: LearnerRow, entry: Achievement, *, mail: bool
    ) -> AttestationLink:
        token = secrets.token_urlsafe(32)
        key, now = self.database.cipher.token_hash(token), self.clock()
        link = AttestationLinkRow(organisation=self.organisation, attestation_id=row.id, token_key=key, made_at=now)
        link.id = new_id()
        session.add(link)
        url = f"{self.settings.base_url}/attest/{token}"
        mailed = mail and row.email is not None and "mail" in self.settings.couriers
        if mailed:
            make = assess_mail if row.kind == CompletionKind.VALIDATION else attest_mail
            text = make(self.settings.organisation, _asked(row, learner, entry), url)
            self._queue_mail(session, learner, f"attestation:{link.id}", *text, to=row.email)
        return AttestationLink(attestation_id=row.id, url=url, until=row.until, mailed=mailed)

    def _entry_of(self, row: AttestationRow) -> Achievement | None:
        return self.catalogue.get(row.achievement_id, row.achievement_version)

    def _attestations_in(self, standing: AttestationStanding) -> ColumnElement[bool]:
        unanswered, today = AttestationRow.answered_at.is_(None), self.clock().date()
        return {
            "open": and_(unanswered, AttestationRow.withdrawn_at.is_(None), AttestationRow.until >= today),
            "answered": AttestationRow.answered_at.is_not(None),
            "over": and_(unanswered, or_(AttestationRow.withdrawn_at.is_not(None), AttestationRow.until < today)),
        }[standing]

    def _attestation_state(self, row: AttestationRow) -> AttestationState:
        if row.withdrawn_at is not None:
            return "withdrawn"
        if row.answered_at is not None:
            return "answered"
        if row.until < self.clock().date():
            return "expired"
        return "asked" if row.opened_at is None else "opened"

    def _attestations(self, session: Session, rows: list[AttestationRow]) -> tuple[Attestation, ...]:
        people = self._rows_in(session, LearnerRow, LearnerRow.id, {row.learner_id for row in rows})
        learners = {one.id: one for one in people}
        return tuple(self._attestation(row, learners[row.learner_id]) for row in rows)

    def _attestation(self, row: AttestationRow, learner: LearnerRow) -> Attestation:
        entry = self._entry_of(row)
        shared = set(Attestation.model_fields) & set(AttestationRow.__mapper__.columns.keys()) - {"answers"}
        shown = Attestation(
            learner_name=PROTECTED_NAME if learner.protected else learner.full_name,
            protected=learner.protected,
            title=entry.title if entry else {"sv": row.achievement_id},
            outcomes=tuple(one.title for one in entry.outcomes) if entry else (),
            state=self._attestation_state(row),
            answers=Answers.model_validate_json(row.answers) if row.answered_at else None,
            **{name: getattr(row, name) for name in shared},
        )
        return shown.model_copy(update=HIDDEN) if learner.protected else shown


def refuse_texts(texts: dict[str, str], longest: int = LONGEST_TEXT) -> None:
    """Raise UserError, with the text's own name as code, for one that is empty or too long, or holds a personal number.

    A personal number has the code ``personal_number``.
    """
    for name, text in texts.items():
        if not 0 < len(text.strip()) <= longest or "\0" in text:
            raise UserError(f"{name} has 1 to {longest} characters.", mend="Write it anew.", code=name)
        refuse_personal_number(text)


def refuse_personal_number(text: str) -> None:
    """Raise UserError for a text with a personal number in it: mimis keeps none."""
    if holds_personal_number(text):
        raise UserError("A personal number is kept nowhere here.", mend="Leave it out.", code="personal_number")


def refuse_period(first: date, last: date, hours: float | None) -> None:
    """Raise UserError with code ``period`` or ``hours`` for what cannot be."""
    if first > last or first.year < 1950:
        raise UserError("The period ends before it begins.", mend="Write both days anew.", code="period")
    if hours is not None and not 0 < hours <= MOST_HOURS:
        raise UserError(f"Hours are above 0 and at most {MOST_HOURS}.", mend="Write them anew.", code="hours")


def _asked(row: AttestationRow, learner: LearnerRow, entry: Achievement) -> Asked:
    return Asked(
        to=row.name,
        learner=learner.full_name,
        given=greeting(learner),
        workplace=row.workplace,
        period=(row.started_on.isoformat(), row.ended_on.isoformat()),
        questions=len(entry.outcomes),
        until=row.until.isoformat(),
        teacher=row.made_by,
        phone=row.phone,
    )
