"""Who may be one person twice: both side by side, made one by a person, and made two again."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError, UserError
from mimis_core.web import current_services, current_staff, gettext, staff_required
from mimis_portal.school.learners import learners

SHOWN = 50
"""Proposals, and merges, on a page."""


@learners.get("/merges")
@staff_required("learners.read")
def merges() -> ResponseReturnValue:
    """One page of proposals, and one of what was merged, newest first."""
    services, after, earlier = current_services(), request.args.get("after"), request.args.get("earlier")
    # By their ids and not by their place: a pair that was made one meanwhile is missing.
    pairs = [pair for pair in sorted(services.recent_same_person()) if after is None or _address(pair) > after]
    people = services.learners_by_id([learner_id for pair in pairs[:SHOWN] for learner_id in pair])
    done = services.merges(limit=SHOWN + 1, after=earlier)
    here = "learners.merges"
    return render_template(
        "portal/school/merges.html",
        pairs=[(people[one], people[other]) for one, other in pairs[:SHOWN] if {one, other} <= people.keys()],
        before=url_for(here) if after else None,
        after=url_for(here, after=_address(pairs[SHOWN - 1])) if len(pairs) > SHOWN else None,
        merges=done[:SHOWN],
        kept=services.learners_by_id([one["keep"] for one in done[:SHOWN]]),
        later=url_for(here) if earlier else None,
        earlier=url_for(here, earlier=done[SHOWN - 1]["id"]) if len(done) > SHOWN else None,
    )


def _address(pair: tuple[str, str]) -> str:
    """A pair as addresses name it; in the order of the pairs, since all ids are of one length."""
    return ".".join(pair)


@learners.route("/merges/<keep_id>/<other_id>", methods=("GET", "POST"))
@staff_required("learner.merge", back="learners.merges")
def compare(keep_id: str, other_id: str) -> ResponseReturnValue:
    """Both side by side, and the question whether they are one."""
    services = current_services()
    both = [services.learner_file(one) for one in (keep_id, other_id)]
    if any(one.learner.protected for one in both) or keep_id == other_id:
        raise NotFoundError("Protected learners are compared with nobody here.", code="unknown")
    if request.method == "GET":
        return render_template("portal/school/compare.html", both=both, error=None)
    try:
        services.merge_learners(keep_id, other_id, current_staff().staff.id)
    except UserError as error:
        if error.code != "two-open":
            raise
        said = gettext(
            "Both have a credential, or a decision that is open, of the same micro-credential. "
            "Revoke one or reject one first: there can be only one."
        )
        return render_template("portal/school/compare.html", both=both, error=said), 409
    flash(gettext("They are one now. You can undo it."), "ok")
    return redirect(url_for("learners.person", learner_id=keep_id), 303)


@learners.route("/merges/<merge_id>/undo", methods=("GET", "POST"))
@staff_required("learner.merge", back="learners.merges")
def unmerge(merge_id: str) -> ResponseReturnValue:
    """Make two of one again: a question, and the button."""
    services = current_services()
    found = next((one for one in services.merges() if one["id"] == merge_id and not one["undone_at"]), None)
    if found is None:
        raise NotFoundError(f"There is no merge {merge_id!r} here.", code="unknown")
    if request.method == "GET":
        return render_template("portal/school/unmerge.html", merge=found, learner=services.learner(found["keep"]))
    undone = services.unmerge_learners(merge_id, current_staff().staff.id)
    if undone.look_at:
        said = gettext(
            "They are two again. Decisions were made meanwhile on what both had done. "
            "Open the page of each person and look at the decisions there."
        )
        flash(said, "warn")
    else:
        flash(gettext("They are two again."), "ok")
    return redirect(url_for("learners.merges"), 303)
