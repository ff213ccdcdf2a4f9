"""Match and gap: what a share or a learner proves against a role.

What is read of a person is her proved competences alone (:mod:`mimis_core.services.competences`).
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from mimis_core.model import Achievement, CredentialStatus, Model
from mimis_core.principles import passes
from mimis_core.services.competences import Competence, competence_in
from mimis_core.services.employer import to_line
from mimis_core.services.role_match import Line, Matcher
from mimis_core.services.role_needs import RoleProfile
from mimis_core.services.role_ranking import RoleRankingServices
from mimis_core.store.tables import CredentialRow, ImportRow, LearnerRow


class RoleMatch(Model):
    """A role against what a share proves: a line for each need.

    ``esco`` is the version of ESCO that says what is broader and narrower; empty: only equal skills were found.
    ``said`` tells that there was a credential without its file, of which only the issuer says what it proves; that
    counts only if it is ``asked``: one that this employer has chosen to ask.
    """

    role: RoleProfile
    lines: tuple[Line, ...]
    esco: str
    said: bool = False
    asked: bool = False


class GapLine(Model):
    """A line, and the entries of the catalogue that would meet the need, those that close most of the gap first."""

    line: Line
    closed_by: tuple[Achievement, ...] = ()


class Gap(Model):
    """A role against a learner's own credentials, with what closes the gap; ``esco`` as in :class:`RoleMatch`."""

    role: RoleProfile
    lines: tuple[GapLine, ...]
    esco: str


class RoleMatchServices(RoleRankingServices):
    """Roles against what is proved."""

    def match_share(self, role_id: str, import_id: str) -> RoleMatch:
        """A share that was taken in against the newest version of a role. Raises NotFoundError."""
        role, esco = self.role_profile(role_id).profile, self.esco()
        with self.database.reading() as session:
            share = to_line(self._get(session, ImportRow, import_id, "share")).share
            held = self._competences_of_import(session, import_id)
        said = any(not one.content for one in share.credentials)
        lines, asked = Matcher(role, esco).lines(held), self._is_asked(share)
        return RoleMatch(role=role, lines=lines, esco=esco.version, said=said, asked=asked)

    def gap_of(self, learner_id: str, profile: RoleProfile) -> Gap:
        """A learner's credentials in force against a role, whosever role it is. Raises NotFoundError."""
        esco = self.esco()
        matcher = Matcher(profile, esco)
        with self.database.reading() as session:
            self._get(session, LearnerRow, learner_id, "learner")
            held = self._competences_of_learner(session, learner_id)
        lines = matcher.lines(held)
        closing = self._closing(matcher, lines)
        made = tuple(GapLine(line=line, closed_by=found) for line, found in zip(lines, closing, strict=True))
        return Gap(role=profile, lines=made, esco=esco.version)

    def _competences_of_learner(self, session: Session, learner_id: str) -> list[Competence]:
        hers = CredentialRow.learner_id == learner_id, CredentialRow.status == CredentialStatus.ACTIVE.value
        rows = self._rows(session, CredentialRow, *hers)
        held = [row for row in rows if row.valid_until is None or row.valid_until >= self.clock()]
        entries = (Achievement.model_validate_json(row.achievement) for row in held)
        return [competence_in(entry, self.owner(entry.owner)) for entry in entries]

    def _closing(self, matcher: Matcher, lines: tuple[Line, ...]) -> list[tuple[Achievement, ...]]:
        """For each line the entries that are awarded now and would meet it; none where it is met."""
        unmet = sum((line.status != "met") << place for place, line in enumerate(lines))
        snapshot = self.catalogue_reader.read()
        awarded = [entry for entry in snapshot.catalogue.latest() if passes(snapshot.checks(entry))]
        offered = ((entry, competence_in(entry, self.owner(entry.owner))) for entry in awarded)
        closes = [(matcher.masks(competence)[0] & unmet, entry) for entry, competence in offered]
        closes.sort(key=lambda one: (-one[0].bit_count(), one[1].id))
        return [tuple(entry for mask, entry in closes if mask >> place & 1) for place in range(len(lines))]
