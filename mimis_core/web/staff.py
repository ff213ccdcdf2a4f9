"""Pages of staff: how they get in, and who works here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core.errors import NotFoundError, UserError
from mimis_core.services.roles import Role, read_roles
from mimis_core.web import oidc, passkeys
from mimis_core.web.language import gettext
from mimis_core.web.limits import limited
from mimis_core.web.sessions import where_to_go
from mimis_core.web.staff_session import (
    begin_staff_session,
    current_staff,
    end_staff_session,
    signed_in_staff,
    staff_required,
    staff_start,
)
from mimis_core.web.state import current_services

if TYPE_CHECKING:
    from mimis_core.settings import Settings

CODES = {"used": 410, "expired": 410}
"""Refusals of a link that once was right; any other is simply not found."""

staff = Blueprint("staff", __name__, url_prefix="/staff")


def install(app: Flask, settings: Settings) -> None:
    """Put the pages of staff, of their passkeys and of their accounts elsewhere on an app."""
    app.register_blueprint(staff)
    app.register_blueprint(passkeys.passkeys)
    oidc.install(app, settings)
    app.add_template_filter(_role_name, "role_name")


@staff.get("/")
@staff_required()
def home() -> ResponseReturnValue:
    """Who is signed in, in which roles, and what she still lacks."""
    mine = current_services().passkeys_of(current_staff().staff.id)
    return render_template("staff/home.html", me=current_staff(), passkeys=mine, has_oidc=oidc.is_installed())


@staff.get("/in")
def ask() -> ResponseReturnValue:
    """The ways to get in."""
    if signed_in_staff() is not None:
        return redirect(staff_start(), 303)
    return render_template("staff/sign_in.html", has_oidc=oidc.is_installed())


@staff.post("/out")
def leave() -> ResponseReturnValue:
    """Sign out: the session is over, also for who has copied its cookie."""
    end_staff_session()
    return redirect(url_for("staff.ask"), 303)


@staff.get("/invitation/<token>")
@limited("60 per minute")
def invitation(token: str) -> ResponseReturnValue:
    """A button only: programs that follow the links in mails must not use up the token."""
    try:
        current_services().check_invitation(token)
    except NotFoundError as error:
        return _refuse_link(error)
    return render_template("staff/invitation.html", token=token)


@staff.post("/invitation/<token>")
@limited("20 per minute; 100 per hour", methods=("POST",), together=True)
def accept(token: str) -> ResponseReturnValue:
    """Use the link, once."""
    try:
        begin_staff_session(current_services().redeem_invitation(token))
    except NotFoundError as error:
        return _refuse_link(error)
    return redirect(where_to_go(staff_start()), 303)


@staff.get("/people")
@staff_required("staff.change")
def people() -> ResponseReturnValue:
    """Who works here, and in which roles."""
    return render_template("staff/people.html", people=current_services().staff(), roles=list(Role))


@staff.post("/people")
@staff_required("staff.change", back="staff.people")
def invite() -> ResponseReturnValue:
    """Take somebody on; her link is shown once."""
    name, email = request.form.get("name", ""), request.form.get("email", "")
    try:
        made = current_services().invite_staff(name, email, _wanted_roles(), by=current_staff().staff.id)
    except UserError as error:
        return _tell(error)
    return render_template("staff/invited.html", invitation=made)


@staff.post("/people/<staff_id>/roles")
@staff_required("staff.change", back="staff.people")
def change_roles(staff_id: str) -> ResponseReturnValue:
    """Give somebody other roles."""
    try:
        current_services().change_roles(staff_id, _wanted_roles(), by=current_staff().staff.id)
    except UserError as error:
        return _tell(error)
    flash(gettext("The roles are changed."), "ok")
    return redirect(url_for("staff.people"), 303)


@staff.post("/people/<staff_id>/reset")
@staff_required("staff.change", back="staff.people")
def reset(staff_id: str) -> ResponseReturnValue:
    """Start over with somebody who has lost her way in; the new link is shown once."""
    made = current_services().reset_staff(staff_id, by=current_staff().staff.id)
    return render_template("staff/invited.html", invitation=made)


@staff.post("/people/<staff_id>/remove")
@staff_required("staff.change", back="staff.people")
def remove(staff_id: str) -> ResponseReturnValue:
    """End somebody's access at once."""
    try:
        current_services().remove_staff(staff_id, by=current_staff().staff.id)
    except UserError as error:
        return _tell(error)
    flash(gettext("The access is ended."), "ok")
    return redirect(url_for("staff.people"), 303)


def _wanted_roles() -> tuple[Role, ...]:
    return read_roles(request.form.getlist("roles"))


def _tell(error: UserError) -> ResponseReturnValue:
    """What an owner can mend herself is said on the page; the rest is answered as everywhere."""
    said = {
        "last_owner": gettext("Nothing is changed: there must be an owner who has signed in."),
        "known_address": gettext("Nothing is changed: somebody here has this address already."),
        "incomplete": gettext("Nothing is changed: write a name and an e-mail address."),
        "no_role": gettext("Nothing is changed: choose at least one role."),
    }.get(error.code or "")
    if said is None:
        raise error
    flash(said, "bad")
    return redirect(url_for("staff.people"), 303)


def _refuse_link(error: NotFoundError) -> ResponseReturnValue:
    return render_template("staff/refused.html", reason=error.code), CODES.get(error.code or "", 404)


def _role_name(role: Role) -> str:
    return {
        Role.OWNER: gettext("Owner: decides on the content and on who works here"),
        Role.ISSUER: gettext("Issuer: approves awards, corrects and revokes credentials"),
        Role.REVIEWER: gettext("Reviewer: reads and reviews the catalogue"),
        Role.READER: gettext("Reader: sees everything and changes nothing"),
    }[role]
