"""What cannot be undone or counts for others: publishing, retiring, discarding, and the rule that decides by itself."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import UserError
from mimis_core.web import current_services, current_staff, gettext, staff_required
from mimis_portal.catalogue.listing import catalogue


@catalogue.route("/<achievement_id>/publish", methods=("GET", "POST"))
@staff_required("catalogue.publish", back="catalogue.entries")
def publish(achievement_id: str) -> ResponseReturnValue:
    """What is missing, what to consider, and the button."""
    services = current_services()
    draft = services.draft(achievement_id)
    judgement = services.judge_draft(draft)
    page = {"draft": draft, "judgement": judgement, "stale": False}
    if request.method == "GET":
        return render_template("portal/catalogue/publish.html", **page)
    try:
        made = services.publish_draft(achievement_id, request.form.get("revision", 0, type=int), _me())
    except UserError as error:
        if error.code not in ("stale", "not_ready"):
            raise
        return render_template("portal/catalogue/publish.html", **{**page, "stale": error.code == "stale"}), 409
    flash(gettext("Published. It is awarded from now on."), "ok")
    return redirect(url_for("catalogue.version", ref=made.ref), 303)


@catalogue.route("/<achievement_id>/retire", methods=("GET", "POST"))
@staff_required("catalogue.publish", back="catalogue.entries")
def retire(achievement_id: str) -> ResponseReturnValue:
    """End an entry: a question, and the button."""
    services = current_services()
    if request.method == "POST":
        services.retire_entry(achievement_id, _me())
        flash(gettext("Retired. Nobody gets it from now on."), "ok")
        return redirect(url_for("catalogue.entries"), 303)
    return render_template("portal/catalogue/retire.html", entry=services.awarded_entry(achievement_id))


@catalogue.route("/<achievement_id>/discard", methods=("GET", "POST"))
@staff_required("catalogue.change", back="catalogue.entries")
def discard(achievement_id: str) -> ResponseReturnValue:
    """Throw a draft away: a question, and the button."""
    services = current_services()
    draft = services.draft(achievement_id)
    if request.method == "POST":
        services.discard_draft(achievement_id, _me())
        flash(gettext("The draft is thrown away."), "ok")
        return redirect(url_for("catalogue.entries"), 303)
    return render_template("portal/catalogue/discard.html", draft=draft)


@catalogue.route("/<achievement_id>/rule", methods=("GET", "POST"))
@staff_required("catalogue.rule", back="catalogue.entries")
def rule(achievement_id: str) -> ResponseReturnValue:
    """Record that meeting the requirements is enough, who decided it and when; or take the rule away."""
    services = current_services()
    page = {"draft": services.draft(achievement_id), "errors": {}}
    fields = {name: request.form.get(name, "").strip() for name in ("decided_by", "decided_on")}
    if request.method == "GET":
        return render_template("portal/catalogue/rule.html", **page, fields=fields)
    if request.form.get("step") == "drop":
        services.drop_rule(achievement_id, _me())
        flash(gettext("A person decides again."), "ok")
        return redirect(url_for("catalogue.edit", achievement_id=achievement_id), 303)
    try:
        services.record_rule(achievement_id, fields["decided_by"], date.fromisoformat(fields["decided_on"]), _me())
    except (ValueError, UserError) as error:
        if isinstance(error, UserError) and error.code != "rule":
            raise
        errors = {"decided_on": gettext("Write who has decided it, and the day. The day cannot be in the future.")}
        return render_template("portal/catalogue/rule.html", **{**page, "errors": errors}, fields=fields), 400
    flash(gettext("The rule is recorded."), "ok")
    return redirect(url_for("catalogue.edit", achievement_id=achievement_id), 303)


def _me() -> str:
    return current_staff().staff.id
