"""Who visits the portal, with a session of her own, and something for each part of its addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from bench.pages import Page, all_pages
from bench.school import ENTRY
from mimis_core.services import AttestationOrder, AttesterFacts, OutcomeAnswer, Role, Services, ShareOrder
from mimis_core.store.attestation_tables import AttestationRow
from mimis_core.store.record_tables import AppealRow
from mimis_core.store.tables import (
    PROTECTED,
    STOPPED,
    AwardRow,
    CredentialRow,
    LearnerRow,
    OutboxRow,
    ReviewRow,
    new_id,
)
from mimis_core.web.sessions import LEARNER
from mimis_core.web.staff_session import STAFF
from tests.browser.employers import make_role
from tests.browser.places import Names, make_endorsement, make_helper, make_proposal


@dataclass(frozen=True)
class Visitor:
    """Cookies by who she comes as, and her names of things."""

    cookies: dict[str, str]
    names: Names


@dataclass(frozen=True)
class Visit:
    """One request."""

    page: str
    path: str
    headers: dict[str, str]


class Visitors:
    """Some learners and as many members of staff, who may all do everything and have just used a passkey."""

    def __init__(self, services: Services, app: Flask, count: int) -> None:
        self.services, self.app, self.count = services, app, count
        self.pages = list(all_pages(app))
        self.common = self._common()
        self.known = [self._make(number, id) for number, id in enumerate(self._learners())]

    def visit(self, page: Page, number: int) -> Visit:
        """How the ``number``-th request opens a page: through a proxy, each from an address of its own."""
        visitor = self.known[number % len(self.known)]
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        headers = {"X-Forwarded-For": address, "X-Forwarded-Proto": "https", "Cookie": visitor.cookies[page.place.who]}
        return Visit(str(page), quote(page.path(self.app, visitor.names), safe="/?&=+%"), headers)

    def _learners(self) -> Sequence[str]:
        """Learners with something of each: an award that was rejected, and a credential in force."""
        rejected = select(AwardRow.learner_id).where(AwardRow.state == "rejected")
        in_force = select(CredentialRow.learner_id).where(CredentialRow.status == "active")
        wanted = LearnerRow.id.in_(rejected), LearnerRow.id.in_(in_force), ~PROTECTED
        return self._some(LearnerRow.id, *wanted, limit=self.count)

    def _some(self, column: InstrumentedAttribute[Any], *conditions: Any, limit: int = 1) -> Sequence[str]:
        """Values of rows of this organisation, always the same ones; RuntimeError when there are none."""
        kind = column.class_
        query = select(column).where(kind.organisation == self.services.organisation, *conditions)
        with self.services.database.reading() as session:
            found = session.scalars(query.order_by(kind.id).limit(limit)).all()
        if not found:
            raise RuntimeError(f"of {len(self.pages)} pages some want a {column}, and there is none like that")
        return found

    # Sessions ---------------------------------------------------------------------------------------------------

    def _make(self, number: int, learner_id: str) -> Visitor:
        made = self.services.invite_staff(f"Kim {number}", f"kim{new_id()}@demo.example", tuple(Role))
        token = self.services.redeem_invitation(_last_part(made.url))
        self.services.add_passkey(token, new_id(), b"key", 1)
        cookies = {"nobody": "", "learner": self._cookie(LEARNER, learner_id), "staff": self._cookie(STAFF, token)}
        return Visitor(cookies, {**self.common, **self._own(learner_id)})

    def _cookie(self, name: str, value: str) -> str:
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        return f"{self.app.config['SESSION_COOKIE_NAME']}={signer.dumps({'_permanent': True, name: value})}"

    # Names ------------------------------------------------------------------------------------------------------

    def _common(self) -> Names:
        """What is the same for all of them."""
        services, status = self.services, CredentialRow.status
        draft = services.next_draft(services.catalogue.latest()[0].id, "Bench")
        keep, other = services.same_person_proposals()[0]
        waiting = AwardRow.state == "proposed", AwardRow.learner_id.not_in(select(LearnerRow.id).where(PROTECTED))
        (empty,) = self._some(LearnerRow.id, LearnerRow.id.not_in(select(AwardRow.learner_id)))
        merged = services.merge_learners(keep, empty, "Bench")
        return {
            "courier": "europass",
            "entry": ENTRY,
            "month": f"{services.clock() - timedelta(days=60):%Y-%m}",
            "whom": "employer",
            "step": "1",
            "category": "source",
            "name": "memory",
            "own.ask_to_confirm:token": "token",
            "achievement_id": draft.id,
            "ref": next(entry.ref for entry in services.catalogue.latest()),
            "keep_id": keep,
            "other_id": other,
            "merge_id": merged,
            "right_number": services.give_right(draft.id, "third", "Bench").number,
            "role_id": make_role(services),
            "endorsement_id": make_endorsement(services, draft.id),
            "proposal_id": make_proposal(services),
            "catalogue.esco:number": "1",
            "award_id": self._some(AwardRow.id, *waiting)[0],
            "decisions.again:award_id": self._some(AwardRow.id, AwardRow.state == "rejected")[0],
            "appeal_id": self._some(AppealRow.id, AppealRow.state == "open")[0],
            "review_id": self._some(ReviewRow.id, ReviewRow.state == "open")[0],
            "attestation_id": self._some(AttestationRow.id)[0],
            "work_id": self._some(OutboxRow.id, STOPPED)[0],
            "credentials.reinstate:credential_id": self._some(CredentialRow.id, status == "suspended")[0],
            "staff.invitation:token": _last_part(
                services.invite_staff("Lo", f"lo{new_id()}@demo.example", (Role.READER,)).url
            ),
        }

    def _own(self, learner_id: str) -> Names:
        """What a learner has, what she lets others see, and who is asked about her."""
        services, today = self.services, self.services.clock().date()
        until = today + timedelta(days=30)
        credential = next(one for one in services.credentials_of(learner_id) if one.status.status == "active")
        order = ShareOrder(credential_ids=(credential.id,), purpose="Jobb", until=until, anonymous=False)
        return {
            "learner_id": learner_id,
            "credential_id": credential.id,
            "public_id": credential.public_id,
            "own.appeal:award_id": next(one.id for one in services.decisions_of(learner_id) if one.state == "rejected"),
            "shared.page:token": _last_part(services.create_share(learner_id, order).url),
            **make_helper(services, learner_id),
            "signin.show_button:token": services.make_slip(learner_id, "Bench").code,
            "token": self._answered(learner_id),
        }

    def _answered(self, learner_id: str) -> str:
        """The link of a request about a learner with all answers given and not sent yet."""
        today = self.services.clock().date()
        period = {"started_on": today - timedelta(days=60), "ended_on": today}
        order = AttestationOrder(
            learner_id=learner_id, achievement_id=ENTRY, name="Bo Ek", workplace="Bageriet AB", **period
        )
        token = _last_part(self.services.ask_attestation(order, "Bench").url)
        outcomes = len(self.services.open_attestation(token).achievement.outcomes)
        for number in range(1, outcomes + 1):
            self.services.save_outcome(token, number, OutcomeAnswer(seen="yes"))
        self.services.save_facts(token, AttesterFacts(name="Bo Ek", role="Bagare", identity="known", **period))
        return token


def _last_part(url: str | None) -> str:
    return (url or "").rpartition("/")[2]
