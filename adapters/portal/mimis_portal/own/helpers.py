"""Helpers: a learner lets somebody look for a time, sees when that happened, and ends it; and what the helper sees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError, UserError
from mimis_core.services import HelperOrder, HelperView
from mimis_core.web import current_services, gettext, learner_required, limited, signed_in_person
from mimis_portal.forms import add_months, is_address, today
from mimis_portal.learner import sends_mail, talk_to_school
from mimis_portal.own.contact import may_mail, own, ways
from mimis_portal.shared import is_previewer

LINK = "helper link"
"""In the session: the link that was just made, for the one page that shows it."""
NAME_MAX = 100


@own.get("/helpers")
@learner_required
def helpers() -> ResponseReturnValue:
    """All helpers, with when each has looked, and the form for a new one."""
    return _page({}, {})


@own.post("/helpers")
@learner_required
@limited("20 per hour", methods=("POST",), together=True)
def invite() -> ResponseReturnValue:
    """Make a link for a helper; it is shown once, and mailed where she gives an address."""
    me = signed_in_person()
    if me.protected:
        return talk_to_school()
    form = {name: request.form.get(name, "").strip() for name in ("name", "time", "email", "shares")}
    errors = _wrong(form)
    if not errors:
        order = HelperOrder(
            name=form["name"],
            until=_ends()[form["time"]],
            show_shares=form["shares"] == "yes",
            email=form["email"] or None,
        )
        try:
            made = current_services().invite_helper(me.id, order)
        except UserError:
            errors = {"name": gettext("You have many helpers already. End one first.")}
        else:
            session[LINK] = {"url": made.url, "name": made.helper.name, "mailed": made.mailed}
            return redirect(url_for("own.helper_link"), 303)
    return _page(form, errors), 400


@own.get("/helpers/link")
@learner_required
def helper_link() -> ResponseReturnValue:
    """The link that was just made, to hand over: it is kept nowhere, so it is shown only now."""
    made = session.pop(LINK, None)
    if made is None:
        return redirect(url_for("own.helpers"), 303)
    return render_template("portal/own/helper_link.html", made=made)


@own.post("/helpers/<helper_id>/end")
@learner_required
def end_help(helper_id: str) -> ResponseReturnValue:
    """Let a helper look no more."""
    current_services().end_help(signed_in_person().id, helper_id)
    flash(gettext("Done. The link no longer works."), "ok")
    return redirect(url_for("own.helpers"), 303)


def for_helper(view: Callable[[str, HelperView], ResponseReturnValue]) -> Callable[[str], ResponseReturnValue]:
    """Let a view show what a helper's link opens. That is recorded as a look; a link preview is not, and sees nothing.

    ``view`` gets the link's token and what the helper may see.
    """

    @wraps(view)
    def opened(token: str) -> ResponseReturnValue:
        if request.method == "HEAD" or is_previewer():
            return render_template("portal/own/help_closed.html", reason="preview")
        try:
            seen = current_services().open_help(token)
        except NotFoundError as error:
            if error.code not in ("ended", "expired"):
                raise
            return render_template("portal/own/help_closed.html", reason=error.code), 410
        return view(token, seen)

    return opened


@ways.get("/helper/<token>")
@limited("60 per minute")
@for_helper
def helper(token: str, seen: HelperView) -> ResponseReturnValue:
    """What a helper sees."""
    return render_template("portal/own/help.html", seen=seen, token=token)


def _page(form: dict[str, str], errors: dict[str, str]) -> str:
    me = signed_in_person()
    return render_template(
        "portal/own/helpers.html",
        helpers=current_services().helpers_of(me.id),
        protected=me.protected,
        can_mail=sends_mail(),
        times=_times(),
        name_max=NAME_MAX,
        form={"name": "", "time": "month", "email": "", "shares": "", **form},
        errors=errors,
    )


def _ends() -> dict[str, date]:
    """The last day of each time that she may choose."""
    now = today()
    return {
        "day": now + timedelta(days=1),
        "week": now + timedelta(days=7),
        "month": add_months(now, 1),
        "quarter": add_months(now, 3),
        "half": add_months(now, 6),
    }


def _times() -> list[tuple[str, str]]:
    words = {
        "day": gettext("Until tomorrow"),
        "week": gettext("One week"),
        "month": gettext("One month"),
        "quarter": gettext("Three months"),
        "half": gettext("Six months"),
    }
    return list(words.items())


def _wrong(form: dict[str, str]) -> dict[str, str]:
    found = {}
    if not 0 < len(form["name"]) <= NAME_MAX:
        found["name"] = gettext("Write what your helper is called.")
    if form["time"] not in _ends():
        found["time"] = gettext("Choose how long.")
    if form["email"] and not is_address(form["email"]):
        found["email"] = gettext("Write an e-mail address, for example anna@exempel.se, or leave it empty.")
    if form["email"] and not found and not may_mail(form["email"]):
        found["email"] = gettext(
            "We have sent several e-mails there already. Look in the mailbox, or try again in an hour."
        )
    return found
