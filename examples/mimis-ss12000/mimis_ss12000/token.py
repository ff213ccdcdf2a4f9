"""The bearer token: a fixed one, or one that is asked for by client credentials and renewed in time."""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from typing import Any
from urllib.parse import quote

from mimis_core import AuthenticationError, TemporaryError
from mimis_core.http import Client, Response
from mimis_ss12000.settings import SS12000Settings

LEEWAY = 60
"""Seconds before its expiry at which a token is no longer used."""
ASSUMED_LIFE = 300
"""Seconds that a token is used when the endpoint does not say how long it lives."""
MEND = "Compare client_id, client_secret, client_login and scope with what the register's owner gave you."


class Tokens:
    """Gives :class:`mimis_core.http.Client` its ``Authorization`` header. Safe to use from many threads."""

    def __init__(self, settings: SS12000Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._token = settings.token.get_secret_value() if settings.token else None
        self._ends = float("inf") if settings.token else 0.0
        self._handed = threading.local()
        # Asking twice gives two tokens, which harms nobody: so a POST may be repeated here.
        self._http = Client(settings.login_url or "", system="Token endpoint", repeat=frozenset({"POST"}))

    def header(self, renew: bool) -> str:
        """The header's value. ``renew`` after a 401: asks for a new token unless another thread already has."""
        with self._lock:
            refused = renew and getattr(self._handed, "token", None) == self._token
            if self._settings.token is None and (refused or time.monotonic() >= self._ends):
                self._token, life = self._ask()
                self._ends = time.monotonic() + max(life - LEEWAY, life / 2)
            token = self._token
        self._handed.token = token
        return f"Bearer {token}"

    def close(self) -> None:
        """Close the connections to the token endpoint."""
        self._http.close()

    def _ask(self) -> tuple[str, float]:
        """A new token and its life in seconds."""
        form = {"grant_type": "client_credentials"}
        if self._settings.scope:
            form["scope"] = self._settings.scope
        headers, extra = self._login()
        response = self._http.ask("POST", self._settings.login_url or "", data={**form, **extra}, headers=headers)
        if response.status_code in (400, 401, 403):
            raise AuthenticationError(f"The token endpoint answered {response.status_code}.", mend=MEND)
        if response.status_code >= 400:
            raise self._http.error(response)
        return self._read(response)

    def _login(self) -> tuple[dict[str, str], dict[str, str]]:
        """Header and form fields that say who asks (RFC 6749 section 2.3.1)."""
        name = self._settings.client_id or ""
        secret = self._settings.client_secret.get_secret_value() if self._settings.client_secret else ""
        if self._settings.client_login == "post":
            return {}, {"client_id": name, "client_secret": secret}
        pair = f"{quote(name, safe='')}:{quote(secret, safe='')}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}, {}

    def _read(self, response: Response) -> tuple[str, float]:
        body: Any = self._http.json(response)
        token = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token:
            raise TemporaryError("The token endpoint answered without a token.", mend="Try again later.")
        life = body.get("expires_in")
        try:
            return token, max(float(life), 0.0)
        except (TypeError, ValueError):
            return token, ASSUMED_LIFE
