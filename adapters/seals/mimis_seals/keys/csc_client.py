"""Calls of the Cloud Signature Consortium's API, version 2, as a client that signs for itself (client credentials)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import threading
import time
from typing import Any

from mimis_core import AuthenticationError, ConfigurationError, MimisError, PermanentError, TemporaryError
from mimis_core.http import Client, Response
from mimis_seals.settings import CscSettings

SYSTEM = "The signing service"
EARLY = 30.0
"""Seconds before its end at which an access token is renewed."""

SHORTEST = 60.0
"""Seconds that an access token is kept when the service does not say how long (RFC 6749 section 5.1 leaves it open)."""

_CODE = re.compile(r"[a-zA-Z_]{1,40}", re.ASCII)


class CscClient:
    """One account at one service. Safe to use from many threads."""

    def __init__(self, settings: CscSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._token, self._ends = "", 0.0
        self._api = Client(settings.url, system=SYSTEM, authorise=self._bearer)
        self._open = Client(settings.url, system=SYSTEM)

    def call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call a method with an access token and return what it answers.

        Raises AuthenticationError for a wrong client, ConfigurationError for a wrong PIN, TemporaryError when the
        service is away or wants another code, and PermanentError when it refuses.
        """
        return self._read(self._api, self._api.ask("POST", method, json=body, allow_redirects=False))

    def close(self) -> None:
        """Close connections."""
        self._api.close()
        self._open.close()

    def _bearer(self, renew: bool) -> str:
        with self._lock:
            if renew or time.monotonic() > self._ends:
                self._token, lasts = self._new_token()
                self._ends = time.monotonic() + max(lasts - EARLY, 0.0)
            return f"Bearer {self._token}"

    def _new_token(self) -> tuple[str, float]:
        info = self._read(self._open, self._open.ask("POST", "info", json={}, allow_redirects=False))
        base = str(info.get("oauth2") or self._settings.url).rstrip("/")
        if base.startswith("http://") and not self._settings.url.startswith("http://"):
            raise PermanentError(f"{SYSTEM} wants the client secret without encryption.")
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret.get_secret_value(),
        }
        response = self._open.ask("POST", f"{base}/oauth2/token", data=form, allow_redirects=False)
        if response.status_code in (400, 401):
            raise AuthenticationError(
                f"{SYSTEM} does not accept the client.", mend="Correct [signer] client_id and client_secret."
            )
        answer = self._read(self._open, response)
        token, lasts = answer.get("access_token"), answer.get("expires_in", SHORTEST)
        if not isinstance(token, str) or not isinstance(lasts, int | float):
            raise TemporaryError(f"{SYSTEM} gave no access token.", mend="mimis tries again.")
        return token, float(lasts)

    def _read(self, client: Client, response: Response) -> dict[str, Any]:
        if response.status_code == 200:
            answer = client.json(response)
            if isinstance(answer, dict):
                return answer
            raise TemporaryError(f"{SYSTEM} answered with something else than an object.", mend="mimis tries again.")
        code, about_sad = _reason(response)
        if response.status_code != 400:
            raise client.error(response, code)
        raise _refusal(code, about_sad)


def one_time_code(seed: str, moment: float) -> str:
    """A code of six digits (TOTP, RFC 6238 with the usual SHA-1 and 30 seconds). Raises ConfigurationError."""
    text = seed.replace(" ", "").upper()
    try:
        key = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        raise ConfigurationError(
            "[signer] otp_seed is not base32.", mend="Copy the seed as the service showed it: letters and 2 to 7."
        ) from None
    digest = hmac.digest(key, struct.pack(">Q", int(moment // 30)), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"


def _reason(response: Response) -> tuple[str | None, bool]:
    """The service's own code when it is one, and whether its words are about the activation data (SAD)."""
    try:
        answer = response.json()
    except ValueError:
        return None, False
    answer = answer if isinstance(answer, dict) else {}
    code, words = answer.get("error"), answer.get("error_description")
    fit = isinstance(code, str) and _CODE.fullmatch(code) is not None
    return code if fit else None, isinstance(words, str) and "SAD" in words


def _refusal(code: str | None, about_sad: bool) -> MimisError:
    if code == "invalid_pin":
        return ConfigurationError(
            f"{SYSTEM} does not accept the PIN; mimis does not try it again, so that it is not locked.",
            mend="Correct [signer] pin and start mimis anew.",
            code=code,
        )
    if code == "invalid_otp" or about_sad:
        return TemporaryError(f"{SYSTEM} wants a new authorisation.", mend="mimis tries again.", code=code)
    if code == "access_denied":
        return AuthenticationError(
            f"{SYSTEM} does not let this client use the seal.", mend="Ask the service for the right to sign.", code=code
        )
    return PermanentError(f"{SYSTEM} refused ({code or 'no reason'}).", mend="Ask the service.", code=code)
