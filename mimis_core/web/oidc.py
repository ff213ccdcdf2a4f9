"""Staff sign in with the account that they have at the school's own identity provider (OpenID Connect Core 1.0).

Learners may too, where ``learners`` says so; their pages are an adapter's, which asks :func:`provider_for_learners`.

Authorization code flow with PKCE, state and nonce; :mod:`mimis_core.web.oidc_client` asks and checks. An account is
known by issuer and subject from its first sign-in on. That one binds it by an address that the provider has verified;
she who is signed in already binds hers by a form, on a one-time link or with her passkey.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from mimis_core.errors import ConfigurationError, PermissionDeniedError, UserError
from mimis_core.settings import describe_invalid
from mimis_core.web.limits import limited
from mimis_core.web.sessions import where_to_go
from mimis_core.web.staff_session import begin_staff_session, session_token, staff_required, staff_start
from mimis_core.web.state import current_services

if TYPE_CHECKING:
    from mimis_core.settings import Settings
    from mimis_core.web.oidc_client import OidcClient

KEY = "mimis.oidc"
CONNECT = "connect"
"""In the session: that she binds her account and does not sign in."""
MEANT, UNDER_WAY = "meant", "under way"
"""She has sent the form; she is at the provider for it. Each is good once."""
WAY = "oidc"

_log = logging.getLogger("mimis.oidc")


class OidcTable(BaseModel):
    """``[oidc]`` in ``mimis.toml``: the identity provider that staff sign in at, and learners where that is said."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    issuer: str = Field(description="Address of the identity provider, exactly as it writes it in its tokens")
    client_id: str = Field(description="Id that the provider gave this mimis")
    client_secret: SecretStr = Field(description="Secret that the provider gave this mimis")
    learners: bool = Field(default=False, description="Learners may bind an account there and sign in with it")
    scope: str = Field(default="openid email", description="What is asked for; openid is needed, email binds by mail")


oidc = Blueprint("oidc", __name__, url_prefix="/staff/in/oidc")


def install(app: Flask, settings: Settings) -> None:
    """Offer sign-in at the provider that is configured, if one is. Raises ConfigurationError for a wrong table."""
    if settings.oidc is not None:
        from mimis_core.web.oidc_client import OidcClient

        app.extensions[KEY] = OidcClient(app, read_table(settings.oidc))
        app.register_blueprint(oidc)


def read_table(raw: dict[str, Any]) -> OidcTable:
    """The table, checked. Raises ConfigurationError naming the field."""
    try:
        table = OidcTable.model_validate(raw)
    except ValidationError as error:
        raise ConfigurationError(describe_invalid(error, "[oidc]"), mend="\nCorrect this in mimis.toml.") from None
    if "openid" not in table.scope.split():
        raise ConfigurationError("[oidc]: scope lacks openid.", mend="Correct it in mimis.toml.")
    parts = urlsplit(table.issuer)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ConfigurationError("[oidc]: issuer is no https address.", mend="Correct it in mimis.toml.")
    return table


def is_installed() -> bool:
    """Whether staff may sign in at a provider here."""
    return KEY in current_app.extensions


def provider_for_learners() -> OidcClient | None:
    """The provider that learners may have an account at, if one is set up for them."""
    found: OidcClient | None = current_app.extensions.get(KEY)
    return found if found is not None and found.for_learners else None


@oidc.get("")
@limited("60 per minute")
def start() -> ResponseReturnValue:
    """Lead her to the provider; what for is decided before: to get in, unless she has just sent :func:`connect`."""
    back = f"{current_services().settings.base_url}/staff/in/oidc/back"
    connects = session.pop(CONNECT, None) == MEANT
    answer: ResponseReturnValue = _oidc().redirect(back)
    if connects:
        session[CONNECT] = UNDER_WAY
    return answer


@oidc.post("/connect")
@staff_required(back="staff.home")
@limited("20 per minute", methods=("POST",))
def connect() -> ResponseReturnValue:
    """Begin to bind her account. The page leads on: a form may lead nowhere else (``form-action`` of our headers)."""
    try:
        current_services().allow_new_way(session_token())
    except PermissionDeniedError:
        return redirect(url_for("passkeys.confirm"), 303)
    session[CONNECT] = MEANT
    return render_template("staff/connect.html")


@oidc.get("/back")
@limited("60 per minute")
def back() -> ResponseReturnValue:
    """She comes back: with a good answer she is in."""
    connects = session.pop(CONNECT, None) == UNDER_WAY
    try:
        account = _oidc().account()
        if connects:
            current_services().bind_account(session_token(), account, WAY)
        else:
            begin_staff_session(current_services().sign_in_account(account, WAY))
    except PermissionDeniedError:
        return redirect(url_for("passkeys.confirm"), 303)
    except UserError as error:
        _log.info("sign-in at the identity provider was refused: %s", error.code)
        reason = "no_staff" if error.code == "no_staff" else "answer"
        return render_template("staff/refused.html", reason=reason), 403
    return redirect(where_to_go(url_for("staff.home") if connects else staff_start()), 303)


def _oidc() -> OidcClient:
    found: OidcClient = current_app.extensions[KEY]
    return found
