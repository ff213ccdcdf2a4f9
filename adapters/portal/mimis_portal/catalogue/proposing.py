"""What employers propose: a list, and for each the answer: a draft of the catalogue, or why not."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import UserError
from mimis_core.web import current_services, current_staff, gettext, staff_required
from mimis_portal.catalogue.listing import ON_A_PAGE, catalogue
from mimis_portal.catalogue.words import proposal_sign


@catalogue.get("/proposals")
@staff_required("catalogue.change")
def proposals() -> ResponseReturnValue:
    """All proposals, those that wait first, some at a time."""
    found, start = current_services().proposals(), max(0, request.args.get("from", 0, type=int))
    before, after = max(0, start - ON_A_PAGE), start + ON_A_PAGE
    return render_template(
        "portal/catalogue/proposals.html",
        found=[(one, proposal_sign(one.state)) for one in found[start:after]],
        before=_address(before) if start else None,
        after=_address(after) if after < len(found) else None,
    )


@catalogue.route("/proposals/<proposal_id>", methods=("GET", "POST"))
@staff_required("catalogue.change", back="catalogue.proposals")
def proposal(proposal_id: str) -> ResponseReturnValue:
    """One proposal; while it waits she begins an entry with it, or writes why not."""
    error, code = None, 200
    if request.method == "POST":
        try:
            return _answered(proposal_id)
        except UserError as refused:
            error, code = _refusals().get(refused.code or ""), 400
            if error is None:
                raise
    one = current_services().proposal(proposal_id)
    page = render_template(
        "portal/catalogue/proposal.html",
        one=one,
        sign=proposal_sign(one.state),
        answer=request.form.get("answer", ""),
        error=error,
    )
    return page, code


def _answered(proposal_id: str) -> ResponseReturnValue:
    services, me = current_services(), current_staff().staff.id
    if request.form.get("step") == "draft":
        draft = services.draft_proposal(proposal_id, me)
        flash(gettext("The draft is begun. The employer can see that."), "ok")
        return redirect(url_for("catalogue.edit", achievement_id=draft.id), 303)
    services.answer_proposal(proposal_id, request.form.get("answer", ""), me)
    flash(gettext("The employer can read your answer."), "ok")
    return redirect(url_for("catalogue.proposals"), 303)


def _refusals() -> dict[str, str]:
    return {
        "answer": gettext("Write why. It may be at most 1 000 characters."),
        "answered": gettext("Somebody else has answered it already."),
        "title": gettext("The title has no letters, so no entry can be begun with it."),
    }


def _address(start: int) -> str:
    wanted: dict[str, Any] = {"from": start or None}
    return url_for("catalogue.proposals", **wanted)
