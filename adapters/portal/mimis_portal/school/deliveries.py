"""Deliveries: what waits, what went out, what stopped and how it is mended, and how each destination is doing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError
from mimis_core.web import current_services, current_staff, gettext, ngettext, staff_may, staff_required
from mimis_portal.school import delivery_words

deliveries = Blueprint("deliveries", __name__, url_prefix="/school/deliveries", template_folder="../templates")

STATES = ("attention", "queued", "sent")


@deliveries.context_processor
def _words() -> dict[str, Any]:
    names = ("destination_name", "destination_sign", "what_stopped", "mend")
    return {**{name: getattr(delivery_words, name) for name in names}, "staff_may": staff_may}


@deliveries.get("")
@staff_required("credentials.read")
def listing() -> ResponseReturnValue:
    """One page of what stopped, waits or was sent; what stopped may be asked for by its destination."""
    asked, services = request.args, current_services()
    state = asked["state"] if asked.get("state") in STATES else "attention"
    kept: dict[str, Any] = {"state": state, **({"to": asked["to"]} if asked.get("to") else {})}
    after, to = asked.get("after"), asked.get("to")
    stopped = services.stopped_page(to or None, after=after) if state == "attention" else None
    waiting = services.delivery_page("queued", after=after) if state == "queued" else None
    sent = services.delivery_page("sent", after=after) if state == "sent" else None
    further = next(found.after for found in (stopped, waiting, sent) if found is not None)
    return render_template(
        "portal/school/deliveries.html",
        state=state,
        to=to,
        stopped=stopped,
        moved=waiting or sent,
        destinations=services.destination_states(),
        now=services.clock(),
        before=url_for("deliveries.listing", **kept) if after else None,
        after=url_for("deliveries.listing", **kept, after=further) if further else None,
    )


@deliveries.route("/again", methods=("GET", "POST"))
@staff_required("work.retry", back="deliveries.listing")
def again() -> ResponseReturnValue:
    """Try all of one destination again, but for mails that may have gone out: a question, and the button."""
    services, to = current_services(), request.values.get("to", "")
    found = next((one for one in services.destination_states() if one.name == to), None)
    if found is None:
        raise NotFoundError(f"There is no destination {to!r} here.", code="unknown")
    if request.method == "GET":
        return render_template("portal/school/deliveries_again.html", found=found)
    _tell(services.retry_attention(destination=to, by=current_staff().staff.id))
    return redirect(url_for("deliveries.listing"), 303)


@deliveries.route("/<work_id>/again", methods=("GET", "POST"))
@staff_required("work.retry", back="deliveries.listing")
def one_again(work_id: str) -> ResponseReturnValue:
    """Try one piece of work again; what may have gone out is asked about first."""
    services = current_services()
    if request.method == "GET":
        return render_template("portal/school/delivery_again.html", work=services.stopped_work(work_id))
    try:
        sure = request.form.get("doubtful") == "yes"
        count = services.retry_attention(ids=[work_id], doubtful=sure, by=current_staff().staff.id)
    except NotFoundError:  # somebody else was faster
        count = 1
    if not count:
        return redirect(url_for("deliveries.one_again", work_id=work_id), 303)
    _tell(count)
    return redirect(url_for("deliveries.listing"), 303)


def _tell(count: int) -> None:
    if count:
        flash(ngettext("%(num)s is tried again now.", "%(num)s are tried again now.", count), "ok")
    else:
        flash(gettext("There was nothing to try again."), "idle")
