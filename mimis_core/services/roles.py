"""Roles of staff: what each may do, and what a second factor is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from mimis_core.errors import UserError

SECOND_FACTOR_LIFE = timedelta(minutes=15)
"""How long a proof by passkey counts."""


class Role(StrEnum):
    """What a member of staff is for her organisation; she may be several."""

    OWNER = "owner"
    """Skapare: answers for the content, for whom it lets issue, and for who works here."""
    ISSUER = "issuer"
    """Utfärdare: decides on awards and on what becomes of credentials."""
    REVIEWER = "reviewer"
    """Reads and comments the catalogue and its figures: an external reviewer sees no learner."""
    READER = "reader"
    """Sees what there is and changes nothing."""


ALLOWED: dict[str, frozenset[Role]] = {
    "catalogue.read": frozenset(Role),
    "catalogue.review": frozenset({Role.REVIEWER}),
    "catalogue.change": frozenset({Role.OWNER}),
    "catalogue.publish": frozenset({Role.OWNER}),
    "catalogue.rule": frozenset({Role.OWNER}),
    "stats.read": frozenset(Role),
    "learners.read": frozenset({Role.OWNER, Role.ISSUER, Role.READER}),
    "learners.change": frozenset({Role.ISSUER}),
    "learner.unprotect": frozenset({Role.ISSUER}),
    "learner.slip": frozenset({Role.ISSUER}),
    "learner.export": frozenset({Role.ISSUER}),
    "learner.erase": frozenset({Role.ISSUER}),
    "learner.merge": frozenset({Role.ISSUER}),
    "awards.read": frozenset({Role.OWNER, Role.ISSUER, Role.READER}),
    "award.approve": frozenset({Role.ISSUER}),
    "award.reject": frozenset({Role.ISSUER}),
    "attestations.read": frozenset({Role.OWNER, Role.ISSUER, Role.READER}),
    "attestation.ask": frozenset({Role.ISSUER}),
    "credentials.read": frozenset({Role.OWNER, Role.ISSUER, Role.READER}),
    "credential.suspend": frozenset({Role.ISSUER}),
    "credential.reinstate": frozenset({Role.ISSUER}),
    "credential.revoke": frozenset({Role.ISSUER}),
    "credential.reissue": frozenset({Role.ISSUER}),
    "credential.renew": frozenset({Role.ISSUER}),
    "review.decide": frozenset({Role.ISSUER}),
    "appeal.decide": frozenset({Role.ISSUER}),
    "shares.read": frozenset({Role.OWNER, Role.ISSUER, Role.READER}),
    "shares.import": frozenset({Role.OWNER, Role.ISSUER}),
    "profiles.read": frozenset({Role.OWNER, Role.ISSUER, Role.READER}),
    "profiles.change": frozenset({Role.OWNER, Role.ISSUER}),
    "work.retry": frozenset({Role.ISSUER}),
    "connections.read": frozenset({Role.OWNER, Role.ISSUER, Role.READER}),
    "connections.check": frozenset({Role.OWNER, Role.ISSUER}),
    "connections.pull": frozenset({Role.OWNER, Role.ISSUER}),
    "audit.read": frozenset({Role.OWNER}),
    "rights.read": frozenset({Role.OWNER, Role.ISSUER, Role.READER}),
    "rights.change": frozenset({Role.OWNER}),
    "staff.change": frozenset({Role.OWNER}),
}
"""Who may do what. An action that is not here may be done by nobody."""

SECOND_FACTOR = frozenset(
    {
        "appeal.decide",
        "award.approve",
        "catalogue.publish",
        "catalogue.review",
        "catalogue.rule",
        "credential.revoke",
        "credential.reissue",
        "credential.renew",
        "learner.erase",
        "learner.export",
        "learner.merge",
        "learner.slip",
        "learner.unprotect",
        "review.decide",
        "rights.change",
        "staff.change",
    }
)
"""What seals, revokes, hands out, erases or changes who may: asked for a passkey within :data:`SECOND_FACTOR_LIFE`."""


def may(roles: Iterable[Role], action: str) -> bool:
    """Whether one of these roles allows an action of :data:`ALLOWED`."""
    return not ALLOWED.get(action, frozenset()).isdisjoint(roles)


def read_roles(names: Iterable[str]) -> tuple[Role, ...]:
    """Roles by their names, each once, in the order of :class:`Role`. Raises UserError for none or an unknown one."""
    wanted = {name.strip().lower() for name in names}
    unknown = wanted - set(Role)
    if unknown or not wanted:
        raise UserError(
            f"There is no role {', '.join(sorted(unknown))!r}." if unknown else "A member of staff has a role.",
            mend=f"Choose of {', '.join(Role)}.",
            code="no_role",
        )
    return tuple(role for role in Role if role in wanted)
