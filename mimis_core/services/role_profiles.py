"""Role profiles: drafts, published versions, and what they can be begun from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError, UserError
from mimis_core.model import LangMap, Model
from mimis_core.services.esco import EscoServices
from mimis_core.services.role_needs import Need, Origin, RoleProfile, SkillNeed
from mimis_core.services.role_words import choose
from mimis_core.services.swedish import sort_key
from mimis_core.store.role_tables import RoleProfileRow
from mimis_core.store.tables import new_id

RoleState = Literal["draft", "published", "retired"]
MOST_NEEDS = 200
"""ESCO's largest occupations list about 150 skills; whoever asks for more describes no job."""


class RoleVersion(Model):
    """One version of a role profile as it is kept. ``revision`` tells two who write at the same time apart."""

    profile: RoleProfile
    state: RoleState
    revision: int
    at: datetime


class RoleProfileServices(EscoServices):
    """Role profiles of one organisation."""

    def role_profiles(self) -> list[RoleVersion]:
        """The newest version of each that is not retired, by title."""
        with self.database.reading() as session:
            rows = sorted(self._rows(session, RoleProfileRow), key=lambda row: row.version)
        newest = {row.role_id: row for row in rows}
        found = [_version(row) for row in newest.values() if row.state != "retired"]
        return sorted(found, key=_place)

    def role_profile(self, role_id: str) -> RoleVersion:
        """The newest version of one, be it a draft. Raises NotFoundError."""
        with self.database.reading() as session:
            return _version(self._newest_role(session, role_id))

    def published_role(self, role_id: str) -> RoleVersion:
        """The version that everybody may read. Raises NotFoundError when there is none."""
        with self.database.reading() as session:
            rows = self._role_rows(session, role_id, "published")
            if not rows:
                raise _unknown(role_id)
            return _version(rows[0])

    def published_roles(self) -> list[RoleVersion]:
        """Every version that everybody may read, by title."""
        with self.database.reading() as session:
            found = [_version(row) for row in self._rows(session, RoleProfileRow, RoleProfileRow.state == "published")]
        return sorted(found, key=_place)

    def new_role(
        self,
        title: LangMap,
        by: str,
        needs: Iterable[Need] = (),
        by_eye: Iterable[LangMap] = (),
        origin: Origin | None = None,
    ) -> RoleVersion:
        """Begin a profile as a draft. Raises UserError for a title that says nothing, or too many needs."""
        known = {"needs": tuple(needs), "by_eye": tuple(by_eye), "from_": origin or Origin()}
        return self._begin_role(RoleProfile(id=new_id(), title=title, **known), by)

    def occupation_role(self, occupation: str) -> RoleProfile:
        """What ESCO says that an occupation needs, as a role that is not kept: what is optional there is desirable.

        Raises UserError when ESCO is not imported, NotFoundError for an address that is no occupation.
        """
        esco = self.esco().require()
        found = esco.concept(occupation)
        if found is None or found.kind != "occupation":
            raise NotFoundError("ESCO has no such occupation.", code="unknown")
        needs = []
        for uri, need in esco.skills_of(occupation)[:MOST_NEEDS]:
            known = esco.concept(uri)
            label = known.labels if known else {"en": uri}
            needs.append(SkillNeed(skill=uri, label=label, weight="essential" if need == "essential" else "desirable"))
        origin = Origin(kind="esco", reference=occupation)
        return RoleProfile(id=new_id(), title=found.labels, needs=tuple(needs), from_=origin)

    def role_from_esco(self, occupation: str, by: str) -> RoleVersion:
        """Begin a profile with what an occupation needs. Raises as :meth:`occupation_role`."""
        return self._begin_role(self.occupation_role(occupation), by)

    def save_role(self, profile: RoleProfile, revision: int, by: str) -> RoleVersion:
        """Save what became of a profile; of a published one this begins the next version.

        Raises NotFoundError, and UserError: code ``stale`` when somebody else has saved meanwhile, ``no_role`` for
        what cannot be kept.
        """
        _require_sound(profile)
        with self._transaction() as session:
            row = self._newest_role(session, profile.id)
            if row.revision != revision or row.version != profile.version:
                raise UserError("Somebody else has saved this profile.", mend="Look at theirs first.", code="stale")
            if row.state != "draft":
                row = self._add_role(session, profile.model_copy(update={"version": row.version + 1}))
            else:
                row.content, row.revision, row.at = profile.model_dump_json(), row.revision + 1, self.clock()
            self._audit(session, by, "role.change", profile.id, version=row.version)
            return _version(row)

    def publish_role(self, role_id: str, by: str) -> RoleVersion:
        """Let everybody read the draft, with the criteria that shares are ordered by; the version before is retired.

        Raises UserError when there is no draft, or it asks for nothing.
        """
        with self._transaction() as session:
            row = self._newest_role(session, role_id)
            profile = RoleProfile.model_validate_json(row.content)
            if row.state != "draft":
                raise UserError("It is published as it stands.", mend="Change it first.", code="published")
            if not profile.needs and not profile.by_eye:
                raise UserError("A role that needs nothing is not published.", mend="Add a need.", code="no_needs")
            for earlier in self._role_rows(session, role_id, "published"):
                earlier.state = "retired"
            row.state, row.at = "published", self.clock()
            ranked = profile.criteria is not None
            self._audit(session, by, "role.publish", role_id, version=row.version, ranked=ranked)
            return _version(row)

    def retire_role(self, role_id: str, by: str) -> None:
        """End a role: nobody can read it, and nothing is ordered for it. Repeating it changes nothing."""
        with self._transaction() as session:
            row = self._newest_role(session, role_id)
            if row.state == "retired":
                return
            for earlier in self._role_rows(session, role_id):
                earlier.state = "retired"
            self._audit(session, by, "role.retire", role_id)

    def _begin_role(self, profile: RoleProfile, by: str) -> RoleVersion:
        _require_sound(profile)
        with self._transaction() as session:
            row = self._add_role(session, profile)
            self._audit(session, by, "role.create", profile.id, origin=profile.from_.kind)
            return _version(row)

    def _add_role(self, session: Session, profile: RoleProfile) -> RoleProfileRow:
        row = RoleProfileRow(
            organisation=self.organisation,
            role_id=profile.id,
            version=profile.version,
            state="draft",
            revision=1,
            content=profile.model_dump_json(),
            at=self.clock(),
        )
        session.add(row)
        try:
            session.flush()
        except IntegrityError:
            raise UserError("Somebody else has begun a draft.", mend="Look at theirs first.", code="stale") from None
        return row

    def _newest_role(self, session: Session, role_id: str) -> RoleProfileRow:
        rows = self._role_rows(session, role_id)
        if not rows:
            raise _unknown(role_id)
        return rows[-1]

    def _role_rows(self, session: Session, role_id: str, state: str | None = None) -> list[RoleProfileRow]:
        mine = RoleProfileRow.organisation == self.organisation, RoleProfileRow.role_id == role_id
        query = select(RoleProfileRow).where(*mine).order_by(RoleProfileRow.version)
        return list(session.scalars(query if state is None else query.where(RoleProfileRow.state == state)))


def _version(row: RoleProfileRow) -> RoleVersion:
    profile = RoleProfile.model_validate_json(row.content)
    return RoleVersion(profile=profile, state=row.state, revision=row.revision, at=row.at)


def _place(role: RoleVersion) -> tuple[bytes, str]:
    return sort_key(choose(role.profile.title, "sv")), role.profile.id


def _require_sound(profile: RoleProfile) -> None:
    if not any(text.strip() for text in profile.title.values()):
        raise UserError("A role has a title.", mend="Write one.", code="no_role")
    if len(profile.needs) > MOST_NEEDS:
        raise UserError(f"A role has at most {MOST_NEEDS} needs.", mend="Keep what counts.", code="no_role")


def _unknown(role_id: str) -> NotFoundError:
    return NotFoundError(f"There is no role profile {role_id!r} here.", code="unknown")
