"""The six checks of the EU on a sealed credential, each with its reason, and the verdict that they add up to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from mimis_core import Check, Trust, Verdict, Verifier
from mimis_seals import edc
from mimis_seals.certificates import (
    Certificate,
    UnreadableError,
    read_certificate,
    same_organisation,
    thumbprint,
    utc_now,
)
from mimis_seals.jws import (
    Envelope,
    FormError,
    SealError,
    certificates_of,
    check_signature,
    read_envelope,
    read_header,
    read_object,
)
from mimis_seals.status import CLOCK_SKEW, Question, check_status
from mimis_seals.trust import Standing, standing

CheckType = Literal["format", "seal", "owner", "accreditation", "revocation", "expiry"]
ORDER: tuple[CheckType, ...] = ("format", "seal", "owner", "accreditation", "revocation", "expiry")

MUST_BE_OK = {"format", "seal", "owner", "revocation"}
"""Checks that must have been made before a credential is called valid; the others may have nothing to ask."""

TRIAL = " It is a trial seal: it proves nothing outside practice."


@dataclass(frozen=True)
class Opened:
    """A file that could be read: the signature taken apart, and the document inside."""

    envelope: Envelope
    document: dict[str, Any]


@dataclass(frozen=True)
class Seal:
    """A seal that holds: whose certificates, and when it says that it was made."""

    certificate: Certificate
    chain: tuple[bytes, ...]
    made_at: datetime


class JadesVerifier(Verifier):
    """Verifies European Digital Credentials sealed by JAdES, ours or anybody's."""

    def verify(self, content: bytes, trust: Trust) -> Verdict:
        """Make the six checks in the EU's order; one that fails lets those that rest on it be skipped."""
        now = trust.now or utc_now()
        checks = tuple(_checks(content, trust, now))
        return Verdict(verdict=conclude(checks), checks=checks)


def conclude(checks: tuple[Check, ...]) -> Literal["valid", "invalid", "unknown"]:
    """Invalid with any error; unknown when owner or revocation could not be asked; else valid.

    Accreditation does not count: a credential without one is whole, and no public register of them can be asked yet.
    """
    if any(check.status == "error" for check in checks):
        return "invalid"
    made = {check.type for check in checks if check.status == "ok"}
    return "valid" if made >= MUST_BE_OK else "unknown"


def _checks(content: bytes, trust: Trust, now: datetime) -> Iterator[Check]:
    try:
        opened = _open(content)
        yield _ok("format", "The file is a European Digital Credential.")
    except FormError as error:
        yield from _stopped("format", str(error), "the file could not be read")
        return
    try:
        seal = _check_seal(opened.envelope, now)
        yield _ok("seal", f"Nothing has been changed since it was sealed on {seal.made_at.date()}.")
    except (SealError, UnreadableError) as error:
        yield from _stopped("seal", str(error), "the seal does not hold")
        return
    owner = _check_owner(seal, opened.document, trust)
    yield owner
    yield _check_accreditation(opened.document)
    yield _check_revocation(seal, owner, opened.document, trust, now)
    yield _check_expiry(opened.document, now)


def _open(content: bytes) -> Opened:
    envelope = read_envelope(content)
    document = read_object(envelope.content(), "The credential")
    edc.check_form(document)
    return Opened(envelope, document)


def _check_seal(envelope: Envelope, now: datetime) -> Seal:
    header = read_header(envelope)
    chain = certificates_of(header)
    made_at = _made_at(header)
    certificate = _signer(chain, header)
    check_signature(envelope, header["alg"], certificate.public_key)
    if not certificate.may_seal:
        raise SealError("The certificate of the seal does not allow sealing.")
    if made_at > now + CLOCK_SKEW:
        raise SealError("The seal says that it was made in the future.")
    return Seal(certificate, chain, made_at)


def _signer(chain: tuple[bytes, ...], header: dict[str, Any]) -> Certificate:
    # The hash is compared before the certificate is parsed: nothing but what the seal names is read.
    if header.get("x5t#S256") != thumbprint(chain[0]):
        raise SealError("The seal names another certificate than the one that it carries.")
    return read_certificate(chain[0])


def _made_at(header: dict[str, Any]) -> datetime:
    sig_t, iat = header.get("sigT"), header.get("iat")
    if (sig_t is None) == (iat is None):
        raise SealError("The seal does not say clearly when it was made.")
    try:
        if isinstance(sig_t, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", sig_t, re.ASCII):
            return datetime.fromisoformat(sig_t)
        if type(iat) is int:
            return datetime.fromtimestamp(iat, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise SealError("The time at which the seal was made is damaged.")


def _check_owner(seal: Seal, document: dict[str, Any], trust: Trust) -> Check:
    certificate = seal.certificate
    if not same_organisation(certificate.identifier, edc.issuer_identifier(document)):
        return _error("owner", "The credential names another issuer than the organisation that the seal belongs to.")
    if not certificate.holds_at(seal.made_at):
        return _error("owner", "The certificate of the seal was not valid when the seal was made.")
    found = standing(seal.chain, trust.anchors, seal.made_at)
    if found is Standing.REFUSED:
        return _error("owner", "The certificate of the seal was not properly issued by the authority that it names.")
    whose = f"{certificate.organisation} ({certificate.identifier})"
    if found is Standing.UNKNOWN:
        return _skipped("owner", f"Unknown issuer: nothing here says that the seal of {whose} can be trusted.")
    return _ok("owner", f"The seal belongs to the issuer, {whose}.{TRIAL if certificate.trial else ''}")


def _check_accreditation(document: dict[str, Any]) -> Check:
    if edc.claims_accreditation(document):
        return _skipped("accreditation", "An accreditation is claimed; mimis has no register to check it against.")
    return _skipped("accreditation", "No accreditation is claimed.")


def _check_revocation(seal: Seal, owner: Check, document: dict[str, Any], trust: Trust, now: datetime) -> Check:
    if owner.status != "ok":
        return _skipped("revocation", "The current status was not asked, since the issuer is not confirmed.")
    return check_status(Question(document["id"], edc.status_address(document), seal.certificate, now), trust)


def _check_expiry(document: dict[str, Any], now: datetime) -> Check:
    start, end = edc.valid_from(document), edc.valid_until(document)
    if now < start:
        return _error("expiry", f"The credential does not hold until {start.date()}.")
    if end is None:
        return _ok("expiry", "The credential has no end date.")
    if now > end:
        return _error("expiry", f"The credential expired on {end.date()}.")
    return _ok("expiry", f"The credential holds until {end.date()}.")


def _stopped(failed: CheckType, reason: str, cause: str) -> Iterator[Check]:
    yield _error(failed, reason)
    for later in ORDER[ORDER.index(failed) + 1 :]:
        yield _skipped(later, f"Not checked, since {cause}.")


def _ok(kind: CheckType, reason: str) -> Check:
    return Check(type=kind, status="ok", reason=reason)


def _error(kind: CheckType, reason: str) -> Check:
    return Check(type=kind, status="error", reason=reason)


def _skipped(kind: CheckType, reason: str) -> Check:
    return Check(type=kind, status="skipped", reason=reason)
