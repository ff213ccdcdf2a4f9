"""The session of a member of staff: her browser holds a secret, everything else is kept in the database."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from mimis_core.errors import NotFoundError, PermissionDeniedError
from mimis_core.services.roles import may
from mimis_core.web.language import SESSION_KEY as LANGUAGE
from mimis_core.web.sessions import NEXT, sign_out
from mimis_core.web.state import current_services

if TYPE_CHECKING:
    from mimis_core.services import SignedIn

P = ParamSpec("P")

STAFF = "staff"
START = "mimis_staff_start"
"""Of an app's extensions: the endpoint that staff come to once they are signed in."""


def lead_staff_to(app: Flask, endpoint: str) -> None:
    """Let staff of an app come to this page once they are signed in; without it they come to their own account."""
    app.extensions[START] = endpoint


def staff_start() -> str:
    """Address of the page that staff come to."""
    return url_for(current_app.extensions.get(START, "staff.home"))


def begin_staff_session(token: str) -> None:
    """Start a fresh session in the browser; what an earlier one held is dropped, except where she was going."""
    kept = {key: session[key] for key in (LANGUAGE, NEXT) if key in session}
    end_staff_session()
    session.update(kept)
    session[STAFF] = token
    session.permanent = True


def end_staff_session() -> None:
    """End the session in the database and in the browser."""
    if token := session_token():
        current_services().end_staff_session(token)
    sign_out()


def session_token() -> str:
    """The secret of the session in this browser; empty without one."""
    return str(session.get(STAFF, ""))


def signed_in_staff() -> SignedIn | None:
    """Who is signed in, or None."""
    try:
        return current_services().staff_session(session_token()) if session_token() else None
    except NotFoundError:
        return None


def current_staff() -> SignedIn:
    """The member of staff that :func:`staff_required` let in."""
    found: SignedIn = g.staff
    return found


def staff_may(action: str) -> bool:
    """Whether a role of hers allows ``action``, so that a page may offer it; for views that staff_required guards."""
    return may(current_staff().staff.roles, action)


def staff_required(
    action: str | None = None, back: str | None = None
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let only staff see a view, and only those who may do ``action``; without one, all of them.

    Others are led to sign in, and who must first confirm with a passkey to do that. Afterwards she is back at the page,
    or after a form at the endpoint ``back``, where she can send it again. Raises PermissionDeniedError for a role that
    may not. ``action`` is one of :data:`mimis_core.services.roles.ALLOWED`.
    """

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            staff = signed_in_staff()
            if staff is None:
                return _lead_to("staff.ask", back)
            g.staff = staff
            try:
                if action is not None:
                    current_services().require(staff, action)
            except PermissionDeniedError as error:
                if error.code != "second_factor":
                    raise
                return _lead_to("passkeys.confirm", back)
            return view(*args, **kwargs)

        return guarded

    return decorate


def _lead_to(endpoint: str, back: str | None) -> ResponseReturnValue:
    if request.method == "GET":
        session[NEXT] = request.script_root + request.full_path.rstrip("?")
    elif back is not None:
        session[NEXT] = url_for(back)
    return redirect(url_for(endpoint), 303)
