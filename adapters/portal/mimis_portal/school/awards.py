"""Decisions: what waits, one with its evidence beside it, and one or many decided."""

from __future__ import annotations

from collections import Counter
from typing import Any, get_args

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import Completion, UserError
from mimis_core.services import Decided, Standing
from mimis_core.web import current_services, current_staff, gettext, ngettext, pick, staff_may, staff_required
from mimis_portal.forms import one_of
from mimis_portal.school import words

decisions = Blueprint("decisions", __name__, url_prefix="/school", template_folder="../templates")

decisions.add_app_template_filter(words.iso_day)

LONGEST_REASON = 2000


@decisions.context_processor
def _words() -> dict[str, Any]:
    names = ("award_sign", "kind_name", "module_text", "grade_text")
    return {
        **{name: getattr(words, name) for name in names},
        "entry_title": _entry_title,
        "proof_title": _proof_title,
        "staff_may": staff_may,
    }


def _entry_title(ref: str) -> dict[str, str]:
    """The title of an entry by its ``id@version``; the id of one that is not in the catalogue any more."""
    id, _, version = ref.partition("@")
    entry = current_services().catalogue.get(id, int(version))
    return entry.title if entry is not None else {"sv": id}


def _proof_title(proof: Completion) -> str:
    """What was completed: by the title of the entry where a list names that alone."""
    kind, _, entry_id = proof.module.partition(":")
    entry = current_services().catalogue.get(entry_id.partition("#")[0]) if kind == "achievement" else None
    return pick(entry.title) if entry is not None else proof.title


@decisions.get("/awards")
@staff_required("awards.read")
def awards() -> ResponseReturnValue:
    """One page of decisions in one state; those that wait have boxes to tick."""
    asked = request.args
    standing: Standing = one_of(asked.get("state"), get_args(Standing)) or "proposed"
    filters = {"q": asked.get("q", "").strip()[:100], "entry": asked.get("entry", "")[:80]}
    services = current_services()
    found = services.award_page(
        standing, search=filters["q"], achievement_id=filters["entry"] or None, after=asked.get("after")
    )
    kept: dict[str, Any] = {"state": standing, **{name: value for name, value in filters.items() if value}}
    return render_template(
        "portal/school/awards.html",
        found=found,
        standing=standing,
        filters=filters,
        entries=[(one.id, pick(one.title)) for one in services.catalogue.latest()],
        ticked=bool(asked.get("all")),
        tick_all=url_for("decisions.awards", **kept, **_only("after"), all="yes"),
        before=url_for("decisions.awards", **kept) if asked.get("after") else None,
        after=url_for("decisions.awards", **kept, after=found.after) if found.after else None,
    )


@decisions.get("/awards/<award_id>")
@staff_required("awards.read")
def award(award_id: str) -> ResponseReturnValue:
    """One decision: what is to be shown, and what there is to show it."""
    return render_template("portal/school/award.html", view=current_services().award(award_id))


@decisions.post("/awards/<award_id>/approve")
@staff_required("award.approve", back="decisions.awards")
def approve(award_id: str) -> ResponseReturnValue:
    """Approve one that waits."""
    return _decide_one(award_id, approve=True)


@decisions.route("/awards/<award_id>/reject", methods=("GET", "POST"))
@staff_required("award.reject", back="decisions.awards")
def reject(award_id: str) -> ResponseReturnValue:
    """Decide that it is not shown yet, with a reason that the learner is told."""
    view = current_services().award(award_id)
    reason = request.form.get("reason", "").strip()
    page = {"view": view, "reason": reason}
    if request.method == "GET":
        return render_template("portal/school/reject.html", **page, error=None)
    if not reason or len(reason) > LONGEST_REASON:
        error = gettext("Write why, so that the learner can understand it.")
        return render_template("portal/school/reject.html", **page, error=error), 400
    return _decide_one(award_id, approve=False, reason=reason)


@decisions.route("/awards/<award_id>/again", methods=("GET", "POST"))
@staff_required("award.approve", back="decisions.awards")
def again(award_id: str) -> ResponseReturnValue:
    """Approve what was rejected after all: a question, and the button."""
    if request.method == "POST":
        return _decide_one(award_id, approve=True, again=True)
    return render_template("portal/school/again.html", view=current_services().award(award_id))


@decisions.post("/awards/look")
@staff_required("award.approve", back="decisions.awards")
def look() -> ResponseReturnValue:
    """A second look before many are approved: how many of what, and for whom."""
    chosen = current_services().award_lines(request.form.getlist("award")[:200])
    lines = [one for one in chosen if not one.protected and one.state == "proposed"]
    if not lines:
        flash(gettext("Choose at least one."), "warn")
        return redirect(url_for("decisions.awards"), 303)
    counted = Counter(pick(one.title) for one in lines)
    return render_template("portal/school/look.html", lines=lines, counted=sorted(counted.items()))


@decisions.post("/awards/decide")
@staff_required("award.approve", back="decisions.awards")
def decide() -> ResponseReturnValue:
    """Approve those that were looked at, each once."""
    chosen = request.form.getlist("award")
    _tell(current_services().decide_awards(chosen, approve=True, by=current_staff().staff.id))
    return redirect(url_for("decisions.awards"), 303)


def _decide_one(award_id: str, **decision: Any) -> ResponseReturnValue:
    services = current_services()
    try:
        services.decide_award(award_id, by=current_staff().staff.id, **decision)
    except UserError as error:
        if error.code is None:
            raise
        flash(words.refusal(error.code), "warn")
        return redirect(url_for("decisions.award", award_id=award_id), 303)
    if decision["approve"]:
        flash(gettext("Approved. The learner gets the credential within some minutes."), "ok")
    else:
        flash(gettext("Not approved. The learner gets the decision by e-mail if we have an address."), "ok")
    return redirect(url_for("decisions.awards"), 303)


def _tell(decided: Decided) -> None:
    if decided.done:
        count = len(decided.done)
        said = ngettext(
            "One is approved. The learner gets the credential within some minutes.",
            "%(num)s are approved. The learners get their credentials within some minutes.",
            count,
        )
        flash(said, "ok")
    for code, count in sorted(Counter(decided.refused.values()).items()):
        said = ngettext("One was not approved.", "%(num)s were not approved.", count)
        flash(f"{said} {words.refusal(code)}", "warn")


def _only(name: str) -> dict[str, Any]:
    return {name: request.args[name]} if request.args.get(name) else {}
