"""The access token of Harvest v3: asked for once, shared by all threads, renewed before it ends or after a 401."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from mimis_ats.greenhouse.settings import GreenhouseSettings
from mimis_core import AuthenticationError, TemporaryError
from mimis_core.http import Client, Response

LEEWAY = 60.0
"""Seconds before its end at which a token is no longer used."""

SHORTEST = 5.0
"""Seconds that a token is used at least, however short Greenhouse says it lives."""

USUAL_LIFE = 3600.0
"""Seconds that a token lives in Greenhouse's examples, where an answer does not say."""

MEND = "Compare client_id, client_secret and user_id with the credential in Greenhouse, under API Credentials."


class TokenKeeper:
    """Gives ``mimis_core.http.Client`` its ``Authorization`` header.

    A new token may end the one before, so that threads and processes with one credential could take it from each
    other: a 401 renews only the token that was refused.
    """

    def __init__(self, settings: GreenhouseSettings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        split = urlsplit(settings.sign_in_url)
        self._http = Client(f"{split.scheme}://{split.netloc}", system="Greenhouse", repeat=frozenset({"POST"}))
        self._path = split.path
        self._form = {"grant_type": "client_credentials", "sub": str(settings.user_id)}
        secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
        self._auth = (settings.client_id or "", secret)
        self._now = now
        self._lock = threading.Lock()
        self._handed = threading.local()
        self._token: str | None = None
        self._ends = 0.0

    def header(self, renew: bool) -> str:
        """The header's value. ``renew`` after a 401: asks for a new token unless another thread already has."""
        with self._lock:
            refused = renew and getattr(self._handed, "token", None) == self._token
            if self._token is None or refused or self._now().timestamp() >= self._ends:
                self._token, self._ends = self._fetch()
            self._handed.token = self._token
            return f"Bearer {self._token}"

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _fetch(self) -> tuple[str, float]:
        response = self._http.ask("POST", self._path, data=self._form, auth=self._auth)
        # 400 is for a client id of the wrong form: its text quotes the id, so that no text is passed on
        if response.status_code in (400, 401, 403):
            raise AuthenticationError(f"Greenhouse gives no token ({response.status_code}).", mend=MEND)
        if response.status_code >= 400:
            raise self._http.error(response)
        return self._read(response)

    def _read(self, response: Response) -> tuple[str, float]:
        body = self._http.json(response)
        token = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token:
            raise TemporaryError("Greenhouse answered the token request without a token.", mend="Try again later.")
        now = self._now().timestamp()
        return token, max(now + SHORTEST, _end(body, now) - LEEWAY)


def _end(body: dict[str, Any], now: float) -> float:
    """When a token ends: Greenhouse says it as seconds, as a time, or not at all."""
    life = body.get("expires_in")
    if isinstance(life, int | float) and not isinstance(life, bool) and life > 0:
        return now + life
    try:
        end = datetime.fromisoformat(str(body.get("expires_at")))
    except ValueError:
        return now + USUAL_LIFE
    return (end if end.tzinfo else end.replace(tzinfo=UTC)).timestamp()
