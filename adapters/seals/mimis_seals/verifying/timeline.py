"""What timestamps prove about a seal: when its signature existed at the latest, by whose word.

The newest archive timestamp is judged today, and each older one at the time that the newer one proves; so a token whose
authority has expired since still counts below one that has not (ETSI EN 319 102-1 section 5.5, in short).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from mimis_core import Trust
from mimis_seals.form.imprints import archive_imprint, content_imprint, signature_imprint
from mimis_seals.form.jws import Envelope, SealError
from mimis_seals.form.timestamps import TimestampError, TimestampToken, read_token
from mimis_seals.form.unsigned import Unsigned, content_tokens, read_unsigned
from mimis_seals.keys.certificates import UnreadableError, read_certificate
from mimis_seals.revocation.proofs import Inquiry, check_path
from mimis_seals.verifying.trust import Standing, place

CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class Timeline:
    """What was found. ``proven``: the signature existed then, by a timestamp that is trusted; None without one.

    ``doubts`` are sentences about timestamps that prove nothing here; ``count`` is how many there are in all.
    """

    unsigned: Unsigned
    proven: datetime | None = None
    doubts: tuple[str, ...] = ()
    count: int = 0


@dataclass
class _Case:
    """One seal in judgement."""

    envelope: Envelope
    unsigned: Unsigned
    trust: Trust
    now: datetime
    doubts: list[str] = field(default_factory=list)


def judge_timestamps(
    envelope: Envelope, header: dict[str, Any], made_at: datetime, trust: Trust, now: datetime
) -> Timeline:
    """Judge every timestamp of a seal whose signature holds.

    Raises SealError when one belongs to something else, is damaged, or contradicts the seal's own time: a file with
    such a token was put together by somebody. One of an unknown authority is only a doubt.
    """
    case = _Case(envelope, read_unsigned(envelope.unprotected), trust, now)
    early = content_tokens(header)
    if not early and not case.unsigned.tokens:
        return Timeline(case.unsigned)
    payload = envelope.payload.encode()
    content = [_read(token, content_imprint(payload), case) for token in early]
    archived = _judge_archive(case, payload, made_at)
    signed = list(_judge_signature_tokens(case, archived or now, made_at))
    proven = min((moment for moment in (*signed, archived) if moment is not None), default=None)
    _check_order(content, proven, made_at)
    for token in content:
        _trusted(token, case, archived or now)
    count = len(early) + case.unsigned.tokens
    return Timeline(case.unsigned, proven, tuple(dict.fromkeys(case.doubts)), count)


def _judge_archive(case: _Case, payload: bytes, made_at: datetime) -> datetime | None:
    """The time that the oldest archive timestamp proves, going back from the newest."""
    proven: datetime | None = None
    for archive in reversed(case.unsigned.archive_tokens):
        envelope = case.envelope
        imprint = archive_imprint(payload, envelope.protected, envelope.signature, archive.before)
        token = _read(archive.token, imprint, case)
        _check_order([], token.gen_time, made_at)
        if _trusted(token, case, proven or case.now):
            proven = token.gen_time
    return proven


def _judge_signature_tokens(case: _Case, moment: datetime, made_at: datetime) -> Iterator[datetime]:
    imprint = signature_imprint(case.envelope.signature)
    for der in case.unsigned.signature_tokens:
        token = _read(der, imprint, case)
        _check_order([], token.gen_time, made_at)
        if _trusted(token, case, moment):
            yield token.gen_time


def _read(der: bytes, imprint: bytes, case: _Case) -> TimestampToken:
    try:
        token = _token(der)
    except TimestampError as error:
        raise SealError(str(error)) from None
    if token.hash_algorithm != "sha256":
        raise SealError("A timestamp of the seal uses another digest than European Digital Credentials do.")
    if token.imprint != imprint:
        raise SealError("A timestamp in the file belongs to something else: the file was changed or put together.")
    if token.gen_time > case.now + CLOCK_SKEW:
        raise SealError("A timestamp in the file says that it was made in the future.")
    return token


@lru_cache(maxsize=64)
def _token(der: bytes) -> TimestampToken:
    return read_token(der)


def _check_order(content: list[TimestampToken], proven: datetime | None, made_at: datetime) -> None:
    if proven is not None and made_at > proven + CLOCK_SKEW:
        raise SealError("The seal says that it was made after the timestamp that was put on it.")
    if any(proven is not None and token.gen_time > proven + CLOCK_SKEW for token in content):
        raise SealError("The timestamps of the seal contradict each other.")


def _trusted(token: TimestampToken, case: _Case, moment: datetime) -> bool:
    """Whether the authority of a token is one that an anchor or a list names, as judged at a moment."""
    doubt = _doubt(token, case, moment)
    if doubt is not None:
        case.doubts.append(f"The timestamp of {token.gen_time.date()} proves nothing here: {doubt}")
    return doubt is None


def _doubt(token: TimestampToken, case: _Case, moment: datetime) -> str | None:
    try:
        unit = read_certificate(token.signer)
    except UnreadableError:
        return "its authority's certificate cannot be read."
    if not unit.may_timestamp:
        return "its certificate is not one for timestamps."
    if not unit.holds_at(token.gen_time):
        return "its certificate was not valid then."
    late = not unit.holds_at(moment)
    chain = token.chain + tuple(case.unsigned.certificates)
    found = place(chain, case.trust, token.gen_time if late else moment, "timestamp")
    if found.standing is Standing.UNKNOWN:
        return "no anchor or list names its authority."
    if found.standing is Standing.REFUSED:
        return "its authority's certificate was not properly issued."
    if late:
        return "its authority's certificate has expired, and no newer timestamp stands above it."
    state = check_path(found.path, _inquiry(token, case)).state
    if state in ("good", "unpublished"):
        return None
    return "its authority's certificate was revoked." if state == "revoked" else "its revocation could not be asked."


def _inquiry(token: TimestampToken, case: _Case) -> Inquiry:
    # Strict: with a key that was stolen later, times of today can be written back.
    values = case.unsigned
    return Inquiry(
        moment=token.gen_time,
        now=case.now,
        proven=True,
        strict=True,
        offline=case.trust.offline,
        ocsps=tuple(values.ocsps),
        crls=tuple(values.crls),
    )
