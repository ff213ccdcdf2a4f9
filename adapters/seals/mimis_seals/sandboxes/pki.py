"""A stand-in of a trust service provider: certificate authority, OCSP, CRL, issuers' certificates and timestamps.

As real ones are: an OCSP responder with a certificate of its own and no next update, a CRL alone for the authorities
and for the time-stamping unit, issuers' certificates now as DER and now as a PKCS#7 bundle, and tokens that carry their
root. Seals and timestamps have different roots: :attr:`PkiSandbox.anchor_pem`, :attr:`PkiSandbox.tsa_anchor_pem`.
"""

from __future__ import annotations

import base64
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs7, pkcs12
from cryptography.x509 import ocsp

from mimis_core import Organisation
from mimis_core.testing import Answer, Request, Sandbox
from mimis_seals.keys.certificates import utc_now
from mimis_seals.keys.trial import TrialKey
from mimis_seals.sandboxes import certificates as made
from mimis_seals.sandboxes.certificates import Algorithm, Identity, Profile, certify, key_for, period
from mimis_seals.sandboxes.stamping import STAMP_FAULTS, grant, read_request, refusal

TSA_FAULTS = STAMP_FAULTS | {"rejection", "busy", "granted_with_mods", "expired_tsa", "not_a_token"}
OCSP_FAULTS = frozenset({"try_later", "unauthorized", "unknown_serial", "stale"})
"""Faults that :meth:`PkiSandbox.fail` knows beside those of every sandbox; each waits for its own kind of request."""


@dataclass(frozen=True)
class SandboxSeal(TrialKey):
    """A seal's key file, with its certificate at hand."""

    certificate: x509.Certificate

    @property
    def serial(self) -> int:
        """What :meth:`PkiSandbox.revoke` is told."""
        return self.certificate.serial_number


class PkiSandbox(Sandbox):
    """The provider. Keys live in memory and are made once a process; certificates are made when first needed.

    ``now`` moves its clock. ``login`` makes the time-stamping authority ask for HTTP Basic. ``outcomes`` of requests
    can be counted in ``requests``.
    """

    name = "pki"

    def __init__(self, now: Callable[[], datetime] = utc_now, login: tuple[str, str] | None = None) -> None:
        super().__init__()
        self.now = now
        self.login = login
        self.revoked: dict[int, datetime] = {}
        self._odd: dict[str, deque[str]] = {"tsa": deque(), "ocsp": deque()}

    # What the tests and the demo take -------------------------------------------------------------------------

    @property
    def anchor_pem(self) -> str:
        """The root above every seal."""
        return _pem(self.root)

    @property
    def tsa_anchor_pem(self) -> str:
        """The root above the time-stamping unit."""
        return _pem(self.tsa_root)

    @property
    def tsa_url(self) -> str:
        """Where timestamps are asked for."""
        return f"{self.url}/tsa"

    def settings(self) -> dict[str, Any]:
        """The ``[sealer]`` table that asks this sandbox for timestamps."""
        return {"kind": "jades", "level": "LTA", "tsa": {"url": self.tsa_url}}

    def issue_seal(
        self,
        organisation: Organisation,
        algorithm: Algorithm = "ES256",
        *,
        qualified: bool = True,
        days: tuple[int, int] = (1, 730),
        ocsp_address: bool = True,
        crl_address: bool = True,
        usage: tuple[str, ...] = ("digital_signature", "content_commitment"),
        identifier: str | None = None,
    ) -> SandboxSeal:
        """A key file with a new certificate; ``days`` before and after now. The key is one per algorithm."""
        title = organisation.legal_name.get("sv") or next(iter(organisation.legal_name.values()))
        addresses = (
            f"{self.url}/ocsp" if ocsp_address else "",
            f"{self.url}/issuing.cer",
            f"{self.url}/issuing.crl" if crl_address else "",
        )
        start, end = period(self.now(), *days)
        subject = made.name("Sandbox seal", title, identifier or organisation.eidas)
        extra = made.qualified_extensions() if qualified else ()
        profile = Profile(subject, start, end, usage, addresses=addresses, extensions=extra)
        return self._bundle(certify(profile, key_for("seal", algorithm), self.issuing))

    def revoke(self, serial: int, when: datetime | None = None) -> None:
        """From now on, OCSP and CRL say that this certificate was revoked."""
        self.revoked[serial] = when or self.now()

    def start(self) -> None:
        """Serve, with all certificates made: threads would each make their own of what is missing."""
        super().start()
        for who in ("root", "issuing", "responder", "tsa_root", "tsa", "expired_tsa"):
            getattr(self, who)

    def fail(self, fault: str, times: int = 1, path: str | None = None) -> None:
        """Let the next answers go wrong: :data:`TSA_FAULTS`, :data:`OCSP_FAULTS`, or any fault of a sandbox."""
        if fault in TSA_FAULTS:
            self._odd["tsa"].extend([fault] * times)
        elif fault in OCSP_FAULTS:
            self._odd["ocsp"].extend([fault] * times)
        else:
            super().fail(fault, times, path)

    # Its people ----------------------------------------------------------------------------------------------

    @cached_property
    def root(self) -> Identity:
        """Root of the seals."""
        return self._authority("Sandbox root", "root", None, ("", "", ""))

    @cached_property
    def issuing(self) -> Identity:
        """The authority that issues seals; told of by the root's CRL alone."""
        addresses = ("", f"{self.url}/root.p7c", f"{self.url}/root.crl")
        return self._authority("Sandbox issuing CA", "issuing", self.root, addresses)

    @cached_property
    def responder(self) -> Identity:
        """Signs OCSP answers on behalf of the issuing authority."""
        # For long, since the library dates an answer by the machine's clock, whatever clock this sandbox is given.
        extensions = made.responder_extensions()
        return self._unit("Sandbox OCSP responder", "responder", self.issuing, extensions, ("", "", ""), (30, 7300))

    @cached_property
    def tsa_root(self) -> Identity:
        """Root of the timestamps."""
        return self._authority("Sandbox TSA root", "tsa-root", None, ("", "", ""))

    @cached_property
    def tsa(self) -> Identity:
        """The time-stamping unit."""
        return self._stamping_unit((30, 3650))

    @cached_property
    def expired_tsa(self) -> Identity:
        """A time-stamping unit that ought to have stopped."""
        return self._stamping_unit((30, -1))

    # Its service ---------------------------------------------------------------------------------------------

    def handle(self, request: Request) -> Answer:
        """Answer on the five addresses; all else is 404."""
        if request.path == "/tsa":
            return self._stamp(request)
        if request.path.startswith("/ocsp"):
            return self._status(request)
        files: dict[str, Callable[[], Answer]] = {
            "/root.crl": lambda: self._crl(self.root),
            "/issuing.crl": lambda: self._crl(self.issuing),
            "/tsa-root.crl": lambda: self._crl(self.tsa_root),
            "/issuing.cer": lambda: _certificate(self.issuing),
            "/tsa-root.cer": lambda: _certificate(self.tsa_root),
            "/root.p7c": lambda: Answer(
                200, pkcs7.serialize_certificates([self.root.certificate], Encoding.DER), "application/pkcs7-mime"
            ),
        }
        found = files.get(request.path)
        return found() if found else Answer(404, b"not found", "text/plain")

    def _stamp(self, request: Request) -> Answer:
        if self.login is not None and request.headers.get("authorization") != _basic(self.login):
            return Answer(401, b"", "text/plain", {"WWW-Authenticate": 'Basic realm="tsa"'})
        if request.method != "POST" or request.headers.get("content-type") != "application/timestamp-query":
            return Answer(415, b"", "text/plain")
        fault = self._next("tsa")
        if fault == "not_a_token":
            return Answer(200, b"\x30\x03\x02\x01\x00", "application/timestamp-reply")
        if fault in ("rejection", "busy"):
            body = refusal("rejection", "unaccepted_policy" if fault == "rejection" else "time_not_available")
            return Answer(200, body, "application/timestamp-reply")
        unit = self.expired_tsa if fault == "expired_tsa" else self.tsa
        status = fault if fault == "granted_with_mods" else "granted"
        asked = read_request(request.body)
        if asked is None:
            body = refusal("rejection", "bad_data_format")
        else:
            body = grant(asked, unit, (_der(self.tsa_root),), self.now(), fault, status)
        return Answer(200, body, "application/timestamp-reply")

    def _status(self, request: Request) -> Answer:
        try:
            asked = request.body if request.method == "POST" else base64.b64decode(unquote(request.path[6:]))
            question = ocsp.load_der_ocsp_request(asked)
        except ValueError:
            return _ocsp(ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST))
        fault = self._next("ocsp")
        if fault in ("try_later", "unauthorized"):
            return _ocsp(ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus[fault.upper()]))
        return _ocsp(self._response(question, fault))

    def _response(self, question: ocsp.OCSPRequest, fault: str) -> ocsp.OCSPResponse:
        when = None if fault == "unknown_serial" else self.revoked.get(question.serial_number)
        status = ocsp.OCSPCertStatus.GOOD if when is None else ocsp.OCSPCertStatus.REVOKED
        known = fault != "unknown_serial"
        made_at = self.now().replace(microsecond=0) - timedelta(days=30 if fault == "stale" else 0, minutes=2)
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=question.issuer_name_hash,
            issuer_key_hash=question.issuer_key_hash,
            serial_number=question.serial_number,
            algorithm=question.hash_algorithm,
            cert_status=status if known else ocsp.OCSPCertStatus.UNKNOWN,
            this_update=made_at,
            next_update=None,
            revocation_time=when,
            revocation_reason=None,
        )
        signer = self.responder
        named = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
        return named.certificates([signer.certificate]).sign(signer.key, hashes.SHA256())

    def _crl(self, issuer: Identity) -> Answer:
        start, end = period(self.now(), 1, 7)
        builder = x509.CertificateRevocationListBuilder(issuer.certificate.subject, start, end)
        for serial, when in self.revoked.items():
            entry = x509.RevokedCertificateBuilder(serial, when)
            builder = builder.add_revoked_certificate(entry.build())
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(authority, critical=False).add_extension(x509.CRLNumber(7), critical=False)
        body = builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)
        return Answer(200, body, "application/pkix-crl")

    def _next(self, kind: str) -> str:
        with self._lock:
            return self._odd[kind].popleft() if self._odd[kind] else ""

    def _authority(self, title: str, role: str, issuer: Identity | None, addresses: tuple[str, str, str]) -> Identity:
        start, end = period(self.now(), 365, 7300)
        subject = made.name(title, "Sandbox Trust AB", "NTRSE-5560000001")
        profile = Profile(subject, start, end, ("key_cert_sign", "crl_sign"), True, addresses)
        return certify(profile, key_for(role), issuer)

    def _unit(
        self,
        title: str,
        role: str,
        issuer: Identity,
        extensions: tuple[tuple[x509.ExtensionType, bool], ...],
        addresses: tuple[str, str, str],
        days: tuple[int, int],
    ) -> Identity:
        subject = made.name(title, "Sandbox Trust AB", "NTRSE-5560000001")
        profile = Profile(subject, *period(self.now(), *days), ("digital_signature",), False, addresses, extensions)
        return certify(profile, key_for(role), issuer)

    def _stamping_unit(self, days: tuple[int, int]) -> Identity:
        addresses = ("", f"{self.url}/tsa-root.cer", f"{self.url}/tsa-root.crl")
        return self._unit("Sandbox TSU", "tsa", self.tsa_root, made.stamping_extensions(), addresses, days)

    def _bundle(self, seal: Identity) -> SandboxSeal:
        password = secrets.token_urlsafe(12)
        content = pkcs12.serialize_key_and_certificates(
            b"seal", seal.key, seal.certificate, [self.issuing.certificate], BestAvailableEncryption(password.encode())
        )
        return SandboxSeal(content, password, self.anchor_pem, seal.certificate)


def _pem(identity: Identity) -> str:
    return identity.certificate.public_bytes(Encoding.PEM).decode()


def _der(identity: Identity) -> bytes:
    return identity.certificate.public_bytes(Encoding.DER)


def _certificate(identity: Identity) -> Answer:
    return Answer(200, _der(identity), "application/pkix-cert")


def _ocsp(response: ocsp.OCSPResponse) -> Answer:
    return Answer(200, response.public_bytes(Encoding.DER), "application/ocsp-response")


def _basic(login: tuple[str, str]) -> str:
    return f"Basic {base64.b64encode(':'.join(login).encode()).decode()}"
