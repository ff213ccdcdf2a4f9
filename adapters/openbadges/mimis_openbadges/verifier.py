"""The six checks of a verification on an Open Badge 3.0, each with its reason, and the verdict that they add up to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mimis_core import Check, Trust, Verdict, Verifier
from mimis_openbadges.chains import (
    Standing,
    holds_at,
    identifier_of,
    may_sign,
    organisation_of,
    read_anchors,
    same_organisation,
    standing,
)
from mimis_openbadges.document import EIDAS
from mimis_openbadges.form import check_form
from mimis_openbadges.jose import (
    FormError,
    Json,
    PublicKey,
    SealError,
    Token,
    certificates_of,
    check_signature,
    key_of,
)
from mimis_openbadges.multikey import did_key
from mimis_openbadges.proof import check_proof, method_of, named_key, proof_of
from mimis_openbadges.rdf import UndecidedError
from mimis_openbadges.read import claims_of, identifier_in, issuer_of, moment, open_badge
from mimis_openbadges.status import CLOCK_SKEW, Asker, check_status

CheckType = Literal["format", "seal", "owner", "accreditation", "revocation", "expiry"]
Status = Literal["ok", "error", "skipped"]
ORDER: tuple[CheckType, ...] = ("format", "seal", "owner", "accreditation", "revocation", "expiry")
MUST_BE_OK: frozenset[CheckType] = frozenset({"format", "seal", "owner", "revocation"})
"""Checks that must have been made before a badge is called valid; the others may have nothing to ask."""


@dataclass(frozen=True)
class Opened:
    """A file that could be read: the badge, and the token around it if it is one."""

    badge: Json
    token: Token | None


@dataclass(frozen=True)
class Signed:
    """A signature that holds: by which key, with which certificates if any, and when it says that it was made."""

    key: PublicKey
    made_at: datetime
    chain: tuple[x509.Certificate, ...] = field(default=())


class BadgeVerifier(Verifier):
    """Verifies Open Badges 3.0 in the JSON Web Token and the Data Integrity form, ours or anybody's."""

    def verify(self, content: bytes, trust: Trust) -> Verdict:
        """Make the six checks in the EU's order; one that fails lets those that rest on it be skipped.

        Raises ConfigurationError when a trust anchor is no certificate; never for a bad file.
        """
        anchors, now = read_anchors(trust.anchors), trust.now or datetime.now(UTC)
        checks = tuple(_checks(content, anchors, now, offline=trust.offline))
        return Verdict(verdict=conclude(checks), checks=checks)


def conclude(
    checks: tuple[Check, ...], must: Collection[CheckType] = MUST_BE_OK
) -> Literal["valid", "invalid", "unknown"]:
    """What checks add up to; those that ``must`` be made must have been."""
    if any(check.status == "error" for check in checks):
        return "invalid"
    made = {check.type for check in checks if check.status == "ok"}
    return "valid" if made >= set(must) else "unknown"


def _checks(content: bytes, anchors: tuple[x509.Certificate, ...], now: datetime, *, offline: bool) -> Iterator[Check]:
    try:
        opened = _open(content)
        yield _check("format", "ok", "The file is an Open Badge 3.0.")
    except (FormError, UndecidedError) as error:
        yield from stopped("format", error, "the file could not be read")
        return
    badge = opened.badge
    try:
        signed = signed_by(opened, anchors, now)
        yield _check(
            "seal", "ok", f"Nothing has been changed since it was signed, as it says on {_day(signed.made_at)}."
        )
    except (SealError, FormError, UndecidedError) as error:
        yield from stopped("seal", error, "the signature could not be confirmed")
        return
    owner = owner_of(signed, badge, anchors)
    yield owner
    yield _check("accreditation", "skipped", "mimis has no register to check accreditations against.")
    if owner.status == "ok":
        yield check_status(badge, Asker(signed.key, identifier_in(badge, EIDAS), anchors, now), offline=offline)
    else:
        yield _check("revocation", "skipped", "The status was not asked, since the issuer is not confirmed.")
    yield expiry_of(badge, now)


def _open(content: bytes) -> Opened:
    badge, token = open_badge(content)
    check_form(badge)
    return Opened(badge, token)


def signed_by(opened: Opened, anchors: tuple[x509.Certificate, ...], now: datetime) -> Signed:
    """The signature, if it holds. Raises SealError, FormError, and UndecidedError for what cannot be told."""
    badge = opened.badge
    if opened.token is not None:
        signed = _token_signed(opened.token, badge, anchors)
    elif "proof" in badge:
        signed = _proof_signed(badge, anchors, now)
    else:
        raise SealError("Nobody has signed the badge.")
    if signed.chain and not may_sign(signed.chain[0]):
        raise SealError("The certificate of the badge does not allow signing.")
    if _is_did_key(badge) and (not isinstance(signed.key, Ed25519PublicKey) or did_key(signed.key) != issuer_of(badge)):
        raise SealError("The badge was signed with another key than the one that its issuer is named by.")
    return signed


def _token_signed(token: Token, badge: Json, anchors: tuple[x509.Certificate, ...]) -> Signed:
    chain = certificates_of(token.header)
    key = key_of(token.header, chain)
    start = moment(badge["validFrom"])
    if start is None or not _claims_agree(token, badge):
        raise SealError("The badge says one thing in its claims and another in its text.")
    for candidate in (key,) if key else tuple(_keys(anchors)):
        try:
            check_signature(token, candidate)
        except SealError:
            if key:
                raise
            continue
        return Signed(candidate, start, chain)
    raise UndecidedError("it only names its key, and mimis asks no stranger for one")


def _claims_agree(token: Token, badge: Json) -> bool:
    """Open Badges 3.0, "Verify a Credential VC-JWT Signature": what is said twice is said alike."""
    wanted = claims_of(badge)
    told = {name: token.claims.get(name) for name in wanted}
    if token.header.get("typ") == "vc+jwt":  # VC-JOSE-COSE leaves the claims out
        return all(value in (None, wanted[name]) for name, value in told.items())
    return told == wanted


def _proof_signed(badge: Json, anchors: tuple[x509.Certificate, ...], now: datetime) -> Signed:
    proof = proof_of(badge)
    created, expires = moment(proof.get("created")), moment(proof.get("expires"))
    if created is None:
        raise UndecidedError("its proof does not say when it was made")
    if created > now + CLOCK_SKEW:
        raise SealError("The proof says that it was made in the future.")
    if "expires" in proof and (expires is None or now > expires):
        raise SealError("The proof has expired, or its end date is damaged.")
    if method_of(proof).partition("#")[0] != issuer_of(badge):
        raise SealError("The proof names a key that is not the issuer's.")
    named = named_key(proof)
    keys = (named,) if named else tuple(key for key in _keys(anchors) if isinstance(key, Ed25519PublicKey))
    if not keys:
        raise UndecidedError("its proof only names its key, and mimis asks no stranger for one")
    try:
        return Signed(check_proof(badge, proof, keys), created)
    except SealError:
        if named:
            raise
        raise UndecidedError("its proof only names its key, and no trust anchor has it") from None


def owner_of(signed: Signed, badge: Json, anchors: tuple[x509.Certificate, ...]) -> Check:
    """Whose signature it is: by its certificates, or by an anchor that pins its very key to an organisation."""
    pinned = tuple(one for one in anchors if _key(one) == signed.key and may_sign(one))
    chain = signed.chain or pinned[:1]
    if not chain:
        return _check("owner", "skipped", _whose_unknown(signed.key))
    found, certificate = standing(chain, anchors, signed.made_at), chain[0]
    if not holds_at(certificate, signed.made_at):
        return _check("owner", "error", "The certificate was not valid when the badge was signed.")
    if found is Standing.REFUSED:
        return _check("owner", "error", "The certificate was not properly issued by the authority that it names.")
    number, named = identifier_of(certificate), identifier_in(badge, EIDAS)
    whose = f"{organisation_of(certificate)} ({number})"
    if named is not None and not same_organisation(number, named):
        return _check("owner", "error", "The badge names another issuer than the organisation that signed it.")
    if found is Standing.UNKNOWN:
        return _check("owner", "skipped", f"Unknown issuer: nothing here says that {whose} can be trusted.")
    if named is None:
        return _check("owner", "skipped", f"Signed by {whose}, but the badge does not say that this is its issuer.")
    return _check("owner", "ok", f"The signature belongs to the issuer, {whose}.")


def _whose_unknown(key: PublicKey) -> str:
    """Says which key it is, so that a person can ask the school whether it is theirs."""
    name = f"the key {did_key(key)}" if isinstance(key, Ed25519PublicKey) else "a key without a certificate"
    return f"Unknown issuer: {name} signed the badge, and no trust anchor says whose it is. Anybody can make a key."


def expiry_of(badge: Json, now: datetime) -> Check:
    """Whether it holds at this moment, by its own dates."""
    start, end = moment(badge["validFrom"]), moment(badge.get("validUntil"))
    if start is None or now + CLOCK_SKEW < start:
        return _check("expiry", "error", "The badge does not hold yet.")
    if end is None:
        return _check("expiry", "ok", "The badge has no end date.")
    if now > end:
        return _check("expiry", "error", f"The badge expired on {_day(end)}.")
    return _check("expiry", "ok", f"The badge holds until {_day(end)}.")


def _keys(anchors: tuple[x509.Certificate, ...]) -> Iterator[PublicKey]:
    for one in anchors:
        key = _key(one)
        if key is not None:
            yield key


def _key(certificate: x509.Certificate) -> PublicKey | None:
    try:
        return key_of({}, (certificate,))
    except SealError:
        return None


def _is_did_key(badge: Json) -> bool:
    return issuer_of(badge).startswith("did:key:")


def _day(moment_: datetime) -> str:
    return moment_.date().isoformat()


def stopped(failed: CheckType, error: ValueError, cause: str) -> Iterator[Check]:
    """A check that failed or could not be decided, and the others, which rest on it."""
    if isinstance(error, UndecidedError):
        yield _check(failed, "skipped", f"mimis cannot check this badge: {error}.")
    else:
        yield _check(failed, "error", str(error))
    for later in ORDER[ORDER.index(failed) + 1 :]:
        yield _check(later, "skipped", f"Not checked, since {cause}.")


def _check(kind: CheckType, status: Status, reason: str) -> Check:
    return Check(type=kind, status=status, reason=reason)
