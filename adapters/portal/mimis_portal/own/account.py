"""A learner's account elsewhere: she binds it while she is signed in, and signs in with it from then on."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError, UserError
from mimis_core.web import (
    current_learner,
    current_services,
    gettext,
    learner_required,
    limited,
    provider_for_learners,
    sign_in,
    signed_in_person,
    where_to_go,
)
from mimis_portal.own.contact import own, ways

BINDS = "binds account"
"""In the session: that she binds her account and does not sign in."""
MEANT, UNDER_WAY = "meant", "under way"
"""She has sent the form; she is at the provider for it. Each is good once."""


@own.post("/contact/account")
@learner_required
@limited("20 per minute", methods=("POST",))
def connect() -> ResponseReturnValue:
    """Begin to bind an account. The page leads on: a form may lead nowhere else (``form-action`` of our headers)."""
    _provider()
    session[BINDS] = MEANT
    return render_template("portal/own/connect.html")


@own.post("/contact/account/<account_id>/remove")
@learner_required
def disconnect(account_id: str) -> ResponseReturnValue:
    """Let an account open nothing any more."""
    current_services().unbind_learner_account(signed_in_person().id, account_id)
    flash(gettext("The account is disconnected. It no longer signs you in."), "ok")
    return redirect(url_for("own.contact"), 303)


@ways.get("/account")
@limited("60 per minute")
def account() -> ResponseReturnValue:
    """Lead her to the provider: to get in, unless she has just sent :func:`connect`."""
    binds = session.pop(BINDS, None) == MEANT
    answer: ResponseReturnValue = _provider().redirect(f"{current_services().settings.base_url}/in/account/back")
    if binds:
        session[BINDS] = UNDER_WAY
    return answer


@ways.get("/account/back")
@limited("60 per minute")
def back() -> ResponseReturnValue:
    """She comes back: with a good answer she is in, or her account is bound."""
    binds, services, me = session.pop(BINDS, None) == UNDER_WAY, current_services(), current_learner()
    provider = _provider()
    try:
        found = provider.account()
        if binds and me is not None:
            services.bind_learner_account(me, found)
            flash(gettext("Your account is connected. You can sign in with it from now on."), "ok")
            return redirect(url_for("own.contact"), 303)
        sign_in(services.sign_in_learner_account(found))
    except UserError as error:
        reason = error.code if error.code in ("no_learner", "taken") else "answer"
        return render_template("portal/own/account_refused.html", reason=reason), 403
    return redirect(where_to_go(url_for("learner.mine")), 303)


def _provider() -> Any:
    provider = provider_for_learners()
    if provider is None:
        raise NotFoundError("Learners have no accounts elsewhere here.", code="unknown")
    return provider
