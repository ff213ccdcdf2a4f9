"""What was shared with this employer: the list, and one share with what was checked and what was written where."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import CredentialFacts, DataError
from mimis_core.services import ImportedCredential, ImportedShare
from mimis_core.web import current_services, staff_may, staff_required
from mimis_portal.employer import words

employer = Blueprint("employer", __name__, url_prefix="/employer", template_folder="../templates")
employer.context_processor(words.for_templates)

FILTERS: dict[str, tuple[str, ...]] = {
    "": (),
    "decide": words.NEEDS_A_HAND,
    "written": ("written",),
    "checked": ("verified", "refused"),
    "withdrawn": ("withdrawn",),
}
"""Parts of the list by what the address calls them: states, or none for all."""


@employer.get("/start")
@staff_required()
def start() -> ResponseReturnValue:
    """The first page of whoever has signed in: the list, or what she is told whose role does not see it."""
    if staff_may("shares.read"):
        return redirect(url_for("employer.inbox"), 303)
    return render_template("portal/employer/start.html")


@employer.get("")
@staff_required("shares.read")
def inbox() -> ResponseReturnValue:
    """The list, newest first, with what needs a decision counted."""
    services, chosen = current_services(), request.args.get("show", "")
    counts = services.count_imports()
    numbers = {name: sum(counts.get(one, 0) for one in states or counts) for name, states in FILTERS.items()}
    page = services.import_page(FILTERS.get(chosen, ()), request.args.get("after") or None)
    address = f"{services.settings.base_url.rstrip('/')}/to-us"
    return render_template("portal/employer/inbox.html", page=page, chosen=chosen, numbers=numbers, address=address)


@employer.get("/shares/<import_id>")
@staff_required("shares.read")
def one(import_id: str) -> ResponseReturnValue:
    """One share; of one that was taken back nothing is left but that it was."""
    return show(import_id)


def show(import_id: str, email: str = "", error: str | None = None) -> str:
    """The page of one share, with what was wrong in its form."""
    services = current_services()
    line = services.import_line(import_id)
    compared = staff_may("profiles.read") and line.share.state not in ("refused", "withdrawn", "attention")
    return render_template(
        "portal/employer/share.html",
        line=line,
        share=line.share,
        facts=[_facts(one) for one in line.share.credentials],
        can_place=can_place(line.share),
        roles=services.role_profiles() if compared else [],
        email=email,
        error=error,
    )


def can_place(share: ImportedShare) -> bool:
    """Whether all that a share still needs is that a recruiter says whose it is."""
    return share.state == "ask" and share.link is not None and all(one.content for one in share.credentials)


def _facts(credential: ImportedCredential) -> CredentialFacts | None:
    """What the sealed file says; None without one that can be read."""
    try:
        return current_services().read(credential.content) if credential.content else None
    except DataError:
        return None
