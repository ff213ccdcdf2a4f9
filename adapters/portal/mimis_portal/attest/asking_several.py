"""Asking one supervisor or assessor about several learners at once: the same question, a link for each learner."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import UserError
from mimis_core.services import MOST_ASKED, AskedMany
from mimis_core.web import current_services, current_staff, gettext, limited, ngettext, staff_required
from mimis_portal.attest.asking import attestations, blank, entries, people_in
from mimis_portal.attest.forms import ASKED, Form, read_order


@attestations.route("/new/several", methods=("GET", "POST"))
@staff_required("attestation.ask", back="attestations.listing")
@limited("20 per minute", methods=("POST",))
def ask_several() -> ResponseReturnValue:
    """What is asked, of whom, and about which of those who were ticked."""
    learners = people_in(request.args)
    if not learners:
        flash(gettext("Tick at least one learner."), "warn")
        return redirect(url_for("attestations.choose", q=request.args.get("q", "")), 303)
    shown = {"learners": learners, "entries": entries()}
    if request.method != "POST":
        chosen = [one.id for one in learners]
        return render_template("portal/attest/ask_several.html", **shown, chosen=chosen, form=blank())
    form, chosen = Form.of(request.form, ASKED), request.form.getlist("learner")[:MOST_ASKED]
    asked = _asked(form, chosen)
    if asked is not None:
        return _told(asked)
    return render_template("portal/attest/ask_several.html", **shown, chosen=chosen, form=form), 400


def _asked(form: Form, chosen: list[str]) -> AskedMany | None:
    """Ask about all of them; None, with what is wrong noted in the form, when nobody is asked about anybody."""
    if not chosen:
        form.errors["learner"] = gettext("Tick at least one learner.")
    order = read_order(form, "")
    if order is None:
        return None
    try:
        return current_services().ask_attestations(chosen, order, current_staff().staff.id)
    except UserError as error:
        form.refuse(error)
        return None


def _told(asked: AskedMany) -> ResponseReturnValue:
    """The way back when the links were mailed; else the links, which are shown this once."""
    if asked.refused:
        said = ngettext(
            "Nobody could be asked about one of them.",
            "Nobody could be asked about %(num)s of them.",
            len(asked.refused),
        )
        flash(said, "warn")
    if not asked.links or all(one.mailed for one in asked.links.values()):
        if asked.links:
            sent = ngettext(
                "One link is on its way by e-mail.", "%(num)s links are on their way by e-mail.", len(asked.links)
            )
            flash(sent, "ok")
        return redirect(url_for("attestations.listing"), 303)
    names = current_services().learners_by_id(list(asked.links))
    links = [(names[learner_id].full_name, link) for learner_id, link in asked.links.items()]
    return render_template("portal/attest/links.html", links=links)
