"""What a seal of level LT carries beside its timestamps: whole chains, and proof that no certificate was revoked.

Fetched from where the certificates themselves say (RFC 5280 sections 4.2.1.13 and 4.2.2.1): OCSP if they name it, else
CRL. Answers are kept and shared, so that a batch of seals does not ask for each.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from mimis_core import ConfigurationError, TemporaryError
from mimis_seals.keys.certificates import utc_now
from mimis_seals.keys.chains import issued
from mimis_seals.revocation.answers import Answer, crl_answer, ocsp_answer, ocsp_request
from mimis_seals.revocation.fetching import Bounds, FetchError, fetch
from mimis_seals.revocation.proofs import SHORT_TERM

SYSTEM, SECONDS = "The certificate authority", 15.0
CERTIFICATES = Bounds(SYSTEM, SECONDS, 100_000)
OCSP = Bounds(SYSTEM, SECONDS, 100_000)
CRL = Bounds(SYSTEM, SECONDS, 2_000_000)
"""A larger list of revoked certificates would make every sealed file that large: such a provider has OCSP."""

LONGEST_CHAIN = 6
CLOCK_SKEW = timedelta(minutes=5)
OLDEST_OPEN_ENDED = timedelta(days=1)
"""An OCSP answer that does not say when the next comes is believed this long (RFC 6960 section 2.4 leaves it open)."""


@dataclass(frozen=True)
class Values:
    """Certificates and proofs in the order that they were needed in, each once, as DER."""

    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]


@dataclass(frozen=True)
class Proof:
    """A signed answer that a certificate was not revoked, used again ``until`` then.

    ``responders`` are certificates of those who signed on behalf of the issuer.
    """

    kind: Literal["ocsp", "crl"]
    der: bytes
    until: datetime
    responders: tuple[bytes, ...] = ()


class Evidence:
    """Collects and keeps. Safe to use from many threads: one of them asks, the others wait for its answer.

    ``fresh`` is how long an OCSP answer is used again; a CRL is until its next update.
    """

    def __init__(self, fresh: timedelta, now: Callable[[], datetime] = utc_now) -> None:
        self._fresh = fresh
        self._now = now
        self._proofs: dict[bytes, Proof] = {}
        self._chains: dict[bytes, tuple[x509.Certificate, ...]] = {}
        self._lock = threading.RLock()

    def collect(self, chains: Iterable[tuple[bytes, ...]]) -> Values:
        """Everything for these chains, each with its end certificate first and as long as it is known.

        Raises ConfigurationError when a certificate was revoked or says nowhere how one asks, and TemporaryError when
        an authority is away: nothing is then half sealed.
        """
        certificates: dict[bytes, None] = {}
        proofs: dict[bytes, Proof] = {}
        pending = list(chains)
        while pending:
            whole = self._whole(pending.pop(0))
            ders = tuple(map(_der, whole))
            certificates.update(dict.fromkeys(ders))
            for place, (subject, issuer) in enumerate(pairwise(whole), 1):
                proof = self._proof(subject, issuer) if _has_to_be_proved(subject) else None
                if proof is not None and proof.der not in proofs:
                    proofs[proof.der] = proof
                    pending.extend((responder, *ders[place:]) for responder in proof.responders)
        found = proofs.values()
        return Values(
            tuple(certificates),
            tuple(one.der for one in found if one.kind == "crl"),
            tuple(one.der for one in found if one.kind == "ocsp"),
        )

    def _whole(self, chain: tuple[bytes, ...]) -> tuple[x509.Certificate, ...]:
        """The chain up to its root, or as far up as certificates say where their issuer's is."""
        whole = self._chains.get(chain[0])
        if whole is None:
            with self._lock:
                whole = self._chains.get(chain[0]) or _completed(chain)
                self._chains[chain[0]] = whole
        return whole

    def _proof(self, subject: x509.Certificate, issuer: x509.Certificate) -> Proof:
        der = _der(subject)
        kept = self._proofs.get(der)
        if kept is None or kept.until <= self._now():
            with self._lock:
                kept = self._proofs.get(der)
                if kept is None or kept.until <= self._now():
                    kept = self._proofs[der] = self._ask(subject, issuer)
        return kept

    def _ask(self, subject: x509.Certificate, issuer: x509.Certificate) -> Proof:
        """A new proof, by OCSP where the certificate names it and it answers, else by CRL."""
        named, now = False, self._now()
        for kind, der, answer in _answers(subject, issuer):
            named = True
            if answer is None or not _is_timely(answer, now):
                continue
            if answer.revoked_at is not None:
                raise _revoked(subject, answer.revoked_at)
            if kind == "crl":
                return Proof(kind, der, answer.next_at or now + self._fresh)
            until = min(answer.next_at or now + self._fresh, now + self._fresh)
            responders = map(_der, ocsp.load_der_ocsp_response(der).certificates)
            return Proof(kind, der, until, tuple(one for one in responders if one != _der(issuer)))
        raise _unproven(subject) if named else _unprovable(subject)


def _completed(chain: tuple[bytes, ...]) -> tuple[x509.Certificate, ...]:
    certificates = [x509.load_der_x509_certificate(one) for one in chain]
    while len(certificates) < LONGEST_CHAIN and (above := _issuer_of(certificates[-1])):
        certificates.append(above)
    if len(certificates) > 1:
        return tuple(certificates)
    raise ConfigurationError(
        "The issuer of a certificate is missing, and the certificate does not say where it is.",
        mend="Put the provider's certificates into the key file, or choose level T.",
    )


def _revoked(subject: x509.Certificate, when: datetime) -> ConfigurationError:
    return ConfigurationError(
        f"The certificate {subject.serial_number:x} was revoked on {when.date()}: nothing is sealed with it.",
        mend="Ask its provider; order a new seal, or choose another time-stamping authority.",
    )


def _unproven(subject: x509.Certificate) -> TemporaryError:
    return TemporaryError(
        f"It cannot be proved now that the certificate {subject.serial_number:x} is not revoked: its authority gave no "
        "usable answer.",
        mend="mimis tries again; if it stays, ask the provider.",
    )


def _unprovable(subject: x509.Certificate) -> ConfigurationError:
    return ConfigurationError(
        f"The certificate {subject.serial_number:x} does not say where one asks whether it was revoked.",
        mend="Choose level T: LT and LTA need a seal and timestamps from providers that answer such questions.",
    )


def _answers(
    subject: x509.Certificate, issuer: x509.Certificate
) -> Iterator[tuple[Literal["ocsp", "crl"], bytes, Answer | None]]:
    """What the authority's addresses answer, the best way first; None for what cannot be believed or did not come."""
    headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
    for url in _access(subject, AuthorityInformationAccessOID.OCSP):
        der = _fetched(url, OCSP, headers, ocsp_request(subject, issuer))
        yield "ocsp", der, ocsp_answer(der, subject, issuer)
    for url in _distribution(subject):
        der = _fetched(url, CRL)
        yield "crl", der, crl_answer(der, subject, issuer)


def _fetched(url: str, bounds: Bounds, headers: dict[str, str] | None = None, body: bytes | None = None) -> bytes:
    """What is at the address, empty when nothing comes."""
    try:
        return fetch(url, bounds, headers or {}, body).body
    except FetchError:
        return b""


def _is_timely(answer: Answer, now: datetime) -> bool:
    ends = answer.next_at or answer.given_at + OLDEST_OPEN_ENDED
    return answer.given_at <= now + CLOCK_SKEW and now <= ends


def _issuer_of(certificate: x509.Certificate) -> x509.Certificate | None:
    """The issuer's certificate from where ``certificate`` says it is; None at a root, or where nothing is said."""
    if certificate.subject == certificate.issuer:
        return None
    addresses = _access(certificate, AuthorityInformationAccessOID.CA_ISSUERS)
    for url in addresses:
        above = next((one for one in _certificates(_fetched(url, CERTIFICATES)) if issued(certificate, one)), None)
        if above is not None:
            return above
    if addresses:
        raise TemporaryError(
            f"The issuer of the certificate {certificate.serial_number:x} is not where the certificate says.",
            mend="mimis tries again; if it stays, put the issuer's certificate into the key file.",
        )
    return None


def _certificates(content: bytes) -> list[x509.Certificate]:
    """Certificates as they are published: one as DER or PEM, or a PKCS#7 bundle."""
    loaders: tuple[Callable[[bytes], list[x509.Certificate]], ...] = (
        lambda data: [x509.load_der_x509_certificate(data)],
        pkcs7.load_der_pkcs7_certificates,
        x509.load_pem_x509_certificates,
    )
    for load in loaders:
        try:
            return load(content)
        except ValueError:
            continue
    return []


def _has_to_be_proved(certificate: x509.Certificate) -> bool:
    """Not a root, nor one whose issuer says that nobody will ever tell of its revocation.

    That is OCSP responders (RFC 6960, section 4.2.2.2.1), certificates for a short term, and trial seals.
    """
    named = {extension.oid for extension in certificate.extensions}
    return certificate.subject != certificate.issuer and not named & {ExtensionOID.OCSP_NO_CHECK, *SHORT_TERM}


def _access(certificate: x509.Certificate, method: x509.ObjectIdentifier) -> list[str]:
    try:
        listed = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    return [url for one in listed if one.access_method == method for url in _urls([one.access_location])]


def _distribution(certificate: x509.Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    return [url for point in points for url in _urls(point.full_name or [])]


def _urls(names: Iterable[x509.GeneralName]) -> list[str]:
    """Addresses of the web; certificates also name LDAP servers."""
    uris = (one.value for one in names if isinstance(one, x509.UniformResourceIdentifier))
    return [one for one in uris if one.startswith(("http://", "https://"))]


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
