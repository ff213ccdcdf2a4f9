"""Helpers (stödpersoner): a learner lets somebody look at her credentials and at what is missing, for a time."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, UserError
from mimis_core.model import Model
from mimis_core.services.contact_messages import helper_mail
from mimis_core.services.paths import Goal, PathServices
from mimis_core.services.shares import ShareServices
from mimis_core.services.views import CredentialView, ShareView
from mimis_core.store.contact_tables import HelperLookRow, HelperRow
from mimis_core.store.tables import LearnerRow, ShareRow, new_id

LONGEST_HELP = timedelta(days=184)
"""Half a year; a learner can invite the same person again."""
MOST_HELPERS = 10
"""Helpers of one learner at a time."""
LONGEST_NAME = 100


class HelperOrder(Model):
    """What a learner decides about a helper. ``email`` is where the link is mailed; None: she hands it over."""

    name: str
    until: date
    show_shares: bool = False
    email: str | None = None


class Helper(Model):
    """A helper as the learner sees her. ``state``: active, ended (by the learner), expired."""

    id: str
    name: str
    until: date
    show_shares: bool
    created_at: datetime
    ended_at: datetime | None
    state: Literal["active", "ended", "expired"]
    looks: tuple[datetime, ...] = ()


class HelperLink(Model):
    """A helper who was just invited. The link is here and nowhere else; ``mailed`` says whether it went out, too."""

    helper: Helper
    url: str
    mailed: bool


class HelperView(Model):
    """What a helper sees. ``shares`` is None unless the learner shows with whom she shares."""

    helper: Helper
    learner_id: str
    learner_name: str
    credentials: tuple[CredentialView, ...]
    goals: tuple[Goal, ...]
    shares: tuple[ShareView, ...] | None = None


class HelperServices(ShareServices, PathServices):
    """Helpers of one organisation's learners."""

    def invite_helper(self, learner_id: str, helper_order: HelperOrder) -> HelperLink:
        """Let somebody look until a day, from tomorrow to half a year from now.

        Raises UserError without a name, for another day, for too many helpers at a time, and for a learner with
        protected identity; NotFoundError for an unknown one.
        """
        order, token = helper_order, secrets.token_urlsafe(24)
        today = self.clock().date()
        if not 0 < len(order.name.strip()) <= LONGEST_NAME:
            raise UserError("A helper has a name.", mend="Write one.", code="name")
        if not today < order.until <= today + LONGEST_HELP:
            raise UserError("Help ends between tomorrow and half a year from now.", mend="Choose another day.")
        with self._transaction() as session:
            learner = self._get(session, LearnerRow, learner_id, "learner")
            if learner.protected:
                raise UserError("A person with protected identity shows nothing here.", mend="Talk to the school.")
            active = [row for row in self._helpers(session, learner_id) if self._help_state(row) == "active"]
            if len(active) >= MOST_HELPERS:
                raise UserError("That are too many helpers at a time.", mend="End one first.", code="too_many")
            row = self._add_helper(session, learner_id, order, token)
            url = f"{self.settings.base_url}/in/helper/{token}"
            mailed = self._mail_helper(session, learner, order, row, url)
            return HelperLink(helper=self._helper(session, row), url=url, mailed=mailed)

    def helpers_of(self, learner_id: str) -> list[Helper]:
        """A learner's helpers, newest first, with when each has looked."""
        with self.database.reading() as session:
            rows = sorted(self._helpers(session, learner_id), key=lambda row: (row.created_at, row.id), reverse=True)
            return [self._helper(session, row) for row in rows]

    def end_help(self, learner_id: str, helper_id: str) -> None:
        """Let a helper look no more, from this moment. Repeating it changes nothing. Raises NotFoundError."""
        with self._transaction() as session:
            row = self._get(session, HelperRow, helper_id, "helper")
            if row.learner_id != learner_id:
                raise NotFoundError(f"There is no helper {helper_id!r} here.", code="unknown")
            if row.ended_at is None:
                row.ended_at = self.clock()
                self._audit(session, learner_id, "helper.end", helper_id)

    def open_help(self, token: str) -> HelperView:
        """What a helper sees by her link; the look is recorded.

        Raises NotFoundError with code ``ended``, ``expired`` or ``unknown``, also for who is protected since.
        """
        key = self.database.cipher.token_hash(token)
        with self._transaction() as session:
            row = next(iter(self._rows(session, HelperRow, HelperRow.token_key == key)), None)
            learner = self._get(session, LearnerRow, row.learner_id, "learner") if row else None
            if row is None or learner is None or learner.protected:
                raise NotFoundError("There is no such link.", code="unknown")
            if self._help_state(row) != "active":
                raise NotFoundError("The link is not open any more.", code=self._help_state(row))
            session.add(HelperLookRow(organisation=self.organisation, helper_id=row.id, at=self.clock()))
            self._audit(session, row.id, "helper.look", row.id)
            helper, name = self._helper(session, row), learner.full_name
            shares = self._open_shares(session, learner.id) if row.show_shares else None
        return HelperView(
            helper=helper,
            learner_id=learner.id,
            learner_name=name,
            credentials=tuple(self.credentials_of(learner.id)),
            goals=self.path_of(learner.id),
            shares=shares,
        )

    def _open_shares(self, session: Session, learner_id: str) -> tuple[ShareView, ...]:
        rows = self._rows(session, ShareRow, ShareRow.learner_id == learner_id)
        views = (self._share_view(session, row) for row in rows if self._state(row) == "active")
        return tuple(sorted(views, key=lambda view: view.created_at, reverse=True))

    def _helpers(self, session: Session, learner_id: str) -> list[HelperRow]:
        return self._rows(session, HelperRow, HelperRow.learner_id == learner_id)

    def _add_helper(self, session: Session, learner_id: str, order: HelperOrder, token: str) -> HelperRow:
        row = HelperRow(
            id=new_id(),
            organisation=self.organisation,
            learner_id=learner_id,
            name=order.name.strip(),
            token_key=self.database.cipher.token_hash(token),
            until=order.until,
            show_shares=order.show_shares,
            created_at=self.clock(),
        )
        session.add(row)
        session.flush()
        self._audit(session, learner_id, "helper.invite", row.id, shares=order.show_shares)
        return row

    def _mail_helper(self, session: Session, learner: LearnerRow, order: HelperOrder, row: HelperRow, url: str) -> bool:
        if not order.email or "mail" not in self.settings.couriers:
            return False
        school = self.settings.organisation
        mail = helper_mail(school, learner.full_name, row.name, row.until.isoformat(), url)
        self._queue_mail(session, learner, f"helper:{row.id}", *mail, to=order.email)
        return True

    def _helper(self, session: Session, row: HelperRow) -> Helper:
        looks = self._rows(session, HelperLookRow, HelperLookRow.helper_id == row.id)
        return Helper(
            id=row.id,
            name=row.name,
            until=row.until,
            show_shares=row.show_shares,
            created_at=row.created_at,
            ended_at=row.ended_at,
            state=self._help_state(row),
            looks=tuple(sorted(look.at for look in looks)),
        )

    def _help_state(self, row: HelperRow) -> Literal["active", "ended", "expired"]:
        if row.ended_at is not None:
            return "ended"
        return "active" if row.until >= self.clock().date() else "expired"
