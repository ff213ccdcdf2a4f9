"""Whose seal it is, and whether anybody that this installation relies on says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mimis_core import Check, ConfigurationError, Trust
from mimis_seals.form import edc
from mimis_seals.keys.certificates import Certificate, same_organisation
from mimis_seals.lists.copy import load_lists
from mimis_seals.revocation.proofs import Finding, Inquiry, check_path
from mimis_seals.verifying.timeline import Timeline
from mimis_seals.verifying.trust import Place, Standing, place

TRIAL = " It is a trial seal: it proves nothing outside practice."
UNKNOWN = "Unknown issuer: nothing here says that the seal of {whose} can be trusted; the name in it may be anybody's."
FETCH = "mimis seals trust update"
EXPIRED = (
    " Its certificate expired on {day}, and no trusted timestamp shows that the seal is older: since then, nobody "
    "answers for the key."
)


@dataclass(frozen=True)
class Seal:
    """A seal that holds: whose certificates, when it says that it was made, and what timestamps prove."""

    certificate: Certificate
    chain: tuple[bytes, ...]
    made_at: datetime
    timeline: Timeline


@dataclass(frozen=True)
class Ownership:
    """The owner check, and what is known of the certificate's revocation where it was to be asked.

    ``listed``: the EU's lists vouch for who it is, nobody here does.
    """

    check: Check
    revocation: Finding | None = None
    listed: bool = False


def check_owner(seal: Seal, document: dict[str, Any], trust: Trust, now: datetime) -> Ownership:
    """Judge the certificate at the best time that is proved: a trusted timestamp's, else now.

    The time that the seal states is its maker's word: it can accuse the certificate, it cannot save it. An expired
    certificate without a trusted timestamp leaves the owner unknown (ETSI EN 319 102-1, OUT_OF_BOUNDS_NO_POE).
    """
    certificate = seal.certificate
    if not same_organisation(certificate.identifier, edc.issuer_identifier(document)):
        return _wrong("The credential names another issuer than the organisation that the seal belongs to.")
    if not certificate.holds_at(seal.made_at):
        return _wrong("The certificate of the seal was not valid when the seal was made.")
    best = seal.timeline.proven or now
    in_time = certificate.holds_at(best)
    found = place(seal.chain, trust, best if in_time else seal.made_at)
    if found.standing is Standing.REFUSED:
        return _wrong("The certificate of the seal was not properly issued by the authority that it names.")
    whose = f"{certificate.organisation} ({certificate.identifier})"
    late = "" if in_time else EXPIRED.format(day=certificate.not_after.date())
    if found.standing is Standing.UNKNOWN:
        return _open(f"{UNKNOWN.format(whose=whose)}{_why_unknown(found, seal, trust)}{late}")
    if late:
        return _open(f"The seal belongs to the issuer, {whose}.{late}")
    revocation = _revocation(seal, found, best, trust, now)
    if revocation.state == "revoked":
        return _wrong(f"{revocation.reason} Nothing shows that the seal of {whose} is older.")
    reason = f"The seal belongs to the issuer, {whose}.{_quality(certificate, found)}{_age(found, trust, now)}"
    return Ownership(Check(type="owner", status="ok", reason=reason), revocation, found.service is not None)


def _revocation(seal: Seal, found: Place, best: datetime, trust: Trust, now: datetime) -> Finding:
    values = seal.timeline.unsigned
    inquiry = Inquiry(
        moment=best,
        now=now,
        proven=seal.timeline.proven is not None,
        offline=trust.offline,
        ocsps=tuple(values.ocsps),
        crls=tuple(values.crls),
    )
    return check_path(found.path, inquiry)


def _quality(certificate: Certificate, found: Place) -> str:
    """Qualified is what a list confirms; with the key in a certified device so is the seal (eIDAS, article 3(27))."""
    if certificate.trial:
        return TRIAL
    if found.service is None:
        return " It is no qualified seal: its authority is one that this installation trusts, by no list."
    by = f"{found.service.provider}, {found.service.territory}"
    if not certificate.claims.qualified:
        return f" It is no qualified seal; its authority is on the EU's trusted lists ({by})."
    if certificate.claims.qscd:
        return f" It is a qualified seal by the EU's trusted lists ({by})."
    return f" It is no qualified seal but an advanced one with a qualified certificate, by the trusted lists ({by})."


def _why_unknown(found: Place, seal: Seal, trust: Trust) -> str:
    if found.withdrawn is not None:
        service = found.withdrawn
        return f" The trusted list of {service.territory} did not grant {service.name} for seals at that time."
    if trust.lists is None:
        return ""
    try:
        lists = load_lists(trust.lists)
    except ConfigurationError:
        return f" The copy of the EU's trusted lists is damaged: delete it, then {FETCH}."
    if lists is None:
        return f" The EU's trusted lists have not been fetched yet: {FETCH}."
    if seal.certificate.claims.qualified:
        return " Its certificate calls itself qualified, but no list of the EU confirms that."
    return " No list of the EU names its authority."


def _age(found: Place, trust: Trust, now: datetime) -> str:
    lists = load_lists(trust.lists) if found.service is not None else None
    if lists is None or found.service is None:
        return ""
    old = [one for one in lists.old(now) if one in ("EU", found.service.territory)]
    return f" The copy of the trusted lists is out of date ({', '.join(old)}): mimis seals trust update." if old else ""


def _wrong(reason: str) -> Ownership:
    return Ownership(Check(type="owner", status="error", reason=reason))


def _open(reason: str) -> Ownership:
    return Ownership(Check(type="owner", status="skipped", reason=reason))
