"""The six checks of the EU on a sealed credential, each with its reason, and the verdict that they add up to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from mimis_core import Check, Trust, Verdict, Verifier
from mimis_seals.form import edc
from mimis_seals.form.jws import (
    Envelope,
    FormError,
    SealError,
    certificates_of,
    check_signature,
    read_envelope,
    read_header,
    read_object,
)
from mimis_seals.keys.certificates import Certificate, UnreadableError, read_certificate, thumbprint, utc_now
from mimis_seals.verifying.owner import Ownership, Seal, check_owner
from mimis_seals.verifying.status import Question, check_status
from mimis_seals.verifying.timeline import CLOCK_SKEW, Timeline, judge_timestamps

CheckType = Literal["format", "seal", "owner", "accreditation", "revocation", "expiry"]
ORDER: tuple[CheckType, ...] = ("format", "seal", "owner", "accreditation", "revocation", "expiry")

MUST_BE_OK = {"format", "seal", "owner", "revocation"}
"""Checks that must have been made before a credential is called valid; the others may have nothing to ask."""


_SIGNING_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True)
class Opened:
    """A file that could be read: the signature taken apart, and the document inside."""

    envelope: Envelope
    document: dict[str, Any]
    claims_accreditation: bool


class JadesVerifier(Verifier):
    """Verifies European Digital Credentials sealed by JAdES, ours or anybody's."""

    def verify(self, content: bytes, trust: Trust) -> Verdict:
        """Make the six checks in the EU's order; one that fails lets those that rest on it be skipped."""
        try:
            opened = _open(content)
        except FormError as error:
            return Verdict(
                verdict="invalid", checks=tuple(_stopped("format", str(error), "the file could not be read"))
            )
        checks = tuple(_checks(opened, trust, trust.now or utc_now()))
        return Verdict(verdict=conclude(checks), checks=checks, document=opened.document)


def conclude(checks: tuple[Check, ...]) -> Literal["valid", "invalid", "unknown"]:
    """Invalid with any error; unknown when owner or revocation could not be asked; else valid.

    A certificate whose revocation could not be asked counts as revocation not asked: the EU's own service refuses then
    (facts/elm-edc.md section 5.3). Accreditation does not count: a credential without one is whole, and no public
    register of them can be asked yet. Nor does a timestamp that proves nothing, where the seal holds without it.
    """
    if any(check.status == "error" for check in checks):
        return "invalid"
    made = {check.type for check in checks if check.status == "ok"}
    return "valid" if made >= MUST_BE_OK else "unknown"


def _checks(opened: Opened, trust: Trust, now: datetime) -> Iterator[Check]:
    yield _ok("format", "The file is a European Digital Credential.")
    try:
        seal = _check_seal(opened.envelope, trust, now)
        yield _ok("seal", f"Nothing has been changed since it was sealed on {seal.made_at.date()}.")
    except (SealError, UnreadableError) as error:
        yield from _stopped("seal", str(error), "the seal does not hold")
        return
    owned = check_owner(seal, opened.document, trust, now)
    yield owned.check
    yield _check_accreditation(opened.claims_accreditation)
    yield _check_revocation(seal, owned, opened.document, trust, now)
    yield _check_expiry(opened.document, now)
    yield from _check_timestamps(seal.timeline)


def _open(content: bytes) -> Opened:
    envelope = read_envelope(content)
    text = envelope.content()
    document = read_object(text, "The credential")
    edc.check_form(document)
    # The word is looked for in the text first, as written or with an escape in it: most credentials have neither.
    possible = "accreditation" in text or "\\u" in text
    return Opened(envelope, document, possible and edc.claims_accreditation(document))


def _check_seal(envelope: Envelope, trust: Trust, now: datetime) -> Seal:
    header = read_header(envelope)
    chain = certificates_of(header)
    made_at = _made_at(header)
    certificate = _signer(chain, header)
    check_signature(envelope, header["alg"], certificate.public_key)
    if not certificate.may_seal:
        raise SealError("The certificate of the seal does not allow sealing.")
    if made_at > now + CLOCK_SKEW:
        raise SealError("The seal says that it was made in the future.")
    # Last: until the signature holds, nothing is known of who put the rest together.
    timeline = judge_timestamps(envelope, header, made_at, trust, now)
    return Seal(certificate, chain + tuple(timeline.unsigned.certificates), made_at, timeline)


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
        if isinstance(sig_t, str) and _SIGNING_TIME.fullmatch(sig_t):
            return datetime.fromisoformat(sig_t)
        if type(iat) is int:
            return datetime.fromtimestamp(iat, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise SealError("The time at which the seal was made is damaged.")


def _check_accreditation(claimed: bool) -> Check:
    if claimed:
        return _skipped("accreditation", "An accreditation is claimed; mimis has no register to check it against.")
    return _skipped("accreditation", "No accreditation is claimed.")


def _check_timestamps(timeline: Timeline) -> Iterator[Check]:
    if timeline.proven is not None:
        moment = timeline.proven.strftime("%Y-%m-%d %H:%M UTC")
        reason = f"A timestamp of a trusted authority shows that the seal existed on {moment}."
        yield Check(type="custom", status="ok", reason=reason)
    elif timeline.count:
        yield Check(type="custom", status="skipped", reason=" ".join(timeline.doubts))


def _check_revocation(seal: Seal, owned: Ownership, document: dict[str, Any], trust: Trust, now: datetime) -> Check:
    """Of the credential, by its issuer, and of the certificate, by its authority: ok needs both."""
    if owned.check.status != "ok":
        return _skipped("revocation", "The current status was not asked, since the issuer is not confirmed.")
    question = Question(document["id"], edc.status_address(document), seal.certificate, now, owned.listed)
    check = check_status(question, trust)
    if owned.revocation is None or owned.revocation.state == "unpublished":
        return check
    status = "skipped" if owned.revocation.state == "unknown" and check.status == "ok" else check.status
    return check.model_copy(update={"status": status, "reason": f"{check.reason} {owned.revocation.reason}"})


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
