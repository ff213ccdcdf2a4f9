"""OAuth 2 client credentials for the partner API: clients, and the short JWT access tokens that they get."""

from __future__ import annotations

import secrets
from functools import lru_cache
from time import time
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.jwk import OctKey

from mimis_ats import assertions
from mimis_ats.schemas import SCOPES
from mimis_core import AuthenticationError, ConfigurationError, NotFoundError
from mimis_core.services import Partner, Services
from mimis_core.web import current_services

PREFIX = "/api/partner/v1"
LIFETIME = 15 * 60
"""Seconds that a token is valid: short, since it is not looked up when it is used."""
ALGORITHM = "HS256"
METHODS = (assertions.METHOD, "client_secret_basic", "client_secret_post")
"""How a client may show who it is: a signed assertion counts before a secret."""


def api_address(services: Services) -> str:
    """Address of the partner API, which its tokens are meant for."""
    return services.settings.base_url.rstrip("/") + PREFIX


def issue_token(services: Services, client_id: str, scope: str, now: float | None = None) -> str:
    """A signed access token for one partner."""
    issued = int(time() if now is None else now)
    claims = {
        "iss": services.settings.base_url,
        "aud": api_address(services),
        "sub": client_id,
        "scope": scope,
        "iat": issued,
        "exp": issued + LIFETIME,
        "jti": secrets.token_urlsafe(12),
    }
    return jwt.encode({"alg": ALGORITHM, "typ": "at+jwt"}, claims, token_key(services))


def token_key(services: Services) -> OctKey:
    """The key of our tokens, derived from ``secret_key``. Raises ConfigurationError without one."""
    return derived_key(token_secret(services))


def token_secret(services: Services) -> str:
    """What the key is derived from. Raises ConfigurationError when there is nothing."""
    if services.settings.secret_key is None:
        raise ConfigurationError("The partner API needs secret_key.", mend="Set secret_key in mimis.toml.")
    return services.settings.secret_key.get_secret_value()


@lru_cache(maxsize=100)
def derived_key(secret: str) -> OctKey:
    """The key, the same for the same secret; it is needed at each request."""
    derive = HKDF(SHA256(), length=32, salt=None, info=b"mimis partner api access token")
    return OctKey.import_key(derive.derive(secret.encode()))


def scopes_of(partner: Partner) -> tuple[str, ...]:
    """What a partner's tokens may be good for."""
    return tuple(name for name in SCOPES if partner.scopes is None or name in partner.scopes)


class PartnerClient(ClientMixin):  # type: ignore[misc]  # Authlib is untyped
    """A partner as Authlib sees a client. Made for any id, so that unknown ids and wrong secrets look the same."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id

    def get_client_id(self) -> str:
        """Id that the token is issued to."""
        return self.client_id

    def get_allowed_scope(self, scope: str | None) -> str:
        """Those of the scopes asked for that the partner may have; all that it may have when none is named."""
        allowed = scopes_of(current_services().partner(self.client_id))
        return " ".join(name for name in allowed if not scope or name in scope.split())

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether the services know this pair."""
        try:
            current_services().authenticate_partner(self.client_id, client_secret)
        except (AuthenticationError, NotFoundError):
            return False
        return True

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """A client without a secret or a key is none."""
        return method in METHODS

    def check_grant_type(self, grant_type: str) -> bool:
        """Partners act for themselves only."""
        return grant_type == "client_credentials"


class PartnerGrant(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib is untyped
    """Client credentials; issues without Authlib's debug line, which would write the token into the log."""

    TOKEN_ENDPOINT_AUTH_METHODS = list(METHODS)

    def validate_requested_scope(self) -> None:
        """Raise InvalidScopeError for scopes that do not exist, or of which the partner may have none."""
        super().validate_requested_scope()
        if not self.request.client.get_allowed_scope(self.request.payload.scope):
            raise InvalidScopeError

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
    server.register_client_auth_method(assertions.METHOD, _authenticate_by_key)
    server.register_grant(PartnerGrant)
    return server


def _generate(client: PartnerClient, scope: str, **_: Any) -> str:
    return issue_token(current_services(), client.client_id, scope)


def _authenticate_by_key(query_client: Any, request: OAuth2Request) -> PartnerClient | None:
    services = current_services()
    audiences = f"{api_address(services)}/token", services.settings.base_url, api_address(services)
    client_id = assertions.client_of_assertion(request.form, audiences)
    return None if client_id is None else query_client(client_id)
