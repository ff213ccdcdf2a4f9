"""The order of shares for a role, by criteria that everybody may read. Without such criteria there is none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mimis_core.errors import UserError
from mimis_core.model import Model
from mimis_core.services.employer import EmployerServices, ImportLine, to_line
from mimis_core.services.role_match import Matcher
from mimis_core.services.role_needs import Criteria, RoleProfile, Sight
from mimis_core.services.role_profiles import RoleProfileServices
from mimis_core.store.role_tables import ImportCompetenceRow
from mimis_core.store.tables import ImportRow

ON_A_PAGE = 50
Counts = dict[Sight, int]
Key = tuple[int, ...]
"""Counts in the order of the criteria: the greater goes first."""


class Ranked(Model):
    """One share in the order of a role's criteria. Those of one ``place`` are equal by all of the criteria."""

    place: int
    counts: Counts
    share: ImportLine


class RankedPage(Model):
    """A part of the order; ``after`` is where the next one begins, None at the end. ``total`` are all in the order."""

    role: RoleProfile
    shares: tuple[Ranked, ...]
    total: int
    after: int | None


class RoleRankingServices(EmployerServices, RoleProfileServices):
    """Shares in order."""

    def rank_shares(self, role_id: str, after: int = 0) -> RankedPage:
        """The shares that were taken in and prove anything, in the order that the published role states.

        Raises NotFoundError when the role is not published, UserError (``no_criteria``) when it states no order.
        """
        role = self.published_role(role_id).profile
        if role.criteria is None:
            raise UserError(
                "Shares are not put in order for this role: it does not say how.",
                mend="State the criteria in the role profile and publish it: those who share can then read them.",
                code="no_criteria",
            )
        with self.database.reading() as session:
            totals = self._totals(session, Matcher(role, self.esco()))
            wanted = list(_page(_equals(totals, role, role.criteria), after))
            rows = self._rows_in(session, ImportRow, ImportRow.id, [one for _, _, one in wanted])
            lines = {row.id: to_line(row) for row in rows}
        shares = tuple(
            Ranked(place=place, counts=dict(zip(role.criteria.order, key, strict=True)), share=lines[one])
            for place, key, one in wanted
        )
        more = len(totals) > after + ON_A_PAGE
        return RankedPage(role=role, shares=shares, total=len(totals), after=after + ON_A_PAGE if more else None)

    def _totals(self, session: Session, matcher: Matcher) -> dict[str, int]:
        """Of each share the needs that it meets, and above those bits the needs that it meets partly.

        Each distinct competence is compared with the role once; a share is then no more than the bits of its own. The
        database gives the shares of a competence as one text, which is read many times as fast as a row for each. The
        links go first: a competence stays when it is there, but while this reads another share may bring a new one.
        """
        mine, held = ImportCompetenceRow.organisation == self.organisation, ImportCompetenceRow.competence_id
        shares = func.aggregate_strings(ImportCompetenceRow.import_id, ",")
        links = session.execute(select(held, shares).where(mine, self._holds()).group_by(held)).all()
        size, competences = len(matcher.role.needs), self._all_competences(session)
        totals: defaultdict[str, int] = defaultdict(int)
        for competence_id, ids in links:
            met, partly = matcher.masks(competences[competence_id])
            mask = met | partly << size
            for import_id in ids.split(","):
                totals[import_id] |= mask
        return totals


def _equals(totals: Mapping[str, int], role: RoleProfile, criteria: Criteria) -> list[tuple[Key, list[str]]]:
    """Ids of the shares that are equal by all criteria, the first ones first."""
    by_mask: defaultdict[int, list[str]] = defaultdict(list)
    for import_id, mask in totals.items():
        by_mask[mask].append(import_id)
    equals: defaultdict[Key, list[str]] = defaultdict(list)
    for mask, ids in by_mask.items():
        equals[_key(mask, role, criteria)] += ids
    return sorted(equals.items(), reverse=True)


def _page(equals: Iterable[tuple[Key, list[str]]], after: int) -> Iterator[tuple[int, Key, str]]:
    """Place, counts and id of each share on a page; among equals the ids decide, which say nothing."""
    before = 0
    for key, ids in equals:
        start, end = max(0, after - before), after + ON_A_PAGE - before
        if start < len(ids) and end > 0:
            yield from ((before + 1, key, one) for one in sorted(ids)[start:end])
        before += len(ids)


def _key(mask: int, role: RoleProfile, criteria: Criteria) -> Key:
    """How many needs there are of each sort that the criteria name, in their order."""
    size = len(role.needs)
    met = mask & (1 << size) - 1
    partly = mask >> size & ~met
    essential = sum((need.weight == "essential") << place for place, need in enumerate(role.needs))
    bits: dict[Sight, int] = {
        "essential_met": met & essential,
        "essential_partly": partly & essential,
        "desirable_met": met & ~essential,
        "desirable_partly": partly & ~essential,
    }
    return tuple(bits[sight].bit_count() for sight in criteria.order)
