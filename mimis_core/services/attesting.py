"""Answering a request by its link, step by step; the answer becomes evidence, and the teacher decides on it."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from mimis_core.catalogue import meets
from mimis_core.errors import NotFoundError, UserError
from mimis_core.model import Achievement, AwardState, Completion, CompletionKind, SourceLearner
from mimis_core.services.attestation_messages import answered_mail
from mimis_core.services.attestation_views import Answers, AttesterFacts, AttesterView, OutcomeAnswer
from mimis_core.services.attestations import AttestationServices, refuse_period, refuse_personal_number, refuse_texts
from mimis_core.services.attested import completion_of, is_about
from mimis_core.services.credentials import load_evidence, titles_of
from mimis_core.services.decisions import dump_evidence
from mimis_core.services.signals import is_withdrawn
from mimis_core.store.attestation_tables import ATTESTED, AttestationLinkRow, AttestationRow
from mimis_core.store.staff_tables import StaffRow
from mimis_core.store.tables import AuditRow, AwardRow, CompletionRow, IdentityRow, LearnerRow, new_id

LONGEST_COMMENT = 1_000


class AttestingServices(AttestationServices):
    """Requests of one organisation: the side of those who are asked.

    Every method takes the token of a link. Raises NotFoundError with code ``answered``, ``withdrawn``, ``expired`` or
    ``unknown``, also for a learner who is protected since.
    """

    def open_attestation(self, token: str) -> AttesterView:
        """What is asked, and what was answered so far. Looking changes nothing: programs follow links in mails too."""
        with self.database.reading() as session:
            row, learner, entry = self._asked_by(session, token)
            names = ("kind", "name", "workplace", "started_on", "ended_on", "hours", "made_by", "phone", "until")
            return AttesterView(
                school=self.settings.organisation,
                learner_name=learner.full_name,
                achievement=entry,
                answers=Answers.model_validate_json(row.answers),
                **{name: getattr(row, name) for name in names},
            )

    def begin_attestation(self, token: str) -> None:
        """Note that somebody begins to answer, the first time."""
        with self._transaction() as session:
            row, _, _ = self._asked_by(session, token)
            if row.opened_at is None:
                row.opened_at = self.clock()
                self._audit(session, row.id, "attestation.open", row.id)

    def save_outcome(self, token: str, number: int, outcome_answer: OutcomeAnswer) -> None:
        """Keep what is said of one outcome, by its number from 1; it can be changed until all is sent.

        Raises UserError with code ``comment`` for a long one, ``personal_number`` or ``outcome``.
        """
        if len(outcome_answer.comment) > LONGEST_COMMENT:
            raise UserError(f"A comment has at most {LONGEST_COMMENT} characters.", mend="Shorten it.", code="comment")
        refuse_personal_number(outcome_answer.comment)
        with self._transaction() as session:
            row, _, entry = self._asked_by(session, token)
            if not 1 <= number <= len(entry.outcomes):
                raise UserError(f"There is no outcome {number}.", code="outcome")
            answers = Answers.model_validate_json(row.answers)
            outcomes = {**answers.outcomes, number: outcome_answer}
            row.answers = answers.model_copy(update={"outcomes": outcomes}).model_dump_json()

    def save_facts(self, token: str, attester_facts: AttesterFacts) -> None:
        """Keep who answers and of what time.

        Raises UserError with code ``name``, ``role``, ``period``, ``future``, ``hours`` or ``personal_number``.
        """
        facts = attester_facts
        refuse_texts({"name": facts.name, "role": facts.role})
        refuse_period(facts.started_on, facts.ended_on, facts.hours)
        if facts.ended_on > self.clock().date():
            raise UserError("The period ends after today.", mend="Attest what has been seen.", code="future")
        with self._transaction() as session:
            row, _, _ = self._asked_by(session, token)
            answers = Answers.model_validate_json(row.answers)
            row.answers = answers.model_copy(update={"facts": facts}).model_dump_json()

    def send_attestation(self, token: str) -> None:
        """End the answer: it becomes a completion, and a proposal to the teacher. After that nothing in it changes.

        Raises UserError with code ``incomplete`` when something is not answered yet; TemporaryError when others write
        the same award time and again.
        """
        self._tried(self._transaction, partial(self._send, token=token))

    # The link ---------------------------------------------------------------------------------------------------

    def _asked_by(self, session: Session, token: str) -> tuple[AttestationRow, LearnerRow, Achievement]:
        """The request of a link, locked, with its learner and entry."""
        key = self.database.cipher.token_hash(token.strip())
        link = next(iter(self._rows(session, AttestationLinkRow, AttestationLinkRow.token_key == key)), None)
        row = self._locked_attestation(session, link.attestation_id) if link else None
        learner = self._get(session, LearnerRow, row.learner_id, "learner") if row else None
        entry = self._entry_of(row) if row else None
        if row is None or learner is None or learner.protected or entry is None:
            raise NotFoundError("There is no such link.", mend="Ask the school.", code="unknown")
        state = self._attestation_state(row)
        if state not in ("asked", "opened"):
            raise NotFoundError(f"The link is {state}.", mend="Ask the school.", code=state)
        return row, learner, entry

    # The answer -------------------------------------------------------------------------------------------------

    def _send(self, session: Session, token: str) -> None:
        row, learner, entry = self._asked_by(session, token)
        answers = Answers.model_validate_json(row.answers)
        if answers.next_step(len(entry.outcomes)) is not None:
            raise UserError("Not every question is answered.", mend="Answer the rest.", code="incomplete")
        row.answered_at = self.clock()
        self._audit(session, row.id, "attestation.answer", row.id)
        person, kind = self._person(session, learner), CompletionKind(row.kind)
        made = completion_of(row.id, kind, person, entry, answers, row.workplace, self.clock())
        if made is not None:
            self._keep_answer(session, learner, made)
            self._propose_attested(session, learner.id, entry, made)
        self._tell_teacher(session, row, learner, entry, answers)

    def _tell_teacher(
        self, session: Session, row: AttestationRow, learner: LearnerRow, entry: Achievement, answers: Answers
    ) -> None:
        """Mail who asked that there is an answer; nobody, where a command asked or she works here no more."""
        asked = AuditRow.organisation == self.organisation, AuditRow.action == "attestation.ask"
        actor = session.scalars(select(AuditRow.actor).where(*asked, AuditRow.subject == row.id)).first()
        teacher = session.get(StaffRow, actor) if actor is not None else None
        if teacher is None or teacher.removed_at is not None:
            return
        seen = len(answers.attested()), len(entry.outcomes)
        link = f"{self.settings.base_url}/school/attestations/{row.id}"
        mail = answered_mail(self.settings.organisation, teacher.name, learner.full_name, titles_of(entry), seen, link)
        self._queue_mail(session, learner, f"attested:{row.id}", *mail, to=teacher.email)

    def _person(self, session: Session, learner: LearnerRow) -> SourceLearner:
        """The learner as one of her sources knows her, so that undoing a merge finds whose the answer is."""
        identities = self._rows(session, IdentityRow, IdentityRow.learner_id == learner.id)
        place = min(((one.source, one.key) for one in identities), default=(ATTESTED, learner.id))
        names = {name: getattr(learner, name) for name in ("full_name", "given_name", "family_name")}
        return SourceLearner(source=place[0], key=place[1], **names)

    def _keep_answer(self, session: Session, learner: LearnerRow, made: Completion) -> None:
        row = self._new_completion(made, learner)
        row.state, row.content, row.seen_at, row.seen_in = "used", made.model_dump_json(), self.clock(), made.key
        session.add(row)
        session.flush()

    def _propose_attested(self, session: Session, learner_id: str, entry: Achievement, made: Completion) -> None:
        """Add the answer to the proposal that waits, or make one; never a decision: the teacher takes it."""
        last = self._last_round(session, learner_id, entry)
        if last is None:
            self._propose_round(session, learner_id, entry, 1)
        elif last.state == AwardState.PROPOSED:
            last.evidence = dump_evidence((*load_evidence(last), made))
            last.completed_at = max(last.completed_at, made.completed_at)
            self._audit(session, made.key, "award.evidence", last.id)
        elif self._stands(last, self._credentials_by_award(session, [last]).get(last.id, [])):
            self._renew_award(session, last, entry, (made,))
        else:
            self._propose_round(session, learner_id, entry, last.round + 1)

    def _last_round(self, session: Session, learner_id: str, entry: Achievement) -> AwardRow | None:
        """The last decision or proposal, locked."""
        # Her row is the lock: of two who answer about one learner, the second finds the proposal of the first.
        session.get_one(LearnerRow, learner_id, with_for_update=True)
        about = AwardRow.achievement_id == entry.id, AwardRow.achievement_version == entry.version
        rounds = self._rows(session, AwardRow, AwardRow.learner_id == learner_id, *about)
        last = max(rounds, key=lambda row: row.round, default=None)
        if last is not None:
            session.refresh(last, with_for_update=True)
        return last

    def _propose_round(self, session: Session, learner_id: str, entry: Achievement, number: int) -> None:
        used = self._used_for(session, learner_id, entry)
        award = AwardRow(
            id=new_id(),
            organisation=self.organisation,
            learner_id=learner_id,
            achievement_id=entry.id,
            achievement_version=entry.version,
            round=number,
            state=AwardState.PROPOSED,
            completed_at=max(one.completed_at for one in used),
            evidence=dump_evidence(used),
        )
        self._propose(session, award, entry, used)

    def _used_for(self, session: Session, learner_id: str, entry: Achievement) -> tuple[Completion, ...]:
        """All of hers that the entry asks for, and all answers about it, earlier ones too."""
        rows = self._rows(session, CompletionRow, CompletionRow.learner_id == learner_id)
        known = (Completion.model_validate_json(row.content) for row in rows if not is_withdrawn(row))
        wanted = (one for one in known if is_about(one, entry.id) or any(meets(one, need) for need in entry.earned_by))
        return tuple(sorted(wanted, key=lambda one: (one.completed_at, one.source, one.key)))
