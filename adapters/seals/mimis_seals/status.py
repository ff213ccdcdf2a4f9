"""Asking an issuer for a credential's current status, and believing the answer only when the issuer signed it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from mimis_core import Check, MimisError, TemporaryError, Trust
from mimis_core.http import Client, Response
from mimis_seals.certificates import Certificate, UnreadableError, read_certificate, same_organisation
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
from mimis_seals.trust import Standing, standing

TIMEOUT = 5.0
"""Seconds that a whole answer may take: somebody waits for the verdict."""
LARGEST_ANSWER = 65536
CLOCK_SKEW = timedelta(minutes=5)
TYPE = "mimis-status+jwt"

SENTENCES = {
    "revoked": "The issuer has revoked the credential.",
    "suspended": "The issuer has suspended the credential for now.",
    "superseded": "The issuer has replaced the credential with a newer one.",
    "expired": "The issuer says that the credential has expired.",
}


class UnheardError(Exception):
    """No answer that can be relied on; the text is a sentence for people."""


@dataclass(frozen=True)
class Question:
    """What is asked about: the credential's id, where, who must have signed the answer, and when it is now."""

    urn: str
    address: str | None
    seal: Certificate
    now: datetime


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
    try:
        return _read_answer(_fetch(question.address), question, trust)
    except (FormError, SealError, UnreadableError):
        raise UnheardError("The issuer's status service gave an answer that cannot be trusted.") from None


def _fetch(address: str) -> bytes:
    try:
        split = urlsplit(address)
        fit = split.scheme in {"http", "https"} and bool(split.hostname)
    except ValueError:
        fit = False
    if not fit:
        raise UnheardError("The address for the current status is not a web address.")
    client = Client(address, system="The status service", retries=0, timeout=(TIMEOUT, TIMEOUT))
    try:
        headers = {"Accept": "application/jose", "Accept-Encoding": "identity"}
        response = client.ask("GET", address, headers=headers, stream=True, allow_redirects=False)
        with response:
            return _body(response)
    except (MimisError, OSError, ValueError):
        raise UnheardError(
            "The issuer's status service does not answer. This says nothing about the credential."
        ) from None
    finally:
        client.close()


def _body(response: Response) -> bytes:
    """The body of a good answer, cut off by size and time: an issuer's service may be broken or taken over."""
    if response.status_code != 200:
        raise UnheardError(f"The issuer's status service refused to answer ({response.status_code}).")
    deadline, body = time.monotonic() + TIMEOUT, bytearray()
    chunks: Iterator[bytes] = response.iter_content(4096)
    for chunk in chunks:
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise UnheardError("The issuer's status service sent far more than a status.")
        if time.monotonic() > deadline:
            raise TemporaryError("The status service is too slow.")
    return bytes(body)


def _read_answer(content: bytes, question: Question, trust: Trust) -> str:
    envelope = read_envelope(content)
    header = read_header(envelope)
    if header.get("typ") != TYPE:
        raise SealError("The answer is not a status.")
    claims = read_object(envelope.content(), "The answer")
    _check_signer(envelope, header, question, trust)
    return _status_of(claims, question)


def _check_signer(envelope: Envelope, header: dict[str, Any], question: Question, trust: Trust) -> None:
    chain = certificates_of(header)
    signer = read_certificate(chain[0])
    check_signature(envelope, header["alg"], signer.public_key)
    trusted = signer.may_seal and standing(chain, trust.anchors, question.now) is Standing.TRUSTED
    if not trusted or not same_organisation(signer.identifier, question.seal.identifier):
        raise UnheardError("The answer about the current status was not signed by the issuer.")


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
