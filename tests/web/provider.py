"""A small identity provider (OpenID Connect Core 1.0) on loopback: who is at it is signed in already and says yes."""

from __future__ import annotations

import json
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlencode

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from mimis_core.testing import Sandbox
from mimis_core.testing.wire import Answer, Request

CLIENT, SECRET = "mimis", "a secret of the provider's making"


class Provider(Sandbox):
    """Knows one person. What it says wrong, it says because a test told it to.

    ``claims`` are put over those of the token, None leaves one out; ``metadata`` over what it says of itself; ``key``
    signs, whatever ``keys`` it shows. ``alg`` is that of the token.
    """

    name = "provider"

    def __init__(self) -> None:
        super().__init__()
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.keys = [self.key]
        self.alg = "RS256"
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.denies = False
        self.asked: dict[str, str] = {}
        self._codes: dict[str, dict[str, str]] = {}

    def settings(self) -> dict[str, Any]:
        """The table ``[oidc]``."""
        return {"issuer": self.url, "client_id": CLIENT, "client_secret": SECRET}

    def handle(self, request: Request) -> Answer:
        """Answer as a provider does."""
        if request.path == "/.well-known/openid-configuration":
            return Answer.of({**self._metadata(), **self.metadata})
        if request.path == "/keys":
            return Answer.of(KeySet(self.keys).as_dict(private=False))
        if request.path == "/authorize":
            return self._authorize({name: values[0] for name, values in request.query.items()})
        if request.path == "/token":
            return self._token(request)
        return Answer.of({}, 404)

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    def _authorize(self, asked: dict[str, str]) -> Answer:
        self.asked = asked
        back: dict[str, str] = {"state": asked["state"]}
        if self.denies:
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_urlsafe()
            self._codes[back["code"]] = asked
        return Answer(302, headers={"Location": f"{asked['redirect_uri']}?{urlencode(back)}"})

    def _token(self, request: Request) -> Answer:
        form = {name: values[0] for name, values in request.form().items()}
        asked = self._codes.pop(form.get("code", ""), None)
        given = b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
        if [unquote(part) for part in given.split(":")] != [CLIENT, unquote(SECRET)]:
            return Answer.of({"error": "invalid_client"}, 401)
        verifier = sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return Answer.of({"error": "invalid_grant"}, 400)
        return Answer.of({"access_token": "a", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])})

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url, "sub": "77", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce,
            "email": "åsa@demo.example", "email_verified": True, **self.claims,
        }  # fmt: skip
        said = {name: value for name, value in claims.items() if value is not None}
        if self.alg == "none":
            head, body = (urlsafe_b64encode(part).rstrip(b"=").decode() for part in (b'{"alg":"none"}', _json(said)))
            return f"{head}.{body}."
        key = OctKey.import_key(SECRET.encode()) if self.alg == "HS256" else self.key
        return jwt.encode({"alg": self.alg, "kid": self.key.kid}, said, key, algorithms=[self.alg])


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()
