"""Who is let into the partner API with a token, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from math import ceil
from time import time
from typing import Any, NoReturn, ParamSpec, TypeVar

from authlib.integrations.flask_oauth2 import ResourceProtector, current_token
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6750 import BearerTokenValidator
from flask import Response, g, request
from joserfc import jwt
from joserfc.errors import JoseError

from mimis_ats.oauth import ALGORITHM, api_address, derived_key, scopes_of, token_secret
from mimis_ats.problems import ApiError
from mimis_core import NotFoundError
from mimis_core.services import Partner
from mimis_core.web import Spent, current_services, spend

P = ParamSpec("P")
R = TypeVar("R")

POLICY = "partner"
QUOTA = "12000 per minute"
"""What one partner may ask one process: 200 requests a second, over a minute."""
REFUSED = "60 per minute"
"""How often one address may come with a token that is none: who knows no better need not ask faster."""


@dataclass(frozen=True)
class AccessToken:
    """A token whose signature and claims were good, and whose partner is registered."""

    partner: Partner
    scope: str

    def get_scope(self) -> str:
        """Scopes that were granted, but for those that the partner has lost since."""
        allowed = scopes_of(self.partner)
        return " ".join(name for name in self.scope.split() if name in allowed)

    def is_expired(self) -> bool:
        """Expired tokens are not read at all."""
        return False

    def is_revoked(self) -> bool:
        """A removed partner's tokens are not read at all."""
        return False


class PartnerTokenValidator(BearerTokenValidator):  # type: ignore[misc]  # Authlib is untyped
    """Reads our own tokens."""

    def authenticate_token(self, token_string: str) -> AccessToken | None:
        """The token, or None when it is not ours, not for this API, too old, or of a partner that was removed."""
        services = current_services()
        try:
            claims = _claims(token_string, token_secret(services), services.settings.base_url, api_address(services))
            if claims["exp"] < time():
                return None
            partner = services.partner(claims["sub"])
        except (JoseError, ValueError, NotFoundError):
            return None
        return AccessToken(partner, str(claims.get("scope", "")))


@lru_cache(maxsize=1_000)
def _claims(token: str, secret: str, issuer: str, audience: str) -> dict[str, Any]:
    """What a good token says. Checking one takes as long as some queries: those that came last are known."""
    claims = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        sub={"essential": True},
    )
    read = jwt.decode(token, derived_key(secret), algorithms=[ALGORITHM])
    claims.validate(read.claims)
    return read.claims


class PartnerGuard(ResourceProtector):  # type: ignore[misc]  # Authlib is untyped
    """Protects the endpoints; a refusal is a problem document with the WWW-Authenticate header."""

    def raise_error_response(self, error: OAuth2Error) -> NoReturn:
        """Turn Authlib's refusal into ours."""
        if error.status_code != 403:
            _count("partner_api.refused", request.remote_addr or "", REFUSED)
        detail = "The token lacks the scope for this." if error.status_code == 403 else "A valid token is needed."
        challenge = f'Bearer realm="mimis", error="{error.error}"'
        raise ApiError(error.status_code, str(error.error), detail, {"WWW-Authenticate": challenge})


_guard = PartnerGuard()
_guard.register_token_validator(PartnerTokenValidator())


def guarded(scope: str, view: Callable[P, R]) -> Callable[P, R]:
    """Let only partners with a token for this scope into a view, each so often."""

    @wraps(view)
    def let_in(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            token: AccessToken = _guard.acquire_token([scope])
        except OAuth2Error as error:
            _guard.raise_error_response(error)
        g.partner_quota = _count("partner_api", token.partner.id, QUOTA)
        return view(*args, **kwargs)

    return let_in


def current_partner() -> Partner:
    """The partner whose token let the running request in."""
    partner: Partner = current_token.partner
    return partner


def tell_quota(response: Response) -> Response:
    """Say in the answer what the partner has left, as draft-ietf-httpapi-ratelimit-headers-10 has it."""
    quota: Spent | None = g.get("partner_quota")
    if quota is not None:
        response.headers["RateLimit-Policy"] = f'"{POLICY}";q={quota.limit};w={quota.window}'
        response.headers["RateLimit"] = f'"{POLICY}";r={quota.left};t={ceil(quota.resets)}'
    return response


def _count(what: str, key: str, limit: str) -> Spent:
    """Count one more. Raises ApiError when that is too many."""
    quota = spend(what, key, limit)
    if quota.over:
        g.partner_quota = quota
        wait = {"Retry-After": str(ceil(quota.resets))}
        raise ApiError(429, "rate_limit", "That is too often. Wait and try again.", wait)
    return quota
