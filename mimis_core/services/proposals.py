"""Proposals: a registered employer says which learning outcomes it needs, and the school answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, UserError
from mimis_core.model import LangMap, Model
from mimis_core.services.catalogue_list import Draft, to_draft
from mimis_core.services.drafts import DraftServices
from mimis_core.services.partners import PartnerServices
from mimis_core.services.requests_once import Mark, RequestServices
from mimis_core.store.partner_tables import ProposalRow
from mimis_core.store.tables import PartnerRow
from mimis_core.wording import holds_personal_data

LANGUAGES = frozenset({"sv", "en"})
LONGEST_TITLE, LONGEST_OUTCOME, LONGEST_WHY, LONGEST_ANSWER = 200, 500, 2000, 1000
MOST_OUTCOMES, MOST_SKILLS = 20, 10
MOST_OPEN = 20
"""Proposals of one employer that wait for an answer: more of them nobody reads."""
_MARKUP = re.compile(r"<\s*[a-z/!?]", re.I)
_SKILL = re.compile(r"http://data\.europa\.eu/esco/skill/[\w-]{1,80}", re.ASCII)
ProposalState = Literal["open", "dismissed", "draft"]
"""Waits for the school; dismissed with a reason; a draft of the catalogue was begun from it."""


class ProposedOutcome(Model):
    """What somebody should be able to do. ``esco`` are addresses of ESCO skills."""

    title: LangMap
    esco: tuple[str, ...] = ()


class ProposalOrder(Model):
    """What an employer proposes: a name for it, why it is needed, and the learning outcomes; in Swedish or English."""

    title: LangMap
    why: LangMap
    outcomes: tuple[ProposedOutcome, ...]


class Proposal(Model):
    """A proposal and what became of it. ``achievement_id`` is the entry whose draft was begun from it."""

    id: str
    partner_name: str
    order: ProposalOrder
    at: datetime
    state: ProposalState
    answer: str | None = None
    answered_at: datetime | None = None
    achievement_id: str | None = None


class ProposalServices(PartnerServices, DraftServices, RequestServices):
    """Takes proposals in, and lets the school answer each once."""

    def propose_outcomes(self, partner_id: str, proposal_order: ProposalOrder, mark: Mark | None = None) -> Proposal:
        """Keep what a registered employer proposes.

        Raises NotFoundError for an employer that is not registered; UserError with a code: ``words`` (empty, too long,
        too many, or in another language), ``markup``, ``personal`` (a number or an address of a person), ``esco`` (no
        address of a skill), ``too_many`` (that wait), and ``idempotency_key`` for a ``mark`` of something else.
        """
        kept = _tidied(proposal_order)
        _refuse(kept)
        with self._transaction() as session:
            partner = self._registered(session, partner_id)
            made, is_new = self._once(session, f"proposal {partner_id}", mark)
            if is_new:
                self._refuse_many(session, partner_id)
                session.add(self._proposal_row(made, partner_id, kept))
                session.flush()
                self._audit(session, partner.name, "proposal.add", made)
            return _view(self._get(session, ProposalRow, made, "proposal"), partner.name)

    def proposal_of(self, partner_id: str, proposal_id: str) -> Proposal:
        """One proposal for who made it. Raises NotFoundError, also for another employer's."""
        with self.database.reading() as session:
            mine = ProposalRow.partner_id == partner_id
            row = next(iter(self._rows_in(session, ProposalRow, ProposalRow.id, [proposal_id], mine)), None)
            if row is None:
                raise NotFoundError("There is no such proposal.", code="unknown")
            return _view(row, self._get(session, PartnerRow, partner_id, "employer").name)

    def proposals(self) -> list[Proposal]:
        """All proposals for the school: those that wait first, then the newest."""
        with self.database.reading() as session:
            names = {row.id: row.name for row in self._rows(session, PartnerRow)}
            found = [_view(row, names[row.partner_id]) for row in self._rows(session, ProposalRow)]
        return sorted(sorted(found, key=lambda one: one.at, reverse=True), key=lambda one: one.state != "open")

    def waiting_proposals(self) -> int:
        """How many wait for the school's answer."""
        waiting = ProposalRow.organisation == self.organisation, ProposalRow.state == "open"
        with self.database.reading() as session:
            return session.scalar(select(func.count()).where(*waiting)) or 0

    def proposal(self, proposal_id: str) -> Proposal:
        """One proposal for the school. Raises NotFoundError."""
        with self.database.reading() as session:
            row = self._get(session, ProposalRow, proposal_id, "proposal")
            return _view(row, self._get(session, PartnerRow, row.partner_id, "employer").name)

    def answer_proposal(self, proposal_id: str, answer: str, by: str) -> None:
        """Dismiss a proposal with a reason that the employer reads.

        Raises NotFoundError; UserError with code ``answer`` without a reason or with too long a one, and ``answered``
        when somebody has answered it already.
        """
        text = " ".join(answer.split())
        if not 0 < len(text) <= LONGEST_ANSWER:
            raise UserError(f"Say why in 1 to {LONGEST_ANSWER} characters.", code="answer")
        with self._transaction() as session:
            row = self._waiting_proposal(session, proposal_id)
            row.state, row.answer, row.answered_by, row.answered_at = "dismissed", text, by, self.clock()
            self._audit(session, by, "proposal.dismiss", row.id)

    def draft_proposal(self, proposal_id: str, by: str) -> Draft:
        """Begin an entry of the catalogue with what was proposed. Raises as :meth:`answer_proposal`, and ``title``."""
        order = self.proposal(proposal_id).order
        entry_id, content = self._free_id(order.title), _content(order, self.organisation)
        with self._transaction() as session:
            row = self._waiting_proposal(session, proposal_id)
            entry = self._new_row(entry_id, 1, content, by)
            session.add(entry)
            row.state, row.achievement_id, row.answered_by, row.answered_at = "draft", entry_id, by, self.clock()
            self._audit(session, by, "proposal.draft", row.id, entry=entry_id)
            session.flush()
            return to_draft(entry)

    def _waiting_proposal(self, session: Session, proposal_id: str) -> ProposalRow:
        """The row, locked, so that of two who answer one does."""
        query = select(ProposalRow).where(ProposalRow.organisation == self.organisation, ProposalRow.id == proposal_id)
        row = session.scalars(query.with_for_update()).one_or_none()
        if row is None:
            raise NotFoundError(f"There is no proposal {proposal_id!r} here.", code="unknown")
        if row.state != "open":
            raise UserError("The proposal is answered.", mend="Look at it again.", code="answered")
        return row

    def _refuse_many(self, session: Session, partner_id: str) -> None:
        waiting = ProposalRow.organisation == self.organisation, ProposalRow.partner_id == partner_id
        count = session.scalar(select(func.count()).where(*waiting, ProposalRow.state == "open")) or 0
        if count >= MOST_OPEN:
            raise UserError("Too many of your proposals wait for an answer.", code="too_many")

    def _proposal_row(self, row_id: str, partner_id: str, order: ProposalOrder) -> ProposalRow:
        return ProposalRow(
            id=row_id,
            organisation=self.organisation,
            partner_id=partner_id,
            content=order.model_dump_json(),
            state="open",
            at=self.clock(),
        )


def _view(row: ProposalRow, partner_name: str) -> Proposal:
    return Proposal.model_validate(
        {
            "id": row.id,
            "partner_name": partner_name,
            "order": ProposalOrder.model_validate_json(row.content),
            "at": row.at,
            "state": row.state,
            "answer": row.answer,
            "answered_at": row.answered_at,
            "achievement_id": row.achievement_id,
        }
    )


def _content(order: ProposalOrder, owner: str) -> dict[str, Any]:
    """What a draft begins with; the rest is the school's to write."""
    outcomes = [
        {"title": one.title, "type": "skill", **({"esco": [{"uri": uri} for uri in one.esco]} if one.esco else {})}
        for one in order.outcomes
    ]
    return {"title": order.title, "owner": owner, "outcomes": outcomes, "quality_assurance": {}}


def _tidied(order: ProposalOrder) -> ProposalOrder:
    """The same with its texts on one line each."""
    outcomes = tuple(one.model_copy(update={"title": _one_line(one.title)}) for one in order.outcomes)
    return ProposalOrder(title=_one_line(order.title), why=_one_line(order.why), outcomes=outcomes)


def _one_line(texts: LangMap) -> LangMap:
    return {language: " ".join(text.split()) for language, text in texts.items()}


def _refuse(order: ProposalOrder) -> None:
    """Raise UserError for what a catalogue may not hold: nobody should have to look for it there."""
    if not 0 < len(order.outcomes) <= MOST_OUTCOMES:
        raise UserError(f"Propose 1 to {MOST_OUTCOMES} learning outcomes.", code="words")
    for texts, longest in _texts(order):
        if not texts.keys() <= LANGUAGES:
            raise UserError("Write in Swedish (sv) or English (en).", code="words")
        for text in texts.values():
            _refuse_text(text, longest)
    skills = [one.esco for one in order.outcomes]
    if any(len(found) > MOST_SKILLS or not all(map(_SKILL.fullmatch, found)) for found in skills):
        raise UserError(f"Each outcome has at most {MOST_SKILLS} addresses of ESCO skills.", code="esco")


def _refuse_text(text: str, longest: int) -> None:
    if not 0 < len(text) <= longest or not text.isprintable():
        raise UserError(f"The text has 1 to {longest} plain characters.", code="words")
    if _MARKUP.search(text):
        raise UserError("Write plain text, without markup.", code="markup")
    if holds_personal_data(text):
        raise UserError("A proposal names no person: leave numbers and addresses out.", code="personal")


def _texts(order: ProposalOrder) -> Iterator[tuple[LangMap, int]]:
    """Its texts, and how long each may be."""
    yield order.title, LONGEST_TITLE
    yield order.why, LONGEST_WHY
    yield from ((one.title, LONGEST_OUTCOME) for one in order.outcomes)
