"""The learner's session: a signed cookie that holds her opaque id and her language, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from flask import Flask, g, redirect, request, session
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue

from mimis_core.errors import NotFoundError
from mimis_core.web.language import SESSION_KEY as LANGUAGE
from mimis_core.web.state import current_services

if TYPE_CHECKING:
    from mimis_core.model import Learner

P = ParamSpec("P")

LEARNER = "learner"
NEXT = "next"
FRAMED = "framed"
"""In the session: that it lives in a frame of another site's page, from its first to its last cookie."""
SIGN_IN_PAGE = "/in"


class Sessions(SecureCookieSessionInterface):
    """Signed cookies that stay with our own site, but for sessions that began in a frame of another's.

    Browsers keep the cookie of such a frame only if it is ``SameSite=None``, ``Secure`` and, where they block cookies
    of third parties, ``Partitioned`` (CHIPS): the same browser does not send it anywhere but in frames of that site.
    """

    def get_cookie_samesite(self, app: Flask) -> str | None:
        """None for a frame: it is never of our site."""
        return "None" if _is_for_frame() else super().get_cookie_samesite(app)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Always for a frame: browsers keep it under https, and for tests at localhost."""
        return _is_for_frame() or super().get_cookie_secure(app)

    def get_cookie_partitioned(self, app: Flask) -> bool:
        """For a frame and nothing else."""
        return _is_for_frame()


def sign_in(learner_id: str, *, framed: bool = False) -> None:
    """Start a fresh session for a learner; what an earlier one held is dropped, except where she was going.

    ``framed`` says that it begins in a frame of another site's page; one that did so stays there.
    """
    kept = {key: session[key] for key in (LANGUAGE, NEXT, FRAMED) if key in session}
    session.clear()
    session.update(kept)
    session[LEARNER] = learner_id
    if framed:
        session[FRAMED] = True
    session.permanent = True


def sign_out() -> None:
    """End the session; the language stays, and the frame that it was in."""
    kept = {key: session[key] for key in (LANGUAGE, FRAMED) if key in session}
    session.clear()
    session.update(kept)


def is_framed() -> bool:
    """Whether the session of the running request lives in a frame of another site's page."""
    return bool(session.get(FRAMED))


def current_learner() -> str | None:
    """Id of the learner who is signed in, or None."""
    learner_id = session.get(LEARNER)
    return str(learner_id) if learner_id else None


def signed_in_person() -> Learner:
    """The learner that :func:`learner_required` let in."""
    person: Learner = g.learner
    return person


def where_to_go(default: str) -> str:
    """The page that asked for sign-in, once; ``default`` when none did."""
    return str(session.pop(NEXT, default))


def learner_required(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let only a signed-in learner see a view; others are led to the sign-in page.

    A session whose learner is gone, for example merged with another, counts as signed out.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        learner_id = current_learner()
        if learner_id is None:
            return _ask_to_sign_in()
        try:
            g.learner = current_services().learner(learner_id)
        except NotFoundError:
            sign_out()
            return _ask_to_sign_in()
        return view(*args, **kwargs)

    return guarded


def _is_for_frame() -> bool:
    # Not by the session's own method: reading it would have every answer vary by the cookie, static files too.
    return bool(dict.get(session._get_current_object(), FRAMED))  # type: ignore[attr-defined]


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.method == "GET":
        session[NEXT] = request.script_root + request.full_path.rstrip("?")
    return redirect(request.script_root + SIGN_IN_PAGE, 303)
