"""Rights: an owner (Skapare) of this installation lets another organisation of it issue, and can stop it.

An owner elsewhere gives a mandate that stands in ``mimis.toml`` under ``[[mandates]]``; one that is here decides here,
and her decision alone counts. What was issued while a right was in force stays valid after its end.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, PermanentError, TemporaryError, UserError
from mimis_core.model import Achievement, Mandate, Model
from mimis_core.services.base import ServicesBase
from mimis_core.services.organisations import Neighbours, neighbours
from mimis_core.services.staff import LOCAL
from mimis_core.services.texts import in_swedish
from mimis_core.store.staff_tables import RightRow
from mimis_core.store.tables import AwardRow, OutboxRow, new_id

NO_RIGHT = "right"
"""Code of an award that waits for its owner to let it be issued."""


class Right(Model):
    """One right, as owner and issuer both have it on record; ``number`` is the same for both."""

    number: str
    owner: str
    achievement_id: str
    issuer: str
    statement: str
    granted_by: str
    at: datetime
    ended_at: datetime | None = None


class RightServices(ServicesBase):
    """The rights that one organisation has given or been given."""

    def rights(self) -> list[Right]:
        """Rights given and been given, newest first, ended ones included."""
        with self.database.reading() as session:
            rows = sorted(self._rows(session, RightRow), key=lambda row: (row.at, row.number), reverse=True)
            return [_to_right(row) for row in rows]

    def give_right(self, achievement_id: str, issuer: str, by: str, statement: str | None = None) -> Right:
        """The owner's half of granting: record that ``issuer`` may issue an achievement; one in force stays as it is.

        Raises UserError for an achievement that is not this organisation's own, or one of its own as issuer.
        """
        if issuer == self.organisation:
            raise UserError("An owner issues her own without a right.", mend="Name another organisation.")
        if not any(one.id == achievement_id and one.owner == self.organisation for one in self.catalogue):
            raise UserError(f"{achievement_id} is not owned by {self.organisation}.", mend="See: mimis catalogue check")
        written = f"{in_swedish(self.settings.organisation.legal_name)} låter {issuer} utfärda {achievement_id}."
        right = Right(
            number=new_id(),
            owner=self.organisation,
            achievement_id=achievement_id,
            issuer=issuer,
            statement=statement or written,
            granted_by=by,
            at=self.clock(),
        )
        try:
            return self._give_right(right)
        except IntegrityError:  # who granted it at this moment was faster
            return self._give_right(right)

    def take_right(self, right: Right) -> int:
        """The issuer's half of granting; gives how many awards that waited for it are taken up. May be repeated.

        Raises UserError for a right that is another's, or that has ended here while the owner's half has not.
        """
        if right.issuer != self.organisation or right.owner == self.organisation:
            raise UserError(f"Right {right.number} is not for {self.organisation}.", mend="Name the right issuer.")
        try:
            return self._take_right(right)
        except IntegrityError:  # who took it at this moment was faster
            return self._take_right(right)

    def _give_right(self, right: Right) -> Right:
        with self._transaction() as session:
            live = self._live_right(session, right.owner, right.achievement_id, right.issuer)
            if live is not None:
                return _to_right(live)
            self._keep_right(session, right)
            return right

    def _take_right(self, right: Right) -> int:
        with self._transaction() as session:
            known = self._rows(session, RightRow, RightRow.number == right.number)
            if known and known[0].ended_at is not None:
                raise UserError(
                    f"Right {right.number} has ended here already.",
                    mend=f"Finish ending it, then grant anew: mimis rights end {right.number}",
                )
            if not known:
                # An owner has one at a time: one that is in force here still has ended with her.
                earlier = self._live_right(session, right.owner, right.achievement_id, right.issuer, to_end=True)
                if earlier is not None:
                    self._end_right(session, earlier, right.granted_by)
                self._keep_right(session, right)
            return self._take_up(session, right.achievement_id)

    def end_right(self, number: str, by: str = LOCAL) -> None:
        """One half of ending, the owner's or the issuer's: nothing is issued by it from now on. May be repeated.

        Raises NotFoundError.
        """
        with self._transaction() as session:
            query = select(RightRow).where(RightRow.organisation == self.organisation, RightRow.number == number)
            row = session.scalars(query.with_for_update()).one_or_none()
            if row is None:
                raise NotFoundError(f"There is no right {number!r} here.", mend="See: mimis rights list")
            if row.ended_at is None:
                self._end_right(session, row, by)

    @cached_property
    def _neighbours(self) -> Neighbours:
        return neighbours(self.settings.folder)

    def _mandate(self, session: Session, achievement: Achievement, at: datetime | None = None) -> Mandate | None:
        """By what decision of another owner an achievement is issued, if there is one.

        With ``at`` as it was then, for a further file of what was issued; without it as it is now, the right locked
        until the transaction ends. Raises PermanentError when an owner of this installation does not let it be issued,
        and TemporaryError while it cannot be told whether she is of this installation.
        """
        if achievement.owner == self.organisation:
            return None
        if self._neighbours.broken:
            self.__dict__.pop("_neighbours", None)  # it may be mended by now
        here = self._neighbours
        if here.broken or achievement.owner in here.known:
            which = achievement.owner, achievement.id, self.organisation
            row = self._live_right(session, *which) if at is None else self._right_then(session, *which, at)
            if row is None:
                raise self._refusal(achievement, here)
            return _to_mandate(row)
        for mandate in self.settings.mandates:
            if mandate.owner == achievement.owner and achievement.id in (mandate.achievements or (achievement.id,)):
                return mandate
        return None

    def _refusal(self, achievement: Achievement, here: Neighbours) -> PermanentError | TemporaryError:
        if achievement.owner not in here.known:
            return TemporaryError(
                f"Whether {achievement.owner} is of this installation, and decides here, cannot be told.",
                mend=f"Mend {here.broken_names}; the award waits.",
            )
        return PermanentError(
            f"{achievement.owner} does not let {self.organisation} issue {achievement.id}.",
            mend="The award waits; it is taken up when the owner grants the right: mimis rights grant",
            code=NO_RIGHT,
        )

    def _live_right(
        self, session: Session, owner: str, achievement_id: str, issuer: str, *, to_end: bool = False
    ) -> RightRow | None:
        which = RightRow.owner == owner, RightRow.achievement_id == achievement_id, RightRow.issuer == issuer
        query = select(RightRow).where(RightRow.organisation == self.organisation, *which, RightRow.ended_at.is_(None))
        # Who ends it meanwhile waits until what is being issued is stored; who issues waits for who ends it.
        return session.scalars(query.with_for_update(read=not to_end)).one_or_none()

    def _right_then(
        self, session: Session, owner: str, achievement_id: str, issuer: str, at: datetime
    ) -> RightRow | None:
        """The right as it was at a time; of one that ended in the same second as the next began, the next."""
        which = RightRow.owner == owner, RightRow.achievement_id == achievement_id, RightRow.issuer == issuer
        then = RightRow.at <= at, or_(RightRow.ended_at.is_(None), RightRow.ended_at >= at)
        return max(self._rows(session, RightRow, *which, *then), key=lambda row: row.at, default=None)

    def _end_right(self, session: Session, row: RightRow, by: str) -> None:
        row.ended_at, row.ended_by = self.clock(), by
        session.flush()  # before another one begins: the database holds one that has not ended
        self._audit(session, by, "right.end", row.number, achievement=row.achievement_id, issuer=row.issuer)

    def _keep_right(self, session: Session, right: Right) -> None:
        session.add(RightRow(organisation=self.organisation, **right.model_dump()))
        session.flush()  # the database refuses a second one in force
        issuer = {"achievement": right.achievement_id, "issuer": right.issuer}
        self._audit(session, right.granted_by, "right.grant", right.number, owner=right.owner, **issuer)

    def _take_up(self, session: Session, achievement_id: str) -> int:
        waiting = (
            select(OutboxRow)
            .join(AwardRow, AwardRow.id == OutboxRow.ref)
            .where(OutboxRow.organisation == self.organisation, OutboxRow.kind == "issue")
            .where(OutboxRow.state == "attention", OutboxRow.code == NO_RIGHT)
            .where(AwardRow.organisation == self.organisation, AwardRow.achievement_id == achievement_id)
        )
        rows = list(session.scalars(waiting))
        for row in rows:
            row.state, row.attempts, row.not_before = "queued", 0, self.clock()
            row.reason = row.code = None
        session.info["queued"] = bool(rows)
        return len(rows)


def _to_right(row: RightRow) -> Right:
    return Right(
        number=row.number,
        owner=row.owner,
        achievement_id=row.achievement_id,
        issuer=row.issuer,
        statement=row.statement,
        granted_by=row.granted_by,
        at=row.at,
        ended_at=row.ended_at,
    )


def _to_mandate(row: RightRow) -> Mandate:
    return Mandate(
        owner=row.owner,
        statement=row.statement,
        decided_by=row.granted_by,
        decided_on=row.at.date(),
        achievements=(row.achievement_id,),
    )
