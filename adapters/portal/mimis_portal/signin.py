"""Signing in: by a one-time link in a mail, or by the code on a printed slip. By account: own/account.py."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError
from mimis_core.web import allowed, current_learner, current_services, gettext, limited, sign_in, sign_out, where_to_go
from mimis_portal.forms import is_address, slip_code

signin = Blueprint("signin", __name__, template_folder="templates")

CODES = {"used": 410, "expired": 410}
"""Refusals of a link that once was right; any other is simply not found."""


@signin.get("/in")
def ask() -> ResponseReturnValue:
    """The ways to sign in."""
    if current_learner():
        return redirect(url_for("learner.mine"), 303)
    return render_template("portal/signin.html", email="", email_error=None)


@signin.post("/in/mail")
@limited("30 per minute; 200 per hour", methods=("POST",), together=True)
def send_link() -> ResponseReturnValue:
    """Send a one-time link. The answer is the same whether or not the address is known."""
    email = request.form.get("email", "").strip()
    if not is_address(email):
        error = gettext("Write your e-mail address, for example anna@exempel.se.")
        return render_template("portal/signin.html", email=email, email_error=error), 400
    # a mailbox is not to be flooded by others; over the limit the answer stays the same
    if allowed("sign-in mail", email.casefold(), "5 per hour"):
        current_services().send_sign_in_link(email)
    return render_template("portal/link_sent.html", email=email)


@signin.get("/in/<token>")
@limited("60 per minute")
def show_button(token: str) -> ResponseReturnValue:
    """A button only: programs that follow the links in mails must not use up the token."""
    return render_template("portal/signin_button.html", token=token)


@signin.post("/in/<token>")
@limited("20 per minute; 100 per hour", methods=("POST",), together=True)
def redeem(token: str) -> ResponseReturnValue:
    """Use the link, once."""
    return _redeem(token, by_slip=False)


@signin.post("/in")
@limited("20 per minute; 100 per hour", methods=("POST",), together=True)
def redeem_slip() -> ResponseReturnValue:
    """Use the code on a slip, once."""
    return _redeem(slip_code(request.form.get("code", "")), by_slip=True)


@signin.post("/out")
def leave() -> ResponseReturnValue:
    """Sign out."""
    sign_out()
    return redirect(url_for("public.start"), 303)


def _redeem(token: str, *, by_slip: bool) -> ResponseReturnValue:
    try:
        learner_id = current_services().redeem_sign_in(token)
    except NotFoundError as error:
        said = {"reason": error.code, "by_slip": by_slip, "email": "", "email_error": None}
        page = render_template("portal/signin_refused.html", **said)
        return page, CODES.get(error.code or "", 404)
    sign_in(learner_id)
    return redirect(where_to_go(url_for("learner.mine")), 303)
