"""Launches from a learning platform (LTI 1.3): what is under way, who a platform's user is here, and the way in.

The messages and their cryptography are the web layer's; here is what must hold in the database: each launch is
answered once and within minutes, and nobody is made by one. What a browser brings along may fail in a frame, so nothing
of it rests on a cookie.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError
from mimis_core.model import Learner, Model
from mimis_core.services.learners import LearnerServices, to_learner
from mimis_core.store.identity_tables import IdentityRow, LearnerRow, SignInRow
from mimis_core.store.launch_tables import LaunchRow, PlacementRow

LAUNCH_LIFE = timedelta(minutes=10)
HANDOVER_LIFE = timedelta(seconds=60)
PLACEMENT_LIFE = timedelta(hours=1)
"""A teacher may read, and be called away, before she chooses."""
LAUNCH = "launch"
"""Kind of a sign-in that a platform vouches for."""


class NewLaunch(Model):
    """What goes to the platform and must come back: in the form, and in the signed token."""

    state: str
    nonce: str


class Launch(Model):
    """A launch whose answer has come. ``nonce_key`` is a keyed hash: :meth:`LaunchServices.asked_with` compares."""

    platform: str
    nonce_key: str
    began_at: datetime


class Placement(Model):
    """A choice under way: what the platform asked for (Deep Linking 2.0, 4.4.1).

    ``data`` is the platform's own and goes back as it came.
    """

    platform: str
    deployment_id: str
    return_url: str
    data: str | None = None


class LaunchServices(LearnerServices):
    """Launches into one organisation."""

    def begin_launch(self, platform: str) -> NewLaunch:
        """Remember that a platform's user is sent there to prove who she is, for ten minutes."""
        new, now = NewLaunch(state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32)), self.clock()
        with self._transaction() as session:
            self._forget(session, LaunchRow)
            row = LaunchRow(
                organisation=self.organisation,
                state_key=self.database.cipher.token_hash(new.state),
                nonce_key=self.database.cipher.token_hash(new.nonce),
                platform=platform,
                began_at=now,
                expires=now + LAUNCH_LIFE,
            )
            session.add(row)
        return new

    def take_launch(self, launch_state: str) -> Launch:
        """Use a launch up, before its answer is looked at. Raises NotFoundError when it is not under way (any more)."""
        mine = LaunchRow.organisation == self.organisation, LaunchRow.expires > self.clock()
        taken = delete(LaunchRow).where(*mine, LaunchRow.state_key == self.database.cipher.token_hash(launch_state))
        with self._transaction() as session:
            columns = LaunchRow.platform, LaunchRow.nonce_key, LaunchRow.began_at
            row = session.execute(taken.returning(*columns)).one_or_none()
        if row is None:
            raise NotFoundError("This launch is not under way.", mend="Open the page from the course.", code="state")
        return Launch(platform=row.platform, nonce_key=row.nonce_key, began_at=row.began_at)

    def asked_with(self, launch: Launch, nonce: str) -> bool:
        """Whether it is this launch that the nonce was made for."""
        return hmac.compare_digest(launch.nonce_key, self.database.cipher.token_hash(nonce))

    def learner_known_as(self, source: str, key: str) -> Learner | None:
        """The learner whom a source calls so; None when nothing of hers has been pulled, or she was erased."""
        named = (
            select(LearnerRow)
            .join(IdentityRow, IdentityRow.learner_id == LearnerRow.id)
            .where(IdentityRow.organisation == self.organisation, IdentityRow.source == source, IdentityRow.key == key)
        )
        with self.database.reading() as session:
            row = session.scalars(named).one_or_none()
            return None if row is None else to_learner(row)

    def record_launch(self, learner_id: str) -> None:
        """Record that a platform let her in. Raises NotFoundError."""
        with self._transaction() as session:
            self._get(session, LearnerRow, learner_id, "learner")
            self._audit(session, learner_id, "sign_in", learner_id, kind=LAUNCH)

    def hand_over(self, learner_id: str) -> str:
        """A token by which a window without cookies lets her in, once, within a minute (``redeem_sign_in``)."""
        token = secrets.token_urlsafe(32)
        with self._transaction() as session:
            self._get(session, LearnerRow, learner_id, "learner")
            old = SignInRow.organisation == self.organisation, SignInRow.kind == LAUNCH
            session.execute(delete(SignInRow).where(*old, SignInRow.expires <= self.clock()))
            session.add(self._sign_in_row(learner_id, token, LAUNCH, self.clock() + HANDOVER_LIFE, None))
        return token

    def begin_placement(self, placement: Placement) -> str:
        """Remember what a platform asked a teacher to choose; gives the token that her form carries."""
        token = secrets.token_urlsafe(32)
        with self._transaction() as session:
            self._forget(session, PlacementRow)
            row = PlacementRow(
                organisation=self.organisation,
                token_key=self.database.cipher.token_hash(token),
                platform=placement.platform,
                request=placement.model_dump_json(),
                expires=self.clock() + PLACEMENT_LIFE,
            )
            session.add(row)
        return token

    def take_placement(self, token: str) -> Placement:
        """Use a choice up: it is made. Raises NotFoundError when it was, or is too old."""
        mine = PlacementRow.organisation == self.organisation, PlacementRow.expires > self.clock()
        taken = delete(PlacementRow).where(*mine, PlacementRow.token_key == self.database.cipher.token_hash(token))
        with self._transaction() as session:
            request = session.execute(taken.returning(PlacementRow.request)).scalar_one_or_none()
        if request is None:
            raise NotFoundError("This choice is not open.", mend="Begin again in the course.", code="placement")
        return Placement.model_validate_json(request)

    def _forget(self, session: Session, table: type[LaunchRow | PlacementRow]) -> None:
        """Remove what was never answered. What another process is removing is left to it: nobody waits for that."""
        over = table.organisation == self.organisation, table.expires <= self.clock()
        found = select(table.id).where(*over).with_for_update(skip_locked=True)
        session.execute(delete(table).where(table.id.in_(found)))
