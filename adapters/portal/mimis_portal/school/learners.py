"""Learners: all of them in Swedish order, found by name, and one with all that is hers here."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import UserError
from mimis_core.web import current_services, gettext, staff_may, staff_required
from mimis_portal.school import words

learners = Blueprint("learners", __name__, url_prefix="/school", template_folder="../templates")

AN_ID = re.compile(r"[0-9a-f]{32}")
"""What the id of a learner looks like: protected ones are found by it alone."""


@learners.context_processor
def _words() -> dict[str, Any]:
    return {"award_sign": words.award_sign, "delivery_sign": words.delivery_sign, "staff_may": staff_may}


@learners.get("/learners")
@staff_required("learners.read")
def directory() -> ResponseReturnValue:
    """One page of the learners; protected ones are in no list, and are opened by their id."""
    services, sought = current_services(), request.args.get("q", "").strip()[:100]
    if AN_ID.fullmatch(sought):
        return redirect(url_for("learners.person", learner_id=sought), 303)
    kept: dict[str, Any] = {"q": sought} if sought else {}
    try:
        found = services.learner_page(sought, request.args.get("after"))
    except UserError:
        flash(gettext("The list has changed. Here it begins again."), "warn")
        return redirect(url_for("learners.directory", **kept), 303)
    return render_template(
        "portal/school/learners.html",
        found=found,
        sought=sought,
        before=url_for("learners.directory", **kept) if request.args.get("after") else None,
        after=url_for("learners.directory", **kept, after=found.after) if found.after else None,
    )


@learners.get("/learners/<learner_id>")
@staff_required("learners.read")
def person(learner_id: str) -> ResponseReturnValue:
    """One learner; of a protected one no more than that she is."""
    services = current_services()
    found = services.learner_file(learner_id)
    if found.learner.protected:
        return render_template("portal/school/protected.html", learner=found.learner, erased=found.erased)
    return render_template(
        "portal/school/learner.html",
        found=found,
        can_mail=bool(found.learner.email) and "mail" in services.couriers(),
    )
