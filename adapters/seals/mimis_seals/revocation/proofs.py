"""Whether a certificate was revoked: by answers in the file, else by asking its authority (OCSP, then CRL).

RFC 6960 and RFC 5280 sections 5 and 6.3. Nobody is asked about a chain that leads to nothing trusted: the addresses
would be a stranger's. An answer counts only when the authority signed it, itself or through a responder that it named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain, pairwise
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from mimis_seals.keys.certificates import DAMAGE
from mimis_seals.revocation.answers import Answer, crl_answer, ocsp_answer, ocsp_request
from mimis_seals.revocation.fetching import Bounds, FetchError, fetch

FRESH = timedelta(days=1)
"""How long an answer that names no end is in force (RFC 6960 section 2.4 leaves it open)."""
CLOCK_SKEW = timedelta(minutes=5)

BOUNDS = Bounds("The certificate authority", 8.0, 10_000_000)
"""Somebody waits for the verdict; the largest lists of revoked certificates have several megabytes."""

KEEP_OCSP, KEEP_CRL = timedelta(seconds=180), timedelta(days=1)
"""How long fetched answers are kept at most: as the EU's own services do (facts/elm-edc.md section 5.3)."""

SHORT_TERM = (x509.ObjectIdentifier("0.4.0.194121.2.1"), x509.ObjectIdentifier("2.5.29.56"))
"""Certificates that end before a revocation could be told (ETSI EN 319 412-1 section 5.2, RFC 9608)."""

State = Literal["good", "revoked", "unknown", "unpublished"]


@dataclass(frozen=True)
class Finding:
    """What is known. ``unpublished``: the authority names no place that would say."""

    state: State
    reason: str


@dataclass(frozen=True)
class Inquiry:
    """What is asked: whether the certificates held at ``moment``.

    ``proven`` says that a trusted timestamp shows the signature to be that old: later revocations do not matter then,
    unless ``strict``. ``ocsps`` and ``crls`` are answers out of the file.
    """

    moment: datetime
    now: datetime
    proven: bool = False
    offline: bool = False
    strict: bool = False
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Sources:
    """Where a certificate says that its revocation is told."""

    ocsp: tuple[str, ...]
    crl: tuple[str, ...]
    never: bool


def check_path(path: Sequence[bytes], inquiry: Inquiry) -> Finding:
    """Judge every certificate of a path below its root (DER, signer first); the worst decides."""
    findings = [_check(der, issuer, inquiry) for der, issuer in pairwise(path)]
    order: tuple[State, ...] = ("revoked", "unknown", "good", "unpublished")
    return min(findings, key=lambda finding: order.index(finding.state), default=Finding("unpublished", _UNPUBLISHED))


_UNPUBLISHED = "The certificate names no place that would tell of its revocation."


def _check(der: bytes, issuer_der: bytes, inquiry: Inquiry) -> Finding:
    try:
        certificate, issuer, sources = _loaded(der), _loaded(issuer_der), _sources(der)
    except DAMAGE:
        return Finding("unknown", "What the certificate says about its revocation cannot be read.")
    if sources.never:
        return Finding("good", "The certificate holds for so short a time that it cannot be revoked.")
    sure, older = _embedded(certificate, issuer, inquiry)
    fetched = () if inquiry.offline else _fetched(der, issuer_der, sources, inquiry.now)
    # A thief would put a clean answer from before the revocation into the file: it counts when nobody can be asked.
    for answer in chain(sure, fetched, older):
        if _is_fit(answer, certificate, inquiry):
            return _judge(answer, inquiry)
    if not sources.ocsp and not sources.crl:
        return Finding("unpublished", _UNPUBLISHED)
    if inquiry.offline:
        return Finding("unknown", "Whether the certificate was revoked was not asked: this check was made offline.")
    return Finding("unknown", "The authority gave no usable answer on whether the certificate was revoked.")


def _judge(answer: Answer, inquiry: Inquiry) -> Finding:
    if answer.revoked_at is None:
        return Finding("good", "The certificate was not revoked.")
    day = answer.revoked_at.date()
    if inquiry.proven and not inquiry.strict and answer.revoked_at > inquiry.moment:
        return Finding("good", f"The certificate was revoked on {day}, after the seal was made.")
    return Finding("revoked", f"The certificate was revoked on {day}.")


def _is_fit(answer: Answer, certificate: x509.Certificate, inquiry: Inquiry) -> bool:
    """Whether an answer tells of the moment: in force then, or given later.

    One given after the certificate's own end tells nothing: authorities may forget those (RFC 5280 section 3.3).
    """
    if answer.given_at > inquiry.now + CLOCK_SKEW:
        return False
    if answer.revoked_at is not None:
        return True
    if answer.given_at > certificate.not_valid_after_utc:
        return False
    return inquiry.moment <= max(answer.next_at or answer.given_at + FRESH, answer.given_at)


def _embedded(
    certificate: x509.Certificate, issuer: x509.Certificate, inquiry: Inquiry
) -> tuple[list[Answer], list[Answer]]:
    """The answers out of the file that concern a certificate: revocations and those from after the moment; the rest."""
    answers = [ocsp_answer(one, certificate, issuer) for one in inquiry.ocsps]
    answers += [crl_answer(one, certificate, issuer) for one in inquiry.crls]
    found = sorted((one for one in answers if one is not None), key=lambda one: one.revoked_at is None)
    sure = [one for one in found if one.revoked_at is not None or one.given_at >= inquiry.moment]
    return sure, [one for one in found if one not in sure]


def _fetched(der: bytes, issuer: bytes, sources: Sources, now: datetime) -> Iterator[Answer]:
    for address in sources.ocsp[:2]:
        yield from _remembered(der, issuer, address, True, now)
    for address in sources.crl[:2]:
        yield from _remembered(der, issuer, address, False, now)


class _Memory:
    """Answers that were fetched, each until its end; the oldest leave when there are many."""

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._kept: dict[tuple[bytes, bytes, str], tuple[Answer, datetime, datetime]] = {}

    def find(self, key: tuple[bytes, bytes, str], now: datetime) -> Answer | None:
        answer, start, end = self._kept.get(key, (None, now, now))
        return answer if start <= now < end else None

    def keep(self, key: tuple[bytes, bytes, str], answer: Answer, start: datetime, end: datetime) -> None:
        while len(self._kept) >= self._most:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[key] = (answer, start, end)


_memory = _Memory()


def _remembered(der: bytes, issuer: bytes, address: str, online: bool, now: datetime) -> Iterator[Answer]:
    key = (der, issuer, address)
    answer = _memory.find(key, now)
    if answer is None:
        answer = _ask(der, issuer, address, online)
        if answer is None:
            return
        longest = now + (KEEP_OCSP if online else KEEP_CRL)
        _memory.keep(key, answer, now, min(longest, answer.next_at or longest))
    yield answer


def _ask(der: bytes, issuer_der: bytes, address: str, online: bool) -> Answer | None:
    certificate, issuer = _loaded(der), _loaded(issuer_der)
    try:
        if not online:
            return crl_answer(fetch(address, BOUNDS, {}).body, certificate, issuer)
        headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
        return ocsp_answer(fetch(address, BOUNDS, headers, ocsp_request(certificate, issuer)).body, certificate, issuer)
    except FetchError:
        return None


@lru_cache(maxsize=256)
def _loaded(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


@lru_cache(maxsize=256)
def _sources(der: bytes) -> Sources:
    extensions = {extension.oid: extension.value for extension in _loaded(der).extensions}
    access = extensions.get(x509.AuthorityInformationAccess.oid)
    points = extensions.get(x509.CRLDistributionPoints.oid)
    described = list(access) if isinstance(access, x509.AuthorityInformationAccess) else []
    listed = list(points) if isinstance(points, x509.CRLDistributionPoints) else []
    return Sources(
        ocsp=tuple(
            one.access_location.value
            for one in described
            if one.access_method == AuthorityInformationAccessOID.OCSP
            and isinstance(one.access_location, x509.UniformResourceIdentifier)
        ),
        crl=tuple(
            name.value
            for point in listed
            for name in point.full_name or ()
            if isinstance(name, x509.UniformResourceIdentifier)
        ),
        never=any(oid in extensions for oid in SHORT_TERM),
    )
