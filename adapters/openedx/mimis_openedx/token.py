"""The access token: asked for once, shared by all threads, and renewed before it expires or after a 401."""

from __future__ import annotations

import base64
import binascii
import json
import threading
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.client import OAuth2Client
from pydantic import SecretStr

from mimis_core import AuthenticationError, ConfigurationError, DataError, MimisError, TemporaryError
from mimis_core.http import Client, Response
from mimis_openedx.records import Claims, read_record, reason_of

PATH = "oauth2/access_token"
LEEWAY = 60
"""Seconds before its expiry at which a token is no longer used."""

MENDS = {
    "invalid_client": "Compare client_id and client_secret with the application in the LMS's Django admin.",
    "unsupported_grant_type": "Set the application's grant type to client credentials in the LMS's Django admin.",
    "unauthorized_client": "Set the application's grant type to client credentials in the LMS's Django admin.",
    "invalid_scope": "Let the application have these scopes in the LMS's Django admin, or take them out of scopes.",
}


class TokenKeeper:
    """Gives ``mimis_core.http.Client`` its ``Authorization`` header.

    Authlib's framework-neutral client writes the request and reads the answer; the sending is ours, so that
    timeouts, retries and errors are those of every other request.
    """

    def __init__(self, http: Client, client_id: str, client_secret: SecretStr, scopes: Sequence[str] = ()) -> None:
        # without scope the LMS gives all that the application may have by default
        self._scope = {"scope": " ".join(scopes)} if scopes else {}
        self._oauth = OAuth2Client(
            _TokenEndpoint(http),
            client_id,
            client_secret.get_secret_value(),
            token_endpoint_auth_method="client_secret_post",
        )
        self._lock = threading.Lock()
        self._handed = threading.local()

    def header(self, renew: bool) -> str:
        """The header's value. ``renew`` after a 401: asks for a new token unless another thread already has."""
        with self._lock:
            refused = renew and getattr(self._handed, "token", None) is self._oauth.token
            if refused or self._is_stale():
                self._oauth.fetch_token(PATH, grant_type="client_credentials", token_type="jwt", **self._scope)
            token = self._oauth.token
        self._handed.token = token
        scheme = "JWT" if str(token.get("token_type", "")).lower() == "jwt" else "Bearer"
        return f"{scheme} {token['access_token']}"

    def claims(self) -> Claims:
        """What the current token says of itself; an opaque one says nothing. For ``check``: nothing is verified."""
        token = str((self._oauth.token or {}).get("access_token", ""))
        try:
            payload = token.split(".")[1]
            return read_record(Claims, json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))
        except (IndexError, binascii.Error, ValueError, DataError):
            return Claims()

    def _is_stale(self) -> bool:
        token = self._oauth.token
        if token is None:
            return True
        # a site may give tokens that live shorter than the leeway; they are used for half of their life
        leeway = min(LEEWAY, int(token.get("expires_in") or LEEWAY * 2) // 2)
        return bool(token.is_expired(leeway=leeway))


class _TokenEndpoint:
    """What Authlib calls its session: sends the form with our Client and lets only good answers back."""

    def __init__(self, http: Client) -> None:
        self._http = http

    def post(self, url: str, data: dict[str, str], headers: dict[str, str], auth: Any) -> Response:
        _, prepared, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        response = self._http.ask("POST", url, data=body, headers=prepared)
        if response.status_code >= 400:
            raise self._refusal(response)
        self._demand_token(self._http.json(response))
        return response

    def _refusal(self, response: Response) -> MimisError:
        try:
            code = reason_of(response.json())
        except ValueError:
            code = None
        if response.status_code == 401 or (code and response.status_code in (400, 403)):
            mend = MENDS.get(code or "", "Check the OAuth2 application in the LMS's Django admin.")
            text = f"Open edX gives no token ({code or response.status_code})."
            return AuthenticationError(text, mend=mend, code=code)
        if response.status_code == 403:  # django-ratelimit's block, which does not answer 429
            return TemporaryError(
                "Open edX limits how often tokens are asked for.", mend="Try again in a minute.", retry_after=60
            )
        if response.status_code == 404:
            return ConfigurationError("There is no Open edX at this address.", mend="Set url to the LMS address.")
        return self._http.error(response, code)

    def _demand_token(self, body: Any) -> None:
        if not isinstance(body, dict) or not isinstance(body.get("access_token"), str):
            raise TemporaryError("Open edX answered the token request without a token.", mend="Try again later.")
        life = body.get("expires_in")
        if isinstance(life, int) and life < 0:
            raise AuthenticationError(
                "Open edX gives tokens that have already expired.",
                mend="The application is restricted and the LMS gave no JWT, though one was asked for: use one that is "
                "not restricted.",
            )
