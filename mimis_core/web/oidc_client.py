"""One identity provider, asked by Authlib's client, with what it may say bounded; imported only where one is set up."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from joserfc.errors import JoseError

from mimis_core.errors import AuthenticationError, TemporaryError
from mimis_core.services.staff_sessions import Account

if TYPE_CHECKING:
    from flask import Flask

    from mimis_core.web.oidc import OidcTable

TIMEOUT = 10
"""Seconds that the provider gets for one answer."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that are accepted: none with a shared secret, and never none at all."""
LEEWAY = 120
"""Seconds by which the provider's clock may differ from ours."""

# Its debug lines hold the code verifier.
logging.getLogger("authlib").setLevel(logging.INFO)


class Provider(FlaskOAuth2App):  # type: ignore[misc]  # Authlib is untyped
    """An identity provider. It must name itself as configured (OpenID Connect Discovery 1.0, section 4.3)."""

    expected = ""

    def load_server_metadata(self) -> dict[str, Any]:
        """What the provider says of itself. Raises ValueError when it is another, or signs in no accepted way."""
        found: dict[str, Any] = super().load_server_metadata()
        offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        accepted = [name for name in offered if name in ALGORITHMS]
        if found.get("issuer") != self.expected or not accepted:
            self.server_metadata.clear()
            raise ValueError("the provider is not the one that is configured")
        found["id_token_signing_alg_values_supported"] = accepted
        return found


class StaffOAuth(OAuth):  # type: ignore[misc]  # Authlib is untyped
    """Makes providers of our kind."""

    oauth2_client_cls = Provider


class OidcClient:
    """Sign-in at one provider, for one app."""

    def __init__(self, app: Flask, table: OidcTable) -> None:
        self._table = table
        self._provider: Provider = StaffOAuth(app).register(
            "staff",
            client_id=table.client_id,
            client_secret=table.client_secret.get_secret_value(),
            server_metadata_url=f"{table.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": table.scope,
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT,
                # No proxies and passwords from the environment, as in all else that mimis asks.
                "trust_env": False,
            },
        )
        self._provider.expected = table.issuer

    @property
    def for_learners(self) -> bool:
        """Whether learners may have an account there."""
        return self._table.learners

    def redirect(self, back: str) -> Any:
        """Lead the browser to the provider. Raises TemporaryError and AuthenticationError."""
        with _asking():
            return self._provider.authorize_redirect(back)

    def account(self) -> Account:
        """The account that the running request comes back with.

        Raises TemporaryError when the provider does not answer, and AuthenticationError for every answer that does not
        hold: another state or nonce, a wrong signature, issuer, audience or time.
        """
        checks = {
            "iss": {"essential": True, "value": self._table.issuer},
            "aud": {"essential": True, "value": self._table.client_id},
            "sub": {"essential": True},
        }
        with _asking():
            answer = self._provider.authorize_access_token(claims_options=checks, leeway=LEEWAY)
            said = answer["userinfo"]
            return Account(
                issuer=said["iss"],
                subject=said["sub"],
                email=said.get("email"),
                email_verified=said.get("email_verified") in (True, "true"),
            )


@contextmanager
def _asking() -> Iterator[None]:
    """Faults by what to do; no text of the provider is kept, since it may name people."""
    try:
        yield
    except OSError as error:  # what the HTTP library raises is one
        raise TemporaryError(
            f"The identity provider did not answer ({type(error).__name__}).", mend="Try again later."
        ) from None
    except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise AuthenticationError(
            f"The identity provider's answer does not hold ({type(error).__name__}).",
            mend="Sign in again; if it stays, correct [oidc] in mimis.toml.",
            code="oidc",
        ) from None
