"""Decisions about a learner, and her requests that one of them is reconsidered (begäran om omprövning)."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError
from mimis_core.services import RENEWED
from mimis_core.web import current_services, day, gettext, learner_required, limited, signed_in_person
from mimis_portal.own.contact import own

TEXT_MAX = 10_000


@own.get("/decisions")
@learner_required
def decisions() -> ResponseReturnValue:
    """All decisions, and what she has asked to have reconsidered."""
    services, me = current_services(), signed_in_person().id
    found = services.decisions_of(me)
    asked = [
        {**one, "at": date.fromisoformat(one["at"][:10]), "due": date.fromisoformat(one["due"])}
        for one in services.appeals_of(me)
    ]
    return render_template(
        "portal/own/decisions.html", decisions=found, asked=asked, titles={one.id: one.title for one in found}
    )


@own.route("/decisions/<award_id>/appeal", methods=("GET", "POST"))
@learner_required
@limited("20 per hour", methods=("POST",))
def appeal(award_id: str) -> ResponseReturnValue:
    """Ask that a decision is reconsidered: a rejection, or an approval that does not say what is right."""
    found = next((one for one in current_services().decisions_of(signed_in_person().id) if one.id == award_id), None)
    if found is None or found.state == "proposed":
        raise NotFoundError(f"There is no decided award {award_id!r} here.", code="unknown")
    return _ask(found.title, found.reason, award_id=award_id)


@own.route("/credentials/<credential_id>/appeal", methods=("GET", "POST"))
@learner_required
@limited("20 per hour", methods=("POST",))
def appeal_credential(credential_id: str) -> ResponseReturnValue:
    """Ask that what became of a credential is reconsidered: that it was revoked or stopped, or what it says."""
    credential = current_services().credential(signed_in_person().id, credential_id)
    reason = None if credential.status.reason == RENEWED else credential.status.reason
    return _ask(credential.achievement.title, reason, credential_id=credential_id)


def _ask(title: dict[str, str], reason: str | None, **which: str) -> ResponseReturnValue:
    text = request.form.get("text", "").replace("\0", "").strip()
    wrong = not text or len(text) > TEXT_MAX
    if request.method == "GET" or wrong:
        error = gettext("Write what you think is wrong, and why.") if request.method == "POST" else None
        page = render_template(
            "portal/own/appeal.html", title=title, reason=reason, text=text, error=error, text_max=TEXT_MAX
        )
        return page, 400 if error else 200
    services, me = current_services(), signed_in_person().id
    made = services.appeal(me, text, **which)
    due = next(one["due"] for one in services.appeals_of(me) if one["id"] == made)
    said = gettext("Your request is sent. You get an answer by %(day)s.", day=day(date.fromisoformat(due)))
    flash(said, "ok")
    return redirect(url_for("own.decisions"), 303)
