"""The external review: six principles, one judgement each, and the owner's answer."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import Achievement, UserError
from mimis_core.services import Opinion, ReviewVerdict
from mimis_core.web import current_services, current_staff, gettext, staff_required
from mimis_portal.catalogue.listing import back_to_draft, catalogue

PRINCIPLES = (1, 2, 3, 4, 5, 6)


@catalogue.route("/<ref>/review", methods=("GET", "POST"))
@staff_required("catalogue.review", back="catalogue.entries")
def review(ref: str) -> ResponseReturnValue:
    """Judge a version by each principle, and approve it or ask for changes."""
    services = current_services()
    try:
        entry = services.entry_to_review(ref)
    except UserError as error:
        return back_to_draft(ref, error)
    if request.method == "GET":
        return _form(entry, None)
    verdict: ReviewVerdict = "approved" if request.form.get("verdict") == "approved" else "changes"
    seen, body = request.form.get("content", ""), request.form.get("institution", "")
    try:
        services.review_entry(ref, seen, _opinions(), verdict, body, current_staff().staff.id)
    except UserError as error:
        said = refusals().get(error.code or "")
        if said is None:
            raise
        return _form(entry, said), 409 if error.code == "stale" else 400
    flash(gettext("Thank you. The school sees your review."), "ok")
    return redirect(url_for("catalogue.version", ref=ref), 303)


@catalogue.post("/<ref>/answers/<catalogue_review_id>")
@staff_required("catalogue.change", back="catalogue.entries")
def answer(ref: str, catalogue_review_id: str) -> ResponseReturnValue:
    """The owner's answer to a review."""
    text = request.form.get("answer", "")
    try:
        current_services().answer_catalogue_review(catalogue_review_id, text, current_staff().staff.id)
    except UserError as error:
        if error.code != "comment":
            raise
        flash(gettext("Write an answer first. It may be at most 2 000 characters."), "bad")
    else:
        flash(gettext("The answer is saved. The reviewer sees it."), "ok")
    return redirect(url_for("catalogue.version", ref=ref, _anchor="reviews"), 303)


def _opinions() -> list[Opinion]:
    """What was ticked and written; a principle that was not judged is left out."""
    return [
        Opinion.model_validate(
            {"principle": number, "holds": holds == "yes", "comment": request.form.get(f"comment.{number}", "").strip()}
        )
        for number in PRINCIPLES
        if (holds := request.form.get(f"holds.{number}")) in ("yes", "no")
    ]


def refusals() -> dict[str, str]:
    """What is said of a review that cannot be taken as it is, by the code of its refusal."""
    return {
        "stale": gettext("The content was changed while you read. Look at it again."),
        "principles": gettext("Judge all six principles. You can approve only when all of them hold."),
        "comment": gettext("Write what should be changed. A comment may be at most 2 000 characters."),
        "body": gettext("Write the name of the organisation that you review for."),
    }


def _form(entry: Achievement, error: str | None) -> str:
    services = current_services()
    return render_template(
        "portal/catalogue/review.html",
        entry=entry,
        checks=services.check_entry(entry),
        key=services.key_of_content(entry),
        error=error,
        sent=request.form,
        principles=PRINCIPLES,
    )
