"""A learner's data: all that is held about her, as a file, and her request to be erased."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core.web import current_services, gettext, learner_required, limited, sign_out, signed_in_person
from mimis_portal.learner import talk_to_school
from mimis_portal.own.contact import own


@own.get("/data")
@learner_required
def data() -> ResponseReturnValue:
    """What is held, the ways to have it, and how it stands with a request to be erased."""
    me = signed_in_person()
    return render_template(
        "portal/own/data.html", protected=me.protected, asked=current_services().erasure_asked(me.id)
    )


@own.post("/data/export")
@learner_required
@limited("10 per hour", methods=("POST",), together=True)
def export() -> ResponseReturnValue:
    """All of it as one ZIP file: a page to read, the data for programs, and the credentials."""
    me = signed_in_person()
    if me.protected:
        return talk_to_school()
    packed = current_services().export_learner(me.id, me.id).packed()
    answer = Response(packed, content_type="application/zip", headers={"Cache-Control": "no-store"})
    answer.headers.set("Content-Disposition", "attachment", filename="mina-uppgifter.zip")
    return answer


@own.route("/data/erase", methods=("GET", "POST"))
@learner_required
@limited("10 per hour", methods=("POST",))
def erase() -> ResponseReturnValue:
    """Say what goes and what stays, ask, and then do it; at a public body a person at the school decides."""
    services, me = current_services(), signed_in_person()
    if me.protected:
        return talk_to_school()
    sure = request.form.get("sure") == "yes"
    if request.method == "GET" or not sure:
        error = gettext("Tick the box first, so that we know that you are sure.") if request.method == "POST" else None
        return render_template("portal/own/erase.html", error=error), 400 if error else 200
    if services.request_erasure(me.id) is None:
        flash(gettext("Your request is sent to the school. You see here how it goes."), "ok")
        return redirect(url_for("own.data"), 303)
    sign_out()
    flash(gettext("Your data are erased, and you are signed out."), "ok")
    return redirect(url_for("public.start"), 303)
