"""The school's pages of attesting: who is asked, what is answered, one more link, and taking a request back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from mimis_core import Learner, UserError
from mimis_core.services import MOST_ASKED, AttestationLink, AttestationStanding
from mimis_core.web import current_services, current_staff, gettext, limited, pick, staff_may, staff_required
from mimis_portal.attest import words
from mimis_portal.attest.forms import ASKED, Form, read_order
from mimis_portal.forms import one_of, today

attestations = Blueprint("attestations", __name__, url_prefix="/school/attestations", template_folder="../templates")

OPEN_FOR = timedelta(days=14)


@attestations.context_processor
def _words() -> dict[str, Any]:
    names = ("state_sign", "seen_sign", "known_text", "kind_choices", "kind_text")
    return {**{name: getattr(words, name) for name in names}, "staff_may": staff_may}


@attestations.get("")
@staff_required("attestations.read")
def listing() -> ResponseReturnValue:
    """Requests that stand in one way, the newest first."""
    asked = request.args
    standing: AttestationStanding = one_of(asked.get("state"), get_args(AttestationStanding)) or "open"
    sought = asked.get("q", "").strip()[:100]
    found = current_services().attestation_page(standing, search=sought, after=asked.get("after"))
    kept: dict[str, Any] = {"state": standing, **({"q": sought} if sought else {})}
    return render_template(
        "portal/attest/listing.html",
        found=found.attestations,
        standing=standing,
        sought=sought,
        before=url_for("attestations.listing", **kept) if asked.get("after") else None,
        after=url_for("attestations.listing", **kept, after=found.after) if found.after else None,
    )


@attestations.get("/new")
@staff_required("attestation.ask")
def choose() -> ResponseReturnValue:
    """Whom it is about: a search by name. Protected persons are not found: their officer asks in person."""
    sought = request.args.get("q", "").strip()[:100]
    found = current_services().learner_page(sought, limit=20) if sought else None
    return render_template("portal/attest/choose.html", found=found, sought=sought, chosen=people_in(request.args))


@attestations.route("/new/<learner_id>", methods=("GET", "POST"))
@staff_required("attestation.ask", back="attestations.listing")
@limited("60 per minute", methods=("POST",))
def ask(learner_id: str) -> ResponseReturnValue:
    """What is asked, of whom; the link is mailed, or shown once to be handed over."""
    services = current_services()
    learner = services.learner(learner_id)
    if learner.protected:
        flash(_refused()["protected"], "warn")
        return redirect(url_for("attestations.listing"), 303)
    shown = {"learner": learner, "entries": entries()}
    if request.method != "POST":
        return render_template("portal/attest/ask.html", **shown, form=blank())
    form = Form.of(request.form, ASKED)
    order = read_order(form, learner_id)
    if order is not None:
        try:
            return _link_page(services.ask_attestation(order, current_staff().staff.id))
        except UserError as error:
            form.refuse(error)
    return render_template("portal/attest/ask.html", **shown, form=form), 400


@attestations.get("/<attestation_id>")
@staff_required("attestations.read")
def one(attestation_id: str) -> ResponseReturnValue:
    """One request: what was asked, how it stands, and what was answered."""
    services = current_services()
    view = services.attestation(attestation_id)
    decisions = services.awards_of(view.learner_id)
    lines = [line for line in decisions if line.achievement.partition("@")[0] == view.achievement_id]
    award = max(lines, key=lambda line: line.round, default=None) if view.state == "answered" else None
    return render_template("portal/attest/one.html", view=view, award=award)


@attestations.post("/<attestation_id>/remind")
@staff_required("attestation.ask", back="attestations.listing")
@limited("30 per minute", methods=("POST",))
def remind(attestation_id: str) -> ResponseReturnValue:
    """Mail one more link, or with ``hand_over`` show one."""
    mail = request.form.get("hand_over") != "yes"
    try:
        made = current_services().remind_attestation(attestation_id, current_staff().staff.id, mail=mail)
    except UserError as error:
        return _back(attestation_id, error)
    return _link_page(made)


@attestations.route("/<attestation_id>/withdraw", methods=("GET", "POST"))
@staff_required("attestation.ask", back="attestations.listing")
def withdraw(attestation_id: str) -> ResponseReturnValue:
    """Take a request back: a question, and the button."""
    services = current_services()
    if request.method != "POST":
        return render_template("portal/attest/withdraw.html", view=services.attestation(attestation_id))
    try:
        services.withdraw_attestation(attestation_id, current_staff().staff.id)
    except UserError as error:
        return _back(attestation_id, error)
    flash(gettext("The request is taken back. The link does not work any more."), "ok")
    return redirect(url_for("attestations.one", attestation_id=attestation_id), 303)


def _link_page(made: AttestationLink) -> ResponseReturnValue:
    """The way back when the link was mailed; else the link, which is shown this once."""
    if made.mailed:
        flash(gettext("The link is on its way by e-mail."), "ok")
        return redirect(url_for("attestations.one", attestation_id=made.attestation_id), 303)
    return render_template("portal/attest/link.html", made=made)


def _back(attestation_id: str, error: UserError) -> ResponseReturnValue:
    said = _refused().get(error.code or "")
    if said is None:
        raise error
    flash(said, "warn")
    return redirect(url_for("attestations.one", attestation_id=attestation_id), 303)


def _refused() -> dict[str, str]:
    return {
        "protected": gettext(
            "The person has protected identity. Nobody is asked by a link. "
            "Whoever at the school answers for protected persons takes care of it."
        ),
        "erased": gettext("The data of this person is erased."),
        "answered": gettext("The request is answered already."),
        "withdrawn": gettext("The request was taken back. Make a new one."),
        "changed": gettext("The micro-credential has been changed. Take the request back and make a new one."),
    }


def people_in(sent: MultiDict[str, str]) -> list[Learner]:
    """The learners that were ticked, in that order. Nobody is asked about protected ones by a link.

    Of more than :data:`MOST_ASKED` the first are given, and the reader is told.
    """
    ticked = list(dict.fromkeys(sent.getlist("learner")))
    ids = ticked[:MOST_ASKED]
    if len(ticked) > MOST_ASKED:
        flash(
            gettext("You can ask about %(num)s learners at once. The first that you ticked are here.", num=MOST_ASKED),
            "warn",
        )
    found = current_services().learners_by_id(ids)
    return [found[one] for one in ids if one in found and not found[one].protected]


def entries() -> list[tuple[str, str]]:
    """What can be asked about: id and title."""
    return [(one.id, pick(one.title)) for one in current_services().catalogue.latest()]


def blank() -> Form:
    """The fields of what is asked as they stand at first."""
    values = dict.fromkeys(ASKED, "")
    return Form({**values, "kind": "attestation", "until": (today() + OPEN_FOR).isoformat()})
