"""Asking an issuer for a credential's current status, and believing the answer only when the issuer signed it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from mimis_core import Check, Trust
from mimis_seals.form.jws import (
    FormError,
    SealError,
    certificates_of,
    check_signature,
    read_envelope,
    read_header,
    read_object,
)
from mimis_seals.keys.certificates import Certificate, UnreadableError, read_certificate, same_organisation
from mimis_seals.revocation.fetching import Bounds, Fetched, FetchError, fetch
from mimis_seals.verifying.trust import Standing, place

BOUNDS = Bounds("The status service", 5.0, 65_536)
"""Five seconds for a whole answer: somebody waits for the verdict."""
LONGEST_MEMORY = 300
"""Seconds that an answer is kept at most, when its sender allows it; ``Trust.fresh`` asks all the same."""
MOST_REMEMBERED = 2000
CLOCK_SKEW = timedelta(minutes=5)
TYPE = "mimis-status+jwt"

SENTENCES = {
    "revoked": "The issuer has revoked the credential.",
    "suspended": "The issuer has suspended the credential for now.",
    "superseded": "The issuer has replaced the credential with a newer one.",
    "expired": "The issuer says that the credential has expired.",
}


_UNHEARD = {
    "address": "The address for the current status is not a web address.",
    "private": "The address for the current status lies inside a private network, and is not asked.",
    "silent": "The issuer's status service does not answer. This says nothing about the credential.",
    "refused": "The issuer's status service refused to answer ({status}).",
    "large": "The issuer's status service sent far more than a status.",
}


class UnheardError(Exception):
    """No answer that can be relied on; the text is a sentence for people."""


@dataclass(frozen=True)
class Question:
    """What is asked about: the credential's id, where, who must have signed the answer, and when it is now.

    ``listed``: the issuer is known by the EU's lists alone; addresses inside this network are then not asked.
    """

    urn: str
    address: str | None
    seal: Certificate
    now: datetime
    listed: bool = False


class _Memory:
    """Signed answers that their senders let be kept; each is judged again when used."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[bytes, datetime, datetime]] = {}

    def find(self, question: Question) -> bytes | None:
        body, start, end = self._kept.get(question.address or "", (None, question.now, question.now))
        return body if start <= question.now < end else None

    def keep(self, question: Question, fetched: Fetched) -> None:
        if not fetched.keep or question.address is None:
            return
        while len(self._kept) >= MOST_REMEMBERED:
            self._kept.pop(next(iter(self._kept)), None)
        end = question.now + timedelta(seconds=min(fetched.keep, LONGEST_MEMORY))
        self._kept[question.address] = (fetched.body, question.now, end)


_memory = _Memory()


def check_status(question: Question, trust: Trust) -> Check:
    """The revocation check: error when the issuer took the credential back, skipped when that could not be asked."""
    try:
        status = _heard(question, trust)
    except UnheardError as reason:
        return Check(type="revocation", status="skipped", reason=str(reason))
    if status == "active":
        return Check(type="revocation", status="ok", reason="The issuer says that the credential is in force.")
    return Check(type="revocation", status="error", reason=SENTENCES[status])


def _heard(question: Question, trust: Trust) -> str:
    if question.address is None:
        raise UnheardError("The credential does not say where its current status can be asked.")
    if trust.offline:
        raise UnheardError("The issuer was not asked for the current status: this check was made offline.")
    remembered = None if trust.fresh else _memory.find(question)
    try:
        if remembered is not None:
            return _read_answer(remembered, question, trust)
        fetched = _fetch(question.address, replace(BOUNDS, public=question.listed))
        status = _read_answer(fetched.body, question, trust)
        _memory.keep(question, fetched)
        return status
    except (FormError, SealError, UnreadableError):
        raise UnheardError("The issuer's status service gave an answer that cannot be trusted.") from None


def _fetch(address: str, bounds: Bounds) -> Fetched:
    try:
        return fetch(address, bounds, {"Accept": "application/jose"})
    except FetchError as error:
        raise UnheardError(_UNHEARD[error.kind].format(status=error.status)) from None


@dataclass(frozen=True)
class _Answer:
    """An answer whose signature holds; whose it is, and whether it is still true, is judged anew each time."""

    claims: dict[str, Any]
    chain: tuple[bytes, ...]
    signer: Certificate


def _read_answer(content: bytes, question: Question, trust: Trust) -> str:
    answer = _open(content)
    trusted = answer.signer.may_seal and place(answer.chain, trust, question.now).standing is Standing.TRUSTED
    if not trusted or not same_organisation(answer.signer.identifier, question.seal.identifier):
        raise UnheardError("The answer about the current status was not signed by the issuer.")
    return _status_of(answer.claims, question)


@lru_cache(maxsize=MOST_REMEMBERED)
def _open(content: bytes) -> _Answer:
    envelope = read_envelope(content)
    header = read_header(envelope)
    if header.get("typ") != TYPE:
        raise SealError("The answer is not a status.")
    claims = read_object(envelope.content(), "The answer")
    chain = certificates_of(header)
    signer = read_certificate(chain[0])
    check_signature(envelope, header["alg"], signer.public_key)
    return _Answer(claims, chain, signer)


def _status_of(claims: dict[str, Any], question: Question) -> str:
    issued, expires, status = claims.get("iat"), claims.get("exp"), claims.get("status")
    if claims.get("sub") != question.urn:
        raise UnheardError("The issuer's status service answered about another credential.")
    if type(issued) is not int or type(expires) is not int or status not in ["active", *SENTENCES]:
        raise UnheardError("The issuer's status service gave an answer that cannot be understood.")
    now = question.now.timestamp()
    if now > expires or issued > now + CLOCK_SKEW.total_seconds():
        raise UnheardError("The answer about the current status is out of date.")
    return str(status)
