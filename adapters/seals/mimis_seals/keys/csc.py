"""The seal's key at a remote signing service, through the Cloud Signature Consortium's API, version 2.

Sections are of its specification 2.0. Threads that sign at the same time share one authorisation and one request, as
far as the service allows (``multisign``).
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mimis_core import ConfigurationError, PermanentError, TemporaryError
from mimis_seals.keys.batches import Batches
from mimis_seals.keys.chains import Chain, certified, proves
from mimis_seals.keys.csc_client import SYSTEM, CscClient, one_time_code
from mimis_seals.keys.pkcs12 import jose_form
from mimis_seals.keys.signers import SealSigner
from mimis_seals.settings import CscSettings

SHA256 = "2.16.840.1.101.3.4.2.1"
SIGN_ALGORITHMS = {
    "RS256": ("1.2.840.113549.1.1.11", "1.2.840.113549.1.1.1"),
    "ES256": ("1.2.840.10045.4.3.2", "1.2.840.10045.2.1"),
}
"""Object identifiers for ``signAlgo``, the better first: with the digest, and of the key alone."""


@dataclass(frozen=True)
class Credential(Chain):
    """A seal at the service: its certificates, and how it is used (11.5)."""

    credential_id: str
    sign_algorithm: str
    asks_for: tuple[str, ...]
    most: int


class CscSigner(SealSigner[CscSettings]):
    """Signs with a key that a provider keeps."""

    kind = "csc"
    proven = "vendor documents: Cloud Signature Consortium API v2; no service of a provider was at hand"
    Settings = CscSettings

    def __init__(self, name: str, settings: CscSettings, **options: Any) -> None:
        super().__init__(name, settings, **options)
        self._client = CscClient(settings)
        self._batches = Batches(self._sign_hashes, lambda: min(settings.batch, self._credential.most))
        self._refused: ConfigurationError | None = None

    @property
    def where(self) -> str:
        """The service."""
        return "the seal at the signing service"

    @property
    def remote(self) -> bool:
        """True: each signature is a question to the service, and those that come together are asked together."""
        return True

    def close(self) -> None:
        """Close connections."""
        self._client.close()

    @property
    def _credential(self) -> Credential:
        chain = self._chain
        assert isinstance(chain, Credential)  # what _open gave
        return chain

    def _open(self) -> Chain:
        credential_id = self.settings.credential or self._only_credential()
        body = {"credentialID": credential_id, "certificates": "chain", "certInfo": True, "authInfo": True}
        answer = self._client.call("credentials/info", body)
        try:
            return _credential(credential_id, answer, self.where)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise TemporaryError(f"{SYSTEM} described the seal in a way that cannot be read.") from None

    def _only_credential(self) -> str:
        body: dict[str, Any] = {} if self.settings.user is None else {"userID": self.settings.user}
        found = self._client.call("credentials/list", body).get("credentialIDs")
        if isinstance(found, list) and len(found) == 1 and isinstance(found[0], str):
            return found[0]
        count = len(found) if isinstance(found, list) else 0
        raise ConfigurationError(
            f"The account at the signing service holds {count} seals.", mend="Name the right one: [signer] credential."
        )

    def _sign(self, data: bytes) -> bytes:
        chain = self._chain
        answer = self._batches.ask(hashlib.sha256(data).digest())
        for signature in _forms(answer, chain.algorithm):
            if proves(chain.certificate.public_key, chain.algorithm, signature, data):
                return signature
        raise PermanentError(f"{SYSTEM} gave a signature that does not fit the seal's certificate.")

    def _sign_hashes(self, hashes: Sequence[bytes]) -> Sequence[bytes]:
        """Authorise and sign some hashes (11.6, 11.10). The activation data serves once."""
        credential = self._credential
        encoded = [base64.b64encode(one).decode() for one in hashes]
        common = {"credentialID": credential.credential_id, "hashes": encoded, "hashAlgorithmOID": SHA256}
        sad = self._authorised({**common, "numSignatures": len(encoded)}, credential.asks_for)
        body = {**common, "SAD": sad, "signAlgo": credential.sign_algorithm, "operationMode": "S"}
        found = self._client.call("signatures/signHash", body).get("signatures")
        try:
            signatures = [base64.b64decode(one, validate=True) for one in found or ()]
        except (TypeError, ValueError):
            signatures = []
        if len(signatures) != len(hashes):
            raise TemporaryError(f"{SYSTEM} did not give one signature for each hash.", mend="mimis tries again.")
        return signatures

    def _authorised(self, body: dict[str, Any], asks_for: tuple[str, ...]) -> str:
        if self._refused is not None:
            raise self._refused
        if asks_for:
            body["authData"] = [{"id": name, "value": self._answer(name)} for name in asks_for]
        try:
            sad = self._client.call("credentials/authorize", body).get("SAD")
        except ConfigurationError as error:
            self._refused = error
            raise
        if not isinstance(sad, str):
            raise TemporaryError(f"{SYSTEM} gave no activation data.", mend="mimis tries again.")
        return sad

    def _answer(self, name: str) -> str:
        pin, seed = self.settings.pin, self.settings.otp_seed
        if name.upper() == "PIN" and pin is not None:
            return pin.get_secret_value()
        if name.upper() == "OTP" and seed is not None:
            return one_time_code(seed.get_secret_value(), time.time())
        raise ConfigurationError(
            "The signing service asks for something that is not configured.",
            mend="Set [signer] pin or otp_seed, or order a seal that a program may use alone.",
        )


def _credential(credential_id: str, answer: dict[str, Any], where: str) -> Credential:
    if answer["key"]["status"] != "enabled" or answer["cert"].get("status", "valid") != "valid":
        raise ConfigurationError(f"{where} may not be used: key or certificate is disabled.", mend="Ask the service.")
    first, *rest = (base64.b64decode(one, validate=True) for one in answer["cert"]["certificates"])
    chain = certified(first, rest, where)
    algorithm = next((one for one in SIGN_ALGORITHMS[chain.algorithm] if one in answer["key"]["algo"]), None)
    auth = answer["auth"]
    if algorithm is None or auth["mode"] not in ("implicit", "explicit"):
        raise ConfigurationError(
            f"{where} cannot be used by a program: algorithm or way of authorisation.",
            mend=f"Ask the service for a seal with {chain.algorithm} and authorisation implicit, by PIN or by TOTP.",
        )
    asks_for = tuple(str(one["id"]) for one in auth.get("objects", ())) if auth["mode"] == "explicit" else ()
    most = max(int(answer.get("multisign", 1)), 1)
    return Credential(chain.certificate, chain.ders, chain.algorithm, credential_id, algorithm, asks_for, most)


def _forms(answer: bytes, algorithm: str) -> Sequence[bytes]:
    """What a signature may mean: services give ECDSA as DER or as JOSE does; the specification leaves it open."""
    if algorithm != "ES256":
        return (answer,)
    try:
        return (answer, jose_form(answer))
    except (ValueError, OverflowError):
        return (answer,)
