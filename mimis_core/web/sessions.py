"""The learner's session: a signed cookie that holds her opaque id and her language, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from flask import g, redirect, request, session
from flask.typing import ResponseReturnValue

from mimis_core.errors import NotFoundError
from mimis_core.web.language import SESSION_KEY as LANGUAGE
from mimis_core.web.state import current_services

if TYPE_CHECKING:
    from mimis_core.model import Learner

P = ParamSpec("P")

LEARNER = "learner"
NEXT = "next"
SIGN_IN_PAGE = "/in"


def sign_in(learner_id: str) -> None:
    """Start a fresh session for a learner; what an earlier one held is dropped, except where she was going."""
    kept = {key: session[key] for key in (LANGUAGE, NEXT) if key in session}
    session.clear()
    session.update(kept)
    session[LEARNER] = learner_id
    session.permanent = True


def sign_out() -> None:
    """End the session; the language stays."""
    language = session.get(LANGUAGE)
    session.clear()
    if language:
        session[LANGUAGE] = language


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


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.method == "GET":
        session[NEXT] = request.script_root + request.full_path.rstrip("?")
    return redirect(request.script_root + SIGN_IN_PAGE, 303)
