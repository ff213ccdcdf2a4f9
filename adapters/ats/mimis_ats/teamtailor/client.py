"""Calls to Teamtailor's public API (one customer's key) and its partner API (our key)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import sleep
from typing import Any

from pydantic import SecretStr

from mimis_ats.teamtailor.mapping import error_code
from mimis_ats.teamtailor.settings import TeamtailorSettings
from mimis_core import TemporaryError
from mimis_core.http import LONGEST_RETRY_AFTER, Client, Response

JSON_API = "application/vnd.api+json"


class TeamtailorApi:
    """One of the two APIs. Keeps within the rate that its headers tell: ``wait`` is called with seconds.

    Teamtailor tells the rest of the period in ``X-Rate-Limit-Reset`` and sends no ``Retry-After``.
    """

    def __init__(self, client: Client, wait: Callable[[float], None] = sleep) -> None:
        self._client = client
        self._wait = wait
        self._pause = 0.0
        self._lock = threading.Lock()

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """Send one request and return its JSON, None for an empty answer. Raises mimis' errors."""
        response = self._ask(method, path, arguments)
        if response.status_code == 429 and method != "POST":  # after a POST the caller looks first what was done
            response = self._ask(method, path, arguments)
        if response.status_code >= 400:
            raise self._error(response)
        return self._client.json(response) if response.content else None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(self, method: str, path: str, arguments: dict[str, Any]) -> Response:
        with self._lock:
            pause, self._pause = self._pause, 0.0
        if pause > 0:
            self._wait(pause)
        response = self._client.ask(method, path, **arguments)
        self._note_limit(response)
        return response

    def _note_limit(self, response: Response) -> None:
        headers = response.headers
        reset = _seconds(headers.get("X-Rate-Limit-Reset"))
        if response.status_code == 429 or headers.get("X-Rate-Limit-Remaining") == "0":
            with self._lock:
                self._pause = min(reset, LONGEST_RETRY_AFTER)

    def _error(self, response: Response) -> Exception:
        try:
            code = error_code(response.json())
        except ValueError:
            code = None
        error = self._client.error(response, code)
        if isinstance(error, TemporaryError) and response.status_code == 429:
            error.retry_after = _seconds(response.headers.get("X-Rate-Limit-Reset")) or error.retry_after
        return error


def public_api(settings: TeamtailorSettings, wait: Callable[[float], None] = sleep) -> TeamtailorApi:
    """The customer's API, with the customer's key."""
    headers = _headers(settings.api_version, f"Token token={settings.api_key.get_secret_value()}")
    return TeamtailorApi(Client(settings.url, system="Teamtailor", headers=headers), wait)


def partner_api(settings: TeamtailorSettings, key: SecretStr, wait: Callable[[float], None] = sleep) -> TeamtailorApi:
    """The partner's API, with our key."""
    authorization = f"{settings.authorization_prefix} {key.get_secret_value()}"
    headers = _headers(settings.partner_api_version, authorization)
    return TeamtailorApi(Client(settings.url, system="Teamtailor's partner API", headers=headers), wait)


def _headers(version: str, authorization: str) -> dict[str, str]:
    return {"Authorization": authorization, "X-Api-Version": version, "Accept": JSON_API, "Content-Type": JSON_API}


def _seconds(text: str | None) -> float:
    return float(text) if text and text.isascii() and text.isdigit() else 0.0
