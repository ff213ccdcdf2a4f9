"""Issued credentials: the list of them, those that end soon, and one with all that became of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import CredentialStatus, UserError
from mimis_core.services import CredentialPage
from mimis_core.web import current_services, gettext, pick, staff_may, staff_required
from mimis_portal.school import history_words

credentials = Blueprint("credentials", __name__, url_prefix="/school/credentials", template_folder="../templates")

LONGEST_SEARCH = 100
FILTERS = ("q", "entry", "status", "month")


@credentials.context_processor
def _words() -> dict[str, Any]:
    return {"actor_name": history_words.actor_name, "happened": history_words.happened, "staff_may": staff_may}


@credentials.get("")
@staff_required("credentials.read")
def listing() -> ResponseReturnValue:
    """One page of credentials, newest first, by name, entry, status and month."""
    asked = {name: request.args.get(name, "").strip()[:LONGEST_SEARCH] for name in FILTERS}
    error = None
    try:
        found = current_services().credential_page(
            search=asked["q"],
            achievement_id=asked["entry"] or None,
            status=CredentialStatus(asked["status"]) if asked["status"] in set(CredentialStatus) else None,
            month=asked["month"] or None,
            after=request.args.get("after"),
        )
    except UserError as refused:
        if refused.code != "month":
            raise
        error, found = gettext("Write the month as 2026-11."), CredentialPage(credentials=())
    kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
    page = render_template(
        "portal/school/credentials.html",
        found=found,
        asked=asked,
        error=error,
        entries=_entries(),
        statuses=_statuses(),
        before=url_for("credentials.listing", **kept) if request.args.get("after") else None,
        after=url_for("credentials.listing", **kept, after=found.after) if found.after else None,
    )
    return page, 400 if error else 200


@credentials.get("/renewals")
@staff_required("credentials.read")
def renewals() -> ResponseReturnValue:
    """One page of credentials that end soon, or have ended lately and are not renewed."""
    status = CredentialStatus.EXPIRED if request.args.get("of") == "expired" else CredentialStatus.ACTIVE
    found = current_services().renewal_page(status, after=request.args.get("after"))
    kept: dict[str, Any] = {"of": status.value}
    return render_template(
        "portal/school/renewals.html",
        found=found,
        ended=status is CredentialStatus.EXPIRED,
        before=url_for("credentials.renewals", **kept) if request.args.get("after") else None,
        after=url_for("credentials.renewals", **kept, after=found.after) if found.after else None,
    )


@credentials.get("/<credential_id>")
@staff_required("credentials.read")
def credential(credential_id: str) -> ResponseReturnValue:
    """One credential: the four questions, how it stands, what became of it, and where it was sent."""
    found = current_services().issued_credential(credential_id)
    return render_template("portal/school/credential.html", found=found, changes=_changes(found.view.status.status))


def _entries() -> list[tuple[str, str]]:
    known = sorted(
        ((one.id, pick(one.title)) for one in current_services().entries()), key=lambda one: one[1].casefold()
    )
    return [("", gettext("All micro-credentials")), *known]


def _statuses() -> list[tuple[str, str]]:
    return [
        ("", gettext("All")),
        (CredentialStatus.ACTIVE.value, gettext("Valid")),
        (CredentialStatus.SUSPENDED.value, gettext("Stopped for now")),
        (CredentialStatus.REVOKED.value, gettext("Revoked")),
        (CredentialStatus.SUPERSEDED.value, gettext("Replaced")),
        (CredentialStatus.EXPIRED.value, gettext("Expired")),
    ]


def _changes(status: CredentialStatus) -> list[tuple[str, str, str]]:
    """What she may do to a credential that stands so: endpoint, text, and the class of its button."""
    renewable = (CredentialStatus.ACTIVE, CredentialStatus.SUSPENDED, CredentialStatus.EXPIRED)
    offers = (
        ("reinstate", gettext("Let it be valid again"), "", (CredentialStatus.SUSPENDED,)),
        ("renew", gettext("Renew"), "" if status is CredentialStatus.EXPIRED else "second", renewable),
        ("reissue", gettext("Issue a corrected one"), "second", (CredentialStatus.ACTIVE,)),
        ("suspend", gettext("Stop for now"), "second", (CredentialStatus.ACTIVE,)),
        ("revoke", gettext("Revoke"), "danger", (CredentialStatus.ACTIVE, CredentialStatus.SUSPENDED)),
    )
    return [
        (f"credentials.{name}", text, looks)
        for name, text, looks, states in offers
        if status in states and staff_may(f"credential.{name}")
    ]
