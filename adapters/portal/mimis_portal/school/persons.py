"""What is done about one learner: marked as protected, invited, let in by a slip, given her data, erased."""

from __future__ import annotations

from io import BytesIO
from typing import get_args

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError, TemporaryError, UserError
from mimis_core.services import Erasure, Ground, LearnerExport
from mimis_core.web import current_services, current_staff, gettext, limited, staff_required
from mimis_portal.forms import one_of
from mimis_portal.school.learners import learners
from mimis_portal.share import qr_code

LONGEST_REASON = 500


@learners.route("/learners/<learner_id>/protect", methods=("GET", "POST"))
@staff_required("learners.change", back="learners.directory")
def protect(learner_id: str) -> ResponseReturnValue:
    """Mark the person as having protected identity: what stops by it, why it is, and the button."""
    services, ground = current_services(), one_of(request.form.get("ground"), get_args(Ground))
    learner = services.learner(learner_id)
    if request.method == "GET":
        return render_template("portal/school/protect.html", learner=learner, error=None)
    if ground is None:
        error = gettext("Choose why.")
        return render_template("portal/school/protect.html", learner=learner, error=error), 400
    services.protect_learner(learner_id, current_staff().staff.id, ground=ground)
    flash(gettext("The person is marked. Nothing is sent from now on."), "ok")
    return _to_person(learner_id)


@learners.route("/learners/<learner_id>/unprotect", methods=("GET", "POST"))
@staff_required("learner.unprotect", back="learners.directory")
def unprotect(learner_id: str) -> ResponseReturnValue:
    """Take the mark away: a question, and the button."""
    services = current_services()
    if request.method == "GET":
        return render_template("portal/school/unprotect.html", learner_id=services.learner(learner_id).id)
    services.protect_learner(learner_id, current_staff().staff.id, protected=False)
    flash(gettext("The mark is taken away. What was set aside is looked at when the source is read next."), "ok")
    return _to_person(learner_id)


@learners.post("/learners/<learner_id>/invite")
@staff_required("learners.change", back="learners.directory")
@limited("60 per minute", methods=("POST",))
def invite(learner_id: str) -> ResponseReturnValue:
    """Mail her a link that signs her in."""
    try:
        current_services().invite_learner(learner_id)
    except NotFoundError:
        raise
    except UserError:
        flash(gettext("There is no address that we can mail to. Make a printed sign-in instead."), "warn")
    else:
        flash(gettext("The sign-in link is on its way. It works once, for 15 minutes."), "ok")
    return _to_person(learner_id)


@learners.route("/learners/<learner_id>/slip", methods=("GET", "POST"))
@staff_required("learner.slip", back="learners.directory")
@limited("60 per minute", methods=("POST",))
def slip(learner_id: str) -> ResponseReturnValue:
    """A printed sign-in, handed over in person: how she was known is asked first; the paper is shown once."""
    services, known = current_services(), request.form.get("identity") == "yes"
    learner = services.learner(learner_id)
    if request.method == "GET" or not known:
        error = None if request.method == "GET" else gettext("Check who the person is first, then tick the box.")
        return render_template("portal/school/slip.html", learner=learner, error=error), 200 if error is None else 400
    made = services.make_slip(learner_id, current_staff().staff.id)
    page = render_template("portal/school/slip_paper.html", learner=learner, slip=made, qr=qr_code(made.url))
    return Response(page, headers={"Cache-Control": "no-store"})


@learners.route("/learners/<learner_id>/export", methods=("GET", "POST"))
@staff_required("learner.export", back="learners.directory")
@limited("20 per minute", methods=("POST",))
def export(learner_id: str) -> ResponseReturnValue:
    """All that is held about her as one file, for her to have; recorded."""
    services, reason = current_services(), request.form.get("reason", "").strip()
    learner = services.learner(learner_id)
    if request.method == "GET" or (learner.protected and not reason):
        error = None if request.method == "GET" else gettext("Write why you hand it out.")
        page = render_template("portal/school/export.html", learner=learner, error=error)
        return page, 200 if error is None else 400
    made = services.export_learner(learner_id, current_staff().staff.id, reason or None)
    return _as_zip(made)


@learners.route("/learners/<learner_id>/erase", methods=("GET", "POST"))
@staff_required("learner.erase", back="learners.directory")
def erase(learner_id: str) -> ResponseReturnValue:
    """Erase the learner as far as the law lets the school: why, a look at what goes and what stays, and the button."""
    services, reason = current_services(), request.form.get("reason", "").strip()
    learner, me = services.learner(learner_id), current_staff().staff.id
    page = {"learner": learner, "reason": reason, "trial": None, "error": None}
    if request.method == "GET":
        return render_template("portal/school/erase.html", **page)
    if not reason or len(reason) > LONGEST_REASON:
        return render_template("portal/school/erase.html", **{**page, "error": gettext("Write why.")}), 400
    try:
        if request.form.get("step") != "yes":
            trial = services.erase_learner(learner_id, me, reason, dry_run=True)
            return render_template("portal/school/erase.html", **{**page, "trial": trial})
        flash(_erased(services.erase_learner(learner_id, me, reason)), "ok")
    except TemporaryError:
        flash(gettext("Something of the learner is being sent just now. Try again in some minutes."), "warn")
    return _to_person(learner_id)


def _erased(report: Erasure) -> str:
    if report.scope == "all":
        return gettext("The learner is erased.")
    return gettext("Addresses, sign-ins and shares are erased. The school's record stays, as the law says.")


def _as_zip(made: LearnerExport) -> Response:
    packed = BytesIO(made.packed())
    name = f"mimis-{made.learner_id}.zip"
    answer = send_file(packed, "application/zip", as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _to_person(learner_id: str) -> ResponseReturnValue:
    return redirect(url_for("learners.person", learner_id=learner_id), 303)
