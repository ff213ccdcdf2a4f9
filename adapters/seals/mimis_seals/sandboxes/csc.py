"""A stand-in of a remote signing service: the Cloud Signature Consortium's API, version 2, as its specification says.

Strict where services are: activation data (SAD) serves once, for the hashes that it was given for, and for a short
time; access tokens end; a wrong PIN counts. ECDSA signatures come as DER.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from mimis_core import Organisation
from mimis_core.testing import Answer, Request, Sandbox
from mimis_seals.keys.certificates import utc_now
from mimis_seals.keys.csc_client import one_time_code
from mimis_seals.keys.trial import TrialKey, make_trial_key

SHA256 = "2.16.840.1.101.3.4.2.1"
ALGORITHMS = {"ES256": ["1.2.840.10045.4.3.2"], "RS256": ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11"]}
CREDENTIAL, CLIENT, SECRET, PIN, SEED = "seal-1", "school", "sandbox-secret", "4711", "JBSWY3DPEHPK3PXP"
CSC_FAULTS = frozenset({"token_ended", "sad_ended", "short_answer", "foreign_signature", "wrong_otp"})


class Refusal(Exception):  # noqa: N818  # an answer of the protocol, not a fault
    """Becomes an answer with the specification's error codes."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(code)
        self.answer = Answer.of({"error": code, "error_description": description}, status)


@dataclass
class Account:
    """What the service keeps. ``mode`` and ``objects`` say how a signature is authorised; tests change them."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificates: list[bytes]
    mode: str = "explicit"
    objects: list[str] = field(default_factory=lambda: ["PIN"])
    multisign: int = 10
    status: str = "enabled"
    credentials: list[str] = field(default_factory=lambda: [CREDENTIAL])
    tokens: dict[str, float] = field(default_factory=dict)
    activations: dict[str, tuple[list[str], float]] = field(default_factory=dict)
    wrong_pins: int = 0


class CscSandbox(Sandbox):
    """The service, with one seal. ``seal`` is a key file whose key it takes over; without, a trial seal is made."""

    name = "csc"

    def __init__(self, seal: TrialKey | None = None) -> None:
        super().__init__()
        self._seal = seal
        self._account: Account | None = None
        self._odd: list[str] = []
        self.signed = 0

    @property
    def account(self) -> Account:
        """What the service keeps; made at first use."""
        with self._lock:
            if self._account is None:
                self._account = _account(self._seal or _practice_seal())
            return self._account

    def settings(self) -> dict[str, Any]:
        """The ``[signer]`` table that signs here."""
        return {
            "kind": "csc",
            "url": f"{self.url}/csc/v2",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "pin": PIN,
            "otp_seed": SEED,
        }

    def fail(self, fault: str, times: int = 1, path: str | None = None) -> None:
        """Let the next answers go wrong: :data:`CSC_FAULTS` at the next signature, or any fault of a sandbox."""
        if fault in CSC_FAULTS:
            self._odd.extend([fault] * times)
        else:
            super().fail(fault, times, path)

    def handle(self, request: Request) -> Answer:
        """Answer a method; errors have the specification's form."""
        methods: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "credentials/list": self._list,
            "credentials/info": self._info,
            "credentials/authorize": self._authorize,
            "signatures/signHash": self._sign_hash,
        }
        method = request.path.removeprefix("/csc/v2/")
        try:
            if request.path == "/auth/oauth2/token":
                return self._token(request.form())
            if method == "info":
                return Answer.of(_service(f"{self.url}/auth"))
            if request.method != "POST" or method not in methods:
                return Answer(404, b"")
            self._require_token(request)
            return Answer.of(methods[method](_body(request)))
        except Refusal as refusal:
            return _challenged(refusal.answer)

    def _token(self, form: dict[str, list[str]]) -> Answer:
        if form.get("grant_type") != ["client_credentials"]:
            raise Refusal("unsupported_grant_type", "The grant type is not supported.")
        if (form.get("client_id"), form.get("client_secret")) != ([CLIENT], [SECRET]):
            raise Refusal("invalid_client", "Client authentication failed.", 401)
        token = secrets.token_urlsafe(16)
        self.account.tokens[token] = time.monotonic() + 3600
        return Answer.of({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def _require_token(self, request: Request) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._next("token_ended"):
            self.account.tokens.clear()
        if self.account.tokens.get(token, 0.0) < time.monotonic():
            raise Refusal("invalid_token", "The access token is not valid.", 401)

    def _list(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"credentialIDs": self.account.credentials}

    def _info(self, body: dict[str, Any]) -> dict[str, Any]:
        account = self._account_of(body)
        algorithm = "ES256" if isinstance(account.key, ec.EllipticCurvePrivateKey) else "RS256"
        whole = body.get("certificates") == "chain"
        certificates = [base64.b64encode(one).decode() for one in account.certificates[: None if whole else 1]]
        auth: dict[str, Any] = {"mode": account.mode}
        if account.mode == "explicit":
            auth["expression"] = " AND ".join(account.objects)
            auth["objects"] = [{"type": "Password", "id": one, "format": "N"} for one in account.objects]
        return {
            "key": {"status": account.status, "algo": ALGORITHMS[algorithm], "len": account.key.key_size},
            "cert": {"status": "valid", "certificates": certificates},
            "auth": auth,
            "SCAL": "2",
            "multisign": account.multisign,
        }

    def _authorize(self, body: dict[str, Any]) -> dict[str, Any]:
        account = self._account_of(body)
        hashes_ = body.get("hashes")
        if not isinstance(hashes_, list) or body.get("numSignatures") != len(hashes_):
            raise Refusal("invalid_request", "Missing (or invalid type) integer parameter numSignatures")
        if len(hashes_) > account.multisign:
            raise Refusal("invalid_request", "Numbers of signatures is too high")
        self._check_answers(account, body.get("authData") or [])
        sad = secrets.token_urlsafe(16)
        account.activations[sad] = (hashes_, time.monotonic() + (-1 if self._next("sad_ended") else 300))
        return {"SAD": sad, "expiresIn": 300}

    def _check_answers(self, account: Account, given: list[dict[str, str]]) -> None:
        if account.mode != "explicit":
            return
        answers = {one.get("id"): one.get("value") for one in given}
        if "PIN" in account.objects and answers.get("PIN") != PIN:
            account.wrong_pins += 1
            raise Refusal("invalid_pin", "The PIN is invalid")
        codes = {one_time_code(SEED, time.time() - age) for age in (0, 30)}
        if "OTP" in account.objects and (answers.get("OTP") not in codes or self._next("wrong_otp")):
            raise Refusal("invalid_otp", "The OTP is invalid")

    def _sign_hash(self, body: dict[str, Any]) -> dict[str, Any]:
        account = self._account_of(body)
        approved, ends = account.activations.pop(str(body.get("SAD")), ([], 0.0))
        if approved != body.get("hashes") or ends < time.monotonic():
            raise Refusal("invalid_request", "Invalid parameter SAD")
        known = [one for listed in ALGORITHMS.values() for one in listed]
        if body.get("hashAlgorithmOID") != SHA256 or body.get("signAlgo") not in known:
            raise Refusal("invalid_request", "Invalid parameter signAlgo")
        data = [bytes(32) for _ in approved] if self._next("foreign_signature") else map(base64.b64decode, approved)
        signatures = [base64.b64encode(_sign(account.key, one)).decode() for one in data]
        self.signed += len(signatures)
        return {"signatures": signatures[1:] if self._next("short_answer") else signatures}

    def _account_of(self, body: dict[str, Any]) -> Account:
        if body.get("credentialID") not in self.account.credentials:
            raise Refusal("invalid_request", "Invalid parameter credentialID")
        return self.account

    def _next(self, fault: str) -> bool:
        with self._lock:
            if fault not in self._odd:
                return False
            self._odd.remove(fault)
            return True


def _practice_seal() -> TrialKey:
    school = Organisation(
        id="sandbox", legal_name={"sv": "Sandlådan"}, registration="802002-6509", eidas="NTRSE-8020026509"
    )
    return make_trial_key(school, utc_now(), "ES256")


def _account(seal: TrialKey) -> Account:
    content = load_pkcs12(seal.pkcs12, seal.password.encode())
    if content.cert is None or not isinstance(content.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError("the sandbox needs a key file with a key that seals")
    found: list[x509.Certificate] = [one.certificate for one in (content.cert, *content.additional_certs)]
    return Account(content.key, [one.public_bytes(Encoding.DER) for one in found])


def _service(oauth2: str) -> dict[str, Any]:
    return {
        "specs": "2.0.0.2",
        "name": "Sandbox signing service",
        "region": "SE",
        "lang": "en-US",
        "authType": ["oauth2client"],
        "oauth2": oauth2,
        "methods": ["credentials/list", "credentials/info", "credentials/authorize", "signatures/signHash"],
    }


def _body(request: Request) -> dict[str, Any]:
    try:
        body = request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal("invalid_request", "The request is missing a required parameter")
    return body


def _challenged(answer: Answer) -> Answer:
    if answer.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return answer


def _sign(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, digest: bytes) -> bytes:
    prehashed = Prehashed(hashes.SHA256())
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(digest, padding.PKCS1v15(), prehashed)
    return key.sign(digest, ec.ECDSA(prehashed))
