"""How a learner is reached and gets in: her own addresses, and the mails that she wants."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError, UserError
from mimis_core.web import (
    allowed,
    current_services,
    gettext,
    learner_required,
    limited,
    provider_for_learners,
    signed_in_person,
)
from mimis_portal.forms import is_address
from mimis_portal.learner import sends_mail, talk_to_school

own = Blueprint("own", __name__, url_prefix="/me", template_folder="../templates")

ways = Blueprint("ways", __name__, url_prefix="/in", template_folder="../templates")
"""Ways in beside those by mail and slip: a learner's account elsewhere, and a helper's link."""

CODES = {"used": 410, "expired": 410}
"""Refusals of a link that once was right; any other is simply not found."""


@own.get("/contact")
@learner_required
def contact() -> ResponseReturnValue:
    """Her addresses and accounts, and the mails about looks."""
    return _page()


@own.post("/contact/addresses")
@learner_required
@limited("20 per hour", methods=("POST",), together=True)
def add_address() -> ResponseReturnValue:
    """Add a private address: a link goes to it, and it counts once she has confirmed it."""
    me, email = signed_in_person(), request.form.get("email", "").strip()
    if me.protected:
        return talk_to_school()
    if not sends_mail():
        raise NotFoundError("No mail is sent from here.", code="unknown")
    error = _wrong_address(email) or _add(me.id, email)
    if error is not None:
        return _page(email, error), 400
    flash(gettext("We have sent a link to %(address)s. Open it to confirm the address.", address=email), "ok")
    return redirect(url_for("own.contact"), 303)


@own.get("/contact/confirm/<token>")
@learner_required
@limited("60 per minute")
def ask_to_confirm(token: str) -> ResponseReturnValue:
    """A button only: programs that follow the links in mails must not use up the token."""
    return render_template("portal/own/confirm.html", token=token)


@own.post("/contact/confirm/<token>")
@learner_required
@limited("20 per minute; 100 per hour", methods=("POST",), together=True)
def confirm(token: str) -> ResponseReturnValue:
    """Use the link, once: from now on the address lets her in."""
    try:
        current_services().confirm_address(signed_in_person().id, token)
    except NotFoundError as error:
        return render_template("portal/own/not_confirmed.html", reason=error.code), CODES.get(error.code or "", 404)
    flash(gettext("The address is confirmed. You can sign in with it from now on."), "ok")
    return redirect(url_for("own.contact"), 303)


@own.post("/contact/main")
@learner_required
def choose_main() -> ResponseReturnValue:
    """Choose the address that mails go to."""
    current_services().choose_main_address(signed_in_person().id, request.form.get("contact") or None)
    flash(gettext("Saved. Your e-mails go there from now on."), "ok")
    return redirect(url_for("own.contact"), 303)


@own.post("/contact/addresses/<contact_id>/remove")
@learner_required
def remove_address(contact_id: str) -> ResponseReturnValue:
    """Forget a private address."""
    current_services().remove_address(signed_in_person().id, contact_id)
    flash(gettext("The address is removed."), "ok")
    return redirect(url_for("own.contact"), 303)


@own.post("/contact/mails")
@learner_required
def choose_mails() -> ResponseReturnValue:
    """Turn the mails about looks on or off."""
    wanted = request.form.get("look") == "yes"
    current_services().choose_mails(signed_in_person().id, "look", wanted)
    said = gettext("You get an e-mail when someone has looked."), gettext("You get no e-mails about looks.")
    flash(said[0] if wanted else said[1], "ok")
    return redirect(url_for("own.contact"), 303)


def _page(email: str = "", error: str | None = None) -> str:
    me = signed_in_person()
    return render_template(
        "portal/own/contact.html",
        contacts=current_services().contacts_of(me.id),
        protected=me.protected,
        can_mail=sends_mail(),
        can_connect=provider_for_learners() is not None,
        email=email,
        error=error,
    )


def _add(learner_id: str, email: str) -> str | None:
    """Add an address; gives why that was not done, in words."""
    if not may_mail(email):
        return gettext("We have sent several e-mails there already. Look in the mailbox, or try again in an hour.")
    try:
        current_services().add_address(learner_id, email)
    except UserError as refused:
        return _refusal_words(refused)
    return None


def may_mail(email: str) -> bool:
    """Count one more mail to an address that a learner wrote: nobody's mailbox is to be flooded from here."""
    return allowed("own mail", email.casefold(), "5 per hour")


def _wrong_address(email: str) -> str | None:
    return None if is_address(email) else gettext("Write your e-mail address, for example anna@exempel.se.")


def _refusal_words(refused: UserError) -> str:
    if refused.code == "too_many":
        return gettext("You have several addresses already. Remove one first.")
    return gettext("You have this address already.")
