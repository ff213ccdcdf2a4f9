"""The token endpoint of the Open edX sandbox."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass

from mimis_core.testing import Answer, Request

SCOPES = ("read", "write", "email", "profile")
"""What an application may have without asking."""


@dataclass(frozen=True)
class Restricted:
    """What a restricted application may do: nothing but read grades and certificates of some organisations."""

    organisations: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("grades:read", "certificates:read")


class SandboxTokens:
    """The token endpoint.

    ``life`` is the next token's lifetime; clear ``valid`` to make all tokens expire. ``limited`` answers so many
    requests as django-ratelimit does. ``restricted`` makes the application a restricted one, whose opaque tokens have
    already expired.
    """

    def __init__(self, client_id: str, client_secret: str) -> None:
        self.known = (client_id, client_secret)
        self.life = 3600
        self.limited = 0
        self.restricted: Restricted | None = None
        self.granted: tuple[str, ...] = SCOPES
        self.valid: dict[str, str] = {}

    def issue(self, request: Request) -> Answer:
        """Answer a token request: only form fields are read, and only ``token_type=jwt`` gives a JWT."""
        form = {name: values[0] for name, values in request.form().items()}
        if self.limited > 0:
            self.limited -= 1
            return Answer(403, b"<html><h1>403 Forbidden</h1></html>", "text/html")
        if "application/x-www-form-urlencoded" not in request.headers.get("content-type", ""):
            form = {}
        if form.get("grant_type") != "client_credentials":
            return Answer.of({"error": "unsupported_grant_type"}, 400)
        if (form.get("client_id"), form.get("client_secret")) != self.known:
            return Answer.of({"error": "invalid_client"}, 401)
        asked = tuple(form.get("scope", "").split())
        if not set(asked) <= {*SCOPES, *(self.restricted.scopes if self.restricted else ())}:
            return Answer.of({"error": "invalid_scope"}, 400)
        self.granted = asked or SCOPES
        return self._token(form.get("token_type", "").lower() == "jwt")

    def accepts(self, request: Request) -> bool:
        """Whether the request carries a live token under its own scheme: a JWT sent as Bearer is refused."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.valid.get(token) == scheme

    def _token(self, is_jwt: bool) -> Answer:
        token, scheme = (self._new_jwt(), "JWT") if is_jwt else (secrets.token_hex(15), "Bearer")
        expired = self.restricted is not None and not is_jwt
        if not expired:
            self.valid[token] = scheme
        life = -1_780_000_000 if expired else self.life
        body = {"access_token": token, "token_type": scheme, "expires_in": life, "scope": " ".join(self.granted)}
        return Answer.of(body)

    def _new_jwt(self) -> str:
        allowed = self.restricted
        claims = {
            "grant_type": "client-credentials",
            "is_restricted": allowed is not None,
            "scopes": list(self.granted),
            "filters": [f"content_org:{name}" for name in allowed.organisations] if allowed else [],
        }
        parts = ({"alg": "RS512" if allowed else "HS256", "typ": "JWT"}, claims)
        encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
        return ".".join([*encoded, secrets.token_urlsafe(24)])
