"""Role profiles of an employer: the list, how one begins, and how one is written, published and ended."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import UserError
from mimis_core.services import ESCO_ATTRIBUTION, EscoConcept, RoleVersion
from mimis_core.web import current_language, current_services, current_staff, gettext, staff_required
from mimis_portal.employer.role_forms import KEPT, NONE, fields_of, profile_of, text_of, with_step
from mimis_portal.employer.role_words import for_templates

role_profiles = Blueprint("role_profiles", __name__, url_prefix="/employer/roles", template_folder="../templates")
role_profiles.context_processor(for_templates)


@role_profiles.get("")
@staff_required("profiles.read")
def listing() -> ResponseReturnValue:
    """All roles, by title."""
    return render_template("portal/employer/roles.html", roles=current_services().role_profiles())


@role_profiles.route("/new", methods=("GET", "POST"))
@staff_required("profiles.change", back="role_profiles.new")
def new() -> ResponseReturnValue:
    """Begin a role: with its title alone, or with what ESCO says that an occupation needs."""
    if request.method == "POST" and (occupation := request.form.get("occupation")):
        return _opened(current_services().role_from_esco(occupation, _me()))
    title = text_of(request.form, "title")
    if title:
        return _opened(current_services().new_role(title, _me()))
    sent = request.method == "POST"
    wanted, found = _search("occupation")
    page = render_template(
        "portal/employer/role_new.html",
        error=gettext("Write what the job is called.") if sent else None,
        wanted=wanted,
        found=found,
        has_esco=bool(current_services().esco().version),
        attribution=ESCO_ATTRIBUTION,
    )
    return page, 400 if sent else 200


@role_profiles.get("/<role_id>")
@staff_required("profiles.read")
def one(role_id: str) -> ResponseReturnValue:
    """A role as it reads."""
    services = current_services()
    return render_template("portal/employer/role.html", role=services.role_profile(role_id), esco=ESCO_ATTRIBUTION)


@role_profiles.route("/<role_id>/edit", methods=("GET", "POST"))
@staff_required("profiles.change", back="role_profiles.listing")
def edit(role_id: str) -> ResponseReturnValue:
    """Write a role: each button saves all that stands in the form first."""
    role = current_services().role_profile(role_id)
    if request.method == "GET":
        return _editor(role)
    step = request.form.get("step", "save")
    profile, errors = profile_of(request.form, role.profile)
    if errors and step in ("save", "done"):
        return _editor(role, errors), 400
    profile = with_step(profile, step, request.form, current_services().esco())
    try:
        saved = current_services().save_role(profile, request.form.get("revision", 0, int), _me())
    except UserError as error:
        stale = error.code == "stale"
        said = gettext("Somebody else has saved this role. Look at theirs, and then write again.")
        flash(said if stale else gettext("A role cannot have so many needs. Remove some."), "warn")
        return redirect(url_for("role_profiles.edit", role_id=role_id), 303)
    if step == "search":
        wanted = request.form.get("wanted", "")
        return redirect(url_for("role_profiles.edit", role_id=role_id, q=wanted, _anchor="skills"), 303)
    if step == "done":
        return redirect(url_for("role_profiles.one", role_id=saved.profile.id), 303)
    flash(gettext("Saved."), "ok")
    return redirect(url_for("role_profiles.edit", role_id=role_id, _anchor=None if step == "save" else "needs"), 303)


@role_profiles.route("/<role_id>/publish", methods=("GET", "POST"))
@staff_required("profiles.change", back="role_profiles.listing")
def publish(role_id: str) -> ResponseReturnValue:
    """Let everybody read the role: what that means, and the button."""
    services = current_services()
    role = services.role_profile(role_id)
    if request.method == "GET":
        return render_template("portal/employer/role_publish.html", role=role)
    try:
        services.publish_role(role_id, _me())
    except UserError as error:
        published = error.code == "published"
        said = gettext("The role is published already.") if published else gettext("Add at least one need first.")
        flash(said, "warn")
    else:
        flash(gettext("Published. Everybody can read the role now."), "ok")
    return redirect(url_for("role_profiles.one", role_id=role_id), 303)


@role_profiles.route("/<role_id>/end", methods=("GET", "POST"))
@staff_required("profiles.change", back="role_profiles.listing")
def end(role_id: str) -> ResponseReturnValue:
    """End a role: a question, and the button."""
    services = current_services()
    role = services.role_profile(role_id)
    if request.method == "GET":
        return render_template("portal/employer/role_end.html", role=role)
    services.retire_role(role_id, _me())
    flash(gettext("Ended. Nobody can read the role any more."), "ok")
    return redirect(url_for("role_profiles.listing"), 303)


def _editor(role: RoleVersion, errors: dict[str, str] | None = None) -> str:
    wanted, found = _search("skill")
    fields = request.form if errors else fields_of(role.profile)
    orders = [
        (NONE, gettext("Do not put shares in order")),
        ("essential", gettext("By what is needed")),
        ("all", gettext("By what is needed, and then by what is an advantage")),
    ]
    if fields.get("order") == KEPT:
        orders.append((KEPT, gettext("As it was written before")))
    return render_template(
        "portal/employer/role_edit.html",
        role=role,
        fields=fields,
        errors=errors or {},
        orders=orders,
        wanted=wanted,
        found=found,
        has_esco=bool(current_services().esco().version),
        attribution=ESCO_ATTRIBUTION,
    )


def _search(kind: str) -> tuple[str, list[EscoConcept]]:
    """What is looked for, and what ESCO has by those words."""
    wanted = request.args.get("q", "").strip()[:100]
    esco, language = current_services().esco(), current_language()
    if kind == "occupation":
        return wanted, esco.search(wanted, language, "occupation")
    return wanted, [*esco.search(wanted, language, "skill", 15), *esco.search(wanted, language, "group", 5)]


def _opened(role: RoleVersion) -> ResponseReturnValue:
    return redirect(url_for("role_profiles.edit", role_id=role.profile.id), 303)


def _me() -> str:
    return current_staff().staff.id
