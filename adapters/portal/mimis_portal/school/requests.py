"""What learners and sources ask the school to look at again: appeals, and reviews of what a source says now."""

from __future__ import annotations

from typing import Any, Literal, get_args

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import UserError
from mimis_core.web import current_services, current_staff, gettext, staff_required
from mimis_portal.forms import one_of
from mimis_portal.school import words
from mimis_portal.school.awards import LONGEST_REASON, decisions
from mimis_portal.school.request_words import outcome_text, review_effect, review_kind, review_title

Answer = Literal["changed", "unchanged"]
Choice = Literal["accept", "dismiss"]
SHOWN = 50
"""Requests on a page."""


@decisions.get("/appeals")
@staff_required("awards.read")
def appeals() -> ResponseReturnValue:
    """One page of open appeals, the one that is due first ahead."""
    found = current_services().appeals(limit=SHOWN + 1, after=request.args.get("after"))
    return render_template("portal/school/appeals.html", appeals=found[:SHOWN], **_ways("decisions.appeals", found))


@decisions.route("/appeals/<appeal_id>", methods=("GET", "POST"))
@staff_required("appeal.decide", back="decisions.appeals")
def appeal(appeal_id: str) -> ResponseReturnValue:
    """One appeal with the decision that it is about, and the answer to it."""
    services = current_services()
    one = services.read_appeal(appeal_id)
    reason, outcome = request.form.get("reason", "").strip(), one_of(request.form.get("outcome"), get_args(Answer))
    page = {"appeal": one, "view": services.award(one["award"]), "reason": reason, "outcome": outcome}
    if request.method == "GET":
        return render_template("portal/school/appeal.html", **page, errors={})
    errors = _missing(reason, outcome)
    if outcome is not None and not errors:
        try:
            alone = request.form.get("nobody_else") == "yes"
            services.decide_appeal(appeal_id, outcome, current_staff().staff.id, reason, nobody_else=alone)
        except UserError as error:
            if error.code is None:
                raise
            errors = {"outcome": words.refusal(error.code)}
    if errors:
        return render_template("portal/school/appeal.html", **page, errors=errors), 400
    flash(gettext("The answer is recorded. The learner gets it by e-mail if we have an address."), "ok")
    return redirect(url_for("decisions.appeals"), 303)


@decisions.get("/reviews")
@staff_required("awards.read")
def reviews() -> ResponseReturnValue:
    """One page of what sources have taken back, corrected or let go, oldest first."""
    found = current_services().reviews(limit=SHOWN + 1, after=request.args.get("after"))
    return render_template(
        "portal/school/reviews.html",
        reviews=found[:SHOWN],
        review_kind=review_kind,
        review_title=review_title,
        **_ways("decisions.reviews", found),
    )


@decisions.route("/reviews/<review_id>", methods=("GET", "POST"))
@staff_required("review.decide", back="decisions.reviews")
def review(review_id: str) -> ResponseReturnValue:
    """One of them, what accepting it does, and the choice."""
    services, me = current_services(), current_staff().staff.id
    one = services.read_review(review_id)
    reason, outcome = request.form.get("reason", "").strip(), one_of(request.form.get("outcome"), get_args(Choice))
    page = {
        "review": one,
        "view": services.award(one["award"]) if one["award"] else None,
        "reason": reason,
        "outcome": outcome,
        "title": review_title(one),
        "effect": review_effect(one["kind"]),
        "corrected": services.corrected_evidence(review_id),
    }
    if request.method == "GET":
        return render_template("portal/school/review.html", **page, errors={})
    errors = _missing(reason, outcome, may_be_silent=outcome == "accept")
    if outcome is not None and not errors:
        try:
            said = _decide(services, review_id, outcome, me, reason)
        except UserError as error:
            if error.code is None:
                raise
            errors = {"outcome": words.refusal(error.code)}
    if errors:
        return render_template("portal/school/review.html", **page, errors=errors), 400
    flash(said, "ok")
    return redirect(url_for("decisions.reviews"), 303)


def _ways(endpoint: str, found: list[dict[str, Any]]) -> dict[str, str | None]:
    """Where the pages before and after this one are; one more was found than is shown where there is a next."""
    more = len(found) > SHOWN
    return {
        "before": url_for(endpoint) if request.args.get("after") else None,
        "after": url_for(endpoint, after=found[SHOWN - 1]["id"]) if more else None,
    }


def _decide(services: Any, review_id: str, outcome: Choice, me: str, reason: str) -> str:
    if outcome == "dismiss":
        services.dismiss_review(review_id, me, reason)
        return gettext("Nothing is changed. Your reason is recorded.")
    return outcome_text(services.accept_review(review_id, me, reason or None))


def _missing(reason: str, outcome: str | None, *, may_be_silent: bool = False) -> dict[str, str]:
    """What is missing in an answer, by field; ``may_be_silent``: it needs no reason."""
    errors = {}
    if outcome is None:
        errors["outcome"] = gettext("Choose one.")
    if len(reason) > LONGEST_REASON or not (reason or may_be_silent):
        errors["reason"] = gettext("Write why.")
    return errors
