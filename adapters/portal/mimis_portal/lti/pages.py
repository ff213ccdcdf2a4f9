"""The launch itself: the platform asks, we send its user there, and her browser posts its signed answer to us.

Each of these addresses is called from another site, with no session of ours: what proves the caller is the state, the
token, or the platform's signature, and none takes a form token.
"""

from __future__ import annotations

import logging
import re

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import AuthenticationError, NotFoundError, TemporaryError
from mimis_core.web import Launched, current_services, exempt_from_csrf, limited, sign_in
from mimis_portal.lti.frames import is_same_browser, mark_browser, tool, unmark_browser
from mimis_portal.lti.placing import ask_what

lti = Blueprint("lti", __name__, url_prefix="/lti", template_folder="../templates")
exempt_from_csrf(lti)

OF_ACHIEVEMENT = re.compile(r"/me/achievements/([\w.-]+)")
KEY_SECONDS = 300
"""How long platforms may keep our public keys."""

_log = logging.getLogger("mimis.lti")


@lti.route("/login", methods=("GET", "POST"))
@limited("600 per minute")
def login() -> ResponseReturnValue:
    """A platform asks that its user is signed in: she is sent there to prove who she is."""
    try:
        address, state = tool().begin(current_services(), request.values)
    except AuthenticationError as error:
        return _refuse(error)
    answer = Response(status=303, headers={"Location": address})
    mark_browser(answer, state)
    return answer


@lti.post("/launch")
@limited("600 per minute")
def launch() -> ResponseReturnValue:
    """She comes back with the platform's answer."""
    state = request.form.get("state", "")
    try:
        launched = tool().finish(current_services(), state, request.form.get("id_token", ""))
    except (AuthenticationError, NotFoundError, TemporaryError) as error:
        return _refuse(error)
    answer = _enter(launched) if _may_enter(launched, state) else Response(_let_in(launched))
    unmark_browser(answer, state)
    return answer


@lti.post("/window")
@limited("60 per minute", together=True)
def window() -> ResponseReturnValue:
    """She opened a window of our own from a frame that keeps no cookies; the token is good once, for a minute.

    Only from that frame: else another site could send its own token, and her browser would be in as somebody else.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return render_template("portal/lti/refused.html", reason="message"), 403
    try:
        learner_id = current_services().redeem_sign_in(request.form.get("token", ""))
    except NotFoundError:
        return render_template("portal/lti/refused.html", reason="window"), 410
    sign_in(learner_id)
    return redirect(page_of(request.form.get("path", "")), 303)


@lti.get("/keys")
@limited("300 per minute")
def keys() -> ResponseReturnValue:
    """Our public keys, which platforms check placements with."""
    answer = jsonify(tool().key_set())
    answer.headers["Cache-Control"] = f"public, max-age={KEY_SECONDS}"
    return answer


def page_of(path: str) -> str:
    """The page that a link of a course leads to: one of those that a teacher can place, else her credentials."""
    found = OF_ACHIEVEMENT.fullmatch(path)
    if found is not None:
        return url_for("achievement.own", achievement_id=found.group(1))
    return url_for("learner.mine")


def _may_enter(launched: Launched, state: str) -> bool:
    known = launched.learner is not None and not launched.learner.protected
    return known and is_same_browser(state)


def _enter(launched: Launched) -> Response:
    assert launched.learner is not None
    current_services().record_launch(launched.learner.id)
    # A window of its own is told apart by what browsers say of the request; where they say nothing, it may be a frame.
    sign_in(launched.learner.id, framed=request.headers.get("Sec-Fetch-Dest") != "document")
    return Response(status=303, headers={"Location": page_of(launched.path)})


def _let_in(launched: Launched) -> str:
    """What is shown to whom no session can begin for here."""
    if launched.placement is not None:
        return ask_what(launched.placement)
    if launched.learner is None:
        return render_template("portal/lti/unknown.html", teaches=launched.teaches)
    if launched.learner.protected:
        return render_template("portal/lti/ask_school.html")
    token = current_services().hand_over(launched.learner.id)
    name = launched.learner.full_name
    return render_template("portal/lti/window.html", token=token, path=launched.path, name=name)


def _refuse(error: AuthenticationError | NotFoundError | TemporaryError) -> ResponseReturnValue:
    """The same page for every reason, which only the log has: who forges a message is told nothing."""
    _log.info("a launch was refused: %s", error.code)
    is_passing = isinstance(error, TemporaryError)
    page = render_template("portal/lti/refused.html", reason="platform" if is_passing else "message")
    return page, 503 if is_passing else 403
