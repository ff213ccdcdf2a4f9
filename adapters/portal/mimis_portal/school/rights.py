"""Rights: the owner lets another organisation of the installation issue what she owns, and ends it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError, UserError
from mimis_core.web import current_services, current_staff, gettext, ngettext, pick, staff_may, staff_required

rights = Blueprint("rights", __name__, url_prefix="/school/rights", template_folder="../templates")

LONGEST_STATEMENT = 500


@rights.context_processor
def _words() -> dict[str, Any]:
    return {"staff_may": staff_may}


@rights.get("")
@staff_required("rights.read")
def listing() -> ResponseReturnValue:
    """Rights that were given and taken, ended ones included."""
    services = current_services()
    found = services.rights()
    mine = services.organisation
    return render_template(
        "portal/school/rights.html",
        given=[one for one in found if one.owner == mine],
        taken=[one for one in found if one.owner != mine],
        titles={one.id: one.title for one in services.entries()},
        possible=bool(services.possible_issuers()),
        names=_names(),
    )


@rights.route("/new", methods=("GET", "POST"))
@staff_required("rights.change", back="rights.listing")
def grant() -> ResponseReturnValue:
    """Let another organisation issue one of the school's own."""
    services = current_services()
    fields = {name: " ".join(request.form.get(name, "").split()) for name in ("entry", "to", "statement")}
    own = {one.id: pick(one.title) for one in services.catalogue.latest() if one.owner == services.organisation}
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _wrong(fields, own)
        if not errors:
            return _grant(fields)
    page = render_template(
        "portal/school/right_new.html",
        fields=fields,
        errors=errors,
        entries=list(own.items()),
        issuers=[(id, pick(name)) for id, name in services.issuer_names().items()],
    )
    return page, 400 if errors else 200


@rights.route("/<right_number>/end", methods=("GET", "POST"))
@staff_required("rights.change", back="rights.listing")
def end(right_number: str) -> ResponseReturnValue:
    """Let nothing more be issued by a right: a question, and the button."""
    services = current_services()
    right = services.right(right_number)
    if right.owner != services.organisation:
        raise NotFoundError(f"Right {right_number!r} was not given by this organisation.", code="unknown")
    if request.method == "GET":
        titles = {one.id: one.title for one in services.entries()}
        return render_template("portal/school/right_end.html", right=right, titles=titles, names=_names())
    if services.stop_right(right_number, current_staff().staff.name):
        flash(gettext("Ended. Nothing more is issued by that right."), "ok")
    else:
        flash(gettext("Ended here. The other organisation could not be reached: end it there too."), "warn")
    return redirect(url_for("rights.listing"), 303)


def _names() -> dict[str, dict[str, str]]:
    """What organisations are called that have given or been given a right, by id; of one that is gone, nothing."""
    services = current_services()
    return {**services.issuer_names(), **{one.id: one.legal_name for one in services.owners()}}


def _wrong(fields: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    errors = {}
    if fields["entry"] not in own:
        errors["entry"] = gettext("Choose one that the school owns.")
    if fields["to"] not in current_services().possible_issuers():
        errors["to"] = gettext("Choose an organisation in the list.")
    if len(fields["statement"]) > LONGEST_STATEMENT:
        errors["statement"] = gettext("Write at most %(most)s characters.", most=LONGEST_STATEMENT)
    return errors


def _grant(fields: dict[str, str]) -> ResponseReturnValue:
    # By name: it stands in the credentials, and the other organisation does not know the id.
    by = current_staff().staff.name
    try:
        done = current_services().grant_right(fields["entry"], fields["to"], by, fields["statement"] or None)
    except UserError:
        flash(gettext("The right could not be given. End the earlier one first, then give it anew."), "warn")
        return redirect(url_for("rights.listing"), 303)
    flash(gettext("The right is given."), "ok")
    if done.taken_up:
        flash(ngettext("%(num)s decision goes on now.", "%(num)s decisions go on now.", done.taken_up), "ok")
    return redirect(url_for("rights.listing"), 303)
