"""The token place of the Greenhouse sandbox."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime, timedelta

from mimis_core.testing import Answer, Request

CLIENT_ID = "mimis.harvest-client"
CLIENT_SECRET = "harvest-client-secret"
SUFFIX = ".harvest-client"
"""How a client id ends; another one is refused with a text that quotes it."""


class SandboxTokens:
    """Gives one live token: a new one ends the one before. ``life`` is how long the next one lives, in seconds."""

    def __init__(self) -> None:
        self.life = 3600
        self.given = 0
        self._live: str | None = None

    def issue(self, request: Request) -> Answer:
        """Answer a token request; what is wrong is told in four shapes, as Greenhouse does."""
        form = {name: values[0] for name, values in request.form().items()}
        client_id, secret = _basic(request.headers.get("authorization", ""))
        if not client_id:
            return Answer.of({"message": "Unauthorized", "errorId": "err-1"}, 401)
        if not client_id.endswith(SUFFIX):
            text = f"client_id={client_id} does not contain a valid client ID suffix"
            return Answer.of({"message": text, "errorId": "err-2"}, 400)
        if (client_id, secret) != (CLIENT_ID, CLIENT_SECRET):
            return Answer.of({"error": "invalid_client"}, 401)
        if form.get("grant_type") != "client_credentials":
            return Answer.of({"message": "Must include `grant_type` parameter in /token request"}, 400)
        self._live, self.given = secrets.token_urlsafe(24), self.given + 1
        end = datetime.now(UTC) + timedelta(seconds=self.life)
        return Answer.of({"access_token": self._live, "token_type": "Bearer", "expires_at": end.isoformat()})

    def accepts(self, authorization: str) -> bool:
        """Whether this header carries the live token."""
        return self._live is not None and authorization == f"Bearer {self._live}"

    def end(self) -> None:
        """End the live token before its time."""
        self._live = None


def _basic(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    try:
        known = base64.b64decode(value, validate=True).decode() if scheme == "Basic" else ""
    except ValueError:
        known = ""
    client_id, _, secret = known.partition(":")
    return client_id, secret
