"""Endorsements of an entry: what employers have signed about it, taking in such a file, and taking one away."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import Achievement, DataError, NotFoundError, UserError
from mimis_core.services import Endorsement
from mimis_core.web import current_services, current_staff, gettext, limited, staff_required
from mimis_portal.catalogue.listing import catalogue
from mimis_portal.catalogue.words import endorsement_sign
from mimis_portal.check import handed_in

REASON_MAX = 500


@catalogue.get("/<achievement_id>/endorsements")
@staff_required("catalogue.read")
def endorsements(achievement_id: str) -> ResponseReturnValue:
    """All endorsements of an entry, and how one asks for another."""
    services = current_services()
    found = [(one, endorsement_sign(one, services.clock())) for one in services.endorsements_of(achievement_id)]
    return render_template("portal/catalogue/endorsements.html", entry=_entry(achievement_id), found=found)


@catalogue.get("/<achievement_id>/endorsements/request")
@staff_required("catalogue.change")
def endorsement_request(achievement_id: str) -> ResponseReturnValue:
    """The file that an employer is sent, to be signed."""
    asked = current_services().endorsement_request(achievement_id).model_dump(mode="json", include={"subject", "title"})
    response = Response(json.dumps(asked, ensure_ascii=False, indent=2), content_type="application/json")
    response.headers.set("Content-Disposition", "attachment", filename=f"{achievement_id}-endorsement-request.json")
    return response


@catalogue.route("/<achievement_id>/endorsements/new", methods=("GET", "POST"))
@staff_required("catalogue.publish", back="catalogue.entries")
@limited("30 per minute", methods=("POST",))
def endorse(achievement_id: str) -> ResponseReturnValue:
    """Take a signed file in. When nothing here says whose the signature is, she is asked whether she knows."""
    page: dict[str, Any] = {"entry": _entry(achievement_id), "error": None, "facts": None, "text": ""}
    if request.method == "GET":
        return render_template("portal/catalogue/endorse.html", **page)
    services, content = current_services(), handed_in().strip()
    try:
        services.add_endorsement(
            achievement_id, content, current_staff().staff.id, confirmed=request.form.get("confirmed") == "yes"
        )
    except (UserError, DataError) as error:
        page["error"] = _refusal(error.code)
        if error.code == "unknown":
            page |= {"facts": services.read_endorsement(content), "text": content.decode("ascii")}
        return render_template("portal/catalogue/endorse.html", **page), 400
    flash(gettext("The endorsement is taken in. It stands in what is issued from now on."), "ok")
    return redirect(url_for("catalogue.endorsements", achievement_id=achievement_id), 303)


@catalogue.route("/<achievement_id>/endorsements/<endorsement_id>/withdraw", methods=("GET", "POST"))
@staff_required("catalogue.publish", back="catalogue.entries")
def withdraw_endorsement(achievement_id: str, endorsement_id: str) -> ResponseReturnValue:
    """Take one away, with the reason."""
    one, reason = _one(achievement_id, endorsement_id), " ".join(request.form.get("reason", "").split())
    wrong = request.method == "POST" and not 0 < len(reason) <= REASON_MAX
    if request.method == "GET" or wrong:
        error = gettext("Write why.") if wrong else None
        page = render_template(
            "portal/catalogue/endorsement_withdraw.html", one=one, entry=_entry(achievement_id), error=error
        )
        return page, 400 if wrong else 200
    current_services().withdraw_endorsement(endorsement_id, reason, current_staff().staff.id)
    flash(gettext("The endorsement is taken away. What is issued from now on does not have it."), "ok")
    return redirect(url_for("catalogue.endorsements", achievement_id=achievement_id), 303)


def _entry(achievement_id: str) -> Achievement:
    """The version that an endorsement would be about."""
    return current_services().awarded_entry(achievement_id)


def _one(achievement_id: str, endorsement_id: str) -> Endorsement:
    found = current_services().endorsements_of(achievement_id)
    one = next((one for one in found if one.id == endorsement_id and one.withdrawn_at is None), None)
    if one is None:
        raise NotFoundError(f"{achievement_id} has no such endorsement.", code="unknown")
    return one


def _refusal(code: str | None) -> str:
    """Why a file is not taken in, and what to do."""
    texts = {
        "invalid": gettext("The signature does not hold. Ask the organisation for a new file."),
        "unknown": gettext("Nothing here says whose the signature is. Ask the organisation, and answer below."),
        "other": gettext(
            "The file is about something else, or about another version. Send the organisation a new request."
        ),
        "words": gettext("It is too long, or has an address in it. Ask the organisation for a new file."),
        "not_endorsement": gettext("This is no signed endorsement. Choose the file that the organisation has sent."),
    }
    return texts[code or "not_endorsement"]
