"""OAuth 2 client credentials for the partner API: short JWT access tokens, and the guard that checks them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from time import time
from typing import Any, NoReturn

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator, BearerTokenValidator
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from mimis_ats.problems import ApiError
from mimis_ats.schemas import SCOPES
from mimis_core import AuthenticationError, ConfigurationError, NotFoundError
from mimis_core.services import Services
from mimis_core.web import current_services

LIFETIME = 15 * 60
"""Seconds that a token is valid: short, since it is not looked up when it is used."""


def issue_token(services: Services, client_id: str, scope: str, now: float | None = None) -> str:
    """A signed access token for one partner."""
    issued = int(time() if now is None else now)
    claims = {
        "iss": services.settings.base_url,
        "aud": _audience(services),
        "sub": client_id,
        "scope": scope,
        "iat": issued,
        "exp": issued + LIFETIME,
        "jti": secrets.token_urlsafe(12),
    }
    return jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims, _key(services))


def _audience(services: Services) -> str:
    return f"{services.settings.base_url.rstrip('/')}/api/partner/v1"


def _key(services: Services) -> OctKey:
    secret = services.settings.secret_key
    if secret is None:
        raise ConfigurationError("The partner API needs secret_key.", mend="Set secret_key in mimis.toml.")
    derive = HKDF(SHA256(), length=32, salt=None, info=b"mimis partner api access token")
    return OctKey.import_key(derive.derive(secret.get_secret_value().encode()))


class PartnerClient(ClientMixin):  # type: ignore[misc]  # Authlib is untyped
    """A partner as Authlib sees a client. Made for any id, so that unknown ids and wrong secrets look the same."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id

    def get_client_id(self) -> str:
        """Id that the token is issued to."""
        return self.client_id

    def get_allowed_scope(self, scope: str | None) -> str:
        """The known ones of the scopes asked for; all when none is named."""
        wanted = scope.split() if scope else list(SCOPES)
        return " ".join(name for name in wanted if name in SCOPES)

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether the services know this pair."""
        try:
            current_services().authenticate_partner(self.client_id, client_secret)
        except (AuthenticationError, NotFoundError):
            return False
        return True

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """A secret is always needed, in the header or in the form."""
        return method in ("client_secret_basic", "client_secret_post")

    def check_grant_type(self, grant_type: str) -> bool:
        """Partners act for themselves only."""
        return grant_type == "client_credentials"


class PartnerGrant(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib is untyped
    """Client credentials; issues without Authlib's debug line, which would write the token into the log."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """The token answer; nothing is stored."""
        token = self.generate_token(scope=self.request.payload.scope, include_refresh_token=False)
        return 200, token, self.TOKEN_RESPONSE_HEADER


def authorization_server() -> AuthorizationServer:
    """Authlib's server with our clients, scopes and tokens; it leaves the app's own configuration alone."""
    server = AuthorizationServer()
    server._query_client = PartnerClient  # init_app would take it too, but also read OAUTH2_* from the app
    server.scopes_supported = list(SCOPES)
    server.register_token_generator("default", BearerTokenGenerator(_generate, expires_generator=LIFETIME))
    server.register_grant(PartnerGrant)
    return server


def _generate(client: PartnerClient, scope: str, **_: Any) -> str:
    return issue_token(current_services(), client.client_id, scope)


@dataclass(frozen=True)
class AccessToken:
    """A token whose signature and claims were good; ``client_id`` is the partner's."""

    client_id: str
    scope: str

    def get_scope(self) -> str:
        """Scopes that were granted."""
        return self.scope

    def is_expired(self) -> bool:
        """Expired tokens are not read at all."""
        return False

    def is_revoked(self) -> bool:
        """A removed partner's tokens end at once."""
        try:
            current_services().partner(self.client_id)
        except NotFoundError:
            return True
        return False


class PartnerTokenValidator(BearerTokenValidator):  # type: ignore[misc]  # Authlib is untyped
    """Reads our own tokens."""

    def authenticate_token(self, token_string: str) -> AccessToken | None:
        """The token, or None when it is not ours, not for this API, or too old."""
        services = current_services()
        claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": services.settings.base_url},
            aud={"essential": True, "value": _audience(services)},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            token = jwt.decode(token_string, _key(services), algorithms=["HS256"])
            claims.validate(token.claims)
        except (JoseError, ValueError):
            return None
        return AccessToken(token.claims["sub"], str(token.claims.get("scope", "")))


class PartnerGuard(ResourceProtector):  # type: ignore[misc]  # Authlib is untyped
    """Protects the endpoints; a refusal is a problem document with the WWW-Authenticate header."""

    def raise_error_response(self, error: OAuth2Error) -> NoReturn:
        """Turn Authlib's refusal into ours."""
        detail = "The token lacks the scope for this." if error.status_code == 403 else "A valid token is needed."
        challenge = f'Bearer realm="mimis", error="{error.error}"'
        raise ApiError(error.status_code, str(error.error), detail, {"WWW-Authenticate": challenge})


def guard() -> PartnerGuard:
    """A protector that accepts our tokens only."""
    protector = PartnerGuard()
    protector.register_token_validator(PartnerTokenValidator())
    return protector
